"""The regulator: issues the rulebook, reads late returns, and climbs or descends a ladder of measures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Protocol

from sim.books.credit_gap import NOTHING_SEEN, Indicators
from sim.books.returns import YEAR_MONTHS, Return
from sim.codes import RESOLUTION
from sim.counted import HouseholdFlow
from sim.draws import MonthDraws
from sim.elementary import normal_quantile
from sim.mesa_agents import PermanentAgent
from sim.money import yuan
from sim.params import MarketConfig, SupervisionParameters
from sim.policies.base import compose_rulebook
from sim.state import Tallies
from sim.supervisor.ladder import FROZEN, RUNGS, Ladder, Standing, Step, after_return
from sim.supervisor.own_rule import RuleState, decided, describe_rule, indicator_of, laid_over, opening_state
from sim.values import Act, Rulebook

REGULATOR = "regulator"
INCOMES = ("wages", "benefits", "support", "sales")


class Supervised(Protocol):
    """What the regulator sees of a lender, and what it may change or demand."""

    name: str
    kind: str
    id: int
    status: str
    lending_frozen: bool
    licence_capital_fen: int  # least equity by the licence

    def file_return(self, month: int, minimum_share: float) -> Return:
        """Return the lender's supervisory return of a month."""

    def pay_fine(self, amount_fen: int) -> int:
        """Pay a fine as far as there is cash, and return what was paid."""

    def stop_relabelling(self, month: int) -> None:
        """Declare purposes as they are from now on."""

    def ask_owners_now(self) -> None:
        """Ask the owners for capital without the usual patience."""

    def equity_fen(self) -> int:
        """Return what is left to the owners."""

    def cash_fen(self) -> int:
        """Return cash at hand."""


class Credited(Protocol):
    """What the regulator counts of a lender's credit."""

    def loans_fen(self) -> int:
        """Return own parts of all loans."""


class Regulator(PermanentAgent):
    """Sets rules by the calendar and supervises by filed returns; `acts` lists what it did and why."""

    ways_out: ClassVar[str] = (
        "a market always has its regulator; without instruments (policy) and with regulator.warning_months at its "
        "largest it does little but read returns"
    )

    def __init__(self, model: Any, config: MarketConfig) -> None:
        """Join a market; nobody is under measures yet."""
        super().__init__(model)
        self.config = config
        self.acts: list[Act] = []
        self.acts_taken = 0
        self.standings: dict[str, Standing] = {}
        self.rule_state: RuleState | None = None  # None = there is no rule yet
        self.rows: list[dict[str, Any]] = []  # of this month's returns, for the record
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
                reason = f"{instrument.describe()}, from month {instrument.effective_month}; {instrument.source}"
                self._log(month, "announcement", name, reason, instrument.effective_month)
            if month == instrument.effective_month:
                self._log(month, "entry into force", name, f"{instrument.describe()}; {instrument.source}", month)
        rule = self.config.regulator.rule
        if rule.indicator and month == rule.from_month:
            self.rule_state = opening_state(rule)
            self._log(month, "rule begins", rule.indicator, f"{describe_rule(rule)} while tight", self.rule_state.tight)
        if self.rule_state is not None and self.rule_state.binds(month):
            self.rulebook = laid_over(self.rulebook, rule)
        return self.rulebook

    def known_by(self, month: int) -> Indicators:
        """Return what returns that have arrived before a month's start say of credit and income."""
        return self.seen.until(month - 1 - self.config.regulator.report_lag_months)

    def count_credit(self, lenders: Sequence[Credited], tallies: Tallies, month: int) -> None:
        """Put all lenders' loans and households' income of the month together, as their returns will tell."""
        credit = sum(lender.loans_fen() for lender in lenders)
        income = sum(int(tallies.household[HouseholdFlow.of(name)]) for name in INCOMES)
        self.seen = self.seen.after(month, credit, income)

    def supervise(self, lenders: Sequence[Supervised], month: int, chance: MonthDraws) -> None:
        """Take in the returns of `month`, act on those that have arrived, and close who cannot go on.

        Capital is known only from returns, `report_lag_months` late and with noise, unless inspectors come. Whoever has
        no cash or no equity left fails to pay in public, so that is known at once.
        """
        self.rows = []
        for lender in sorted(lenders, key=lambda each: each.id):
            standing = self.standings.get(lender.name, Standing())
            if lender.status == RESOLUTION:
                if not standing.closed:
                    self._withdraw(lender, month, why_insolvent(lender))
                    self.standings[lender.name] = standing._replace(closed=True)
                continue
            filed = self._take_return(lender, month, chance)
            standing = standing._replace(returns=(*standing.returns, filed))
            inspected = self._sends_inspectors(lender, standing, month, chance)
            if lender.equity_fen() <= 0 or lender.cash_fen() < 0:
                self._withdraw(lender, month, why_insolvent(lender))
                standing = standing._replace(closed=True)
            elif inspected:
                standing = self._inspect(lender, standing, month, chance)
            else:
                standing = self._read_arrived(lender, standing, month)
            self.standings[lender.name] = standing
            self.rows.append(row_of(lender.name, filed, standing, inspected))
        self._follow_rule(month)

    def take_acts(self) -> list[Act]:
        """Return the acts since this was last asked; `acts` keeps them all."""
        new = self.acts[self.acts_taken :]
        self.acts_taken = len(self.acts)
        return new

    def _supervision(self, month: int) -> SupervisionParameters:
        """Return what supervisors do in a month beyond reading returns."""
        supervision = self.config.regulator.supervision
        return supervision if month >= supervision.from_month else SupervisionParameters()

    def _take_return(self, lender: Supervised, month: int, chance: MonthDraws) -> Return:
        """Return what the lender files for the month; noise is a share of the ratio, by the lender's own draw."""
        filed = lender.file_return(month, self.rulebook.of(lender.kind).minimum_capital_share)
        noise = self.config.regulator.report_noise
        if noise > 0.0:
            factor = 1.0 + noise * normal_quantile(chance.uniform("report", lender.id))
            filed = filed._replace(capital_ratio_share=filed.capital_ratio_share * factor)
        return filed

    def _sends_inspectors(self, lender: Supervised, standing: Standing, month: int, chance: MonthDraws) -> bool:
        """Return whether inspectors come this month: more often to a lender whose last known return looks weak."""
        supervision = self._supervision(month)
        monthly_share = supervision.inspections_a_year / YEAR_MONTHS
        if standing.read is not None and standing.read.looks_weak(supervision.weak_margin_share):
            monthly_share *= supervision.weak_factor
        return chance.uniform("inspection", lender.id) < monthly_share

    def _inspect(self, lender: Supervised, standing: Standing, month: int, chance: MonthDraws) -> Standing:
        """Find the truth: returns on their way are put right and read at once; false ones are fined.

        Purposes declared falsely are found by chance alone: they stand in contracts, not in the books.
        """
        filed = standing.returns[-1]
        sees_purposes = self._sees_purposes(lender, filed, month, chance)
        found = filed.put_right(sees_purposes).capital_ratio_share
        reason = f"total capital is {found:.2%} of risk-weighted assets; {filed.describe()}"
        self._log(month, "inspection", lender.name, reason, found)
        made_up = max(each.made_up_fen() for each in standing.returns)
        if made_up > 0:
            months = sum(each.hidden_share > 0.0 for each in standing.returns)
            reason = f"{yuan(made_up):,.0f} yuan of capital were made up in {months} returns on their way; {reason}"
            self._log(month, "false return found", lender.name, reason, yuan(made_up))
            share = self._supervision(month).false_return_fine_share
            self._fine(lender, month, int(share * made_up), "false return")
        false = made_up > 0 or self._corrects_purposes(lender, standing, month, sees_purposes)
        right = tuple(each.put_right(sees_purposes) for each in standing.returns)
        return self._read(lender, standing._replace(returns=()), right, month, false)

    def _sees_purposes(self, lender: Supervised, filed: Return, month: int, chance: MonthDraws) -> bool:
        """Return whether inspectors see through purposes declared falsely; the draw is the lender's own."""
        if filed.relabelled_share <= 0.0:
            return True
        found_share = self._supervision(month).relabelling_found_share
        return chance.uniform("inspection", lender.id, alternative=1) < found_share

    def _corrects_purposes(self, lender: Supervised, standing: Standing, month: int, sees_purposes: bool) -> bool:
        """Fine a lender for purposes declared falsely and make it stop, where inspectors see it; return whether so."""
        saved = max(each.relabelled_fen() for each in standing.returns)
        if saved <= 0 or not sees_purposes:
            return False
        reason = f"consumer loans declared as working capital seemed to save {yuan(saved):,.0f} yuan of capital"
        self._log(month, "relabelled loans found", lender.name, reason, yuan(saved))
        share = self._supervision(month).false_return_fine_share
        self._fine(lender, month, int(share * saved), "false return")
        lender.stop_relabelling(month)
        return True

    def _read_arrived(self, lender: Supervised, standing: Standing, month: int) -> Standing:
        """Act on the return that has arrived this month, if any, and keep those still on their way."""
        newest_arrived = month - self.config.regulator.report_lag_months
        arrived = tuple(report for report in standing.returns if report.month <= newest_arrived)
        waiting = tuple(report for report in standing.returns if report.month > newest_arrived)
        return self._read(lender, standing._replace(returns=waiting), arrived, month)

    def _read(
        self, lender: Supervised, standing: Standing, reports: tuple[Return, ...], month: int, at_once: bool = False
    ) -> Standing:
        """Read returns in order, and take the step on the ladder that each leads to."""
        ladder = Ladder(self.config.regulator.warning_months, self._supervision(month))
        for report in reports:
            loans = (*standing.loans, report.books.loans_fen)[-1 - YEAR_MONTHS :]
            standing = standing._replace(read=report, loans=loans)
            if not standing.closed:
                step = after_return(standing, report, month, ladder, at_once)
                self._take_step(lender, standing, step, report, month)
                standing = step.standing._replace(closed=step.withdrawn)
        return standing

    def _take_step(self, lender: Supervised, before: Standing, step: Step, report: Return, month: int) -> None:
        """Carry out what a return has led to."""
        for act, reason in step.acts:
            self._log(month, act, lender.name, reason, report.capital_ratio_share)
        if (step.standing.rung >= FROZEN) != (before.rung >= FROZEN):
            lender.lending_frozen = step.standing.rung >= FROZEN
        if step.withdrawn:
            lender.status = RESOLUTION
        elif step.standing.plan_until > before.plan_until:
            lender.ask_owners_now()
        if step.fined:
            share = self._supervision(month).breach_fine_share
            self._fine(lender, month, int(share * report.missing_fen()), step.acts[-1][0])

    def _fine(self, lender: Supervised, month: int, amount_fen: int, what_for: str) -> None:
        """Fine a lender; what it has no cash for is waived."""
        if amount_fen > 0:
            paid = lender.pay_fine(amount_fen)
            reason = f"{what_for}: {yuan(amount_fen):,.0f} yuan to the treasury, of which {yuan(paid):,.0f} were paid"
            self._log(month, "fine", lender.name, reason, yuan(paid))

    def _follow_rule(self, month: int) -> None:
        """Let the rule decide on the returns read so far, and log when it tightens or releases."""
        rule, state = self.config.regulator.rule, self.rule_state
        if state is None:
            return
        value = indicator_of(rule.indicator, [self.standings[name] for name in sorted(self.standings)])
        if value is None:
            return
        self.rule_state = decided(rule, state, value, month)
        if self.rule_state.tight != state.tight:
            limit = rule.above_share if value > rule.above_share else rule.below_share
            side = "above" if value > rule.above_share else "below"
            act = "rule tightens" if self.rule_state.tight else "rule releases"
            reason = (
                f"{rule.indicator} of {value:.2%} is {side} {limit:.2%}; "
                f"{describe_rule(rule)} from month {self.rule_state.binds_from}"
            )
            self._log(month, act, rule.indicator, reason, value)

    def _withdraw(self, lender: Supervised, month: int, reason: str) -> None:
        """Withdraw the licence of a lender without the capital for it or the cash to pay: its book runs off."""
        lender.status = RESOLUTION
        self._log(month, "licence withdrawn", lender.name, reason, yuan(lender.equity_fen()))

    def _log_adjustments(self, before: Rulebook, month: int) -> None:
        """Log what adaptive instruments in force have set anew, once for every figure that changes."""
        seen, seen_before = self.known_by(month), self.known_by(before.month)
        for name, instrument in self.config.policy:
            if instrument.ADAPTIVE and month > instrument.effective_month:
                said = instrument.respond(seen).describe()
                if said != instrument.respond(seen_before).describe():
                    self._log(month, "adjustment", name, said, month)

    def _log(self, month: int, act: str, target: str, reason: str, value: float) -> None:
        self.acts.append(Act(month=month, actor=REGULATOR, act=act, target=target, reason=reason, value=float(value)))


def why_insolvent(lender: Supervised) -> str:
    """Return why a lender cannot keep its licence."""
    equity, cash = yuan(lender.equity_fen()), yuan(lender.cash_fen())
    least = yuan(lender.licence_capital_fen)
    return (
        f"equity of {equity:,.2f} yuan, which must exceed {least:,.0f}, and cash of {cash:,.2f} "
        "yuan, which must not be negative"
    )


def row_of(name: str, filed: Return, standing: Standing, inspected: bool) -> dict[str, Any]:
    """Return the row of a return: what was filed, what the books showed, and the lender's standing.

    Without risk-weighted assets there is no capital ratio, though the return counts as one that meets every rule.
    """
    has_ratio = filed.books.risk_weighted_fen > 0
    return {
        "month": filed.month,
        "lender": name,
        "told_capital_share": filed.capital_ratio_share if has_ratio else None,
        "true_capital_share": filed.books.capital_ratio_share if has_ratio else None,
        "hidden_share": filed.hidden_share + filed.relabelled_share if has_ratio else None,
        "minimum_share": filed.minimum_share,
        "loans_fen": filed.books.loans_fen,
        "bad_fen": filed.books.bad_fen,
        "inspected": int(inspected),
        "rung": RUNGS[standing.rung],
    }
