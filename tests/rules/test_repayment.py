"""The contract: schedules against decimal arithmetic, whole lives against a reference kept by dates, worked cases."""

from __future__ import annotations

import csv
import random
from fractions import Fraction
from math import floor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.money import monthly_interest
from sim.rules.repayment import (
    LoanAfter,
    Payment,
    after_payments,
    amount_due_estimate,
    level_instalment,
    next_instalment,
    recovery,
    relationship_value,
)
from tests.rules.contract_by_dates import ContractByDates, exact_instalment

TERMS = (3, 6, 9, 12, 24)
SHEET = Path(__file__).resolve().parents[1] / "golden" / "three_borrowers.csv"


def random_loan(generator: random.Random) -> tuple[int, int, int]:
    return (
        generator.randint(50, 20_000) * 10_000 // generator.choice([1, 7]),
        generator.randint(1, 3_600),
        generator.choice(TERMS),
    )


def test_instalments_of_100_000_loans_are_the_annuity_rounded_up():
    generator = random.Random(1)
    wrong = 0
    for _ in range(100_000):
        principal, apr_bp, term = random_loan(generator)
        wrong += level_instalment(principal, apr_bp, term) != floor(exact_instalment(principal, apr_bp, term)) + 1
    assert wrong == 0


def test_schedules_repay_exactly_the_principal_and_end_near_the_instalment():
    generator = random.Random(2)
    for _ in range(10_000):
        principal, apr_bp, term = random_loan(generator)
        instalment = level_instalment(principal, apr_bp, term)
        owed, repaid, total = principal, 0, 0
        for left in range(term, 0, -1):
            payment = next_instalment(owed, apr_bp, instalment, left, 0, 1.5)
            assert payment.interest == monthly_interest(owed, apr_bp)
            total = payment.interest + payment.principal
            assert left == 1 or total == instalment
            assert payment.late_fee == 0
            owed -= payment.principal
            repaid += payment.principal
        assert owed == 0
        assert repaid == principal
        # Every month's interest is off by at most half a fen, which compounds to less than a fen a month.
        assert instalment - 2 * term < total <= instalment + term


def test_a_loan_without_interest_is_split_evenly_rounded_up():
    assert level_instalment(1_000, 0, 3) == 334
    assert level_instalment(900, 0, 3) == 300


def test_a_loan_by_hand():
    """10,000 yuan at 18% over three months: 1.5% a month, annuity factor 0.3433830."""
    assert level_instalment(1_000_000, 1_800, 3) == 343_383
    assert next_instalment(1_000_000, 1_800, 343_383, 3, 0, 1.5) == Payment(15_000, 328_383, 0)
    assert next_instalment(671_617, 1_800, 343_383, 2, 0, 1.5) == Payment(10_074, 333_309, 0)
    assert next_instalment(338_308, 1_800, 343_383, 1, 0, 1.5) == Payment(5_075, 338_308, 0)
    # Two months late: 343,383 fen x 2 months x 27% / 12 = 15,452.2 fen.
    assert next_instalment(1_000_000, 1_800, 343_383, 3, 2, 1.5) == Payment(15_000, 328_383, 15_452)


@pytest.mark.parametrize(
    ("bucket", "left", "payments_afforded", "closing_bucket", "paid"),
    [
        (0, 12, 0, 1, 0),  # a missed month
        (0, 12, 1, 0, 1),  # on time
        (1, 12, 1, 1, 1),  # one payment a month keeps the bucket
        (1, 12, 2, 0, 2),  # cured in one step
        (3, 12, 2, 2, 2),  # two of four due: back to two
        (3, 12, 4, 0, 4),  # cured in four steps at once
        (4, 12, 4, 5, 0),  # from bucket four, all arrears or nothing
        (4, 12, 5, 0, 5),
        (6, 2, 2, 0, 2),  # matured: what is left is all arrears
        (6, 2, 1, 7, 0),
        (2, 1, 1, 0, 1),
        (2, 1, 0, 3, 0),
    ],
)
def test_payments_move_a_loan_between_buckets(bucket, left, payments_afforded, closing_bucket, paid):
    instalment = level_instalment(1_200_000, 1_200, 12)
    cash = payments_afforded * (instalment + bucket * instalment * 2 // 100)  # with room for late fees
    after = after_payments(1_200_000 * left // 12, 1_200, instalment, left, bucket, cash, 1.5)
    assert after.instalments_left == left - paid
    assert after.bucket == closing_bucket
    if paid == 0:
        assert after == LoanAfter(1_200_000 * left // 12, left, closing_bucket, 0, 0)


@given(
    st.integers(1, 2_000).map(lambda hundreds: hundreds * 10_000),
    st.integers(0, 3_600),
    st.sampled_from(TERMS),
    st.sampled_from([Fraction(1), Fraction(3, 2), Fraction(5, 4), Fraction(5)]),
    st.lists(st.one_of(st.just(0), st.floats(0.0, 8.0)), min_size=1, max_size=36),
)
def test_a_life_of_payments_agrees_with_a_contract_kept_by_dates(principal, apr_bp, term, penalty, purses):
    instalment = level_instalment(principal, apr_bp, term)
    reference = ContractByDates(principal, apr_bp, term, instalment, penalty)
    owed, left, bucket = principal, term, 0
    for month, purse in enumerate(purses, start=1):
        cash = int(purse * instalment)
        after = after_payments(owed, apr_bp, instalment, left, bucket, cash, float(penalty))
        assert (after.interest_paid, after.principal_paid) == reference.live(month, cash)
        owed, left, bucket = after.principal, after.instalments_left, after.bucket
        assert (owed, left, bucket) == (reference.principal, len(reference.due_months), reference.bucket_after(month))
        if left == 0:
            assert owed == 0
            break


@given(st.integers(0, 12), st.integers(1, 24), st.integers(0, 10**7))
def test_a_payment_never_exceeds_the_cash_offered(bucket, left, cash):
    instalment = level_instalment(1_000_000, 2_400, 24)
    after = after_payments(1_000_000 * left // 24, 2_400, instalment, left, bucket, cash, 1.5)
    assert 0 <= after.interest_paid + after.principal_paid <= cash
    assert after.principal >= 0


def test_the_sheet_worked_by_hand():
    """Three borrowers, one lender, six months: prompt, late and cured, never pays."""
    with SHEET.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert {row["borrower"] for row in rows} == {"prompt", "cured", "gone"}
    for row in rows:
        number = {name: int(value) for name, value in row.items() if name != "borrower"}
        after = after_payments(
            number["opening_principal_fen"],
            number["apr_bp"],
            number["instalment_fen"],
            number["opening_instalments_left"],
            number["opening_bucket"],
            number["cash_fen"],
            1.5,
        )
        assert after == LoanAfter(
            number["closing_principal_fen"],
            number["closing_instalments_left"],
            number["closing_bucket"],
            number["interest_and_fees_fen"],
            number["principal_paid_fen"],
        ), row


def test_what_a_person_expects_to_owe():
    assert amount_due_estimate(0, 12, 10_000, 110_000) == 10_000
    assert amount_due_estimate(2, 12, 10_000, 110_000) == 30_000
    assert amount_due_estimate(5, 2, 10_000, 19_000) == 19_950  # never more than the principal and a twentieth


def test_a_bank_with_a_registry_comes_before_a_bigger_line():
    assert relationship_value(1_500_000, 0, 1.0, 2_000_000.0) == 1_500_000
    assert relationship_value(0, 1, 1.0, 2_000_000.0) == 2_000_000
    assert relationship_value(0, 1, 0.0, 2_000_000.0) == 0


@pytest.mark.parametrize(
    ("claim", "cash", "kept", "share", "paid"),
    [(1_000, 500, 500, 0.5, 0), (1_000, 900, 500, 0.5, 200), (100, 900, 500, 0.5, 100), (1_000, 499, 500, 0.5, 0)],
)
def test_collectors_take_a_share_of_the_surplus_and_never_more_than_the_claim(claim, cash, kept, share, paid):
    assert recovery(claim, cash, kept, share) == paid
