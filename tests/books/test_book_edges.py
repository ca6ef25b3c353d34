"""Books and budgets at the edges where two readings part: each example states its arithmetic, in fen."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.books.budget import Commitment, commitment_of
from sim.books.charge_off import late_rolls_of
from sim.books.headrooms import UNLIMITED, buffers_of, joint_loan_room
from sim.books.impairment import Outlook, expected_loss
from sim.books.joint_lending import PartnerRoom
from sim.books.ledger import FUNDERS, OWNERS, TREASURY
from sim.books.quota import Quota
from sim.books.resolution import DEPOSITORS, WHOLESALE
from sim.books.retained_share import RetainedShare, retained_share_of
from sim.books.returns import growth_share
from sim.books.soft_limit import NOTHING_RISKY
from sim.books.strategy import MARKUP
from sim.codes import BUCKETS, CAPITAL_POLICY, GROWTH_QUOTA, GROWTH_QUOTA_RULE, PARTNER, PARTNER_CAP, PRIORITIES
from sim.counted import UNTESTED, Flow
from sim.draws import MonthDraws
from sim.lenders.lender import Lender
from sim.lenders.partners import single_partner_room
from sim.lenders.securitisation import issue_notes
from sim.lenders.state import markup_moved_apr
from sim.lenders.terms import joint_stakes, own_stakes, sole_stake
from sim.parameters.books import FunderParameters, SecuritiesParameters
from sim.parameters.lender import StrategyParameters
from sim.params import BudgetParameters, LenderParameters
from sim.state import blank_tallies
from tests.books.made_books import LOST, Contract, Town, made_economy, made_rulebook
from tests.books.test_budget import ALONE, book_of_a_million, rooms_of
from tests.books.test_lender import PLAIN, founded
from tests.books.test_partners import BANK, PLATFORM, planned, town_of
from tests.books.test_rules_on_books import joint_pair
from tests.reference.offer_test import arm_of

PLATFORM_FIRST, BANK_SECOND = 0, 1


# --- joint lending ----------------------------------------------------------------------------------------------------
def test_a_bank_short_of_room_divides_it_between_its_pledge_and_its_own_customers() -> None:
    _, bank = book_of_a_million(ALONE._replace(kind="bank", partner_quota_share=0.2))
    # Capital: 118,800 / 12% = 990,000 may be held and are held; 100,000 come back. So 100,000 are left.
    economy, rules = made_economy(0, 1), made_rulebook(minimum_capital_share=0.11).of("bank")
    assert rooms_of(bank, rules={"minimum_capital_share": 0.11})[CAPITAL_POLICY] == 100_000
    # It would pledge a fifth of 1,000,000 and lend 100,000 again and 5% more itself: 200,000 beside 150,000.
    assert commitment_of(bank, economy, rules, 0) == Commitment(57_142, 42_858, PARTNER)  # 100,000 x 200 / 350
    # With room for both, the quota is pledged whole: 118,800 / 9% = 1,320,000, 330,000 more than are held.
    roomy = made_rulebook(minimum_capital_share=0.08).of("bank")
    assert commitment_of(bank, economy, roomy, 0) == Commitment(200_000, 230_000, PARTNER)


def test_the_cap_on_one_partner_is_a_share_of_a_budget_that_holds_the_extra_once() -> None:
    capped = PLATFORM._replace(
        budget=BudgetParameters(partner_cap_share=0.25), capital_target_share=0.5, budget_extra_fen=1_000
    )
    platform = planned(town_of(capped))
    rooms = {room.constraint: room.amount_fen for room in platform.budget.rooms}
    # Banks pledge 200,000 and 100,000, half of each loan: 600,000 of whole loans is the least, and 1,000 extra.
    assert rooms[PARTNER] == 601_000
    assert [room.pledged_fen for room in platform.budget.partners] == [401_000, 201_000]
    # A quarter of 601,000 beside each of the two banks; the extra is in it already.
    assert [room.cap_fen for room in platform.budget.partners] == [150_250, 150_250]
    assert rooms[PARTNER_CAP] == 300_500


def test_a_partner_takes_what_pledge_and_cap_both_leave_less_what_was_lent_beside_it() -> None:
    room = PartnerRoom(bank=1, weight=1.0, pledged_fen=400, cap_fen=300, used_fen=120)
    assert (room.carries_fen, room.takes_fen) == (280, 180)
    assert room._replace(cap_fen=500).takes_fen == 280


def test_a_lender_without_a_partner_has_the_one_stake_of_lending_alone() -> None:
    town = town_of(PLATFORM._replace(partner="", partner_share=0.0))
    lender, economy, rulebook = town.lenders[2], made_economy(0, 3), made_rulebook(0)
    assert own_stakes(lender, economy, rulebook) == [sole_stake(lender, economy, rulebook)]


def test_the_own_part_of_a_month_is_ones_own_loans_less_partners_and_ones_parts_in_others() -> None:
    tallies = blank_tallies(2, 1)
    whole = {"principal": 1_000, "charge_offs": 300, "recoveries": 50, "refinanced": 200, "capitalised": 60}
    for name, amount in whole.items():
        tallies.flow[PLATFORM_FIRST, Flow.of(name)] = amount
    tallies.partner_flow[PLATFORM_FIRST, BANK_SECOND] = (0, 0, 700, 210, 35)  # of the same, the bank's
    for name, amount in {"principal": 40, "charge_offs": 8, "recoveries": 3}.items():
        tallies.flow[BANK_SECOND, Flow.of(name)] = amount
    tallies.stock[PLATFORM_FIRST, :2] = (900, 100)
    tallies.partner_stock[PLATFORM_FIRST, BANK_SECOND, :2] = (630, 70)
    tallies.stock[BANK_SECOND, 0] = 60
    rest = [0] * (BUCKETS - 2)
    assert retained_share_of(tallies, PLATFORM_FIRST) == RetainedShare(
        managed=1_000,
        own_stock=[270, 30, *rest],
        joint_stock=[0, 0, *rest],
        leaving=1_040,  # 1,000 repaid and 300 charged off, of which 200 were paid out of new loans; 60 lent on top
        repaid=300,
        charge_offs=90,
        recoveries=15,
    )
    assert retained_share_of(tallies, BANK_SECOND) == RetainedShare(
        managed=60,
        own_stock=[60, 0, *rest],
        joint_stock=[630, 70, *rest],
        leaving=48,
        repaid=740,
        charge_offs=218,
        recoveries=38,
    )


def test_what_comes_back_this_month_makes_room_for_joint_loans_and_shrinks_what_they_are_a_share_of() -> None:
    originator = LenderParameters(id=1, kind="platform", partner="bank", partner_share=0.9)
    town = Town(("platform", originator), ("bank", LenderParameters(id=2, kind="bank", deposit_share=0.8)), people=100)
    joint = {"lender": PLATFORM_FIRST, "partner": BANK_SECOND, "share_bp": 9_000}
    town.month(-1, Contract(**joint, lent=100_000), Contract(BANK_SECOND, lent=300_000))
    town.month(
        0, Contract(**joint, opening=100_000, repaid=10_000), Contract(BANK_SECOND, opening=300_000, repaid=30_000)
    )
    bank = town.lenders[BANK_SECOND]
    # 81,000 beside the platform and 270,000 alone; 9,000 and 30,000 came back and will again.
    assert (bank.joint_fen(), bank.loans_fen(), bank.collected_fen) == (81_000, 351_000, 39_000)
    # Half of 312,000 is 156,000, of which 72,000 are joint: 84,000, and as much again since the whole grows by it.
    room = joint_loan_room(bank, 0.5, joint_repaid_fen=9_000)
    assert room == 168_000
    assert 72_000 + room == (312_000 + room) // 2


def test_what_one_partner_repays_makes_room_beside_it_again() -> None:
    originator, bank = joint_pair(own_loan=1_000_000, joint_loan=9_000)
    bank.ledger.pay(OWNERS, "claims_on_others", bank.name, "equity", 400_000 - bank.equity_fen())
    bank.originator_exposure_fen, bank.originator_repaid_fen = (100_000, 0), (30_000, 0)
    # A quarter of 400,000, less 100,000 of which 30,000 will have come back.
    assert single_partner_room(bank, originator, made_rulebook(0, single_partner_share=0.25)) == 30_000


# --- prices -----------------------------------------------------------------------------------------------------------
def test_a_partner_works_for_its_part_and_its_capital_is_weighted() -> None:
    bank = BANK._replace(joint_opex_apr=0.01, risk_weight=0.75, capital_target_share=0.12)
    platform = PLATFORM._replace(opex_apr=0.03, risk_weight=0.8, capital_target_share=0.2)
    town = town_of(platform, bank)
    originator, economy, rulebook = town.lenders[2], made_economy(0, 3), made_rulebook(0)
    _, (own, partner) = joint_stakes(originator, economy, rulebook)  # beside bank a, then beside bank b
    # The bank funds half: 1% a year of work on that half. It keeps half of the interest less a fee of a tenth of it.
    assert partner.opex_apr == pytest.approx(0.005)
    assert (partner.part_share, partner.income_share) == pytest.approx((0.5, 0.45))
    assert partner.capital_share == pytest.approx(0.09)  # 12% of three quarters
    # The originator works on the whole loan, on whoever's money.
    assert own.opex_apr == pytest.approx(originator.opex_apr())
    assert own.opex_apr >= 0.03
    assert (own.part_share, own.income_share) == pytest.approx((0.5, 0.55))
    assert own.capital_share == pytest.approx(0.16)  # 20% of eight tenths
    assert sole_stake(originator, economy, rulebook)[:2] == (1.0, 1.0)


def test_a_lender_steers_to_the_rule_with_both_buffers_and_its_own_twice() -> None:
    lender = Town(("one", PLAIN._replace(capital_target_share=0.10, capital_buffer_share=0.01))).lenders[0]
    plain = made_rulebook().of("consumer_finance")
    assert lender.capital_target(plain) == pytest.approx(0.10)  # 8% and twice 1% is no more than its own
    buffered = plain._replace(conservation_buffer_share=0.025, countercyclical_buffer_share=0.015)
    assert buffers_of(buffered) == pytest.approx(0.04)
    assert lender.capital_target(buffered) == pytest.approx(0.14)  # 8 + 2.5 + 1.5 + 2 x 1


def test_a_lender_prepares_for_a_rule_that_gets_stricter_and_not_for_one_that_gets_laxer() -> None:
    lender = Town(("one", PLAIN._replace(capital_target_share=0.05, capital_buffer_share=0.0, prepared_share=0.5)))
    one, now = lender.lenders[0], made_rulebook(minimum_capital_share=0.10).of("consumer_finance")
    one.rules_ahead = now._replace(minimum_capital_share=0.14)
    assert one.capital_target(now) == pytest.approx(0.12)  # half of the way from 10% to 14%
    one.rules_ahead = now._replace(minimum_capital_share=0.06)
    assert one.capital_target(now) == pytest.approx(0.10)


def test_a_markup_has_moved_by_steps_of_its_own_size() -> None:
    lender = Town(("one", PLAIN._replace(strategy=StrategyParameters(move_months=3, markup_step_apr=0.004)))).lenders[0]
    strategy = lender.strategy_state.strategy
    lender.strategy_state.strategy = strategy._replace(
        levers=(strategy.levers[MARKUP]._replace(steps=-3), *strategy.levers[1:])
    )
    assert markup_moved_apr(lender) == pytest.approx(-0.012)


def test_notes_bear_the_policy_rate_and_both_spreads() -> None:
    notes = SecuritiesParameters(pool_share=0.5, spread_apr=0.015)
    issuer = LenderParameters(kind="platform", securities=notes, opex_apr=0.0, founding_plan_yuan=0.0)
    town = Town(("one", issuer))
    town.month(-1, Contract(0, lent=10_000_000))
    town.month(0, Contract(0, opening=10_000_000))
    lender, month = town.lenders[0], RetainedShare(0, [90_000_000], [0], 0, 0, 0, 0)
    assert [pool.rate_bp for pool in lender.pools] == [550]  # 4% and 1.5%
    issue_notes(lender, month, made_economy(3, 1, policy_rate_apr=0.03, funding_spread_apr=0.002))
    assert lender.pools[-1].rate_bp == 470


def test_what_all_funders_lose_is_written_off_when_nothing_is_left() -> None:
    bank = LenderParameters(kind="bank", deposit_share=0.6, founding_plan_yuan=0.0, opex_apr=0.0)
    town = Town(("one", bank))
    town.month(-1, Contract(0, lent=10_000_000))
    town.month(0, Contract(0, opening=10_000_000))
    town.month(1, Contract(0, opening=10_000_000, next_bucket=LOST))
    lender = town.lenders[0]
    town.month(2)
    lost = {claim.rank: claim.lost for claim in lender.estate}
    assert lost[DEPOSITORS] > 0
    assert lost[WHOLESALE] > 0
    assert town.ledger.balance(FUNDERS, "write_off") == lost[DEPOSITORS] + lost[WHOLESALE]
    assert lender.report()["liabilities_fen"] == 0


def test_who_is_in_no_trial_is_in_no_arm() -> None:
    terms: Any = SimpleNamespace(experiment_share=0.0)
    assert arm_of(3, terms, 7, MonthDraws(7, np.zeros(1, dtype=np.uint64))) == UNTESTED


# --- losses, tax, growth ----------------------------------------------------------------------------------------------
def test_a_late_loan_that_stays_where_it_is_has_not_rolled_on() -> None:
    tallies = blank_tallies(1, 1)
    tallies.roll_count[0, 5, [4, 5, 6, 9]] = (1, 20, 7, 2)
    found = late_rolls_of(tallies, 0)
    assert (found.loans[1], found.rolled[1]) == (30, 9)


def test_stage_two_is_provided_for_the_rest_of_its_life_and_stage_one_for_a_year() -> None:
    stays, never = 0.9, (0.0,) * 5
    outlook = Outlook(
        (never, (0.0, stays, 0.0, 0.0, 0.1), (0.0, 0.0, stays, 0.0, 0.1), (0.0, 0.0, 0.0, stays, 0.1)), 0.0
    )

    # A tenth defaults each month. Within a year 1 - 0.9^12 = 71.757%, within 24 months 1 - 0.9^24 = 92.0234%.
    def loss(bucket: int) -> int:
        return expected_loss([1_000_000 * (place == bucket) for place in range(BUCKETS)], outlook, 0.5)

    assert [loss(bucket) for bucket in range(5)] == [0, 358_785, 460_117, 460_117, 500_000]


def test_fines_are_not_deducted_from_what_is_taxed() -> None:
    town = founded(tax_share=0.25)
    lender = town.lenders[0]
    assert lender.pay_fine(10_000) == 10_000
    assert town.ledger.balance(TREASURY, "income") == 10_000
    town.month(0, Contract(0, opening=10_000_000, interest=200_000))
    found = lender.report()
    # Interest 200,000 less 48,560 for money (9,712,000 at 6%) and 50,000 for work (10,000,000 at 6%): 101,440 before
    # tax and fines, 25,360 of tax. The fine comes off what is left.
    assert (found["funding_cost_fen"], found["opex_fen"], found["provisions_fen"]) == (48_560, 50_000, 0)
    assert found["profit_fen"] == 101_440 - 25_360 - 10_000


def test_growth_over_a_year_compares_thirteen_month_ends() -> None:
    year = (200, *range(101, 112), 300)  # thirteen: 200 a year before 300
    assert growth_share([year]) == pytest.approx(0.5)
    assert growth_share([(7, *year)]) == pytest.approx(0.5)  # the fourteenth is over a year old
    assert growth_share([year[1:]]) is None
    assert growth_share([year, year[1:]]) == pytest.approx(0.5)  # too short a history is left out on both sides


def test_a_quota_lapses_with_its_window() -> None:
    quota = Quota()
    for allowance, lent in ((100, 40), (10, 0), (10, 0)):
        quota = quota.opened(allowance, window_months=3).after(lent)
    assert (quota.allowed, quota.lent, quota.room_fen()) == ((100, 10, 10), (40, 0, 0), 80)
    quota = quota.opened(10, window_months=3)  # the first month's 100, of which 40 were used, are out of the window
    assert (quota.allowed, quota.room_fen()) == ((10, 10, 10), 30)


def test_the_window_of_a_soft_limit_holds_as_many_months_as_the_law_says() -> None:
    rules = made_rulebook(soft_limit_quota_share=0.1, soft_limit_months=3, soft_limit_default_share=1.0).of("bank")
    window = NOTHING_RISKY
    for lent, risky in ((900, 90), (500, 5), (400, 4), (300, 3)):
        window = window.opened(rules).after(lent, risky)
    assert (window.share_bp, window.first_priority) == (1_000, PRIORITIES)
    assert (window.lent, window.risky) == ((500, 400, 300), (5, 4, 3))
    # A tenth of all, risky loans among it: (1,200 / 10 - 12) x 10/9 = 120 more make 132 of 1,320.
    assert window.room_fen(safe_fen=0) == 120
    # With 90 of other loans in the same round: (1,290 / 10 - 12) x 10/9 = 130.
    assert window.room_fen(safe_fen=90) == 130
    free = window._replace(share_bp=10_000)
    assert free.room_fen(0) == UNLIMITED


def test_quotas_are_there_when_somebody_has_one_and_not_in_the_warm_up() -> None:
    _, lender = book_of_a_million()
    law = {"growth_quota_share": 0.05, "growth_quota_months": 2}
    own = lender.parameters._replace(budget=BudgetParameters(quota_window_months=2, quota_growth_share=0.02))
    assert {GROWTH_QUOTA, GROWTH_QUOTA_RULE}.isdisjoint(rooms_of(lender))
    assert GROWTH_QUOTA_RULE not in rooms_of(lender, month=-1, rules=law)
    assert rooms_of(lender, rules=law)[GROWTH_QUOTA_RULE] == 100_000 + 50_000  # repaid, and 5% of 1,000,000
    lender.parameters = own
    assert GROWTH_QUOTA not in rooms_of(lender, month=-1)
    assert rooms_of(lender)[GROWTH_QUOTA] == 100_000 + 20_000


def test_the_allowance_is_for_own_loans_and_for_parts_in_others() -> None:
    _, bank = joint_pair(own_loan=100_000, joint_loan=90_000)
    assert bank.balance("allowance") == -(1_000 + 900)  # 1% of what is current
    assert bank.report()["allowance_five_category_fen"] == 1_900


def test_a_soft_limit_is_there_when_the_law_has_one_and_not_in_the_warm_up() -> None:
    _, lender = book_of_a_million()
    soft = {"soft_limit_quota_share": 0.1, "soft_limit_months": 3, "soft_limit_default_share": 0.05}
    found = []
    for month, rules in ((-1, soft), (0, {}), (0, soft)):
        lender.plan_budget(made_economy(month, 1), made_rulebook(month, **rules))
        found.append(lender.budget.risky is not None)
    assert found == [False, False, True]


# --- funders ----------------------------------------------------------------------------------------------------------
def test_talk_about_the_second_lender_worries_the_funders_of_the_second_lender() -> None:
    timid = PLAIN._replace(funders=FunderParameters(rumour_rollover_slope=4.0, rumour_spread_slope_apr=0.3))
    town = Town(("one", timid._replace(id=1)), ("two", timid._replace(id=2)), people=1_000)
    town.month(-1, Contract(0, lent=10_000_000), Contract(1, lent=10_000_000))
    town.month(0, Contract(0, opening=10_000_000), Contract(1, opening=10_000_000), aware=(0, 100))
    one, two = town.lenders
    calm = made_economy(1, 2)
    assert one.faced(calm) == calm
    # A tenth has heard: 1 - 4 x 0.1 is renewed, three points dearer; of the first lender's money as ever.
    assert two.faced(calm).rollover_factors == pytest.approx((1.0, 0.6))
    assert two.faced(calm).funding_spread_apr == pytest.approx(0.03)
    assert two.faced(made_economy(1, 2, funding_spread_apr=0.01)).funding_spread_apr == pytest.approx(0.04)
    assert debt(one) > debt(two)
    half_calm = made_economy(1, 2, rollover_factors=(0.5, 0.5))
    assert two.faced(half_calm).rollover_factors == pytest.approx((0.5, 0.3))


def debt(lender: Lender) -> int:
    return lender.wholesale_fen()
