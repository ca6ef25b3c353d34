"""What owners do with a lender's capital: take out what is spare and - late, in part, for a return - add what is short.

A lender that has been below its own target for some months asks its owners. They take months to answer, and then, each
quarter anew, pay in a share of what is lacking if the last year's return on equity was worth it. Nobody is rescued: a
lender in resolution is not heard, and every answer is an act in the log. Shrinking stays the main way back to the
target, as Gropp, Mosk, Ongena and Wix (2019) find of banks that had to meet a higher ratio.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from sim.books.ledger import OWNERS, Ledger
from sim.money import fen
from sim.params import LENDER_KINDS, LenderParameters, MarketConfig

QUARTER_MONTHS, YEAR_MONTHS = 3, 12


class Ownership(NamedTuple):
    """What the owners of a lender know and have been asked."""

    profits: tuple[int, ...] = ()  # fen, of the last twelve months
    equities: tuple[int, ...] = ()  # fen, at their ends, before owners took out or put in anything
    months_short: int = 0  # below the target, without a break
    answer_month: int | None = None  # when owners answer next; None = nobody has asked

    def after(self, profit_fen: int, equity_fen: int) -> Ownership:
        """Return what they know after one more month."""
        profits = (*self.profits, profit_fen)[-YEAR_MONTHS:]
        return self._replace(profits=profits, equities=(*self.equities, equity_fen)[-YEAR_MONTHS:])

    def return_on_equity(self) -> float:
        """Return a year's profit over mean equity; 0.0 when that is not positive."""
        total = sum(self.equities)
        return sum(self.profits) * YEAR_MONTHS / total if total > 0 else 0.0


class Answer(NamedTuple):
    """What owners know after a month, what they pay in, and the act to be logged, if there was one."""

    ownership: Ownership
    paid_in_fen: int = 0
    act: str = ""
    reason: str = ""


class CapitalFlows(NamedTuple):
    """What passed between a lender and its owners in a month, fen."""

    dividends: int = 0
    raised: int = 0


class Owned(Protocol):
    """What owners need to know of their lender."""

    name: str
    parameters: LenderParameters
    ledger: Ledger
    least_capital_fen: int
    ownership: Ownership

    def equity_fen(self) -> int:
        """Return what is left to the owners."""

    def risk_weighted_fen(self) -> int:
        """Return risk-weighted assets."""

    def log(self, month: int, act: str, reason: str, value: float) -> None:
        """Write one act of the lender down."""


def licence_capital_fen(config: MarketConfig, kind: str) -> int:
    """Return the least capital of a licence in fen, scaled from the people represented to the people simulated."""
    least_yuan = config.regulator.licence_capital_yuan[LENDER_KINDS.index(kind)]
    return fen(least_yuan) * config.population.size // config.population.represents


def settle_capital(
    lender: Owned, month: int, target_share: float, asked_fen: int, profit_fen: int, is_open: bool, is_calm: bool
) -> CapitalFlows:
    """Post what owners take out and put in, log their acts, and return both.

    The target is a share of risk-weighted assets, what leverage and funding ask for, or the least capital of a licence,
    whichever is most.

    In the warm-up they hold capital exactly at the target. Later, nobody pays its owners while it cannot be sure of its
    funders, and nobody pays in for a lender in resolution.
    """
    ledger, name = lender.ledger, lender.name
    lender.ownership = lender.ownership.after(profit_fen, lender.equity_fen())
    target = max(int(target_share * lender.risk_weighted_fen()), asked_fen, lender.least_capital_fen)
    excess = lender.equity_fen() - target
    if month < 0:
        ledger.pay(name, "equity", OWNERS, "claims_on_others", max(0, excess))
        ledger.pay(OWNERS, "claims_on_others", name, "equity", max(0, -excess))
        return CapitalFlows()
    if not is_open:
        return CapitalFlows()
    dividends = dividends_of(profit_fen, excess, lender.parameters.dividend_share) if is_calm else 0
    ledger.pay(name, "equity", OWNERS, "income", dividends)
    answer = answer_of(lender.ownership, month, max(0, -excess), lender.parameters)
    lender.ownership = answer.ownership
    ledger.pay(OWNERS, "claims_on_others", name, "equity", answer.paid_in_fen)
    if answer.act:
        lender.log(month, answer.act, answer.reason, answer.paid_in_fen or -excess)
    return CapitalFlows(dividends, answer.paid_in_fen)


def dividends_of(profit_fen: int, excess_fen: int, dividend_share: float) -> int:
    """Return dividends in fen: profit, and a twelfth of what stands above the target, as far as the target allows.

    The twelfth is there because owners do not leave spare capital idle.
    """
    payable = max(0, profit_fen) + max(0, excess_fen) // YEAR_MONTHS
    return int(max(0, min(payable, excess_fen)) * dividend_share)


def answer_of(ownership: Ownership, month: int, shortfall_fen: int, parameters: LenderParameters) -> Answer:
    """Return what owners make of a shortfall this month: nothing, a question taken in, money, or a refusal.

    A question stands until the target is reached or owners decline; then the months of waiting begin anew.
    """
    p = parameters
    if p.raise_share == 0.0:
        return Answer(ownership)
    if shortfall_fen == 0:
        return Answer(ownership._replace(months_short=0, answer_month=None))
    short = f"capital {shortfall_fen / 100:,.0f} yuan below the lender's own target"
    ownership = ownership._replace(months_short=ownership.months_short + 1)
    if ownership.answer_month is None:
        if ownership.months_short < p.raise_patience_months:
            return Answer(ownership)
        asked = ownership._replace(answer_month=month + p.raise_delay_months)
        reason = (
            f"{short} after {ownership.months_short} months in a row; owners answer in {p.raise_delay_months} months"
        )
        return Answer(asked, 0, "asks_owners", reason)
    if month < ownership.answer_month:
        return Answer(ownership)
    earned = ownership.return_on_equity()
    judged = f"{short}; return on equity of a year {earned:.1%}, owners ask for {p.raise_hurdle_roe:.1%}"
    if earned <= p.raise_hurdle_roe:
        return Answer(ownership._replace(months_short=0, answer_month=None), 0, "owners_decline", judged)
    paid = int(p.raise_share * shortfall_fen)
    return Answer(ownership._replace(answer_month=month + QUARTER_MONTHS), paid, "owners_pay_in", judged)
