"""A lender's funding: a ladder of wholesale debt by month of maturity, and deposits at banks.

Funders leave only at maturity: what falls due is renewed in part, and what is not renewed is paid in cash. Wholesale
money keeps the rate at which it was raised until it falls due; deposits are repriced every month.
"""

from __future__ import annotations

from typing import NamedTuple

from sim.money import BASIS_POINTS, MONTHLY_BASIS_POINTS, pro_rata


class Funding(NamedTuple):
    """What a lender owes its funders, fen."""

    ladder: tuple[int, ...]  # due in 1, 2, ... months
    deposits: int
    yearly_interest: tuple[int, ...] = ()  # by rung, fen times basis points, as agreed; empty = nothing bears interest

    @property
    def wholesale(self) -> int:
        """Return all wholesale debt."""
        return sum(self.ladder)

    def interest_due(self) -> int:
        """Return a month's interest on wholesale debt, each part at its own rate; the fraction of a fen is dropped."""
        return sum(self.yearly_interest) // MONTHLY_BASIS_POINTS

    def wholesale_apr(self) -> float:
        """Return the mean rate of the wholesale debt; 0 when there is none."""
        return sum(self.yearly_interest) / (self.wholesale * BASIS_POINTS) if self.wholesale else 0.0


class Refinancing(NamedTuple):
    """What one month's refinancing did, fen."""

    funding: Funding
    repaid: int  # wholesale that fell due
    raised: int  # wholesale raised anew, renewals included
    deposits_in: int
    deposits_out: int


def blank_funding(term_months: int) -> Funding:
    """Return the funding of a lender that owes nothing."""
    return Funding((0,) * term_months, 0, (0,) * term_months)


def willing(due: int, need: int, rollover_share: float, factor: float) -> int:
    """Return what wholesale funders lend this month in fen.

    In calm (`factor` 1) they meet the need; when they are afraid, at most a part of what falls due is renewed.
    """
    if factor >= 1.0:
        return need
    return min(need, int(due * rollover_share * factor))


def refinance(
    funding: Funding,
    cash: int,
    target_cash: int,
    deposit_share: float,
    rollover_share: float,
    factor: float,
    rate_bp: int = 0,
) -> Refinancing:
    """Return the month's refinancing: repay what falls due, raise what the cash target needs and funders give.

    What is raised bears `rate_bp`, basis points a year, until its own maturity. Banks meet `deposit_share` of a need
    with deposits, insured and therefore calm, and let deposits go when they have cash to spare.
    """
    due = funding.ladder[0]
    need = target_cash - (cash - due)
    deposits_in = int(max(0, need) * deposit_share)
    deposits_out = min(funding.deposits, max(0, -need)) if deposit_share > 0.0 else 0
    raised = willing(due, max(0, need) - deposits_in, rollover_share, factor)
    rungs = len(funding.ladder)
    added = pro_rata(raised, [1] * rungs)
    ladder = tuple(owed + new for owed, new in zip((*funding.ladder[1:], 0), added, strict=True))
    agreed = funding.yearly_interest[1:] or (0,) * (rungs - 1)
    interest = tuple(old + new * rate_bp for old, new in zip((*agreed, 0), added, strict=True))
    after = Funding(ladder, funding.deposits + deposits_in - deposits_out, interest)
    return Refinancing(after, due, raised, deposits_in, deposits_out)


class Payout(NamedTuple):
    """What a lender in resolution paid its funders this month, fen, and what it still owes."""

    funding: Funding
    deposits: int
    wholesale: int


def pay_out(funding: Funding, cash: int) -> Payout:
    """Return how cash at hand goes to funders once all debt has fallen due: depositors first, all others alike.

    Debt that has fallen due bears no more interest, and no maturity ranks before another.
    """
    deposits = min(funding.deposits, max(0, cash))
    wholesale = min(funding.wholesale, max(0, cash) - deposits)
    parts = pro_rata(wholesale, list(funding.ladder))
    ladder = tuple(owed - paid for owed, paid in zip(funding.ladder, parts, strict=True))
    return Payout(Funding(ladder, funding.deposits - deposits), deposits, wholesale)
