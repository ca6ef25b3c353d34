"""Claims on a failed lender: one estate worked by hand, and shares that always add up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.books.ledger import FUNDERS
from sim.books.ledger import OWNERS as OWNERS_ENTITY
from sim.books.resolution import (
    DEPOSITORS,
    NOTE_HOLDERS,
    OWNERS,
    RANKS,
    WHOLESALE,
    Claim,
    after_payments,
    estate_of,
    late_payments,
    settled,
)
from sim.codes import RESOLUTION
from sim.observe.audit import AuditError, audit
from sim.parameters.books import SecuritiesParameters
from sim.params import LenderParameters
from tests.books.made_books import LOST, Contract, Town, made_economy, made_rulebook


def of(estate: tuple[Claim, ...], rank: str) -> Claim:
    return next(claim for claim in estate if claim.rank == rank)


def test_an_estate_worked_by_hand() -> None:
    estate = estate_of({NOTE_HOLDERS: 30, DEPOSITORS: 100, WHOLESALE: 200, OWNERS: 50})
    assert tuple(claim.rank for claim in estate) == RANKS
    estate = after_payments(estate, {NOTE_HOLDERS: 30, DEPOSITORS: 100, WHOLESALE: 20})
    assert [claim.open for claim in estate] == [0, 0, 180, 50]
    assert [claim.lost for claim in estate] == [0, 0, 0, 0], "nobody has lost before everything is collected"
    estate = settled(estate)
    assert [claim.lost for claim in estate] == [0, 0, 180, 50]
    # Of 190 that a debtor pays much later, 180 make wholesale funders whole and 10 are left to owners.
    late = late_payments(estate, 190)
    assert late == {DEPOSITORS: 0, WHOLESALE: 180, OWNERS: 10}
    assert [claim.lost for claim in after_payments(estate, late)] == [0, 0, 0, 40]


@given(
    st.lists(st.integers(0, 10**12), min_size=4, max_size=4),
    st.lists(st.integers(0, 100), min_size=4, max_size=4),
    st.lists(st.integers(0, 10**12), max_size=6),
)
def test_what_was_owed_is_paid_or_lost_and_all_cash_goes_out(
    owed: list[int], paid: list[int], later: list[int]
) -> None:
    estate = estate_of(dict(zip(RANKS, owed, strict=True)))
    first = {claim.rank: claim.owed * share // 100 for claim, share in zip(estate, paid, strict=True)}
    estate = settled(after_payments(estate, first))
    for cash in later:
        late = late_payments(estate, cash)
        assert sum(late.values()) == cash
        estate = after_payments(estate, late)
        if late[OWNERS] > 0:
            assert of(estate, DEPOSITORS).lost == of(estate, WHOLESALE).lost == 0
        if late[WHOLESALE] > 0:
            assert of(estate, DEPOSITORS).lost == 0
    for claim in estate:
        assert claim.open == 0
        assert claim.lost == max(0, claim.owed - claim.paid)
        if claim.rank != OWNERS:
            assert claim.owed == claim.paid + claim.lost


# --- a lender that fails ----------------------------------------------------------------------------------------------
BANK = LenderParameters(
    kind="bank",
    deposit_share=0.5,
    funding_term_months=5,
    capital_target_share=0.12,
    risk_weight=1.0,
    founding_plan_yuan=0.0,
    securities=SecuritiesParameters(pool_share=0.2),
)


def failed() -> Town:
    """A bank that lost 3 of its 10 million of loans in a month."""
    town = Town(("one", BANK))
    town.month(-1, Contract(0, lent=10_000_000))
    town.month(0, Contract(0, opening=10_000_000))
    town.month(1, Contract(0, opening=7_000_000), Contract(0, opening=3_000_000, next_bucket=LOST))
    assert town.lenders[0].status == RESOLUTION
    return town


def test_ranks_are_paid_in_order_and_the_books_close_until_nothing_is_left() -> None:
    town = failed()
    lender = town.lenders[0]
    estate = lender.report()["estate"]
    before = town.ledger.balance(FUNDERS, "write_off")  # what holders of notes lost on the day of failure itself
    assert of(estate, DEPOSITORS).owed == lender.balance("deposits") > 0
    assert of(estate, WHOLESALE).owed == lender.balance("wholesale") > 0
    assert of(estate, NOTE_HOLDERS).owed == lender.balance("securities") > 0
    assert of(estate, OWNERS).owed > 0, "what the books showed a month before"

    town.month(2, Contract(0, opening=7_000_000, repaid=2_000_000))
    estate = lender.estate
    assert of(estate, DEPOSITORS).paid > 0
    assert of(estate, WHOLESALE).paid == 0 or of(estate, DEPOSITORS).open == 0
    assert of(estate, NOTE_HOLDERS).paid > 0, "from their own pool"

    town.month(3, Contract(0, opening=5_000_000, repaid=4_000_000))
    town.month(4, Contract(0, opening=1_000_000, next_bucket=LOST))
    written_off = town.ledger.balance(FUNDERS, "write_off") - before
    assert of(lender.estate, DEPOSITORS).lost == 0
    assert of(lender.estate, OWNERS).lost == of(lender.estate, OWNERS).owed
    assert sum(of(lender.estate, rank).lost for rank in (NOTE_HOLDERS, DEPOSITORS, WHOLESALE)) == written_off > 0
    assert lender.report()["liabilities_fen"] == 0
    assert town.ledger.balance(FUNDERS, "claims_on_others") == 0

    lost = of(lender.estate, WHOLESALE).lost
    town.month(5, recovered=[5_000])
    assert of(lender.estate, WHOLESALE).lost == lost - 5_000, "what debtors pay later makes good what was lost"
    assert lender.cash_fen() == 0
    assert town.ledger.balance(FUNDERS, "write_back") == 5_000


def test_owners_of_a_lender_that_was_only_illiquid_get_what_is_left() -> None:
    town = Town(("one", BANK._replace(deposit_share=0.0, securities=SecuritiesParameters())))
    town.month(-1, Contract(0, lent=10_000_000))
    town.month(0, Contract(0, opening=10_000_000), rollover_factors=(0.0,))
    lender = town.lenders[0]
    assert lender.status == RESOLUTION
    before = town.ledger.balance(OWNERS_ENTITY, "income")
    town.month(1, Contract(0, opening=10_000_000, repaid=10_000_000))
    assert [claim.lost for claim in lender.estate[:3]] == [0, 0, 0]
    assert of(lender.estate, OWNERS).paid == town.ledger.balance(OWNERS_ENTITY, "income") - before > 0
    assert lender.cash_fen() == 0


def test_lines_at_a_failed_lender_vanish_and_its_borrowers_go_on_owing() -> None:
    lender = failed().lenders[0]
    offer = lender.set_terms(made_economy(2, 1), made_rulebook(2))
    assert (offer.open, offer.cuts.quiet_share) == (False, 1.0)
    assert lender.loans_fen() == 7_000_000


def test_a_claim_that_the_ledger_does_not_owe_is_found() -> None:
    town = failed()
    before = town.opening_stock
    tallies = town.month(2, Contract(0, opening=7_000_000))
    estate = town.lenders[0].estate
    town.lenders[0].estate = tuple(claim._replace(owed=claim.owed + 1) for claim in estate)
    with pytest.raises(AuditError, match="open claims of depositors"):
        audit(town.ledger, town.lenders, tallies, before, 2)
