"""A market without policy must be alive, plausible and settled."""

from functools import cache

import numpy as np
import pytest

from experiments.compose.study import compose
from sim.codes import BUCKETS
from sim.market import CreditMarket
from sim.observe.stationarity import Drift, drift
from tests.market.plausibility import findings

SOMETIMES_WITHOUT_VALUE = ("provision_coverage_share", "sale_price_share")  # nothing 90 days late; no claims sold

SETTLED = ("debt_fen", "dpd30_share", "approvals", "indebted_share", "consumption_fen")
CHARGED_OFF = BUCKETS + 1


@cache
def baseline(people: int, months: int, replicate: int) -> CreditMarket:
    config = compose(["study=baseline", f"population.size={people}", f"calendar.months={months}"])
    market = CreditMarket(config, rng=1, replicate=replicate)
    market.run()
    return market


def assert_alive(market: CreditMarket) -> None:
    lender = market.record.table("lender").to_pandas()
    assert set(lender["status"]) == {"open"}, "a lender died"
    always = [name for name in lender.select_dtypes("number") if name not in SOMETIMES_WITHOUT_VALUE]
    assert np.isfinite(lender[always].to_numpy()).all()
    assert (lender.groupby("lender")["originations_fen"].sum() > 0).all(), "a lender stands idle"


def assert_charge_offs_are_what_rolled(market: CreditMarket) -> None:
    """A month's charge-offs are the opening balance of what rolled on from the last bucket, to the fen."""
    roll = market.record.table("roll").to_pandas()
    rolled = roll[roll["to_bucket"] == CHARGED_OFF].groupby(["month", "lender"])["balance_fen"].sum()
    lender = market.record.table("lender").to_pandas().set_index(["month", "lender"])
    charged_off = lender["managed_charge_offs_fen"]
    assert charged_off[charged_off > 0].sort_index().equals(rolled.sort_index().rename("managed_charge_offs_fen"))
    last_buckets = {name: parameters.charge_off_bucket for name, parameters in market.config.lender}
    sources = roll[roll["to_bucket"] == CHARGED_OFF]
    assert (sources["from_bucket"] == sources["lender"].map(last_buckets)).all()


def drifts(market: CreditMarket) -> dict[str, Drift]:
    table = market.record.table("market")
    return {name: drift(table[name].to_pylist()) for name in SETTLED}


def unsettled(market: CreditMarket, tolerance_share: float) -> list[str]:
    return [
        f"{name}: {found.first_year:.6g} to {found.second_year:.6g} ({found.relative:+.1%})"
        for name, found in drifts(market).items()
        if not found.is_settled(tolerance_share)
    ]


# --- a smaller one, always --------------------------------------------------------------------------------------------
def test_a_small_baseline_is_alive() -> None:
    assert_alive(baseline(20_000, 24, 0))
    assert_charge_offs_are_what_rolled(baseline(20_000, 24, 0))


def test_a_small_baseline_is_plausible_within_wider_ranges() -> None:
    rows = findings([baseline(20_000, 24, replicate) for replicate in (0, 1)], factor=1.5)
    assert all(row.is_plausible for row in rows), "\n" + "\n".join(map(str, rows))


def test_a_small_baseline_has_settled() -> None:
    assert unsettled(baseline(20_000, 24, 0), tolerance_share=0.05) == []


# --- the real one -----------------------------------------------------------------------------------------------------
@pytest.mark.slow
class TestAtTheScaleOfTheMainStudy:
    SEEDS = range(5)

    def test_lives(self) -> None:
        for replicate in self.SEEDS:
            assert_alive(baseline(100_000, 84, replicate))
            assert_charge_offs_are_what_rolled(baseline(100_000, 84, replicate))

    def test_is_plausible(self) -> None:
        rows = findings([baseline(100_000, 84, replicate) for replicate in self.SEEDS])
        assert all(row.is_plausible for row in rows), "\n" + "\n".join(map(str, rows))

    def test_is_stationary_when_the_warm_up_ends(self) -> None:
        """Replicates are independent where months are not, so the noise is judged between them."""
        found = [drifts(baseline(100_000, 84, replicate)) for replicate in self.SEEDS]
        for name in SETTLED:
            changes = np.array([each[name].relative for each in found])
            error = changes.std(ddof=1) / len(changes) ** 0.5
            assert abs(changes.mean()) <= max(0.02, 3.0 * error), f"{name}: {changes.mean():+.1%}, of {changes}"

    def test_its_debt_neither_explodes_nor_vanishes_in_ten_years(self) -> None:
        debt = baseline(100_000, 120, 0).record.table("market")["debt_fen"].to_pylist()
        first, last = sum(debt[:12]) / 12, sum(debt[-12:]) / 12
        assert 0.85 < last / first < 1.15
        assert all(0.8 < amount / first < 1.25 for amount in debt)

    def test_it_approves_as_many_newcomers_after_ten_years_as_before(self) -> None:
        lender = baseline(100_000, 120, 0).record.table("lender").to_pandas()
        yearly = lender.groupby(lender["month"] // 12)[["new_approvals", "new_applications"]].sum()
        shares = yearly["new_approvals"] / yearly["new_applications"]
        assert len(shares) == 10
        assert (abs(shares / shares.mean() - 1.0) <= 0.05).all(), shares.round(3).tolist()
