"""What has no value is a gap in a figure and words in a sentence, and never a change to zero."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure as Canvas

from experiments.report.absence import why_outcome_absent
from experiments.report.blocks import Figure, Table
from experiments.report.changes import change_caption, effect_of, has_gap, level_of_pairs
from experiments.report.effects import read_effects, without_value, without_value_words
from experiments.report.estimates import band
from experiments.report.figures.marks import draw_line, last_point
from experiments.report.lenders import MEASURES, measure
from experiments.report.reading import Study
from experiments.report.sections.answer import answer_section
from experiments.report.sections.effects import effects_section
from experiments.report.sections.lenders import kinds_section, lenders_section
from experiments.report.sections.loans import loans_section
from tests.report.made_rows import EFFECTIVE
from tests.report.made_study import write_study

LENDERS = (("bank_a", "bank"), ("micro_lender_a", "micro_lender"))
OF_LENDING = ("originations_fen", "refinanced_fen", "yearly_charges_fen", "approvals")
OF_BOOKS = ("loans_fen", "managed_loans_fen", "lagged_managed_loans_fen", "dpd30_fen", "dpd90_fen", "charge_offs_fen")


@pytest.fixture(scope="module")
def shut(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Under the policy the micro-lender lends nothing once the rule is in force, and soon holds no loans."""
    folder = write_study(
        tmp_path_factory.mktemp("shut") / "study",
        arms=("baseline", "cap"),
        scenarios=("calm",),
        replicates=3,
        months=24,
        lenders=LENDERS,
    )
    path = folder / "tables" / "lender.parquet"
    rows = pd.read_parquet(path)
    closed = (rows["arm"] == "cap") & (rows["lender"] == "micro_lender_a") & (rows["month"] >= EFFECTIVE)
    rows.loc[closed, [*OF_LENDING, "applications"]] = 0
    rows.loc[closed & (rows["month"] >= EFFECTIVE + 2), [*OF_BOOKS, "risk_weighted_assets_fen"]] = 0
    rows.to_parquet(path)
    effects = pd.read_parquet(folder / "tables" / "effects.parquet")
    absent = {
        **effects.iloc[0].to_dict(),
        "outcome": "lender.micro_lender.mean_apr",
        "method": "none",
        "replicates": 0,
        "is_precise": None,
        **dict.fromkeys(("mean", "low", "high", "baseline_mean", "p_holm"), np.nan),
        "warning": "not compared: in no pair do both arms have a value: there is nothing to divide by in the arm",
    }
    pd.concat([effects, pd.DataFrame([absent])]).to_parquet(folder / "tables" / "effects.parquet")
    return Study(folder)


def test_captions_name_the_policies_they_speak_of_and_say_how_many_they_leave_out(tmp_path: Path) -> None:
    arms = ("baseline", "cap 0.36", "cap 0.24", "cap 0.16")
    study = Study(
        write_study(tmp_path / "made", arms=arms, scenarios=("calm",), replicates=2, months=24, lenders=LENDERS)
    )
    title, unit, rows = measure(study, "mean_apr", ("lender",))
    micro = rows[rows["lender"] == "micro_lender_a"]
    assert change_caption(study, micro, unit, title).endswith("; the other policy is not described here.")
    captions = [block.caption for block in lenders_section(study).blocks if isinstance(block, Figure)]
    assert any("under “cap 0.36” is at" in caption for caption in captions)
    assert all(
        "the other 2 policies are not described here" in caption for caption in captions if "“cap 0.36”" in caption
    )
    rolls = [block.caption for block in loans_section(study).blocks if isinstance(block, Figure)]
    assert all(
        "the other 2 policies are not described here" in caption for caption in rolls if "“cap 0.36” against" in caption
    )


def test_a_band_keeps_months_without_a_value() -> None:
    rows = pd.DataFrame({"month": [0, 1, 2], "replicate": [0, 0, 0], "value": [3.0, None, 7.0]})
    found = band(rows, "value")
    assert found.months.tolist() == [0, 1, 2]
    assert np.isnan(found.median).tolist() == [False, True, False]


def test_a_line_has_a_gap_and_a_lone_value_is_a_dot() -> None:
    axis = Canvas().subplots()
    months, values = np.arange(6.0), np.array([1.0, 2.0, np.nan, 3.0, np.nan, np.nan])
    draw_line(axis, months, values, color="black")
    line, dots = axis.get_lines()
    assert np.isnan(line.get_ydata()).sum() == 3, "matplotlib breaks a line where there is no number"
    assert (dots.get_xdata().tolist(), dots.get_linestyle(), dots.get_marker()) == ([3.0], "None", ".")
    assert last_point(months, values) == (3.0, 3.0)
    assert np.isnan(last_point(months, values * np.nan)).all()


def test_a_lender_that_is_shut_has_no_change_of_price_in_any_sentence(shut: Study) -> None:
    found = measure(shut, "mean_apr", ("lender",))
    assert found is not None
    micro = found[2][found[2]["lender"] == "micro_lender_a"]
    assert has_gap(shut, micro, "cap", "calm")
    assert effect_of(shut, micro, "cap", "calm").replicates == 0
    assert "no value under “cap”" in change_caption(shut, micro, "share", "mean price")
    captions = {block.caption for block in lenders_section(shut).blocks if isinstance(block, Figure)}
    (price,) = [caption for caption in captions if caption.startswith("Mean price of new loans")]
    assert "no value at micro_lender_a under “cap”: no loans were granted, so there is no price" in price
    assert "the largest mean change under “cap” is at bank_a" in price


def test_arrears_of_a_book_that_runs_off_are_compared_while_there_is_one(shut: Study) -> None:
    found = measure(shut, "dpd90_share", ("lender",))
    assert found is not None
    micro = found[2][found[2]["lender"] == "micro_lender_a"].set_index(["arm", "replicate", "month"])["value"]
    both = [EFFECTIVE, EFFECTIVE + 1]
    by_hand = [np.mean([micro["cap", r, m] - micro["baseline", r, m] for m in both]) for r in range(3)]
    estimate = effect_of(shut, found[2][found[2]["lender"] == "micro_lender_a"], "cap", "calm")
    assert estimate.dots == pytest.approx(by_hand)


@pytest.mark.slow
def test_the_table_by_kind_says_that_there_is_no_value(shut: Study) -> None:
    (table,) = [block for block in kinds_section(shut).blocks if isinstance(block, Table)]
    rows = {(row[0], row[1]): row[5] for row in table.rows}
    assert rows[MEASURES["mean_apr"].title, "micro_lender"] == "no value"
    assert rows[MEASURES["approval_share"].title, "micro_lender"] == "no value"
    assert "points" in rows[MEASURES["mean_apr"].title, "bank"]


def test_the_answer_says_why_there_is_no_effect(shut: Study) -> None:
    (absent,) = without_value(shut)
    assert absent.outcome not in {effect.outcome for effect in read_effects(shut)}
    words = without_value_words(absent)
    price = "mean price of new loans, micro lender (months 1\u201312)"
    assert words == f"{price} has no value under “cap”: no loans were granted, so there is no price"
    (points,) = answer_section(shut).blocks
    assert words in points.items[1]
    notes = [block.text for block in effects_section(shut).blocks if block.kind == "note"]
    assert any(words in text for text in notes)
    assert not any("nan" in text for text in notes)


@pytest.mark.slow
def test_the_level_beside_a_change_is_of_the_months_of_the_change(shut: Study) -> None:
    """The arm has a book in two months of the window alone, the reference in all of it."""
    found = measure(shut, "dpd90_share", ("kind",))
    assert found is not None
    mine = found[2][(found[2]["kind"] == "micro_lender")]
    base = mine[mine["arm"] == "baseline"].set_index(["replicate", "month"])["value"]
    by_hand = [np.mean([base[r, m] for m in (EFFECTIVE, EFFECTIVE + 1)]) for r in range(3)]
    assert level_of_pairs(shut, mine, "cap", "calm").dots == pytest.approx(by_hand)
    (table,) = [block for block in kinds_section(shut).blocks if isinstance(block, Table)]
    (row,) = [row for row in table.rows if row[:2] == (MEASURES["dpd90_share"].title, "micro_lender")]
    assert row[3].startswith(f"{np.mean(by_hand):.2%}")


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("lender.bank.approval_share", "nobody applied"),
        ("lender.bank.new_approval_share", "nobody without a line there applied"),
        ("market.line_approval_share", "nobody with a line there applied"),
        ("lender.bank.capital_ratio_share", "there were no risk-weighted assets"),
        ("lender.bank.roe_share", "equity was not positive"),
        ("lender.a.sale_price_share", "no claims were sold"),
        ("scorecards.a.before.refused_bad_share", "nobody was refused"),
        ("lender.a.mean_apr minus lender.b.mean_apr", "there is nothing to divide by"),
        ("market.approvals", "there is nothing to divide by"),
    ],
)
def test_what_there_was_none_of_is_described_by_what_stands_below(outcome: str, words: str) -> None:
    assert why_outcome_absent(outcome) == words
