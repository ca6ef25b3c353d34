"""The audit is always on: a fault of one fen, wherever it is planted, ends the run with who, what and how much."""

from collections.abc import Callable

import pytest

from sim.codes import BUCKETS
from sim.counted import Flow, HouseholdFlow
from sim.market import CreditMarket
from sim.observe.audit import AuditError
from sim.state import Tallies
from tests.market.small_market import SEED, small

PLATFORM_A, BANK_A = 0, 2


def in_household(name: str) -> Callable[[Tallies], None]:
    def plant(tallies: Tallies) -> None:
        tallies.household[HouseholdFlow.of(name)] += 1

    return plant


def in_flow(name: str) -> Callable[[Tallies], None]:
    def plant(tallies: Tallies) -> None:
        tallies.flow[PLATFORM_A, Flow.of(name)] += 1

    return plant


def in_stock(tallies: Tallies) -> None:
    tallies.stock[PLATFORM_A, 0] += 1


def in_partner_stock(tallies: Tallies) -> None:
    tallies.partner_stock[PLATFORM_A, BANK_A, 0] += 1


def in_partner_interest(tallies: Tallies) -> None:
    tallies.partner_flow[PLATFORM_A, BANK_A, 2] += 1  # principal: the books of both would be off


def in_rolls(tallies: Tallies) -> None:
    tallies.roll_amount[PLATFORM_A, 0, 0] += 1


def in_rolls_to_charge_off(tallies: Tallies) -> None:
    tallies.roll_amount[PLATFORM_A, 6, BUCKETS + 1] += 1


def in_vintages(tallies: Tallies) -> None:
    tallies.vintage_stock[PLATFORM_A, 0] += 1


FAULTS = {
    "wages": (in_household("wages"), "savings of all people"),
    "consumption": (in_household("consumption"), "savings of all people"),
    "informal principal": (in_household("informal_principal"), "savings of all people"),
    "informal write-off": (in_household("informal_written_off"), "informal debt of all people"),
    "savings": (in_household("savings"), "savings of all people"),
    "interest": (in_flow("interest"), "savings of all people"),
    "originations": (in_flow("originations"), "savings of all people"),
    "recoveries": (in_flow("recoveries"), "savings of all people"),
    "charge-offs": (in_flow("charge_offs"), "principal less partners' parts"),
    "last bucket": (in_flow("opening_last_bucket_rolled"), "last bucket that rolled"),
    "stock": (in_stock, "principal less partners' parts"),
    "partner stock": (in_partner_stock, "platform_a"),
    "partner principal": (in_partner_interest, "principal less partners' parts"),
    "rolls": (in_rolls, "roll matrix row 0"),
    "rolls to charge-off": (in_rolls_to_charge_off, "rolled into charge-off"),
    "vintages": (in_vintages, "vintages sum to the book"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_one_fen_too_many_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant, words = FAULTS[name]
    market = CreditMarket(small(people=300, warm_up=4, months=6), rng=SEED)
    for _ in range(2):
        market.step()
    honest = market.people.settle

    def planted(*month: object) -> Tallies:
        tallies = honest(*month)  # type: ignore[arg-type]
        plant(tallies)
        return tallies

    monkeypatch.setattr(market.people, "settle", planted)
    with pytest.raises(AuditError, match=words) as found:
        market.step()
    assert "month 2" in str(found.value)
    assert "differ by 1 fen" in str(found.value) or "differ by -1 fen" in str(found.value)


def test_cash_from_nowhere_is_noticed() -> None:
    market = CreditMarket(small(people=300, warm_up=4, months=6), rng=SEED)
    market.step()
    market.ledger.balances["bank_b", "cash"] += 1
    with pytest.raises(AuditError, match="cash of everybody sums to zero"):
        market.step()


def test_an_entry_with_one_leg_is_noticed() -> None:
    market = CreditMarket(small(people=300, warm_up=4, months=6), rng=SEED)
    market.step()
    market.ledger.balances["bank_b", "allowance"] += 1
    market.lenders[3].close_books = lambda *_: None  # else the month's provision would hide what it mends
    with pytest.raises(AuditError, match="bank_b"):
        market.step()


def test_funding_that_the_ladder_forgets_is_noticed() -> None:
    market = CreditMarket(small(people=300, warm_up=4, months=6), rng=SEED)
    market.step()
    lender = market.lenders[1]
    lender.funding = lender.funding._replace(ladder=(*lender.funding.ladder[:-1], lender.funding.ladder[-1] + 1))
    with pytest.raises(AuditError, match="rungs of the ladder"):
        market.step()


def test_the_audit_reads_and_never_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    config = small(people=300, warm_up=4, months=6)
    audited, unaudited = CreditMarket(config, rng=SEED), CreditMarket(config, rng=SEED)
    audited.run()
    monkeypatch.setattr("sim.market.audit", lambda *_: None)
    unaudited.run()
    assert audited.record.hash() == unaudited.record.hash()
    balances = [
        {account: amount for account, amount in market.ledger.balances.items() if amount}
        for market in (audited, unaudited)
    ]
    assert balances[0] == balances[1]
