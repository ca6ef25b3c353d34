"""The diagnostic must see a drift and must not see a season or noise."""

import numpy as np
import pytest

from sim.observe.stationarity import drift

SEASON = [100.0 + 20.0 * (month % 12 in (10, 11)) for month in range(24)]


def test_a_season_is_no_drift() -> None:
    found = drift(SEASON)
    assert found.relative == 0.0
    assert found.is_settled(0.0)


def test_a_trend_is_one() -> None:
    found = drift([value * 1.01**month for month, value in enumerate(SEASON)])
    assert found.relative == pytest.approx(1.01**12 - 1.0)
    assert not found.is_settled(0.05)
    assert found.is_settled(0.15)


def test_noise_is_none() -> None:
    generator = np.random.default_rng(3)
    verdicts = [drift(list(generator.normal(100.0, 5.0, 24))).is_settled(0.0) for _ in range(200)]
    assert sum(verdicts) >= 190
    shifted = [
        drift([*generator.normal(100.0, 2.0, 12), *generator.normal(110.0, 2.0, 12)]).is_settled(0.0)
        for _ in range(200)
    ]
    assert sum(shifted) <= 2


def test_too_short_a_series_is_refused() -> None:
    with pytest.raises(ValueError, match="needs 24 months, had 23"):
        drift(SEASON[:23])


def test_a_series_of_nothing_has_settled() -> None:
    assert drift([0.0] * 24).is_settled(0.0)


def test_what_begins_in_the_second_year_has_not_settled() -> None:
    found = drift([0.0] * 12 + [5.0] * 12)
    assert found.relative != found.relative, "of nothing there is no share"
    assert not found.is_settled(0.5)
