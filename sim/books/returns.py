"""The return that a lender files with its supervisor each month, and how it misreports capital."""

from __future__ import annotations

from typing import NamedTuple

from sim.params import DressingParameters

YEAR_MONTHS = 12


class Figures(NamedTuple):
    """What a lender's books say at a month's end."""

    capital_ratio_share: float
    risk_weighted_fen: int
    loans_fen: int  # own parts
    bad_fen: int  # own parts of loans more than 90 days late


class Return(NamedTuple):
    """A lender's monthly return, and the minimum that the rulebook asked of it in that month."""

    month: int
    capital_ratio_share: float  # as filed
    minimum_share: float
    books: Figures  # of which the supervisor knows loans only; the true ratio is for inspectors
    hidden_share: float = 0.0  # what dressing has added to the ratio; noise apart
    relabelled_share: float = 0.0  # what purposes declared falsely have added to it

    def breaches(self) -> bool:
        """Return whether capital is below the rule."""
        return self.capital_ratio_share < self.minimum_share

    def looks_weak(self, margin_share: float) -> bool:
        """Return whether capital is below the rule and a margin."""
        return self.capital_ratio_share < self.minimum_share + margin_share

    def missing_fen(self) -> int:
        """Return the capital that is missing by this return."""
        return int(max(0.0, self.minimum_share - self.capital_ratio_share) * self.books.risk_weighted_fen)

    def made_up_fen(self) -> int:
        """Return the capital that dressing made up."""
        return int(self.hidden_share * self.books.risk_weighted_fen)

    def relabelled_fen(self) -> int:
        """Return the capital that purposes declared falsely seemed to save."""
        return int(self.relabelled_share * self.books.risk_weighted_fen)

    def put_right(self, sees_purposes: bool = True) -> Return:
        """Return the return as the books have it; purposes stay as declared where nobody sees through them."""
        left = 0.0 if sees_purposes else self.relabelled_share
        ratio = self.books.capital_ratio_share + left
        return self._replace(capital_ratio_share=ratio, hidden_share=0.0, relabelled_share=left)

    def describe(self) -> str:
        """Return the figures in words."""
        return (
            f"total capital of {self.capital_ratio_share:.2%} of risk-weighted assets in the return of month "
            f"{self.month}, the rule asks {self.minimum_share:.2%}"
        )


def dressed(honest: Return, dressing: DressingParameters, months_dressed: int) -> Return:
    """Return what a lender files that has dressed its last `months_dressed` returns.

    It hides a share of what it lacks to the ratio it wants to show, and dares to do so for some months in a row.
    """
    short = honest.minimum_share + dressing.near_share - honest.capital_ratio_share
    if honest.month < dressing.from_month or months_dressed >= dressing.months:
        return honest
    hidden = dressing.hidden_share * max(0.0, short)
    if hidden == 0.0:
        return honest
    return honest._replace(capital_ratio_share=honest.capital_ratio_share + hidden, hidden_share=hidden)


def bad_loans_share(read: list[Return]) -> float | None:
    """Return bad loans over all loans in returns of several lenders, or None when nothing is lent."""
    loans = sum(each.books.loans_fen for each in read)
    return sum(each.books.bad_fen for each in read) / loans if loans > 0 else None


def growth_share(loans_by_lender: list[tuple[int, ...]]) -> float | None:
    """Return the growth of loans over a year at lenders with so long a history; oldest first; None without any."""
    long_enough = [loans for loans in loans_by_lender if len(loans) > YEAR_MONTHS]
    before = sum(loans[-1 - YEAR_MONTHS] for loans in long_enough)
    return sum(loans[-1] for loans in long_enough) / before - 1.0 if before > 0 else None
