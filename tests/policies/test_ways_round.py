"""Ways round the rules: fees of guarantors, purposes declared falsely, buying early - and what closes them."""

from dataclasses import replace
from functools import cache

import mesa
import pytest

from experiments.compose.study import compose
from experiments.refusal import Refusal
from sim.books.returns import Figures, Return
from sim.draws import Draws
from sim.economy.spillovers import Expectations
from sim.lenders.terms import law_on_prices
from sim.market import CreditMarket
from sim.params import (
    CalendarParameters,
    DressingParameters,
    LenderParameters,
    MarketConfig,
    RegulatorParameters,
    RelabellingParameters,
    SupervisionParameters,
)
from sim.policies.borrower_cap import BorrowerCap
from sim.policies.lpr_rate_cap import LprRateCap
from sim.policies.rate_cap import RateCap
from sim.policies.risk_weights import RiskWeights
from sim.supervisor.regulator import Regulator
from sim.values import Rulebook
from tests.market.small_market import completed, differing, every_lender, small
from tests.policies.test_every_instrument import OPENING
from tests.policies.test_rules_on_contracts import made_economy

LAW = 6
LIGHTER = RiskWeights(LAW, LAW, (), 1.0, 0.5)


@cache
def capped(counts_guarantees: bool, largest_guarantee_share: float) -> CreditMarket:
    """A market under a ceiling of 13%, with lenders that move so much of the price to a guarantor."""
    cap = RateCap(LAW, LAW, (), 0.13, True, counts_guarantees)
    config = small(people=400, months=10, policy=(("rate_cap", cap),))
    return completed(every_lender(config, largest_guarantee_share=largest_guarantee_share))


def dearest(market: CreditMarket) -> float:
    rows = market.record.table("lender").to_pylist()
    return max(row["mean_apr"] for row in rows if row["month"] >= LAW and row["mean_apr"] is not None)


class TestGuaranteeFees:
    @pytest.mark.parametrize(
        ("instrument", "most_bp", "headline_bp"),
        [
            (RateCap(0, 0, (), 0.24), 2_400, 1_000_000),
            (RateCap(0, 0, (), 0.24, True, False), 3_000, 2_400),  # a fifth of 30% goes to the guarantor
            (RateCap(0, 0, (), 0.24, False), 3_692, 2_400),  # and 15% to fees: 24% over 65%
            (LprRateCap(0, 0, (), 4.0, True, False), 1_925, 1_540),
            (LprRateCap(0, 0, (), 4.0), 1_540, 1_000_000),
        ],
    )
    def test_what_a_ceiling_leaves_to_a_lender_that_moves_price_to_a_guarantor(
        self, instrument: RateCap | LprRateCap, most_bp: int, headline_bp: int
    ) -> None:
        lender = LenderParameters(fee_gap_share=0.15, largest_guarantee_share=0.2)
        rules = law_on_prices(lender, instrument.amend(OPENING, "bank", 0), made_economy(0.0385))
        assert (rules.max_apr_bp, rules.max_headline_apr_bp) == (most_bp, headline_bp)

    def test_a_lender_without_a_guarantor_meets_both_ceilings_alike(self) -> None:
        plain, lender = RateCap(0, 0, (), 0.24), LenderParameters()
        for open_to_guarantors in (plain, replace(plain, counts_guarantees=False)):
            rules = law_on_prices(lender, open_to_guarantors.amend(OPENING, "bank", 0), made_economy(0.0385))
            assert rules.max_apr_bp == 2_400

    def test_in_a_market_price_moves_to_guarantors_and_the_all_in_ceiling_closes_that(self) -> None:
        (honest, shifty), (closed, closed_to_shifty) = (
            [capped(counts, share) for share in (0.0, 0.4)] for counts in (False, True)
        )
        assert dearest(honest) <= 0.13 < dearest(shifty)
        assert closed.record.hash() == closed_to_shifty.record.hash()

    def test_the_log_says_which_price_is_meant(self) -> None:
        assert "price without guarantee fees" in RateCap(counts_guarantees=False).describe()
        assert "price without guarantee fees" in LprRateCap(counts_guarantees=False).describe()

    def test_nothing_but_fees_is_no_price(self) -> None:
        with pytest.raises(Refusal, match=r"lender\.bank_a\.largest_guarantee_share: must leave .* was 0.9"):
            compose(["lender.bank_a.largest_guarantee_share=0.9", "lender.bank_a.fee_gap_share=0.2"])


class MadeLender:
    """A lender that declares all its loans as working capital until it is told to stop."""

    name, kind, id, status, lending_frozen, licence_capital_fen = "made", "bank", 4, "open", False, 0

    def __init__(self) -> None:
        self.honest_from: int | None = None
        self.fines: list[int] = []

    def file_return(self, month: int, minimum_share: float) -> Return:
        false = 0.05 if self.honest_from is None else 0.0
        books = Figures(0.075, 10_000_000, 10_000_000, 0)
        return Return(month, 0.075 + false, minimum_share, books, relabelled_share=false)

    def pay_fine(self, amount_fen: int) -> int:
        self.fines.append(amount_fen)
        return amount_fen

    def stop_relabelling(self, month: int) -> None:
        self.honest_from = month

    def ask_owners_now(self) -> None:
        raise AssertionError("no plan is ordered here")

    def equity_fen(self) -> int:
        return 750_000

    def cash_fen(self) -> int:
        return 1_000_000


def inspected(found_share: float) -> tuple[MadeLender, list[str]]:
    """A lender inspected every month for a year, and what the regulator did."""
    supervision = SupervisionParameters(
        inspections_a_year=12.0, relabelling_found_share=found_share, false_return_fine_share=0.1
    )
    regulator = Regulator(
        mesa.Model(rng=1),
        MarketConfig(
            calendar=CalendarParameters(months=60, warm_up_months=0),
            regulator=RegulatorParameters(supervision=supervision),
        ),
    )
    lender = MadeLender()
    for month in range(12):
        regulator.issue_rules(month)
        regulator.supervise([lender], month, Draws(1).of(month))
    return lender, [act.act for act in regulator.acts]


class TestRelabelledPurposes:
    def test_inspectors_who_see_it_fine_it_and_end_it_and_a_breach_comes_to_light(self) -> None:
        lender, acts = inspected(1.0)
        assert lender.honest_from == 0
        assert lender.fines == [50_000]  # a tenth of the 5% of 10,000,000 that seemed to be saved
        assert acts[:3] == ["inspection", "relabelled loans found", "fine"]
        assert "lending freeze" in acts

    def test_inspectors_who_never_see_it_change_nothing(self) -> None:
        lender, acts = inspected(0.0)
        assert lender.honest_from is None
        assert set(acts) == {"inspection"}

    def test_some_inspections_miss_it(self) -> None:
        lender, acts = inspected(0.1)
        draw = [Draws(1).of(month).uniform("inspection", lender.id, alternative=1) for month in range(12)]
        assert lender.honest_from == next(month for month, drawn in enumerate(draw) if drawn < 0.1) > 0
        assert acts.count("relabelled loans found") == 1

    def test_a_return_is_put_right_as_far_as_inspectors_see(self) -> None:
        told = Return(0, 0.15, 0.08, Figures(0.08, 10_000, 10_000, 0), hidden_share=0.02, relabelled_share=0.05)
        assert told.put_right().capital_ratio_share == 0.08
        assert told.put_right(sees_purposes=False).capital_ratio_share == pytest.approx(0.13)
        assert (told.made_up_fen(), told.relabelled_fen()) == (200, 500)


@cache
def weighed(declared: float, found: float = 1.0, dressing: float = 0.0) -> CreditMarket:
    """A market in which working capital weighs half from month 6 on, and inspectors come from month 9."""
    supervision = SupervisionParameters(from_month=9, inspections_a_year=12.0, relabelling_found_share=found)
    config = small(people=500, months=14, policy=(("risk_weights", LIGHTER),))
    config = config._replace(regulator=config.regulator._replace(supervision=supervision))
    return completed(
        every_lender(
            config,
            relabelling=RelabellingParameters(declared, honest_months=3),
            dressing=DressingParameters(hidden_share=dressing),
        )
    )


def test_declaring_falsely_pays_only_where_the_law_weighs_purposes() -> None:
    rows = weighed(0.8).record.table("returns").to_pylist()
    hid = {row["month"] for row in rows if row["hidden_share"] > 0.0}
    assert hid == {6, 7, 8, 9, 12}, "from the law on, till inspectors come, and again when three months have passed"
    for row in rows:
        assert row["told_capital_share"] == pytest.approx(row["true_capital_share"] + row["hidden_share"])
    assert all(row["hidden_share"] == 0.0 for row in weighed(0.0).record.table("returns").to_pylist())


def test_lenders_that_are_honest_and_those_for_whom_there_is_nothing_to_gain_live_alike() -> None:
    config = small(people=300, months=6)
    liars = every_lender(config, relabelling=RelabellingParameters(1.0))
    assert differing(completed(config).record.tables, completed(liars).record.tables) == []


class TestBuyingEarly:
    def rulebook(self, month: int, *instruments: tuple[str, object]) -> Rulebook:
        config = MarketConfig(policy=instruments)  # type: ignore[arg-type]
        regulator = Regulator(mesa.Model(rng=1), config)
        return regulator.issue_rules(month)

    def test_what_is_bought_early_is_missing_later(self) -> None:
        expected = Expectations(0.2)
        cap = ("rate_cap", RateCap(4, 7))
        factors = [expected.purchase_factor(self.rulebook(month, cap)) for month in range(14)]
        assert factors == pytest.approx([1.0] * 4 + [1.2] * 3 + [0.8] * 3 + [1.0] * 4)
        assert sum(factors) == pytest.approx(14.0)

    def test_a_rule_on_the_books_of_lenders_makes_nobody_hurry(self) -> None:
        expected = Expectations(0.2)
        assert expected.purchase_factor(self.rulebook(5, ("risk_weights", RiskWeights(4, 9)))) == 1.0
        assert expected.purchase_factor(self.rulebook(5, ("borrower_cap", BorrowerCap(4, 9)))) == 1.0, (
            "200,000 yuan is the rule already"
        )

    def test_people_hurry_after_the_announcement_and_not_before(self) -> None:
        config = small(people=500, months=12, policy=(("rate_cap", RateCap(4, 8, (), 0.16)),))
        demand = config.behaviour.demand._replace(anticipation_share=0.5)
        hurrying = completed(config._replace(behaviour=config.behaviour._replace(demand=demand)))
        calm = completed(config)
        asked = [
            [row["applications"] for row in market.record.table("market").to_pylist()] for market in (hurrying, calm)
        ]
        assert asked[0][:4] == asked[1][:4]
        assert sum(asked[0][4:8]) > sum(asked[1][4:8])
        assert sum(asked[0][8:12]) < sum(asked[1][8:12])
