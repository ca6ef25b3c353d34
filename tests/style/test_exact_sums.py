"""Sums of floats give the same bits under every Python: no built-in sum() of them, and shares from whole numbers."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mypy import api

from sim.economy.world import normalised
from sim.observe.metrics import herfindahl

ROOT = Path(__file__).resolve().parents[2]
CALLS = """\
from collections.abc import Mapping, Sequence

def wholes(a: Sequence[int], b: list[bool]) -> float:
    return sum(a) / 2 + sum(each > 1 for each in a) + sum(b)

def floats(a: Sequence[float]) -> float:
    return sum(a)

def made(a: Sequence[int]) -> float:
    return sum(each / 2 for each in a)

def pair(a: tuple[float, float]) -> float:
    return sum(a)

def values(a: Mapping[str, float]) -> float:
    return sum(a.values())
"""


def test_checker_of_types_refuses_sums_of_floats_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "calls.py").write_text(CALLS, encoding="utf-8")
    config = tmp_path / "mypy.ini"
    config.write_text(f"[mypy]\nplugins = {ROOT / 'tests/style/exact_sums.py'}\n", encoding="utf-8")
    shown, problems, code = api.run(
        ["--config-file", str(config), "--cache-dir", str(tmp_path / "cache"), str(tmp_path / "calls.py")]
    )
    assert (code, problems) == (1, "")
    assert sorted({int(line) for line in re.findall(r"calls\.py:(\d+): error", shown)}) == [7, 10, 13, 16]


def test_the_checker_is_in_force() -> None:
    assert 'plugins = ["tests/style/exact_sums.py"]' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=9).filter(any))
def test_concentration_is_the_float_nearest_to_the_true_ratio(amounts: list[int]) -> None:
    assert herfindahl(amounts) == float(Fraction(sum(each**2 for each in amounts), sum(amounts) ** 2))


@pytest.mark.parametrize("turns", range(10))
def test_shares_do_not_hang_on_the_order_of_weights(turns: int) -> None:
    # 0.1 ten times adds up to 0.9999999999999999 term by term, and to 1.0 when what rounding loses is carried along.
    weights = [0.1] * 9 + [0.7]
    turned = weights[turns:] + weights[:turns]
    assert max(normalised(turned, "weights")) == 0.7 / 1.6
