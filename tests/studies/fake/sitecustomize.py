"""Puts a small fake market in the place of sim.market, in this process and in every worker it starts.

The fake answers the same calls in milliseconds and misbehaves when asked to. Only tests put this folder on PYTHONPATH.
"""

import importlib.abc
import importlib.util
import sys
from pathlib import Path

PLACE = Path(__file__).with_name("fake_market.py")


class FakeFinder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name != "sim.market":
            return None
        return importlib.util.spec_from_file_location(name, PLACE)


sys.meta_path.insert(0, FakeFinder())
