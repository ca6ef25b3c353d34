"""Every sentence about a person must be what the state and the tallies say."""

import numpy as np
import pytest

from sim.codes import APPROVED, CHARGED_OFF, EMPTY, NOT_APPLIED, OPEN, OUTCOMES
from sim.market import CreditMarket
from sim.observe.explain import REASONS, Explanation
from sim.params import OfferTestParameters
from sim.state import People
from tests.market.small_market import SEED, completed, completed_by_reference, every_lender, small
from tests.people.side_by_side import people_of


def rows_where(market: CreditMarket, condition: str) -> list[int]:
    state = people_of(market)
    found = {
        "refused": (state.applications.outcome > APPROVED),
        "approved": (state.applications.outcome == APPROVED),
        "tried twice": (state.applications.first_outcome != NOT_APPLIED),
        "asked nobody": (state.applications.outcome == NOT_APPLIED),
        "late": ((state.loans.status == OPEN) & (state.loans.bucket > 0)).any(axis=1),
        "charged off": (state.loans.status == CHARGED_OFF).any(axis=1),
    }[condition]
    return [int(row) for row in np.flatnonzero(found)]


def one_of(condition: str) -> tuple[int, People, Explanation]:
    market = completed(small())
    row = rows_where(market, condition)[0]
    return row, people_of(market), market.explain(row)


def test_every_outcome_has_its_words() -> None:
    assert set(REASONS) == set(OUTCOMES) - {"not_applied", "pending"}


@pytest.mark.parametrize("condition", ["refused", "approved", "tried twice"])
def test_an_application_is_told_with_its_lender_amount_and_reason(condition: str) -> None:
    row, state, told = one_of(condition)
    applications = state.applications
    assert told.outcome == OUTCOMES[applications.outcome[row]]
    assert told.first_outcome == OUTCOMES[applications.first_outcome[row]]
    assert REASONS[told.outcome] in str(told)
    assert f"{applications.wanted[row] / 100:,.2f} yuan" in str(told)
    if condition == "approved":
        assert f"lent {applications.amount[row] / 100:,.2f} yuan" in str(told)


@pytest.mark.slow
def test_in_a_trial_the_price_told_is_that_of_the_loan() -> None:
    """Everybody is in a test of prices or limits, on first loans and on lines."""
    offer_test = OfferTestParameters(share=1.0, price_step_apr=0.03, limit_step_share=0.5)
    market = completed(every_lender(small(), offer_test=offer_test))
    state = people_of(market)
    approved = rows_where(market, "approved")[:12]  # each is run again to be described
    assert len(approved) == 12
    for row in approved:
        loans, lender = state.loans, state.applications.lender[row]
        newest = max(
            (
                slot
                for slot in range(loans.status.shape[1])
                if loans.status[row, slot] == OPEN and loans.lender[row, slot] == lender
            ),
            key=lambda slot: loans.origination_month[row, slot],
        )
        assert f"at {loans.apr_bp[row, newest] / 100:.2f}% a year" in str(market.explain(row))


def test_who_asked_nobody_is_said_to() -> None:
    _, _, told = one_of("asked nobody")
    assert told.outcome == "not_applied"
    assert "asked nobody" in str(told)


@pytest.mark.parametrize("condition", ["late", "charged off", "approved"])
def test_what_is_owed_is_every_contract(condition: str) -> None:
    row, state, told = one_of(condition)
    names = [name for name, _ in small().lender]
    loans = state.loans
    expected = [
        (
            names[loans.lender[row, slot]],
            loans.principal[row, slot],
            loans.bucket[row, slot],
            loans.status[row, slot] == CHARGED_OFF,
        )
        for slot in range(loans.status.shape[1])
        if loans.status[row, slot] > EMPTY
    ]
    assert [tuple(each) for each in told.owed] == expected
    for name, principal, _, _ in expected:
        assert f"{name} {principal / 100:,.2f} yuan" in str(told)
    assert told.informal_debt_fen == state.borrowers.informal_debt[row]


def test_a_past_month_is_told_as_it_was_at_the_time() -> None:
    market = CreditMarket(small(), rng=SEED)
    for _ in range(7):
        market.step()
    at_the_time = [market.explain(row) for row in rows_where(market, "refused")[:2]]
    for told in at_the_time:
        assert told.month == 6
        assert "month 6 (2021-07-01)" in str(told)
        assert completed(small()).explain(told.borrower, 6) == told


def test_explaining_changes_nothing() -> None:
    market = CreditMarket(small(months=6), rng=SEED)
    market.step()
    market.explain(17)
    market.run()
    assert market.record.hash() == completed(small(months=6)).record.hash()


def test_a_missed_payment_has_a_reason_and_the_reason_fits_the_purse() -> None:
    market = completed(small())
    state = people_of(market)
    reasons = []
    for row in rows_where(market, "late")[:6]:
        told = market.explain(row)
        for _, why in told.missed:
            reasons.append(why)
            assert told.due_fen > 0
            if why == "no_money":
                assert state.borrowers.savings[row] < told.due_fen + state.borrowers.essentials[row]
    assert reasons
    assert set(reasons) <= {"no_money", "forgot", "walked_away"}  # no shock, no fraud


@pytest.mark.slow
def test_market_and_reference_tell_the_same() -> None:
    config = small(people=150, warm_up=6, months=6)
    row = rows_where(completed(config), "approved")[0]
    assert completed(config).explain(row) == completed_by_reference(config).explain(row)


@pytest.mark.parametrize(
    ("borrower", "month", "words"),
    [
        (-1, 0, "borrower: must lie in 0 to 599"),
        (600, 0, "was 600"),
        (0, 18, "month: must lie in 0 to 17"),
        (0, -1, "was -1"),
    ],
)
def test_who_or_when_is_not_there_is_refused(borrower: int, month: int, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        completed(small()).explain(borrower, month)


def test_before_the_first_month_there_is_nothing_to_explain() -> None:
    with pytest.raises(ValueError, match="none has been run"):
        CreditMarket(small(), rng=SEED).explain(0)
