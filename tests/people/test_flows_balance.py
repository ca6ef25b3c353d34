"""Exact relations among the tallies of every month: nothing is lost between stocks and flows, to the fen."""

from __future__ import annotations

import numpy as np
import pytest

from sim.codes import BUCKETS, CLAIM_ENDED, EMPTY, LINE_OPEN, NO_LINE, OPEN, OUTCOMES, PENDING, REFINANCED
from sim.codes import PAID_OFF as REPAID
from sim.counted import Flow, GroupFlow, HouseholdFlow
from sim.state import owners_of
from tests.people.made_market import OPENING_MONTH, copied, made_market, run_month, started
from tests.people.side_by_side import side_by_side

LENDERS = 5
PAID_OFF, CHARGED_OFF = BUCKETS, BUCKETS + 1
MONTHS = range(OPENING_MONTH + 1, OPENING_MONTH + 13)


@pytest.fixture(scope="module", params=[0, 1, 2, 3])
def completed_months(request):
    """Opening tallies, closing tallies, opening savings and closing state of each month of one market."""
    market = made_market(seed=request.param, size=200, lenders=LENDERS, steady=request.param % 2 == 0)
    engine = started(market)
    run_month(engine, market, OPENING_MONTH)
    months = []
    for month in MONTHS:
        opening, savings = copied(engine.tallies), engine.state().borrowers.savings.sum(dtype=np.int64)
        defaulted_here = engine.tallies
        run_month(engine, market, month)
        assert defaulted_here is engine.tallies
        months.append((opening, copied(engine.tallies), int(savings), side_by_side(engine.state(), LENDERS)))
    return months


def at_lenders(tallies, name):
    return tallies.flow[:, Flow.of(name)]


def of_households(tallies, name):
    return int(tallies.household[HouseholdFlow.of(name)])


def test_rows_of_the_roll_matrix_sum_to_the_opening_book(completed_months):
    for opening, closing, _, _ in completed_months:
        assert np.array_equal(closing.roll_amount.sum(axis=2), opening.stock)
        assert np.array_equal(closing.roll_count.sum(axis=2), opening.stock_count)


def test_loans_outstanding_move_by_lending_repayment_and_charge_off_alone(completed_months):
    for opening, closing, _, _ in completed_months:
        change = (
            at_lenders(closing, "originations") - at_lenders(closing, "principal") - at_lenders(closing, "charge_offs")
        )
        assert np.array_equal(opening.stock.sum(axis=1) + change, closing.stock.sum(axis=1))


def test_the_number_of_loans_moves_by_lending_paying_off_and_charge_off_alone(completed_months):
    for opening, closing, _, _ in completed_months:
        gone = closing.roll_count[:, :, PAID_OFF].sum(axis=1) + closing.roll_count[:, :, CHARGED_OFF].sum(axis=1)
        now = opening.stock_count.sum(axis=1) + at_lenders(closing, "originations_count") - gone
        assert np.array_equal(now, closing.stock_count.sum(axis=1))
        assert np.array_equal(at_lenders(closing, "defaults"), closing.roll_count[:, :, CHARGED_OFF].sum(axis=1))


def test_the_partners_part_moves_by_its_own_flows(completed_months):
    lent, _, principal, charged_off, _ = range(5)
    for opening, closing, _, _ in completed_months:
        flow = closing.partner_flow
        change = flow[:, :, lent] - flow[:, :, principal] - flow[:, :, charged_off]
        assert np.array_equal(opening.partner_stock.sum(axis=2) + change, closing.partner_stock.sum(axis=2))
        assert (closing.partner_stock.sum(axis=1) <= closing.stock).all()
        for column, name in enumerate(["originations", "interest", "principal", "charge_offs", "recoveries"]):
            assert np.array_equal(flow[:, :, column].sum(axis=1), at_lenders(closing, f"{name}_partner"))


def test_charge_offs_are_the_opening_balance_of_what_rolled_on(completed_months):
    for _, closing, _, _ in completed_months:
        assert np.array_equal(at_lenders(closing, "charge_offs"), at_lenders(closing, "opening_last_bucket_rolled"))
        assert np.array_equal(at_lenders(closing, "charge_offs"), closing.roll_amount[:, :, CHARGED_OFF].sum(axis=1))


def test_vintages_sum_to_the_book(completed_months):
    for _, closing, _, _ in completed_months:
        assert np.array_equal(closing.vintage_stock.sum(axis=1), closing.stock.sum(axis=1))
        assert np.array_equal(closing.vintage_flow[:, :, 0].sum(axis=1), at_lenders(closing, "originations"))


def test_every_fen_of_households_has_a_source_and_a_use(completed_months):
    for _, closing, opening_savings, _ in completed_months:
        received = sum(
            of_households(closing, name) for name in ("wages", "benefits", "support", "sales", "informal_lent")
        )
        received += int(at_lenders(closing, "originations").sum())
        spent = sum(
            of_households(closing, name)
            for name in ("consumption", "long_term_saving", "informal_interest", "informal_principal")
        )
        spent += sum(
            int(at_lenders(closing, name).sum())
            for name in ("interest", "principal", "recoveries", "buyers_recoveries")
        )
        assert opening_savings + received - spent == of_households(closing, "savings")


def test_informal_debt_moves_by_its_flows(completed_months):
    for opening, closing, _, _ in completed_months:
        change = of_households(closing, "informal_lent") - of_households(closing, "informal_principal")
        change -= of_households(closing, "informal_written_off")
        assert of_households(opening, "informal_debt") + change == of_households(closing, "informal_debt")


def test_groups_and_sectors_add_up_to_the_whole(completed_months):
    for _, closing, _, people in completed_months:
        # Groups count new money; lenders count what new loans repaid and interest lent on top as well.
        lent = at_lenders(closing, "originations").sum() - at_lenders(closing, "capitalised").sum()
        new_money = lent - at_lenders(closing, "refinanced").sum()
        assert closing.group[:, GroupFlow.ORIGINATIONS].sum() == new_money
        assert closing.group[:, GroupFlow.DEBT].sum() == closing.stock.sum()
        assert closing.group[:, GroupFlow.DEBT_DPD30].sum() == closing.stock[:, 2:].sum()
        assert closing.group[:, GroupFlow.DEBT_DPD90].sum() == closing.stock[:, 4:].sum()
        assert closing.group[:, GroupFlow.HARDSHIP].sum() == of_households(closing, "hardship_people")
        assert closing.group[:, GroupFlow.CONSUMPTION].sum() == of_households(closing, "consumption")
        assert closing.group[:, GroupFlow.INFORMAL_DEBT].sum() == of_households(closing, "informal_debt")
        assert closing.sector_consumption.sum() == of_households(closing, "consumption")
        assert closing.group[:, GroupFlow.DEFAULTS].sum() == at_lenders(closing, "defaults").sum()
        assert closing.community_defaults.sum() <= at_lenders(closing, "defaults").sum(), "people, of one loan or more"
        assert closing.community_aware.sum() == at_lenders(closing, "aware").sum()
        earned = sum(of_households(closing, name) for name in ("wages", "benefits", "support", "sales"))
        assert closing.group[:, GroupFlow.INCOME].sum() == earned
        assert closing.group[:, GroupFlow.UNEMPLOYED].sum() == (people.borrowers.employed == 0).sum()


def test_every_application_ends_in_one_way(completed_months):
    for _, closing, _, _ in completed_months:
        asked = at_lenders(closing, "new_applications") + at_lenders(closing, "line_applications")
        assert np.array_equal(asked, closing.outcome_count.sum(axis=(1, 2)))
        granted = at_lenders(closing, "new_approvals") + at_lenders(closing, "line_approvals")
        assert np.array_equal(granted, at_lenders(closing, "originations_count"))
        assert (closing.outcome_count[:, :, PENDING] == 0).all()
        assert closing.outcome_count.shape[2] == len(OUTCOMES)


def test_stocks_are_those_of_the_state(completed_months):
    for _, closing, _, people in completed_months:
        loans, lines = people.loans, people.lines
        for lender in range(lines.limit.shape[1]):
            here = (loans.status == OPEN) & (loans.lender == lender)
            assert loans.principal[here].sum(dtype=np.int64) == closing.stock[lender].sum()
            assert here.sum() == at_lenders(closing, "loans")[lender]
            assert here.any(axis=1).sum() == at_lenders(closing, "customers")[lender]
            open_here = lines.status[:, lender] == LINE_OPEN
            assert open_here.sum() == at_lenders(closing, "open_lines")[lender]
            assert lines.limit[open_here, lender].sum(dtype=np.int64) == at_lenders(closing, "line_limits")[lender]
        assert people.borrowers.unused_lines.sum(dtype=np.int64) == at_lenders(closing, "unused_lines").sum()
        assert people.borrowers.savings.sum(dtype=np.int64) == of_households(closing, "savings")


def test_nothing_is_negative_and_nothing_is_owed_on_what_has_ended(completed_months):
    for _, closing, _, people in completed_months:
        assert all((table >= 0).all() for table in closing)
        assert people.borrowers.savings.min() >= 0
        assert people.borrowers.informal_debt.min() >= 0
        assert people.lines.limit.min() >= 0
        stands = people.loans.status > EMPTY
        assert (people.loans.principal[stands] > 0).all()
        assert not people.loans.principal[~stands].any()
        assert not people.loans.bucket[~stands].any()


def test_rows_are_those_of_what_stands_and_of_what_ended_this_month():
    """Of each borrower by age and by lender; nobody owes where they have no line."""
    market = made_market(seed=2, size=300, lenders=LENDERS, steady=True)
    engine = started(market)
    ended, lines_ended = set(), 0
    for month in MONTHS:
        run_month(engine, market, month)
        loans, lines = engine.state().loans, engine.state().lines
        for table in (loans, lines):
            assert table.first[0] == 0
            assert table.first[-1] == len(table.status)
            assert (np.diff(table.first) >= 0).all()
        stands = loans.status > EMPTY
        assert (loans.status != EMPTY).all(), "every row for which room was made was drawn on"
        ended |= set(loans.status[~stands].tolist())
        lines_ended += int((lines.status == NO_LINE).sum())
        by_age = owners_of(loans) * 10_000 + loans.origination_month
        assert (np.diff(by_age) >= 0).all()
        by_lender = owners_of(lines) * LENDERS + lines.lender
        assert (np.diff(by_lender) > 0).all()
        owed_to = owners_of(loans)[stands] * LENDERS + loans.lender[stands]
        assert set(owed_to.tolist()) <= set(by_lender[lines.status != NO_LINE].tolist())
    assert ended == {REPAID, REFINANCED, CLAIM_ENDED}
    assert lines_ended > 0
