"""Instruments that act on a contract or a person: edges to the fen, and what they do in a small market."""

from functools import cache

import numpy as np
import pyarrow.compute as pc
import pytest

from experiments.compose.study import compose
from sim.codes import (
    BORROWER_CAP,
    DEBT_SERVICE,
    ELIGIBILITY,
    FROZEN,
    LENDER_COUNT,
    LINE_OPEN,
    NO_INCOME_CAP_MONTHS,
    NO_LENDER,
    NO_LICENCE,
    NO_LINE,
    NO_RATE_CAP_BP,
    NOT_APPLIED,
    OUTCOMES,
    PENDING,
    RESOLUTION,
)
from sim.lenders.terms import law_on_prices
from sim.market import CreditMarket
from sim.params import LenderParameters, MarketConfig
from sim.rules.law import (
    borrower_ceiling,
    headline_apr,
    ineligible,
    is_postponed,
    taught_literacy,
    too_many_lenders,
    too_much_service,
)
from sim.rules.underwriting import decision
from sim.values import Economy, Rules, no_shock_effects
from tests.people.side_by_side import people_of
from tests.policies.test_every_instrument import OPENING
from tests.reference.market import ReferenceMarket

LAW = 4  # the month in which the rules of these tests start


@cache
def market(*policy: str, kind: type[CreditMarket] = CreditMarket, people: int = 500) -> CreditMarket:
    """A small market that has run ten months, the last six under the instruments."""
    names = list(dict.fromkeys(text.split(".")[0] for text in policy))
    dates = [f"policy.{name}.{key}={LAW}" for name in names for key in ("announce_month", "effective_month")]
    numbers = [f"policy.{text}" for text in policy if "=" in text]
    config: MarketConfig = compose(["scale=smoke", f"policy=[{','.join(names)}]", *dates, *numbers])
    completed = kind(
        config._replace(
            population=config.population._replace(size=people),
            calendar=config.calendar._replace(warm_up_months=20, months=10),
        ),
        rng=5,
    )
    completed.run()
    return completed


def refused(completed: CreditMarket, reason: str, since: int = LAW) -> int:
    rows = completed.record.table("refused")
    chosen = pc.and_(pc.equal(rows["constraint"], reason), pc.greater_equal(rows["month"], since))
    return pc.sum(rows.filter(chosen)["applications"]).as_py() or 0


def made_economy(policy_rate_apr: float) -> Economy:
    return Economy(
        0, "2021-01-01", 0.0, 0.05, (), 0.1, 1.0, 1.0, policy_rate_apr, 0.02, 0.0, (), (), no_shock_effects(6)
    )


class TestEdges:
    @pytest.mark.parametrize(("owed_fen", "outcome"), [(19_990_000, PENDING), (19_990_001, BORROWER_CAP)])
    def test_a_debt_may_reach_the_cap_and_not_a_fen_more(self, owed_fen: int, outcome: int) -> None:
        limit, wanted, cap = 90_000_000, 10_000, 20_000_000
        answer = decision(0, LINE_OPEN, limit, owed_fen, wanted, 0, 0, 9, 9, cap, 10_000, 0.1, 0.2)
        assert answer.outcome == outcome
        assert owed_fen + answer.amount <= 20_000_000

    def test_instalments_may_reach_the_share_and_not_a_fen_more(self) -> None:
        assert too_much_service(300_000, 600_000, 5_000) == PENDING
        assert too_much_service(300_001, 600_000, 5_000) == DEBT_SERVICE
        assert too_much_service(174_000, 600_000, 2_900) == PENDING  # 0.29 is not a binary fraction
        assert too_much_service(1, 0, 5_000) == DEBT_SERVICE
        assert too_much_service(10**9, 0, 1_000_000) == PENDING, "no cap"

    def test_the_cap_by_income_is_the_lower_of_both(self) -> None:
        assert borrower_ceiling(30_000_000, 4.0, 7_500_000) == 30_000_000
        assert borrower_ceiling(30_000_000, 4.0, 7_499_999) == 29_999_996
        assert borrower_ceiling(30_000_000, NO_INCOME_CAP_MONTHS, 0) == 30_000_000

    def test_a_cap_by_income_is_named_as_the_ground_also_to_strangers(self) -> None:
        poor = decision(0, NO_LINE, 0, 0, 50_000, 90_000, 0, 9, 9, 40_000, 50_000, 0.1, 0.2)
        assert poor.outcome == BORROWER_CAP
        rich = decision(0, NO_LINE, 0, 0, 50_000, 90_000, 0, 9, 9, 60_000, 50_000, 0.1, 0.2)
        assert (rich.outcome, rich.amount, rich.limit) == (PENDING, 50_000, 60_000)

    def test_the_last_lender_allowed_and_the_next(self) -> None:
        assert too_many_lenders(1, 0, 2) == PENDING
        assert too_many_lenders(2, 0, 2) == LENDER_COUNT
        assert too_many_lenders(3, 1, 2) == PENDING, "whoever owes the lender already may draw again"

    def test_who_is_eligible(self) -> None:
        youngest, next_youngest = 10, 11  # groups count age bands fastest
        assert ineligible(youngest, 1, 1, 0) == PENDING
        assert ineligible(youngest, 0, 1, 0) == ELIGIBILITY
        assert ineligible(youngest, 1, 0, 1) == ELIGIBILITY
        assert ineligible(next_youngest, 1, 0, 1) == PENDING
        assert [is_postponed(way, employed) for way, employed in ((0, 0), (1, 0), (1, 1), (2, 0))] == [0, 1, 0, 1]

    def test_teaching_nothing_and_everything(self) -> None:
        assert [taught_literacy(literacy, 0.0) for literacy in (0, 333, 1_000)] == [0, 333, 1_000]
        assert [taught_literacy(literacy, 1.0) for literacy in (0, 333, 1_000)] == [1_000, 1_000, 1_000]


class TestCeilingsOnPrice:
    def rules(self, apr: float = 0.0385, gap: float = 0.15, most: float = 0.0, **rules: float) -> Rules:
        lender = LenderParameters(fee_gap_share=gap, largest_fee_share=most)
        return law_on_prices(lender, OPENING._replace(**rules), made_economy(apr))

    def test_without_a_ceiling_nothing_changes(self) -> None:
        assert self.rules() == OPENING
        assert self.rules(apr=0.0, most=0.9) == OPENING

    def test_it_follows_the_prime_rate_of_the_month(self) -> None:
        caps = [self.rules(apr=apr, max_lpr_multiple=4.0).max_apr_bp for apr in (0.0385, 0.0300, 0.0)]
        assert caps == [1540, 1200, 0]

    def test_a_ceiling_on_headlines_leaves_fees_above_it(self) -> None:
        plain = self.rules(max_headline_lpr_multiple=4.0)
        shifty = self.rules(max_headline_lpr_multiple=4.0, most=0.4)
        assert (plain.max_headline_apr_bp, plain.max_apr_bp) == (1540, 1811)
        assert (shifty.max_headline_apr_bp, shifty.max_apr_bp) == (1540, 2566)
        assert headline_apr(shifty.max_apr_bp / 10_000, 0.85, 0.1540) == 0.1540

    def test_with_every_fee_inside_the_way_round_is_closed(self) -> None:
        closed = self.rules(max_headline_lpr_multiple=4.0, max_apr_bp=1540, most=0.9)
        assert closed.max_apr_bp == 1540

    def test_the_lower_of_a_fixed_and_a_moving_ceiling_holds(self) -> None:
        assert self.rules(max_apr_bp=1500, max_lpr_multiple=4.0).max_apr_bp == 1500
        assert self.rules(max_apr_bp=NO_RATE_CAP_BP, max_lpr_multiple=4.0).max_apr_bp == 1540


ALL = ("lpr_rate_cap.multiple=6", "debt_service_cap.max_share=0.3", "lender_count_cap.max_lenders=1")
ALL += ("eligible_borrowers", "income_cap.income_months=1", "moratorium", "collection_conduct", "longest_term")
ALL += ("education", "credit_registry")


class TestInAMarket:
    @pytest.mark.slow
    def test_market_and_reference_agree_under_all_of_them(self) -> None:
        assert market(*ALL, kind=ReferenceMarket).record.hash() == market(*ALL).record.hash()

    @pytest.mark.parametrize(
        ("policy", "reason"),
        [
            ("debt_service_cap.max_share=0.2", "debt_service"),
            ("eligible_borrowers", "eligibility"),
            ("income_cap.income_months=0.3", "borrower_cap"),
            ("lpr_rate_cap.multiple=4", "rate_cap"),
        ],
    )
    def test_what_binds_is_named_and_only_once_in_force(self, policy: str, reason: str) -> None:
        assert refused(market(policy), reason) > refused(market(), reason)
        assert refused(market(policy), reason, since=0) - refused(market(policy), reason) == refused(
            market(), reason, since=0
        ) - refused(market(), reason)

    def test_more_lenders_than_allowed_are_refused_where_the_registry_shows_them(self) -> None:
        policy = ("lender_count_cap.max_lenders=1", "credit_registry.coverage_share=1.0")
        assert refused(market(*policy), "lender_count") > 0
        assert refused(market("credit_registry.coverage_share=1.0"), "lender_count") == 0

    def test_no_new_loan_is_longer_than_the_longest_term(self) -> None:
        def terms(completed: CreditMarket) -> set[int]:
            loans = completed.people.state().loans
            month = LAW + completed.config.calendar.warm_up_months
            new = (loans.status == 1) & (loans.origination_month >= month) & (loans.bucket == 0)
            left = (
                loans.instalments_left
                + completed.month
                + completed.config.calendar.warm_up_months
                - 1
                - loans.origination_month
            )
            return set(left[new].tolist())

        assert max(terms(market("longest_term.max_months=6"))) == 6
        assert max(terms(market())) == 24

    def test_a_moratorium_spares_those_without_work(self) -> None:
        spared, asked = market("moratorium"), market()
        for completed, is_spared in ((spared, True), (asked, False)):
            people = people_of(completed)
            idle = people.borrowers.months_unemployed > completed.month - LAW  # since before the moratorium
            late = (people.loans.status[idle] == 1) & (people.loans.bucket[idle] == 1)
            assert bool(late.any()) != is_spared or not idle.any()

    def test_interest_of_a_moratorium_goes_on_or_not(self) -> None:
        def interest(completed: CreditMarket) -> int:
            return sum(completed.record.table("lender")["capitalised_fen"].to_pylist())

        assert interest(market("moratorium")) > interest(market("moratorium.interest_accrues=false")) == 0

    def test_less_effort_recovers_less(self) -> None:
        def recovered(completed: CreditMarket) -> int:
            return sum(completed.record.table("lender")["recoveries_fen"].to_pylist())

        assert recovered(market("collection_conduct.max_effort=0.0")) < recovered(market())


@cache
def capped(counts_fees: bool, largest_fee_share: float) -> CreditMarket:
    """The market under a ceiling of 13%, with lenders that move so much of the price into fees."""
    config = market("rate_cap.max_apr=0.13", f"rate_cap.counts_fees={counts_fees}").config
    lenders = tuple((name, each._replace(largest_fee_share=largest_fee_share)) for name, each in config.lender)
    completed = CreditMarket(config._replace(lender=lenders), rng=5)
    completed.run()
    return completed


class TestTheWayRoundARateCap:
    def prices(self, completed: CreditMarket, column: str) -> float:
        rows = completed.record.table("lender")
        return max(rows.filter(pc.greater_equal(rows["month"], LAW))[column].drop_null().to_pylist())

    def test_price_moves_into_fees_under_a_ceiling_on_headlines(self) -> None:
        honest, shifty = capped(False, 0.0), capped(False, 0.5)
        assert refused(shifty, "rate_cap") < refused(honest, "rate_cap")
        assert self.prices(shifty, "fee_apr") > self.prices(honest, "fee_apr")
        assert self.prices(shifty, "headline_apr") <= 0.13
        assert self.prices(shifty, "mean_apr") > 0.13

    def test_the_all_in_version_closes_it(self) -> None:
        honest, shifty = capped(True, 0.0), capped(True, 0.5)
        assert honest.record.hash() == shifty.record.hash()
        assert self.prices(shifty, "mean_apr") <= 0.13


class TestTheLastRefusal:
    def test_it_says_what_the_last_month_of_applications_said(self) -> None:
        completed = market(*ALL)
        people = completed.people.state()
        outcome, first = people.applications.outcome, people.applications.first_outcome
        now = completed.month + completed.config.calendar.warm_up_months - 1
        refused_now = (outcome != NOT_APPLIED) & (people.applications.amount == 0)
        assert refused_now.any()
        assert np.array_equal(people.borrowers.last_refusal[refused_now], outcome[refused_now])
        assert set(people.borrowers.last_refusal_month[refused_now].tolist()) == {now}
        moved = (people.applications.amount > 0) & (first != NOT_APPLIED)
        assert np.array_equal(people.borrowers.last_refusal[moved], first[moved])

    def test_a_lender_in_resolution_says_that_it_has_no_licence(self) -> None:
        completed = CreditMarket(market().config, rng=5)
        completed.run_until(1)
        failed, other = completed.lenders[:2]
        failed.status = RESOLUTION
        economy, rulebook = made_economy(0.0385)._replace(rollover_factors=(1.0,) * 6), completed.regulator.rulebook
        assert [each.set_terms(economy, rulebook).shut_ground for each in (failed, other)] == [NO_LICENCE, FROZEN]

    def test_people_are_told_with_reason_lender_and_month(self) -> None:
        table = market("lpr_rate_cap.multiple=4", *ALL[1:]).record.people()
        reasons = np.array(table["last_refusal"].to_pylist())
        lenders = np.array(table["last_refused_by"].to_pylist())
        assert set(reasons) <= set(OUTCOMES)
        assert {"eligibility", "debt_service", "rate_cap"} <= set(reasons)
        nobody = np.isin(reasons, [OUTCOMES[code] for code in (NOT_APPLIED, NO_LENDER)])
        assert (lenders[nobody] == "none").all()
        assert (lenders[~nobody] != "none").all()
        under_law = np.isin(reasons, ["eligibility", "debt_service", "lender_count"])
        months = table["last_refusal_month"].to_pylist()
        assert min(month for month, is_so in zip(months, under_law, strict=True) if is_so) >= LAW
        assert [month is None for month in months] == (reasons == "not_applied").tolist()
