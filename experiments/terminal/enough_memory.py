"""Looks, as it is loaded, whether there is the memory to load what comes after it."""

from __future__ import annotations

from experiments.terminal.memory_limit import check_limit

check_limit()
