"""The regulator: what it knows and when, each rung of its ladder, and that every act says why."""

from dataclasses import dataclass, field

import mesa
import pytest

from sim.books.returns import Figures, Return, dressed
from sim.draws import Draws
from sim.params import CalendarParameters, DressingParameters, MarketConfig, RegulatorParameters
from sim.policies.capital_adequacy import CapitalAdequacy
from sim.supervisor.regulator import Regulator

DRAWS = Draws(3)
HONEST = DressingParameters()


@dataclass
class MadeLender:
    """A lender whose figures the test writes, by month."""

    name: str = "made"
    kind: str = "bank"
    id: int = 1
    status: str = "open"
    lending_frozen: bool = False
    licence_capital_fen: int = 0
    ratio: float = 0.12
    equity: int = 1_000_000
    cash: int = 1_000_000
    frozen_in: list[int] = field(default_factory=list)
    dressing: DressingParameters = HONEST
    months_dressed: int = 0
    asked_owners: int = 0
    loans: int = 50_000_000
    bad: int = 500_000
    honest_from: int = -1

    def file_return(self, month: int, minimum_share: float) -> Return:
        books = Figures(self.ratio, 10_000_000, self.loans, self.bad)
        filed = dressed(Return(month, self.ratio, minimum_share, books), self.dressing, self.months_dressed)
        self.months_dressed = self.months_dressed + 1 if filed.hidden_share > 0.0 else 0
        return filed

    def pay_fine(self, amount_fen: int) -> int:
        paid = min(amount_fen, max(0, self.cash))
        self.cash -= paid
        return paid

    def stop_relabelling(self, month: int) -> None:
        self.honest_from = month

    def ask_owners_now(self) -> None:
        self.asked_owners += 1

    def equity_fen(self) -> int:
        return self.equity

    def cash_fen(self) -> int:
        return self.cash


def regulator_with(*policy: tuple[str, CapitalAdequacy], **numbers: float) -> Regulator:
    config = MarketConfig(
        calendar=CalendarParameters(months=60, warm_up_months=0),
        regulator=RegulatorParameters()._replace(**numbers),
        policy=policy,
    )
    return Regulator(mesa.Model(rng=1), config)


def supervise(regulator: Regulator, lender: MadeLender, ratios: dict[int, float], months: int) -> None:
    for month in range(months):
        lender.ratio = ratios.get(month, lender.ratio)
        regulator.issue_rules(month)
        regulator.supervise([lender], month, DRAWS.of(month))
        if lender.lending_frozen:
            lender.frozen_in.append(month)


def acts(regulator: Regulator) -> list[tuple[int, str]]:
    return [(act.month, act.act) for act in regulator.acts]


def test_a_breach_is_seen_with_the_lag_warned_frozen_and_lifted() -> None:
    regulator = regulator_with(report_lag_months=2, warning_months=3)
    lender = MadeLender()
    supervise(regulator, lender, {5: 0.07, 12: 0.09}, 20)
    assert acts(regulator) == [(7, "warning"), (10, "lending freeze"), (14, "freeze lifted")]
    assert lender.frozen_in == [10, 11, 12, 13]
    reasons = [act.reason for act in regulator.acts]
    assert "7.00%" in reasons[0]
    assert "month 5" in reasons[0]
    assert "8.00%" in reasons[0]
    assert "4 months in breach, 3 are tolerated" in reasons[1]
    assert "9.00%" in reasons[2]
    assert regulator.acts[0].value == 0.07
    assert {act.target for act in regulator.acts} == {"made"}


def test_a_short_breach_ends_with_the_warning() -> None:
    regulator = regulator_with(report_lag_months=0, warning_months=3)
    lender = MadeLender()
    supervise(regulator, lender, {4: 0.05, 6: 0.12}, 10)
    assert acts(regulator) == [(4, "warning"), (6, "warning withdrawn")]
    assert lender.frozen_in == []


def test_capital_exactly_at_the_rule_is_no_breach() -> None:
    regulator = regulator_with(report_lag_months=0)
    supervise(regulator, MadeLender(ratio=0.08), {}, 10)
    assert regulator.acts == []


def test_a_return_is_held_against_the_rule_of_its_own_month() -> None:
    rule = CapitalAdequacy(announce_month=3, effective_month=6, minimum_share=0.15)
    regulator = regulator_with(("capital_adequacy", rule), report_lag_months=1)
    supervise(regulator, MadeLender(ratio=0.12), {}, 8)
    assert acts(regulator) == [(3, "announcement"), (6, "entry into force"), (7, "warning")]
    assert "month 6" in regulator.acts[2].reason
    assert rule.source in regulator.acts[0].reason
    assert "15.00%" in regulator.acts[0].reason
    assert regulator.acts[0].value == 6.0


@pytest.mark.parametrize(("equity", "cash"), [(0, 5), (-1, 5), (5, -1)])
def test_no_equity_or_no_cash_costs_the_licence_at_once(equity: int, cash: int) -> None:
    regulator = regulator_with(report_lag_months=6)
    lender = MadeLender(equity=equity, cash=cash)
    supervise(regulator, lender, {}, 4)
    assert lender.status == "resolution"
    assert acts(regulator) == [(0, "licence withdrawn")], "once, and nothing more is asked of a lender in resolution"
    assert "yuan" in regulator.acts[0].reason


def test_a_lender_with_a_fen_of_equity_and_no_cash_to_spare_stays_open() -> None:
    regulator = regulator_with()
    lender = MadeLender(equity=1, cash=0)
    supervise(regulator, lender, {}, 4)
    assert lender.status == "open"


def test_noise_of_returns_is_keyed_by_the_lender_and_off_at_zero() -> None:
    def seen(noise: float, number: int) -> list[tuple[int, str]]:
        regulator = regulator_with(report_noise=noise, report_lag_months=0, warning_months=50)
        supervise(regulator, MadeLender(id=number, ratio=0.0805), {}, 40)
        return acts(regulator)

    assert seen(0.0, 1) == []
    assert seen(0.05, 1) == seen(0.05, 1)
    assert seen(0.05, 1) != []
    assert seen(0.05, 1) != seen(0.05, 2)


def test_the_order_in_which_lenders_are_handed_over_changes_nothing() -> None:
    logs = []
    for turned in (False, True):
        regulator = regulator_with(report_lag_months=0, report_noise=0.01)
        pair = [MadeLender("a", id=1, ratio=0.05), MadeLender("b", id=2, ratio=0.04)]
        for month in range(6):
            regulator.issue_rules(month)
            regulator.supervise(pair[::-1] if turned else pair, month, DRAWS.of(month))
        logs.append(regulator.acts)
    assert logs[0] == logs[1]


def test_acts_are_handed_over_once_and_all_kept() -> None:
    regulator = regulator_with(report_lag_months=0)
    lender = MadeLender(ratio=0.05)
    supervise(regulator, lender, {}, 1)
    assert [act.act for act in regulator.take_acts()] == ["warning"]
    assert regulator.take_acts() == []
    supervise(regulator, lender, {0: 0.2}, 1)
    assert [act.act for act in regulator.take_acts()] == ["warning withdrawn"]
    assert len(regulator.acts) == 2
