"""Which points are dominated, on points laid out by hand and against the definition written out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.analyses.frontier.command import FrontierSettings, GridAxis, frontier_table, points_of
from experiments.analyses.frontier.domination import dominated_share, is_dominated, surest_dominator
from experiments.analyses.frontier.page import findings_of
from experiments.analyses.measures import Measure

numbers = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=12)


def test_planted_points() -> None:
    access = np.array([0.9, 0.8, 0.8, 0.7, 0.9])
    loss = np.array([10.0, 8.0, 9.0, 9.5, 10.0])
    assert is_dominated(access, loss).tolist() == [False, False, True, True, False], "equals do not dominate each other"


@given(numbers)
def test_the_definition_written_out(points: list[tuple[int, int]]) -> None:
    access, loss = (np.array(column, dtype=float) for column in zip(*points, strict=True))
    expected = [
        any(gain >= mine and harm <= ours and (gain > mine or harm < ours) for gain, harm in points)
        for mine, ours in points
    ]
    assert is_dominated(access, loss).tolist() == expected
    assert not all(expected), "something is always undominated"


def test_a_point_is_dominated_in_a_share_of_the_replicates() -> None:
    access = np.array([[0.9, 0.9, 0.9, 0.9], [0.8, 0.8, 0.8, 0.95]])
    loss = np.array([[5.0, 5.0, 5.0, 5.0], [6.0, 6.0, 4.0, 4.0]])
    assert dominated_share(access, loss).tolist() == [0.25, 0.5]
    by, share = surest_dominator(access, loss)
    assert (by.tolist(), share.tolist()) == ([1, 0], [0.25, 0.5])


def test_the_table_compares_with_the_market_without_the_rule() -> None:
    settings = FrontierSettings(
        "", ("policy=[rate_cap]",), (GridAxis("policy.rate_cap.max_apr", 0.1, 0.2, 2),), Measure("a"), Measure("b")
    )
    points = points_of(settings.axes)
    assert [point.label for point in points] == ["without the rule", "max_apr 0.1", "max_apr 0.2"]
    access = np.array([[0.9, 0.8], [0.5, 0.5], [0.9, 0.8]])
    loss = np.array([[9.0, 8.0], [5.0, 5.0], [9.5, 8.5]])
    rows = {row["point"]: row for row in frontier_table(points, settings, access, loss).to_pylist()}
    assert rows["without the rule"]["access_difference"] == 0.0
    assert rows["without the rule"]["access_method"] == "identical"
    assert rows["max_apr 0.1"]["access_difference"] == pytest.approx(-0.35)
    assert rows["max_apr 0.1"]["loss_low"] < -3.5 < rows["max_apr 0.1"]["loss_high"]
    assert [rows[name]["dominated"] for name in rows] == [False, False, True]
    assert rows["max_apr 0.2"]["dominated_by"] == "without the rule"
    assert rows["max_apr 0.2"]["dominated_share"] == 1.0
    assert rows["max_apr 0.1"]["dominated_by"] is None


def test_a_grid_of_two_rules_has_every_pair() -> None:
    axes = (GridAxis("policy.a.x", 0.0, 1.0, 3), GridAxis("policy.b.y", 1.0, 2.0, 2))
    points = points_of(axes)
    assert len(points) == 7
    assert points[1].values == (0.0, 1.0)
    assert points[-1].label == "x 1, y 2"


def test_a_point_without_a_value_in_some_replicate_has_no_place_on_the_frontier() -> None:
    """The second point would be on the frontier if its one replicate with a value stood for both."""
    axes = (GridAxis("policy.rate_cap.max_apr", 0.1, 0.2, 2),)
    access, loss = Measure("market.approval_share"), Measure("market.charge_offs_fen")
    settings = FrontierSettings("", ("policy=[rate_cap]",), axes, access, loss)
    found = np.array([[0.9, 0.8], [0.95, np.nan], [0.5, 0.5]]), np.array([[9.0, 8.0], [1.0, 1.0], [9.5, 8.5]])
    table = frontier_table(points_of(axes), settings, *found)
    rows = {row["point"]: row for row in table.to_pylist()}
    assert [row["has_value"] for row in rows.values()] == [True, False, True]
    assert rows["max_apr 0.1"]["replicates_without_value"] == 1
    assert rows["max_apr 0.1"]["access_method"] == "none"
    assert rows["max_apr 0.2"]["dominated_by"] == "without the rule", "what has no value dominates nothing"
    output = findings_of({"frontier": table}, access, loss, ("policy.rate_cap.max_apr",))
    assert output.lines[0].startswith("Of 1 point tried and with a value, 0 are on the frontier")
    assert "No value, and so not in the comparison: max_apr 0.1 (in 1 of 2 replicates)." in output.lines
    assert ["nobody applied in a month of the window" in line for line in output.lines if "has no value" in line] == [
        True
    ]
    assert not any("nan" in line for line in output.lines)
    (point,) = [row for block in output.details[0].blocks for row in block.rows if row[0] == "max_apr 0.1"]
    assert point[1] == "no value"
    output.drawing.draw()


def test_a_frontier_without_any_value_says_so_and_is_drawn() -> None:
    axes = (GridAxis("policy.rate_cap.max_apr", 0.1, 0.2, 2),)
    access, loss = Measure("market.approval_share"), Measure("market.charge_offs_fen")
    settings = FrontierSettings("", ("policy=[rate_cap]",), axes, access, loss)
    table = frontier_table(points_of(axes), settings, np.full((3, 2), np.nan), np.ones((3, 2)))
    output = findings_of({"frontier": table}, access, loss, ("policy.rate_cap.max_apr",))
    assert output.lines[0] == "None of 2 points tried has a value."
    output.drawing.draw()
