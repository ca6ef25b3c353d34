"""Sensitivity indices against functions whose indices are known, and what they give for noise and for nothing."""

import math

import numpy as np
import pytest

from experiments.analyses.measures import Measure
from experiments.analyses.sensitivity.command import screening_table, variance_table
from experiments.analyses.sensitivity.indices import (
    DUMMY,
    Estimate,
    Screened,
    apportioned,
    morris_design,
    noise_share,
    screened,
    sobol_design,
    survivors,
)
from experiments.analyses.sensitivity.page import findings_of

NAMES = ["first", "second", "third", DUMMY]
SEED = 7


def ishigami(unit: np.ndarray) -> np.ndarray:
    """Ishigami and Homma (1990), a = 7 and b = 0.1, on the unit cube."""
    x = math.pi * (2.0 * unit - 1.0)
    return np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def replicates(values: np.ndarray, count: int = 2, noise: float = 0.0) -> np.ndarray:
    """The same function in every replicate, each with a level of its own, and with noise of its own at each point."""
    chance = np.random.Generator(np.random.Philox(3))
    return values[:, None] + np.arange(count) + noise * chance.normal(size=(len(values), count))


def test_sobol_indices_of_ishigami_are_those_on_paper() -> None:
    design = sobol_design(NAMES, 2048, SEED)
    found = {each.parameter: each for each in apportioned(NAMES, replicates(ishigami(design)), 100, SEED)}
    for name, first, total in (("first", 0.3139, 0.5576), ("second", 0.4424, 0.4424), ("third", 0.0, 0.2437)):
        assert found[name].first_order.value == pytest.approx(first, abs=0.02)
        assert found[name].total.value == pytest.approx(total, abs=0.02)
        assert found[name].total.low < found[name].total.value < found[name].total.high
    assert found[DUMMY].total.value == 0.0
    assert found["first"].total.replicate_sd == pytest.approx(0.0, abs=1e-6), "a replicate's own level moves no index"


def test_screening_a_linear_function_gives_its_slopes_without_spread() -> None:
    design = morris_design(NAMES, 6, 4, SEED)
    values = replicates(design @ np.array([3.0, -2.0, 0.0, 0.0]))
    found = {each.parameter: each for each in screened(NAMES, design, values, 4, 100, SEED)}
    assert [found[name].mean_effect for name in NAMES] == pytest.approx([3.0, -2.0, 0.0, 0.0])
    assert [found[name].importance.value for name in NAMES] == pytest.approx([3.0, 2.0, 0.0, 0.0])
    assert all(each.spread == pytest.approx(0.0, abs=1e-9) for each in found.values())
    assert found["first"].importance.replicate_sd == pytest.approx(0.0, abs=1e-9)


def test_an_interaction_shows_as_spread() -> None:
    design = morris_design(NAMES, 20, 4, SEED)
    found = screened(NAMES, design, replicates(design[:, 0] * design[:, 1]), 4, 100, SEED)
    assert found[0].spread > 0.2
    assert found[2].spread == pytest.approx(0.0, abs=1e-12)


def test_the_same_seed_gives_the_same_digits() -> None:
    design = sobol_design(NAMES, 64, SEED)
    assert np.array_equal(design, sobol_design(NAMES, 64, SEED))
    assert not np.array_equal(design, sobol_design(NAMES, 64, SEED + 1))
    values = replicates(ishigami(design))
    found = apportioned(NAMES, values, 50, SEED)
    assert repr(found) == repr(apportioned(NAMES, values, 50, SEED))
    dummy = {each.parameter: each for each in found}[DUMMY]
    assert math.isnan(dummy.total.low), "what never moves anything has no interval"
    big = 2**63 - 1
    assert morris_design(NAMES, 3, 4, big).shape == (15, 4)


def test_an_outcome_that_never_varies_has_no_indices() -> None:
    found = apportioned(NAMES, np.full((6 * 8, 2), 4.0), 10, SEED)
    assert {each.total.value for each in found} == {0.0}
    design = morris_design(NAMES, 4, 4, SEED)
    flat = screened(NAMES, design, np.full((len(design), 2), 4.0), 4, 10, SEED)
    assert {each.importance.value for each in flat} == {0.0}
    assert survivors([flat], 3) == []


def test_noise_that_replicates_do_not_share_is_measured() -> None:
    design = sobol_design(NAMES, 256, SEED)
    values = ishigami(design)
    assert noise_share(replicates(values)) == pytest.approx(0.0, abs=1e-12)
    alike = float(values.var())
    for noise in (0.5, 2.0):
        expected = (noise**2 / 4) / (alike + noise**2 / 4)  # of a mean of four
        assert noise_share(replicates(values, 4, noise)) == pytest.approx(expected, rel=0.2)
    assert math.isnan(noise_share(values[:, None]))


def test_survivors_are_the_most_important_to_any_outcome_and_never_the_dummy() -> None:
    def output(**worth: float) -> list[Screened]:
        return [Screened(n, v, Estimate(v, v, v, 0.0), 0.0) for n, v in worth.items()]

    one, other = output(a=10.0, b=1.0, c=0.0), output(a=0.1, b=0.2, c=1.0)
    dummy = [Screened(DUMMY, 99.0, Estimate(99.0, 99.0, 99.0, 0.0), 0.0)]
    assert survivors([one, other], 2) == ["a", "c"]
    assert survivors([one], 5) == ["a", "b"], "what does nothing at all does not go on"
    assert DUMMY not in survivors([one + dummy], 5)


def test_an_outcome_without_a_value_in_some_run_has_no_effects_and_takes_none_from_others() -> None:
    design = morris_design(NAMES, 4, 4, SEED)
    whole, holed = replicates(ishigami(design)), replicates(ishigami(design))
    holed[3, 1] = math.nan
    found = [screened(NAMES, design, values, 4, 20, SEED) for values in (whole, holed)]
    assert all(math.isnan(each.importance.value) and math.isnan(each.mean_effect) for each in found[1])
    assert survivors(found, 2) == survivors(found[::-1], 2) == survivors(found[:1], 2)
    indices = [apportioned(NAMES, holed[: 2 * 6], 20, SEED)]
    assert all(math.isnan(each.total.value) for each in indices[0])
    measures = (Measure("market.approval_share"), Measure("market.mean_apr"))
    labels = [measure.label for measure in measures]
    tables = {
        "screening": screening_table(labels, found, survivors(found, 2)),
        "variance": variance_table(labels[1:], indices),
    }
    output = findings_of(tables, measures, (), {}, 2)
    assert "is moved most by" in output.lines[0]
    assert output.lines[1].startswith("mean price of new loans (mean): no effects.")
    assert "no loans were granted, so there is no price in a month of the window" in output.lines[1]
    assert not any("nan" in line for line in output.lines)
    output.drawing.draw()
