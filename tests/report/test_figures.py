"""What figures are made of: estimates, bands, cohorts, labels and the way to SVG."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas

from experiments.report.blocks import Table
from experiments.report.effects import horizon_words, outcome_words
from experiments.report.estimates import band, estimate, paired
from experiments.report.figures.marks import EvenDecimals, spread
from experiments.report.lenders import measure
from experiments.report.reading import Study
from experiments.report.sections.loans import bucket_name, roll_matrix, vintage_curves
from experiments.report.sections.winners import per_thousand, winners_section
from experiments.report.style import ARM_COLOURS, grid, panel_title, to_svg


def levels(values: dict[tuple[str, str, int], float]) -> pd.Series:
    return pd.Series(values).rename_axis(["arm", "scenario", "replicate"])


def test_only_complete_pairs_are_compared() -> None:
    series = levels(
        {("base", "calm", 0): 1.0, ("base", "calm", 1): 2.0, ("new", "calm", 1): 5.0, ("new", "calm", 2): 9.0}
    )
    found = paired(series, "base", "new", "calm")
    assert (found.mean, found.replicates, found.dots) == (3.0, 1, (3.0,))
    assert math.isnan(found.low)
    assert paired(series, "base", "absent", "calm").replicates == 0


def test_interval_is_the_t_interval() -> None:
    found = estimate([1.0, 2.0, 3.0])
    assert found.mean == 2.0
    assert found.high - found.mean == pytest.approx(4.30265 / math.sqrt(3), rel=1e-5)
    assert (found.method, found.has_interval) == ("t", True)


@pytest.mark.parametrize("values", [[0.0, 0.0], [0.3, 0.3, 0.3], [0.1 + 0.2, 0.3]])
def test_values_that_are_all_equal_give_no_interval(values: list[float]) -> None:
    found = estimate(values)
    assert (found.method, found.has_interval, found.without_interval) == ("no spread", False, " (all equal)")
    assert math.isnan(found.low)
    assert math.isnan(found.high)


def test_a_difference_that_varies_by_rounding_alone_has_no_spread() -> None:
    new = {("new", "calm", at): level for at, level in enumerate((1e9 + 0.1, 2e9 + 0.1, 3e9 + 0.1))}
    base = {("base", "calm", at): level for at, level in enumerate((1e9, 2e9, 3e9))}
    assert paired(levels(new | base), "base", "new", "calm").method == "no spread"


def test_band_runs_from_the_smallest_to_the_largest_replicate() -> None:
    rows = pd.DataFrame({"month": [0, 0, 0, 1], "replicate": [0, 1, 2, 0], "value": [3.0, 1.0, 2.0, 7.0]})
    found = band(rows, "value")
    assert (list(found.median), list(found.low), list(found.high)) == ([2.0, 7.0], [1.0, 7.0], [3.0, 7.0])


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=6))
def test_labels_keep_their_distance_and_order(wanted: list[float]) -> None:
    moved = spread(wanted, 0.1, 0.0, 1.0)
    order = sorted(range(len(wanted)), key=lambda at: (wanted[at], at))
    inside = [moved[at] for at in order]
    assert all(above - below >= 0.1 - 1e-3 for below, above in pairwise(inside))


def test_ticks_share_their_decimals() -> None:
    ticks = EvenDecimals(signed=True)
    ticks.set_locs([-0.5, 0.0, 1.0])
    assert [ticks(value) for value in (-0.5, 0.0, 1.0)] == ["\u22120.5", "0", "+1.0"]


def test_kinds_add_up_over_their_lenders(study_folder: Path) -> None:
    study = Study(study_folder)
    found = measure(study, "dpd30_share", ("kind",))
    assert found is not None
    table = pd.read_parquet(study_folder / "tables" / "lender.parquet")
    run = "arm == 'tightening' and scenario == 'shock' and replicate == 2 and month == 20 and kind == 'platform'"
    mine = table.query(run)
    by_hand = mine["dpd30_fen"].sum() / mine["managed_loans_fen"].sum()
    assert found[2].query(run)["value"].iloc[0] == pytest.approx(by_hand)


def test_half_years_are_followed_while_all_their_months_are_seen(study_folder: Path) -> None:
    curves = vintage_curves(Study(study_folder))
    assert curves is not None
    longest = curves.groupby("cohort")["months_on_book"].max()
    assert longest.to_dict() == {"2021-01": 30, "2021-07": 24, "2022-01": 18, "2022-07": 12, "2023-01": 6}
    assert set(curves[curves["after"]]["cohort"]) == {"2022-07", "2023-01"}  # the first rule takes effect in 2022-03


def test_roll_rates_from_a_bucket_add_up(study_folder: Path) -> None:
    found = roll_matrix(Study(study_folder), "baseline", "calm")
    assert found is not None
    shares, froms, tos = found
    assert shares.sum(axis=1) == pytest.approx(1.0)
    assert (len(froms), tos[-1]) == (13, 14)
    assert [bucket_name(bucket) for bucket in (0, 1, 4, 14)] == ["current", "1\u201330", "91\u2013120", "charged off"]


def test_moves_are_counted_per_thousand_of_the_group(study_folder: Path) -> None:
    shares = per_thousand(pd.read_parquet(study_folder / "tables" / "transitions.parquet"))
    table = pd.read_parquet(study_folder / "tables" / "transitions.parquet")
    run = table.query("arm == 'tightening' and scenario == 'calm' and replicate == 0 and value == '3'")
    lost = run.query("topic == 'access' and change == 'lost'")["borrowers"].sum()
    everybody = run.query("topic == 'access'")["borrowers"].sum()
    assert shares["income_quintile", "3", "access", "lost", "tightening", "calm", 0] == pytest.approx(
        1000 * lost / everybody
    )


def test_those_who_lost_credit_are_counted_by_the_reason_of_their_last_refusal(study_folder: Path) -> None:
    table = next(
        block
        for block in winners_section(Study(study_folder)).blocks
        if isinstance(block, Table) and block.caption.startswith("Why those who lost credit")
    )
    assert [row[0] for row in table.rows if row[1] == "calm"] == ["rate cap", "debt service"]
    raw = pd.read_parquet(study_folder / "tables" / "transitions.parquet")
    rows = raw.query("topic == 'last_refusal' and scenario == 'calm' and arm == 'tightening'")
    lost = rows.groupby("replicate")["borrowers"].sum()
    capped = rows[rows["change"] == "rate_cap"].set_index("replicate")["borrowers"]
    assert f"{100 * (capped / lost).mean():.1f}" in " ".join(table.rows[0])


def test_names_of_outcomes_are_words() -> None:
    assert outcome_words("lender.consumer_finance.mean_apr") == "mean price of new loans, consumer finance"
    assert outcome_words("lender.all.dpd90_lagged_share") == "90+ on the lagged book, all lenders"
    assert horizon_words("13-24") == "months 13\u201324"


def test_svg_stands_in_a_page_and_its_lines_stay_whole() -> None:
    canvas = Canvas(figsize=(2, 1))
    canvas.subplots().plot([0, 1, 2], [0, 5, 1])
    svg = to_svg(canvas)
    assert svg.startswith("<svg")
    assert "xmlns" not in svg
    assert "<metadata" not in svg
    assert svg.count("<g") == svg.count("</g>")


def test_colours_of_arms_differ_in_lightness_from_the_reference() -> None:
    def lightness(colour: str) -> float:
        red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    reference, *others = (lightness(colour) for colour in ARM_COLOURS)
    assert all(other - reference > 0.2 for other in others[:4])


@pytest.mark.parametrize("columns", [2, 3, 4])
def test_a_long_title_stays_left_of_the_next_panel_and_below_the_key(columns: int) -> None:
    canvas, axes = grid(2, columns)
    for axis in axes:
        panel_title(axis, "People who got credit of those who wanted it, points")
    FigureCanvasAgg(canvas).draw()
    boxes = [axis._left_title.get_window_extent() for axis in axes]
    for first, second in pairwise(boxes[:columns]):
        assert first.x1 < second.x0
    panels = [axis.get_window_extent() for axis in axes]
    assert all(box.y1 < panel.y0 for box, panel in zip(boxes[columns:], panels[:columns], strict=True))
    assert all(box.y1 < canvas.bbox.y1 - 0.15 * canvas.dpi for box in boxes), "the key is 0.15 inches high"
