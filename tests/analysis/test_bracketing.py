"""The search for a breaking value on functions whose breaking value is known."""

import math
from collections.abc import Callable, Collection, Mapping

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.analyses.measures import Measure
from experiments.analyses.parameters import ParameterRange
from experiments.analyses.reverse_stress.bracketing import (
    BROKEN_AT_LOW,
    FOUND,
    NEVER_BROKEN,
    UNKNOWN,
    Bracket,
    Target,
    bracket_of,
    search,
)
from experiments.analyses.reverse_stress.command import Limit, bracket_table, targets_of, tried_table
from experiments.analyses.reverse_stress.page import findings_of

LIMIT = Limit(Measure("lender.platform_a.capital_ratio_share", "minimum"), 0.08)


class Market:
    """Capital that falls with the shock, from another level in each replicate; remembers what it was asked."""

    def __init__(self, capital: Callable[[float, int], float]) -> None:
        self.capital = capital
        self.asked: list[tuple[float, int]] = []

    def tried(self, _round: int, wanted: Mapping[float, Collection[int]]) -> Mapping[float, Mapping[int, float]]:
        self.asked += [(value, replicate) for value, replicates in wanted.items() for replicate in replicates]
        return {value: {r: self.capital(value, r) for r in replicates} for value, replicates in wanted.items()}


def found(
    market: Market,
    replicates: int = 2,
    low: float = 0.0,
    high: float = 0.4,
    tolerance: float = 0.002,
    share: float = 0.5,
) -> dict[str, Bracket]:
    targets = targets_of(LIMIT, range(replicates), share)
    return search(targets, (low, high), 5, 3, tolerance, market.tried)[0]


def test_the_bracket_encloses_the_breaking_value_of_each_replicate_and_of_their_mean() -> None:
    market = Market(lambda shock, replicate: 0.14 + 0.02 * replicate - 0.3 * shock)
    brackets = found(market)
    exact = {"replicate 0": 0.2, "replicate 1": 0.08 / 0.3, "mean": 0.07 / 0.3, "share": 0.2}
    for name, value in exact.items():
        assert brackets[name].status == FOUND
        assert brackets[name].low <= value <= brackets[name].high
        assert brackets[name].width <= 0.002
        assert brackets[name].held_beyond == 0
    assert len(market.asked) == len(set(market.asked)), "nothing is tried twice"


@settings(deadline=None, max_examples=60)
@given(st.floats(0.001, 0.999), st.floats(1e-4, 0.2), st.integers(2, 9), st.integers(1, 6))
def test_any_threshold_is_found_within_the_tolerance(edge: float, tolerance: float, grid: int, points: int) -> None:
    target = Target("alone", (0,), lambda statistics: statistics[0] > 0.5)
    market = Market(lambda value, _: float(value >= edge))
    brackets, known = search([target], (0.0, 1.0), grid, points, tolerance, market.tried)
    bracket = brackets["alone"]
    assert bracket.status == FOUND
    assert bracket.low < edge <= bracket.high
    assert bracket.width <= tolerance
    assert bracket.tried == len(known)


def test_a_range_that_never_breaks_and_one_broken_from_the_start_say_so() -> None:
    steady = found(Market(lambda shock, _: 0.14 - 0.01 * shock))
    assert {bracket.status for bracket in steady.values()} == {NEVER_BROKEN}
    assert math.isnan(steady["mean"].middle)
    broken = found(Market(lambda shock, _: 0.05 - 0.01 * shock))
    assert {bracket.status for bracket in broken.values()} == {BROKEN_AT_LOW}
    assert broken["mean"].high == 0.0
    assert bracket_of({}).status == UNKNOWN


def test_exactly_at_the_limit_holds() -> None:
    assert not LIMIT.is_broken(0.08)
    assert LIMIT.is_broken(0.0799)
    assert not LIMIT._replace(broken="above").is_broken(0.08)


def test_values_beyond_the_first_crossing_that_hold_again_are_counted() -> None:
    market = Market(lambda shock, _: 0.05 if 0.15 <= shock < 0.25 else 0.12)
    bracket = found(market)["mean"]
    assert bracket.status == FOUND
    assert bracket.low < 0.15 <= bracket.high
    assert bracket.held_beyond >= 2, "0.3 and 0.4 of the grid hold"


def test_only_the_replicates_that_ask_are_tried_and_the_share_counts_them() -> None:
    edges = {0: 0.11, 1: 0.19, 2: 0.31, 3: 0.39}
    market = Market(lambda shock, replicate: 0.05 if shock >= edges[replicate] else 0.12)
    brackets = found(market, replicates=4, share=0.75)
    assert brackets["share"].low < 0.31 <= brackets["share"].high, "three of four"
    near = {replicate for value, replicate in market.asked if 0.1 < value < 0.12}
    assert near == {0}, "values around one replicate's edge concern that replicate alone"


def test_a_tolerance_is_met_with_no_more_values_than_needed() -> None:
    market = Market(lambda shock, _: 0.05 if shock >= 0.17 else 0.12)
    target = targets_of(LIMIT, range(1), 0.5)[:1]
    _, known = search(target, (0.0, 0.4), 5, 9, 0.05, market.tried)
    assert len(known) == 6, "a grid of five, and the middle of one step"


@pytest.mark.parametrize("share", [0.0, 0.2])
def test_a_share_needs_one_replicate_at_least(share: float) -> None:
    everybody_holds = targets_of(LIMIT, range(3), share)[-1]
    assert not everybody_holds.is_broken({0: 0.1, 1: 0.1, 2: 0.1})
    assert everybody_holds.is_broken({0: 0.1, 1: 0.01, 2: 0.1})


def test_values_at_which_it_are_unknown_are_neither_broken_nor_held() -> None:
    """Capital that breaks from 0.2 on, without a value from 0.17 to 0.23: the bracket stays as wide as that gap."""
    market = Market(lambda shock, _: math.nan if 0.17 <= shock < 0.23 else 0.05 if shock >= 0.2 else 0.12)
    brackets = found(market, replicates=1)
    assert brackets["mean"].status == FOUND
    assert brackets["mean"].low < 0.17
    assert brackets["mean"].high >= 0.23
    assert brackets["mean"].without_value > 0
    assert brackets["mean"].held_beyond == 0
    assert len(market.asked) == len(set(market.asked)), "nothing is tried twice"


def test_where_the_lowest_values_have_none_it_is_not_said_to_break_there() -> None:
    low = found(Market(lambda shock, _: math.nan if shock < 0.15 else 0.05))
    assert {bracket.status for bracket in low.values()} == {UNKNOWN}
    nothing = found(Market(lambda *_: math.nan))
    assert {(bracket.status, bracket.without_value) for bracket in nothing.values()} == {(UNKNOWN, 5)}


def test_a_share_is_known_where_replicates_without_a_value_decide_nothing() -> None:
    share = targets_of(LIMIT, range(4), 0.5)[-1]
    assert share.is_broken({0: 0.05, 1: 0.05, 2: math.nan, 3: 0.1}) is True
    assert share.is_broken({0: math.nan, 1: 0.1, 2: 0.1, 3: 0.1}) is False
    assert share.is_broken({0: 0.05, 1: math.nan, 2: 0.1, 3: 0.1}) is None


@pytest.mark.parametrize("capital", [lambda *_: math.nan, lambda shock, _: math.nan if shock < 0.15 else 0.05])
def test_the_page_says_that_there_is_no_value(capital: Callable[[float, int], float]) -> None:
    brackets, known = search(targets_of(LIMIT, range(2), 0.5), (0.0, 0.4), 5, 3, 0.05, Market(capital).tried)
    path = pa.table({"place": ["low end"], "value": [0.0], "replicate": [0], "month": [1], "outcome": [math.nan]})
    tables = {"tried": tried_table(LIMIT, known), "brackets": bracket_table(brackets), "path": path}
    parameter = ParameterRange("shock.unemployment.add_share", 0.0, 0.4)
    output = findings_of(tables, parameter, LIMIT.measure, LIMIT.value, LIMIT.broken, 0.5, 0.05)
    assert "the breaking value is unknown" in output.lines[0]
    assert output.lines[2].endswith("0 never, 0 at the lower end already, and 2 are unknown.")
    assert "there were no risk-weighted assets in every month of the window" in output.lines[3]
    assert not any("nan" in line for line in output.lines)
    output.drawing.draw()
