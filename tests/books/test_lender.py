"""A lender's month: terms, closing by hand, dividends, owners in the warm-up, and resolution."""

import mesa
import pytest

from sim.books.ledger import FUNDERS, OWNERS
from sim.codes import NO_PRICE, RATE_CAP, RESOLUTION
from sim.params import LenderParameters
from tests.books.made_books import LOST, PAID_OFF, Contract, Town, made_economy, made_rulebook

PLAIN = LenderParameters(
    kind="consumer_finance",
    opex_apr=0.06,
    funding_spread_apr=0.02,
    funding_term_months=5,
    cash_target_share=0.1,
    capital_target_share=0.12,
    capital_buffer_share=0.01,
    risk_weight=1.0,
    dividend_share=1.0,
    founding_plan_yuan=0.0,
)


def founded(parameters: LenderParameters = PLAIN, tax_share: float = 0.0) -> Town:
    """A lender that enters month 0 with 10,000,000 fen of loans, all current."""
    town = Town(("one", parameters), tax_share=tax_share)
    town.month(-1, Contract(0, lent=10_000_000))
    return town


def test_owners_hold_capital_exactly_at_the_target_through_the_warm_up() -> None:
    town = founded()
    lender = town.lenders[0]
    assert lender.equity_fen() == 1_188_000, "12% of 10,000,000 less 1%"
    assert lender.capital_ratio_share() == pytest.approx(0.12)
    assert lender.cash_fen() == 1_000_000
    assert lender.report()["liabilities_fen"] == 10_000_000 - 100_000 + 1_000_000 - 1_188_000
    town.month(-1, Contract(0, opening=10_000_000, interest=500_000, repaid=0))
    assert lender.equity_fen() == 1_188_000, "they also take out what is too much"


def test_a_month_closed_by_hand() -> None:
    town = founded(tax_share=0.25)
    lender = town.lenders[0]
    debt = lender.report()["liabilities_fen"]
    assert debt == 9_712_000
    town.month(
        0,
        Contract(0, opening=6_000_000, interest=150_000, repaid=1_000_000),
        Contract(0, opening=3_000_000, next_bucket=1),
        Contract(0, opening=1_000_000, bucket=0, interest=20_000, repaid=1_000_000, next_bucket=PAID_OFF),
        recovered=[4_000],
    )
    found = lender.report()
    # Interest 170,000. Money: 9,712,000 x 6% / 12 = 48,560. Work: 8,000,000 x 6% / 12 = 40,000. Allowance: 1% of
    # 5,000,000 and 2% of 3,000,000 = 110,000; there were 100,000, and 4,000 of recoveries: 6,000 more are provided.
    assert found["interest_fen"] == 170_000
    assert found["funding_cost_fen"] == 48_560
    assert found["opex_fen"] == 40_000
    assert found["allowance_fen"] == 110_000
    assert found["provisions_fen"] == 6_000
    assert found["recoveries_fen"] == 4_000
    # 75,440 before tax, 18,860 of tax.
    assert found["profit_fen"] == 56_580
    # Capital: 1,188,000 + 56,580; the target is 12% of 7,890,000 = 946,800, and 297,780 stand above it. All profit is
    # paid out, and a twelfth of what stands above the target: 24,815.
    assert found["dividends_fen"] == 56_580 + 24_815
    assert found["equity_fen"] == 1_188_000 - 24_815
    # A fifth of the debt falls due, 1,942,400. Cash was 1,000,000; 2,174,000 came in, 164,000 and a twelfth of spare
    # capital went out: what is left after repaying is more than the target of 800,000, so nothing new is raised.
    assert found["cash_fen"] == 1_000_000 + 2_174_000 - 164_000 - 24_815 - 1_942_400
    assert found["loans_fen"] == 8_000_000
    assert found["liabilities_fen"] == 9_712_000 - 1_942_400
    assert found["risk_weighted_assets_fen"] == 7_890_000
    assert town.lenders[0].capital_ratio_share() == pytest.approx((1_188_000 - 24_815) / 7_890_000)


def test_reported_income_and_costs_make_the_profit() -> None:
    town = founded()
    town.month(0, Contract(0, opening=10_000_000, interest=90_000, next_bucket=1))
    found = town.lenders[0].report()
    income = found["interest_fen"] + found["service_fees_fen"]
    assert found["profit_fen"] == income - found["funding_cost_fen"] - found["opex_fen"] - found["provisions_fen"]


def test_a_charge_off_uses_the_allowance_and_the_rest_is_provided() -> None:
    town = founded(PLAIN._replace(opex_apr=0.0, funding_spread_apr=-0.04))
    lender = town.lenders[0]
    town.month(0, Contract(0, opening=9_000_000), Contract(0, opening=1_000_000, bucket=0, next_bucket=LOST))
    found = lender.report()
    assert found["charge_offs_fen"] == 1_000_000
    assert found["allowance_fen"] == 90_000
    assert found["provisions_fen"] == 1_000_000 - 10_000
    assert found["equity_fen"] == 1_188_000 - 990_000
    assert found["dividends_fen"] == 0


def test_profit_stays_until_capital_is_at_its_target() -> None:
    town = founded(PLAIN._replace(opex_apr=0.0, funding_spread_apr=-0.04))
    town.month(0, Contract(0, opening=9_900_000), Contract(0, opening=100_000, next_bucket=LOST))
    short = int(0.12 * 9_801_000) - town.lenders[0].equity_fen()
    assert short > 0
    town.month(1, Contract(0, opening=9_900_000, interest=short + 7))
    assert town.lenders[0].report()["dividends_fen"] == 7


def test_nobody_pays_owners_while_funders_are_afraid() -> None:
    calm, afraid = founded(), founded()
    for town, factors in ((calm, (1.0,)), (afraid, (0.5,))):
        town.month(0, Contract(0, opening=10_000_000, interest=900_000), rollover_factors=factors)
    assert calm.lenders[0].report()["dividends_fen"] > 0
    assert afraid.lenders[0].report()["dividends_fen"] == 0


def test_after_the_warm_up_owners_put_nothing_in() -> None:
    town = founded()
    put_in = town.ledger.balance(OWNERS, "claims_on_others")
    for month in range(3):
        town.month(month, Contract(0, opening=10_000_000, next_bucket=0))
    assert town.ledger.balance(OWNERS, "claims_on_others") == put_in
    assert town.lenders[0].equity_fen() < 1_188_000


# --- resolution -----------------------------------------------------------------------------------------------------


def test_lost_capital_ends_in_resolution_and_funders_bear_the_rest() -> None:
    town = founded()
    lender = town.lenders[0]
    debt = lender.report()["liabilities_fen"]
    town.month(0, Contract(0, opening=8_000_000), Contract(0, opening=2_000_000, next_bucket=LOST))
    assert lender.status == RESOLUTION
    assert lender.equity_fen() < 0
    assert [act.act for act in lender.take_acts()] == ["enters_resolution"]
    assert not lender.set_terms(made_economy(1, 1), made_rulebook()).open

    # The run-off: half of the rest is collected and half lost; nothing new is raised, and owners get nothing.
    town.month(1, Contract(0, opening=8_000_000, repaid=4_000_000))
    town.month(2, Contract(0, opening=4_000_000, next_bucket=LOST))
    for month in range(3, 9):
        town.month(month)
    found = lender.report()
    assert found["loans_fen"] == 0
    assert found["liabilities_fen"] == 0
    assert found["cash_fen"] >= 0
    lost = town.ledger.balance(FUNDERS, "write_off")
    acts = [act for act in lender.take_acts() if act.act == "funders_lose"]
    assert sum(act.value for act in acts) == lost
    # Funders were paid 1,000,000 in cash at the start and the 4,000,000 collected, less work while there were loans.
    work = 40_000 + 20_000
    interest = debt * 6 // 1200
    assert lost == debt - 1_000_000 - 4_000_000 + interest + work
    assert town.ledger.balance(FUNDERS, "claims_on_others") == 0


def test_a_lender_whose_funders_leave_runs_out_of_cash() -> None:
    town = founded()
    lender = town.lenders[0]
    town.month(0, Contract(0, opening=10_000_000), rollover_factors=(0.0,))
    assert lender.status == RESOLUTION
    assert lender.equity_fen() > 0, "solvent, and still unable to pay"
    assert "cash -" in lender.take_acts()[0].reason


def test_a_bank_in_resolution_takes_no_deposits() -> None:
    town = founded(PLAIN._replace(kind="bank", deposit_share=0.8))
    lender = town.lenders[0]
    town.month(0, Contract(0, opening=8_000_000), Contract(0, opening=2_000_000, next_bucket=LOST))
    assert lender.status == RESOLUTION
    deposits = lender.funding.deposits
    town.month(1, Contract(0, opening=8_000_000, repaid=8_000_000, next_bucket=PAID_OFF))
    assert lender.funding.deposits <= deposits


# --- terms ----------------------------------------------------------------------------------------------------------


def test_prices_rise_with_the_band_and_limits_fall() -> None:
    parameters = PLAIN._replace(new_cutoff_band=9, line_cutoff_band=14, limit_months=3.0, limit_floor_share=0.25)
    offer = Town(("one", parameters)).lenders[0].set_terms(made_economy(0, 1), made_rulebook())
    priced = [apr for apr in offer.apr_bp if apr]
    assert priced == sorted(priced)
    assert offer.apr_bp[: len(priced)] == tuple(priced)
    assert {reason for apr, reason in zip(offer.apr_bp, offer.closed, strict=True) if not apr} == {NO_PRICE}
    assert offer.limit_months[0] == 3.0
    assert offer.limit_months[9] == offer.limit_months[14] == pytest.approx(0.75)
    assert list(offer.limit_months) == sorted(offer.limit_months, reverse=True)
    assert offer.typical_headline_apr == pytest.approx(offer.typical_apr * 0.9)
    assert (offer.partners, offer.partner_share_bp) == ((), 0)


def test_a_rate_cap_closes_exactly_the_bands_above_it_when_there_is_no_markup_to_give_up() -> None:
    lender = Town(("one", PLAIN._replace(markup_apr=0.0))).lenders[0]
    free = lender.set_terms(made_economy(0, 1), made_rulebook())
    cap = free.apr_bp[8]
    capped = lender.set_terms(made_economy(0, 1), made_rulebook(max_apr_bp=cap))
    for before, after, reason in zip(free.apr_bp, capped.apr_bp, capped.closed, strict=True):
        assert after == (before if before <= cap else 0)
        if before > cap:
            assert reason == RATE_CAP


def test_dearer_money_is_passed_on() -> None:
    lender = Town(("one", PLAIN)).lenders[0]
    calm = lender.set_terms(made_economy(0, 1), made_rulebook())
    dear = lender.set_terms(made_economy(0, 1, funding_spread_apr=0.03), made_rulebook())
    assert dear.apr_bp[0] - calm.apr_bp[0] == pytest.approx(300, abs=40)


def joint(floor: float = 0.0, fee: float = 0.45) -> tuple[Town, object]:
    bank = PLAIN._replace(id=1, kind="bank", deposit_share=0.8)
    platform = PLAIN._replace(id=2, kind="platform", partner="bank", partner_share=0.9, service_fee_share=fee)
    town = Town(("bank", bank), ("platform", platform))
    return town, town.lenders[1].set_terms(made_economy(0, 2), made_rulebook(own_share_floor=floor))


def test_the_law_sets_the_least_own_share_of_joint_loans() -> None:
    assert joint(floor=0.0)[1].partner_share_bp == 9_000
    assert joint(floor=0.1)[1].partner_share_bp == 9_000
    assert joint(floor=0.3)[1].partner_share_bp == 7_000
    assert joint(floor=1.0)[1].partners == ()


def test_an_originator_that_is_paid_little_for_its_work_asks_a_higher_price() -> None:
    assert joint(fee=0.2)[1].apr_bp[0] > joint(fee=0.4)[1].apr_bp[0]


def test_without_an_open_partner_it_lends_alone() -> None:
    town, offer = joint()
    assert offer.partners == (0,)
    town.lenders[0].status = RESOLUTION
    alone = town.lenders[1].set_terms(made_economy(0, 2), made_rulebook())
    assert (alone.partners, alone.partner_share_bp, alone.open) == ((), 0, True)


def test_a_frozen_lender_is_not_open() -> None:
    lender = Town(("one", PLAIN)).lenders[0]
    lender.lending_frozen = True
    assert not lender.set_terms(made_economy(0, 1), made_rulebook()).open


def test_a_lender_is_a_mesa_agent() -> None:
    lender = Town(("one", PLAIN)).lenders[0]
    assert isinstance(lender, mesa.Agent)
    assert lender in lender.model.agents
    assert not {"scenario", "time", "batch", "suppress", "observe", "notify"} & set(vars(lender))
