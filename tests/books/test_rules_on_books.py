"""Edges of the rules on books and budgets: exactly at a limit passes, a fen above it does not."""

from dataclasses import replace

import numpy as np
import pytest

from sim.books.allocation import fill
from sim.books.budget import Budget
from sim.books.concentration import FlowCaps
from sim.books.credit_gap import NOTHING_SEEN, Indicators, buffer_of, gaps, noticed, one_sided_trends
from sim.books.headrooms import UNLIMITED, joint_loan_room
from sim.books.ledger import OWNERS
from sim.books.soft_limit import RiskyLending, first_risky_priority
from sim.codes import (
    CAPITAL_BUFFER,
    CAPITAL_POLICY,
    CAPITAL_RULE,
    FUNDING_LEVERAGE,
    GROWTH_PLAN,
    GROWTH_QUOTA_RULE,
    JOINT_LOAN_RULE,
    LINE_OPEN,
    NOT_APPLIED,
    PRIORITIES,
    PRIORITY_STEPS,
    REGION_CAP,
    SECTOR_RULE,
    SINGLE_PARTNER_RULE,
    SOFT_LIMIT_RULE,
)
from sim.lenders.lender import Lender
from sim.lenders.partners import joint_terms, single_partner_room
from sim.lenders.securitisation import securities_room
from sim.params import BudgetParameters, LenderParameters
from sim.policies.credit_gap_buffer import CreditGapBuffer
from sim.rules.underwriting import decision
from sim.values import Headroom
from tests.books.made_books import Contract, Town, made_economy, made_rulebook
from tests.books.test_budget import book_of_a_million, rooms_of
from tests.books.test_partners import planned, town_of

ORIGINATOR = LenderParameters(id=1, kind="platform", partner="bank", partner_share=0.9)
BANK = LenderParameters(id=2, kind="bank", deposit_share=0.8)


def joint_pair(own_loan: int, joint_loan: int) -> tuple[Lender, Lender]:
    """An originator and its bank, after a month in which the bank lent alone and beside the originator."""
    town = Town(("platform", ORIGINATOR), ("bank", BANK), people=100)
    whole = joint_loan * 10 // 9
    town.month(-1, Contract(0, lent=whole, partner=1, share_bp=9000), Contract(1, lent=own_loan))
    originator, bank = town.lenders
    assert bank.joint_fen() == joint_loan
    return originator, bank


def test_a_bank_lends_beside_one_partner_up_to_a_quarter_of_its_tier_1_to_the_fen() -> None:
    originator, bank = joint_pair(own_loan=1_000_000, joint_loan=9_000)
    bank.ledger.pay(OWNERS, "claims_on_others", bank.name, "equity", 400_000 - bank.equity_fen())
    room = single_partner_room(bank, originator, made_rulebook(0, single_partner_share=0.25))
    assert room == 100_000 - 9_000
    bank.originator_exposure_fen = (100_000, 0)  # exactly a quarter
    assert single_partner_room(bank, originator, made_rulebook(0, single_partner_share=0.25)) == 0
    bank.originator_exposure_fen = (99_999, 0)
    assert single_partner_room(bank, originator, made_rulebook(0, single_partner_share=0.25)) == 1
    assert bank.capital_ratio_share(tier_2_fen=50_000) > bank.capital_ratio_share()
    assert single_partner_room(bank, originator, made_rulebook(0)) == UNLIMITED
    assert single_partner_room(bank, originator, made_rulebook(0, single_partner_share=0.0)) == 0


def test_tier_2_gives_no_room_beside_a_partner() -> None:
    originator, bank = joint_pair(own_loan=1_000_000, joint_loan=9_000)
    before = single_partner_room(bank, originator, made_rulebook(0, single_partner_share=0.25))
    bank.ledger.post(bank.name, "provisions", "allowance", 4)  # more allowance: more tier 2, less tier 1
    assert single_partner_room(bank, originator, made_rulebook(0, single_partner_share=0.25)) == before - 1


def test_joint_loans_reach_their_share_of_all_loans_to_the_fen() -> None:
    _, bank = joint_pair(own_loan=300_000, joint_loan=90_000)
    room = joint_loan_room(bank, 0.5, joint_repaid_fen=0)
    assert room == 210_000
    assert 90_000 + room == (390_000 + room) // 2
    assert joint_loan_room(bank, 0.2, joint_repaid_fen=0) == 0
    assert joint_loan_room(bank, 1.0, joint_repaid_fen=0) == UNLIMITED


@pytest.mark.parametrize(
    ("rule", "ground"), [("single_partner_share", SINGLE_PARTNER_RULE), ("joint_loan_share", JOINT_LOAN_RULE)]
)
def test_the_rule_gives_its_name_to_the_originators_headroom(rule: str, ground: int) -> None:
    town = town_of()
    originator = planned(town, **{rule: 1e-9})
    assert ground in {room.constraint for room in originator.budget.rooms}
    assert all(pledge.part_fen == 0 for pledge in joint_terms(originator, made_rulebook(0, **{rule: 1e-9})).pledges)


def test_an_own_part_of_exactly_thirty_percent_passes_the_floor() -> None:
    originator, rulebook = planned(town_of()), made_rulebook(0, own_share_floor=0.3)
    for agreed, kept_to_bp in ((0.6999, 6999), (0.7, 7000), (0.7001, 7000)):
        originator.parameters = originator.parameters._replace(partner_share=agreed)
        assert joint_terms(originator, rulebook).share_bp == kept_to_bp


def test_two_hundred_thousand_yuan_pass_and_a_fen_more_does_not() -> None:
    cap, smallest = 20_000_000, 50_000

    def answer(owed: int, wanted: int) -> int:
        return decision(0, LINE_OPEN, 10**9, owed, wanted, 10**9, 0, 9, 9, cap, smallest, 0.12, 0.36).amount

    assert answer(owed=0, wanted=20_000_000) == 20_000_000
    assert answer(owed=0, wanted=20_000_001) == 20_000_000
    assert answer(owed=19_950_000, wanted=50_000) == 50_000
    assert answer(owed=19_950_001, wanted=50_000) == 0


def test_buffers_stand_between_the_rule_and_the_lenders_own_policy() -> None:
    _, lender = book_of_a_million()
    assert CAPITAL_BUFFER not in rooms_of(lender)
    found = rooms_of(lender, rules={"conservation_buffer_share": 0.01, "countercyclical_buffer_share": 0.005})
    plain = rooms_of(lender)
    assert found[CAPITAL_RULE] == plain[CAPITAL_RULE]
    assert found[CAPITAL_POLICY] < found[CAPITAL_BUFFER] < found[CAPITAL_RULE]
    weighted = rooms_of(lender, rules={"minimum_capital_share": 0.095})
    assert found[CAPITAL_BUFFER] == weighted[CAPITAL_RULE]


def test_wholesale_funding_stays_within_its_multiple_of_equity() -> None:
    _, lender = book_of_a_million()
    room = rooms_of(lender, rules={"wholesale_multiple": 10.0})[FUNDING_LEVERAGE]
    spare = lender.cash_fen() - int(lender.parameters.cash_target_share * lender.loans_fen())
    assert room == 10 * lender.equity_fen() - lender.wholesale_fen() + spare + lender.collected_fen
    assert rooms_of(lender, rules={"wholesale_multiple": 0.0})[FUNDING_LEVERAGE] == 0
    assert FUNDING_LEVERAGE not in rooms_of(lender)


def test_securities_stay_within_their_multiple_of_equity() -> None:
    _, lender = book_of_a_million()
    assert securities_room(lender) == UNLIMITED
    lender.take_rules(made_rulebook(0, securities_multiple=4.0))
    assert securities_room(lender) == 4 * lender.equity_fen()


def test_a_lender_that_may_sell_fewer_notes_says_so() -> None:
    town, lender = book_of_a_million()
    lender.parameters = lender.parameters._replace(securities=lender.parameters.securities._replace(pool_share=0.5))
    lender.take_rules(made_rulebook(3, securities_multiple=0.1))
    owed = sum(lender.funding.ladder) + lender.equity_fen()
    assert owed > 0
    town.month(3, Contract(0, opening=1_000_000), rules={"securities_multiple": 0.1})
    assert "sells_fewer_notes" in {act.act for act in lender.take_acts()}
    assert lender.balance("securities") <= int(0.1 * lender.equity_fen()) + 1


def test_an_exposure_is_measured_by_capital_in_the_whole_market() -> None:
    _, lender = book_of_a_million()
    lender.people, lender.represents = 10, 1_000
    lender.take_rules(made_rulebook(0, large_exposure_share=0.10))
    assert lender.borrower_cap_fen() == int(0.10 * (lender.equity_fen() * 100))
    lender.take_rules(made_rulebook(0, large_exposure_share=0.10, borrower_cap_fen=5))
    assert lender.borrower_cap_fen() == 5


def test_a_higher_licence_capital_raises_what_owners_must_hold() -> None:
    _, lender = book_of_a_million()
    lender.people, lender.represents = 10, 1_000
    lender.take_rules(made_rulebook(0, licence_capital_yuan=1e6))
    assert lender.licence_capital_fen == lender.least_capital_fen == 1_000_000
    lender.take_rules(made_rulebook(1))
    assert lender.licence_capital_fen == 0


def test_the_law_weighs_loans_whatever_the_lender_did() -> None:
    _, lender = book_of_a_million()
    lender.productive_share = 0.2
    assert lender.risk_weight() == lender.parameters.risk_weight
    lender.take_rules(made_rulebook(0, risk_weight_share=0.75))
    assert lender.risk_weight() == 0.75
    lender.take_rules(made_rulebook(0, risk_weight_share=0.75, productive_weight_share=0.5))
    assert lender.risk_weight() == pytest.approx(0.8 * 0.75 + 0.2 * 0.5)
    lender.take_rules(made_rulebook(0, productive_weight_share=0.5))
    assert lender.risk_weight() == pytest.approx(0.8 * lender.parameters.risk_weight + 0.2 * 0.5)


def test_unused_quota_of_the_law_keeps_for_its_window() -> None:
    _, lender = book_of_a_million()
    rules = {"growth_quota_share": 0.05, "growth_quota_months": 2}
    rooms = []
    for month in range(4):
        rulebook = made_rulebook(month, **rules)
        lender.commit_to_partners(made_economy(month, 1), rulebook)
        lender.plan_budget(made_economy(month, 1), rulebook)
        rooms.append({room.constraint: room.amount_fen for room in lender.headrooms()}[GROWTH_QUOTA_RULE])
    allowance = lender.repaid_fen + int(0.05 * lender.managed_fen())
    assert rooms == [allowance, 2 * allowance, 2 * allowance, 2 * allowance]


def demand(*at: tuple[int, int]) -> np.ndarray:
    found = np.zeros((1, PRIORITIES), dtype=np.int64)
    for priority, amount in at:
        found[0, priority] = amount
    return found


def soft(share_bp: int, first: int, lent: int = 0, risky: int = 0) -> Budget:
    window = RiskyLending(share_bp, first, (lent, 0), (risky, 0))
    return Budget((Headroom(GROWTH_PLAN, UNLIMITED),), (0,), risky=window, risky_room_fen=window.room_fen(0))


def test_risky_loans_pass_up_to_their_share_of_all_to_the_fen() -> None:
    first = 5 * PRIORITY_STEPS
    asked = ((0, 900), (first, 100), (first + 1, 1))
    allocation, after = fill(0, soft(1000, first), demand(*asked))
    assert (allocation.cutoff, allocation.binding) == (first + 1, SOFT_LIMIT_RULE)
    assert (allocation.approved_fen, allocation.refused_fen) == (1000, 1)
    assert after.risky is not None
    assert (after.risky.lent, after.risky.risky) == ((0, 1000), (0, 100))
    tighter, _ = fill(0, soft(1000, first), demand((0, 900), (first, 101)))
    assert tighter.approved_fen == 900
    whole, _ = fill(0, soft(1000, first), demand((0, 900), (first, 100)))
    assert (whole.binding, whole.refused_fen) == (NOT_APPLIED, 0)


def test_the_window_of_a_soft_limit_remembers_and_both_rounds_share_it() -> None:
    first = 5 * PRIORITY_STEPS
    lent_before, _ = fill(0, soft(1000, first, lent=9_000), demand((first, 1_000)))
    assert lent_before.approved_fen == 1_000
    _, after = fill(0, soft(1000, first), demand((0, 900), (first, 60)))
    second, _ = fill(0, after, demand((first, 41)))
    assert second.approved_fen == 0
    second, _ = fill(0, after, demand((first, 40)))
    assert second.approved_fen == 40


def test_the_line_of_a_soft_limit_lies_between_bands() -> None:
    assert first_risky_priority(1.0) == PRIORITIES
    assert first_risky_priority(0.0) == 0
    assert 0 < first_risky_priority(0.08) < PRIORITIES
    assert first_risky_priority(0.08) % PRIORITY_STEPS == 0


def test_the_tighter_of_own_and_legal_cap_holds_and_gives_its_name() -> None:
    rules = made_rulebook(0, sector_flow_share=0.2, region_flow_share=0.9).of("bank")
    caps = FlowCaps.of(BudgetParameters(sector_cap_share=0.3, region_cap_share=0.5), rules, 1_000)
    assert caps is not None
    assert caps.headrooms() == (Headroom(SECTOR_RULE, 200), Headroom(REGION_CAP, 500))
    assert FlowCaps.of(BudgetParameters(), made_rulebook(0).of("bank"), 1_000) is None


def test_the_one_sided_trend_is_the_last_value_of_the_filter_over_the_quarters_so_far() -> None:
    values = tuple((1.0 + 0.02 * np.arange(30) + 0.05 * np.sin(np.arange(30.0))).tolist())
    for smoothing in (10.0, 1_600.0, 400_000.0):
        trends = one_sided_trends(values, smoothing)
        for quarters in (3, 4, 12, 30):
            second_differences = np.diff(np.eye(quarters), 2, axis=0)
            whole = np.eye(quarters) + smoothing * second_differences.T @ second_differences
            assert trends[quarters - 1] == pytest.approx(np.linalg.solve(whole, values[:quarters])[-1], abs=1e-8)


def test_a_gap_between_the_thresholds_asks_for_a_part_of_the_buffer() -> None:
    assert [buffer_of(gap, 0.02, 0.10, 0.025) for gap in (-0.5, 0.02, 0.06, 0.10, 0.9)] == pytest.approx(
        [0.0, 0.0, 0.0125, 0.025, 0.025]
    )
    assert gaps((0.1, 0.1, 0.1), 400_000.0) == pytest.approx((0.0, 0.0, 0.0))


def test_a_rise_waits_and_a_release_does_not() -> None:
    asked = (0.0, 0.01, 0.02, 0.02, 0.02, 0.0)
    in_force = [noticed(asked[:quarters], 2) for quarters in range(1, 7)]
    assert in_force == [0.0, 0.0, 0.0, 0.01, 0.02, 0.0]


def test_credit_is_counted_by_quarters_against_a_years_income_and_known_with_the_lag() -> None:
    seen = NOTHING_SEEN
    for month in range(-26, 6):
        seen = seen.after(month, credit_fen=600 if month < 3 else 900, income_fen=100)
    assert seen.months == (-22, -19, -16, -13, -10, -7, -4, -1, 2, 5)
    assert seen.credit_shares == (0.5,) * 9 + (0.75,)
    assert seen.until(4).credit_shares == (0.5,) * 9
    assert seen.until(5) == seen


def test_the_adaptive_buffer_answers_what_was_seen() -> None:
    rule = CreditGapBuffer(notice_quarters=0)
    assert rule.respond(NOTHING_SEEN).buffer_share == 0.0
    grown = Indicators((), (0, 3, 6, 9), (0.50, 0.50, 0.50, 0.60))
    assert rule.respond(grown).buffer_share == pytest.approx(
        buffer_of(gaps(grown.credit_shares, 400_000.0)[-1], 0.02, 0.10, 0.025)
    )
    assert rule.respond(grown).buffer_share > 0.0
    assert replace(rule, notice_quarters=4).respond(grown).buffer_share == 0.0
