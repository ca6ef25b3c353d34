"""The audit: silent on a sound month, and every planted fault is found, named and measured."""

from collections.abc import Callable

import pytest

from sim.books.ledger import FIRMS, HOUSEHOLDS
from sim.codes import BUCKETS
from sim.counted import Flow, HouseholdFlow
from sim.observe.audit import AuditError, audit
from sim.params import LenderParameters
from sim.state import Tallies
from tests.books.made_books import LOST, PAID_OFF, Contract, Town

BANK = LenderParameters(id=1, kind="bank", deposit_share=0.8)
PLATFORM = LenderParameters(id=2, partner="bank", partner_share=0.7)
JOINT = {"lender": 1, "partner": 0, "share_bp": 7_000}


def completed() -> tuple[Town, Tallies]:
    """Two months of a bank and its platform, in which something of everything happens."""
    town = Town(("bank", BANK), ("platform", PLATFORM))
    town.month(-1, Contract(0, lent=5_000_001), Contract(**JOINT, lent=900_001), Contract(**JOINT, lent=70_007))
    before = town.opening_stock
    tallies = town.month(
        0,
        Contract(0, opening=5_000_001, interest=40_000, repaid=5_000_001, next_bucket=PAID_OFF),
        Contract(**JOINT, opening=900_001, interest=9_999, repaid=100_001),
        Contract(**JOINT, opening=70_007, next_bucket=LOST),
        Contract(**JOINT, lent=33_333),
        recovered=[0, 5],
    )
    town.opening_stock = before
    return town, tallies


Fault = Callable[[Town, Tallies], None]


def test_a_sound_month_passes() -> None:
    town, tallies = completed()
    audit(town.ledger, town.lenders, tallies, town.opening_stock, 0)


def a_rung_that_is_not_in_the_ledger(town: Town, tallies: Tallies) -> None:
    bank = town.lenders[0]
    bank.funding = bank.funding._replace(ladder=(bank.funding.ladder[0] + 1, *bank.funding.ladder[1:]))


def a_deposit_that_is_not_in_the_ledger(town: Town, tallies: Tallies) -> None:
    bank = town.lenders[0]
    bank.funding = bank.funding._replace(deposits=bank.funding.deposits + 1)


def a_debt_to_nobody(town: Town, tallies: Tallies) -> None:
    town.ledger.post("bank", "claims_on_others", "wholesale", 1)


def tallied(table: str, *place: int) -> Fault:
    def plant(town: Town, tallies: Tallies) -> None:
        getattr(tallies, table)[place] += 1

    return plant


def cash_from_nowhere(town: Town, tallies: Tallies) -> None:
    town.ledger.balances["platform", "cash"] += 1


def a_lost_asset(town: Town, tallies: Tallies) -> None:
    town.ledger.balances["bank", "claims_on_others"] += 1


def a_payment_nobody_tallied(town: Town, tallies: Tallies) -> None:
    town.ledger.pay(HOUSEHOLDS, "spending", FIRMS, "income", 1)


def a_bucket_below_zero(town: Town, tallies: Tallies) -> None:
    tallies.stock[1, 0] += 1
    tallies.stock[1, 2] -= 1


@pytest.mark.parametrize(
    ("fault", "who", "identity"),
    [
        (cash_from_nowhere, "the system", "cash of everybody sums to zero"),
        (a_lost_asset, "bank", "assets = liabilities"),
        (a_payment_nobody_tallied, HOUSEHOLDS, "cash in the ledger = savings"),
        (tallied("household", HouseholdFlow.INFORMAL_DEBT), "informal", "loans in the ledger = informal debt"),
        (tallied("stock", 1, 0), "platform", "own loans in the ledger"),
        (tallied("partner_stock", 1, 0, 0), "bank", "joint loans in the ledger"),
        (tallied("vintage_stock", 1, 3), "platform", "vintages sum to the book"),
        (tallied("flow", 1, Flow.OPENING_LAST_BUCKET_ROLLED), "platform", "opening balance of the last bucket"),
        (tallied("roll_amount", 1, 0, BUCKETS + 1), "platform", "rolled into charge-off"),
        (tallied("roll_amount", 1, 0, 0), "platform", "roll matrix row 0"),
        (tallied("roll_amount", 0, 5, 5), "bank", "roll matrix row 5"),
        (tallied("flow", 1, Flow.LOANS), "platform", "open loans counted twice"),
        (tallied("flow", 1, Flow.INTEREST_PARTNER), "platform", "interest of all partners"),
        (tallied("flow", 0, Flow.ORIGINATIONS), "bank", "book = opening book"),
        (a_rung_that_is_not_in_the_ledger, "bank", "rungs of the ladder"),
        (a_deposit_that_is_not_in_the_ledger, "bank", "deposits in the ledger"),
        (a_debt_to_nobody, "funders", "claims = what lenders owe"),
        (a_bucket_below_zero, "platform", "below zero"),
    ],
)
def test_a_planted_fen_is_found(fault: Fault, who: str, identity: str) -> None:
    town, tallies = completed()
    fault(town, tallies)
    with pytest.raises(AuditError, match=r"month 0, .*differ by -?1 fen") as found:
        audit(town.ledger, town.lenders, tallies, town.opening_stock, 0)
    assert who in str(found.value)
    assert identity in str(found.value)
