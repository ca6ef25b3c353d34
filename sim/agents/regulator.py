"""The regulator: issues the rulebook, reads late returns, and climbs or descends a ladder of measures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import mesa

from sim.books.capital import licence_capital_fen
from sim.books.credit_gap import NOTHING_SEEN, Indicators
from sim.draws import Chance
from sim.elementary import normal_quantile
from sim.money import yuan
from sim.params import MarketConfig
from sim.policies.base import compose_rulebook, responding
from sim.state import Tallies
from sim.values import HOUSEHOLD_FLOW, RESOLUTION, Act, Rulebook

REGULATOR = "regulator"
INCOMES = ("wages", "benefits", "support", "sales")


class Supervised(Protocol):
    """What the regulator sees of a lender, and the two things it may change."""

    name: str
    kind: str
    id: int
    status: str
    lending_frozen: bool

    def capital_ratio_share(self) -> float:
        """Return total capital over risk-weighted assets."""

    def equity_fen(self) -> int:
        """Return what is left to the owners."""

    def cash_fen(self) -> int:
        """Return cash at hand."""


class Credited(Protocol):
    """What the regulator counts of a lender's credit."""

    def loans_fen(self) -> int:
        """Return own parts of all loans."""


class Return(NamedTuple):
    """A lender's monthly return, and the minimum that the rulebook asked of it in that month."""

    month: int
    capital_ratio_share: float
    minimum_share: float

    def breaches(self) -> bool:
        """Return whether capital is below the rule."""
        return self.capital_ratio_share < self.minimum_share

    def says(self) -> str:
        """Return the figures in words."""
        return (
            f"total capital of {self.capital_ratio_share:.2%} of risk-weighted assets in the return of month "
            f"{self.month}, the rule asks {self.minimum_share:.2%}"
        )


class Standing(NamedTuple):
    """Where a lender stands on the ladder, and its returns that are still on their way."""

    months_in_breach: int = 0
    frozen: bool = False  # by the regulator, not by the lender itself
    closed: bool = False  # the licence is withdrawn
    returns: tuple[Return, ...] = ()


class Regulator(mesa.Agent):
    """Sets rules by the calendar and supervises by what it is told; `acts` says what it did and why."""

    def __init__(self, model: Any, config: MarketConfig) -> None:
        """Join a market; nobody is under measures yet."""
        super().__init__(model)
        self.config = config
        self.acts: list[Act] = []
        self.acts_taken = 0
        self.standings: dict[str, Standing] = {}
        self.seen = NOTHING_SEEN  # of credit and income, to set what is adaptive
        self.rulebook = compose_rulebook(config, -config.calendar.warm_up_months)

    def follow(self, config: MarketConfig) -> None:
        """Go on under a configuration: its instruments make the rulebook from the next month on."""
        self.config = config

    def issue_rules(self, month: int) -> Rulebook:
        """Return the rules in force in `month`, and log what is announced or enters into force in it."""
        before, self.rulebook = self.rulebook, compose_rulebook(self.config, month, self.known_by(month))
        self._log_adjustments(before, month)
        for name, instrument in self.config.policy:
            if month == instrument.announce_month:
                reason = f"{instrument.says()}, from month {instrument.effective_month}; {instrument.source}"
                self._log(month, "announcement", name, reason, instrument.effective_month)
            if month == instrument.effective_month:
                self._log(month, "entry into force", name, f"{instrument.says()}; {instrument.source}", month)
        return self.rulebook

    def known_by(self, month: int) -> Indicators:
        """Return what returns that have arrived before a month's start say of credit and income."""
        return self.seen.until(month - 1 - self.config.regulator.report_lag_months)

    def count_credit(self, lenders: Sequence[Credited], tallies: Tallies, month: int) -> None:
        """Put all lenders' loans and households' income of the month together, as their returns will tell."""
        credit = sum(lender.loans_fen() for lender in lenders)
        income = sum(int(tallies.household[HOUSEHOLD_FLOW[name]]) for name in INCOMES)
        self.seen = self.seen.after(month, credit, income)

    def supervise(self, lenders: Sequence[Supervised], month: int, chance: Chance) -> None:
        """Take in the returns of `month`, act on those that have arrived, and close who cannot go on.

        Capital is known only from returns, `report_lag_months` late and with noise. Whoever has no cash or no equity
        left fails to pay in public, so that is known at once.
        """
        for lender in sorted(lenders, key=lambda each: each.id):
            standing = self.standings.get(lender.name, Standing())
            if lender.status == RESOLUTION:
                if not standing.closed:
                    self._withdraw(lender, month)
                    self.standings[lender.name] = standing._replace(closed=True)
                continue
            standing = standing._replace(returns=(*standing.returns, self._take_return(lender, month, chance)))
            if lender.equity_fen() <= 0 or lender.cash_fen() < 0:
                self._withdraw(lender, month)
                standing = standing._replace(closed=True)
            else:
                standing = self._read_arrived(lender, standing, month)
            self.standings[lender.name] = standing

    def take_acts(self) -> list[Act]:
        """Return the acts since this was last asked; `acts` keeps them all."""
        new = self.acts[self.acts_taken :]
        self.acts_taken = len(self.acts)
        return new

    def _take_return(self, lender: Supervised, month: int, chance: Chance) -> Return:
        """Return what the lender files for the month; noise is a share of the ratio, by the lender's own draw."""
        ratio = lender.capital_ratio_share()
        noise = self.config.regulator.report_noise
        if noise > 0.0:
            ratio *= 1.0 + noise * normal_quantile(chance.uniform("report", lender.id))
        return Return(month, ratio, self.rulebook.of(lender.kind).minimum_capital_share)

    def _read_arrived(self, lender: Supervised, standing: Standing, month: int) -> Standing:
        """Act on the return that has arrived this month, if any, and keep those still on their way."""
        newest_arrived = month - self.config.regulator.report_lag_months
        for report in standing.returns:
            if report.month <= newest_arrived:
                standing = self._climb_or_descend(lender, standing, report, month)
        waiting = tuple(report for report in standing.returns if report.month > newest_arrived)
        return standing._replace(returns=waiting)

    def _climb_or_descend(self, lender: Supervised, standing: Standing, report: Return, month: int) -> Standing:
        """Take a step on the ladder: a warning at the first breach, a freeze when it lasts, relief when it ends."""
        ratio = report.capital_ratio_share
        if not report.breaches():
            if standing.frozen:
                lender.lending_frozen = False
                self._log(month, "freeze lifted", lender.name, report.says(), ratio)
            elif standing.months_in_breach > 0:
                self._log(month, "warning withdrawn", lender.name, report.says(), ratio)
            return standing._replace(months_in_breach=0, frozen=False)
        months_in_breach = standing.months_in_breach + 1
        patience = self.config.regulator.warning_months
        if months_in_breach == 1:
            self._log(month, "warning", lender.name, report.says(), ratio)
        if months_in_breach > patience and not standing.frozen:
            lender.lending_frozen = True
            reason = f"{months_in_breach} months in breach, {patience} are tolerated; {report.says()}"
            self._log(month, "lending freeze", lender.name, reason, ratio)
            return standing._replace(months_in_breach=months_in_breach, frozen=True)
        return standing._replace(months_in_breach=months_in_breach)

    def _withdraw(self, lender: Supervised, month: int) -> None:
        """Withdraw the licence of a lender without the capital for it or the cash to pay: its book runs off."""
        equity, cash = lender.equity_fen(), lender.cash_fen()
        least = licence_capital_fen(self.config, lender.kind)
        lender.status = RESOLUTION
        reason = (
            f"equity of {yuan(equity):,.2f} yuan, which must exceed {yuan(least):,.0f}, and cash of {yuan(cash):,.2f} "
            "yuan, which must not be negative"
        )
        self._log(month, "licence withdrawn", lender.name, reason, yuan(equity))

    def _log_adjustments(self, before: Rulebook, month: int) -> None:
        """Log what adaptive instruments in force have set anew, once for every figure that changes."""
        seen, seen_before = self.known_by(month), self.known_by(before.month)
        for name, instrument in self.config.policy:
            if hasattr(instrument, "respond") and month > instrument.effective_month:
                said = responding(instrument, seen).says()
                if said != responding(instrument, seen_before).says():
                    self._log(month, "adjustment", name, said, month)

    def _log(self, month: int, act: str, target: str, reason: str, value: float) -> None:
        self.acts.append(Act(month=month, actor=REGULATOR, act=act, target=target, reason=reason, value=float(value)))
