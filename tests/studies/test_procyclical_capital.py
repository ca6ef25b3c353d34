"""P4, capital in a slump: a hard ratio lends less than a releasable buffer, least where the first buffer is thick."""

import pandas as pd
import pytest

from experiments.compose.study import compose_study
from tests.studies.completed_study import assert_signs, completed_study, effect

LENT = "lender.all.originations_fen"
FEW = (2_000, 2)


def gap(scenario: str, size: tuple[int, int] = FEW) -> pd.Series:
    """What the releasable buffer lends more than the hard ratio, from half a year on."""
    found = completed_study("procyclical_capital", *size, ("releasable",), scenario)
    return effect(found, LENT, "6-18", "releasable")


@pytest.mark.slow
def test_the_study_declares_its_sign_and_leaves_open_what_theory_leaves_open() -> None:
    study = compose_study(["study=procyclical_capital"])
    assert [primary.expected_sign for primary in study.settings.primary] == ["+", "?"]


@pytest.mark.slow
def test_in_a_deep_slump_a_hard_ratio_lends_less() -> None:
    assert gap("deep_thin")["mean"] > 0.0


@pytest.mark.slow
def test_the_declared_sign_holds_over_seeds_and_the_gap_closes_with_the_starting_buffer() -> None:
    size = (10_000, 6)
    assert_signs(completed_study("procyclical_capital", *size, ("releasable",), "deep_thin"))
    thin, middle, thick = (gap(f"deep_{buffer}", size)["mean"] for buffer in ("thin", "middle", "thick"))
    assert thin > middle >= thick
