"""The like-for-like peer does the work: on the same people and parameters it comes to about the same market."""

from functools import cache

import pytest

from experiments.compose.study import compose
from sim.market import CreditMarket
from sim.params import MarketConfig
from tests.benchmarks.peer.market import PeerMarket

PEOPLE, SETTLING, REPORTED = 5_000, 18, 8
# Largest relative difference that passes: several times what another seed makes, far below a mechanism left out.
TOLERANCE = {
    "indebted_share": 0.08,
    "debt": 0.15,
    "applications": 0.12,
    "approval_share": 0.06,
    "dpd30_share": 0.45,
    "consumption": 0.05,
    "hardship_share": 0.30,
    "informal_debt": 0.35,
}


# Another market, to see that both read the same parameters and answer them alike.
STRAINED = (
    "behaviour.spending.emergency_share=0.05",
    "behaviour.demand.purchase_share=0.05",
    "economy.unemployment_share=0.1",
)
MARKETS = {"as it is": (), "strained": STRAINED}


def config(changes: tuple[str, ...]) -> MarketConfig:
    found = compose(["study=baseline", f"population.size={PEOPLE}", f"calendar.months={REPORTED}", *changes])
    return found._replace(calendar=found.calendar._replace(warm_up_months=SETTLING))


@cache
def completed_peer(changes: tuple[str, ...] = ()) -> PeerMarket:
    peer = PeerMarket(config(changes), 1)
    for _ in range(SETTLING + REPORTED):
        peer.step()
    return peer


@cache
def of_the_peer(changes: tuple[str, ...]) -> dict[str, float]:
    months = completed_peer(changes).history[SETTLING:]
    means = {name: sum(getattr(month, name) for month in months) / len(months) for name in months[0]._fields}
    return means | {"approval_share": means["approvals"] / means["applications"]}


@cache
def of_the_model(changes: tuple[str, ...]) -> dict[str, float]:
    market = CreditMarket(config(changes), rng=1)
    market.run()
    means = market.record.table("market").to_pandas().mean(numeric_only=True)
    in_yuan = {name: means[f"{name}_fen"] / 100 for name in ("debt", "consumption", "informal_debt")}
    shares = {name: means[name] for name in ("indebted_share", "dpd30_share", "hardship_share", "applications")}
    return in_yuan | shares | {"approval_share": means["approvals"] / means["applications"]}


@pytest.mark.parametrize("name", TOLERANCE)
@pytest.mark.parametrize("market", MARKETS)
@pytest.mark.slow
def test_it_comes_to_about_the_same_market(market: str, name: str) -> None:
    changes = MARKETS[market]
    assert of_the_peer(changes)[name] == pytest.approx(of_the_model(changes)[name], rel=TOLERANCE[name])


@pytest.mark.slow
def test_the_strained_market_is_another_one() -> None:
    """Else passing in both would say no more than passing in one."""
    calm, strained = of_the_peer(()), of_the_peer(STRAINED)
    assert strained["hardship_share"] > 1.5 * calm["hardship_share"]
    assert strained["dpd30_share"] > 1.5 * calm["dpd30_share"]


@pytest.mark.slow
def test_every_lender_lends_collects_and_loses() -> None:
    for lender in completed_peer().lenders:
        assert lender.managed > 0
        assert lender.equity > 0
    months = completed_peer().history
    assert sum(month.charge_offs for month in months) > 0
    assert any(person.claims for person in completed_peer().agents if hasattr(person, "claims"))


@pytest.mark.slow
def test_partners_hold_their_part_and_stocks_add_up() -> None:
    lenders = completed_peer().lenders
    assert sum(lender.loans for lender in lenders) == pytest.approx(sum(lender.managed for lender in lenders))
    platform = lenders[0]
    assert platform.loans == pytest.approx((1 - platform.partner_share) * platform.managed)
