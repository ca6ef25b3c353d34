"""Words and numbers: what the page says is what the tables hold."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from experiments.report.effects import read_effects
from experiments.report.reading import Study
from experiments.report.sections.answer import five_sentences
from experiments.report.wording import change_sentence, number, quantity


def quoted_changes(sentence: str) -> list[tuple[float, float, float]]:
    """Read every `mean unit (95% interval low to high` of a sentence."""
    plain = sentence.replace("\u2212", "-").replace("\u202f", "")
    pattern = r"([+-]?[\d.]+)[a-z ]* \((?:[+-][\d.]+% of the reference; )?95% interval ([+-]?[\d.]+) to ([+-]?[\d.]+),"
    return [(float(mean), float(low), float(high)) for mean, low, high in re.findall(pattern, plain)]


def test_answer_quotes_the_effects_table(study_folder: Path) -> None:
    study = Study(study_folder)
    table = pd.read_parquet(study_folder / "tables" / "effects.parquet")
    sentences = five_sentences(study, read_effects(study))
    assert len(sentences) == 5
    for scenario, sentence in zip(("calm", "shock"), sentences[1:3], strict=True):
        rows = table[(table["arm"] == "tightening") & (table["scenario"] == scenario) & table["primary"]]
        quoted = quoted_changes(sentence)
        assert len(quoted) == len(rows) == 3
        # debt in million yuan, informal debt in thousand yuan, hardship in percentage points
        for (_, row), found, factor in zip(rows.iterrows(), quoted, (1e-8, 1e-5, 100.0), strict=True):
            for column, value in zip(("mean", "low", "high"), found, strict=True):
                assert value == pytest.approx(row[column] * factor, rel=0.01)
        assert "4 pairs" in sentence


def test_verdict_counts_signs_that_were_met(study_folder: Path) -> None:
    study = Study(study_folder)
    sentence = five_sentences(study, read_effects(study))[-1]
    assert "Of 6 primary estimates, 4 had the sign expected beforehand, 2 the opposite sign and 0" in sentence
    assert "exploratory" in sentence


def test_interval_around_zero_is_said_to_be_unclear() -> None:
    assert change_sentence(-0.01, -0.03, 0.01, "share", 10, "t").endswith("not distinguishable from zero")
    assert "not distinguishable" not in change_sentence(-0.02, -0.03, -0.01, "share", 10, "t")
    nan = float("nan")
    assert change_sentence(0.0, nan, nan, "share", 10, "identical") == "identical in all 10 pairs"
    equal = change_sentence(0.0, nan, nan, "share", 10, "no spread")
    assert equal == "equal in all 10 pairs (no interval)"
    assert "the same in all 10 pairs" in change_sentence(-0.02, nan, nan, "share", 10, "no spread")
    assert "95% bound for counts" in change_sentence(0.0, -0.4, 0.4, "number", 10, "count bound")
    assert "no interval" in change_sentence(-0.02, float("nan"), float("nan"), "share", 1, "single")


@pytest.mark.parametrize(
    ("value", "unit", "change", "words"),
    [
        (0.1234, "share", False, "12.3%"),
        (-0.0123, "share", True, "\u22121.23 percentage points"),
        (123_456_700, "fen", False, "1.23\u202fmillion yuan"),
        (-45_600, "fen", True, "\u2212456\u202fyuan"),
        (1_234_567.0, "number", False, "1\u202f234\u202f567"),
    ],
)
def test_quantities_carry_their_unit(value: float, unit: str, change: bool, words: str) -> None:
    assert quantity(value, unit, change) == words


def test_rounded_zero_has_no_sign() -> None:
    assert number(-0.0001, 2, signed=True) == "0.00"
