"""Modules that documents of 0.1 named are found for one version more, as the very modules of today."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

from experiments.terminal.former_names import FORMER


@pytest.mark.parametrize("former", FORMER)
def test_a_former_name_gives_the_module_of_today_and_says_where_it_is(former: str) -> None:
    sys.modules.pop(former, None)
    with pytest.warns(FutureWarning, match=f"{former} is now {FORMER[former]}; its former name"):
        found = importlib.import_module(former)
    assert found is importlib.import_module(FORMER[former])
    assert found.__name__ == FORMER[former]


def test_a_name_that_never_was_is_not_found() -> None:
    with pytest.raises(ModuleNotFoundError, match="configuration"):
        importlib.import_module("experiments.configuration")


@pytest.mark.parametrize("former", ["frontier", pytest.param("dictionary", marks=pytest.mark.slow)])
def test_a_former_name_can_be_started(former: str) -> None:
    started = [sys.executable, "-m", f"experiments.{former}", *(["--help"] if former == "frontier" else [])]
    ended = subprocess.run(started, capture_output=True, text=True, check=False, timeout=120)
    assert ended.returncode == 0, ended.stderr
    assert "is now experiments." in ended.stderr
    assert ended.stdout
