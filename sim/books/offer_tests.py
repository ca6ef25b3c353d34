"""What a lender makes of an offer test: other prices and other limits for some people, and what became of their loans.

Groups are drawn at random, so they differ by what they were offered and by chance. Everything is of the last year, but
for what is owed and earned: who is 90 days late now was in good standing three months ago, so losses are held against
the debt of then. Whole numbers throughout; no draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sim.books.strategy import YEAR_MONTHS
from sim.counted import CHEAPER, DEARER, NARROWER, OFFER_ARMS, WIDER, OfferCount
from sim.money import BASIS_POINTS

LATE_MONTHS = 3  # from the last payment in time to being 90 days late
# Variance of a group's sum over its square, times the loans behind it: amounts differ, and a debtor has several loans.
# Where both groups were treated alike, so that chance alone made them differ, it was mostly 2 to 3, by lender from 1.0
# to 3.3 for what was earned and from 1.6 to 3.9 for what was lost (5,000 people, 40 seeds).
DISPERSION = 3

Counts = tuple[tuple[int, ...], ...]  # (OFFER_ARMS, OfferCount.titles())
NOTHING_COUNTED: Counts = tuple(tuple(0 for _ in OfferCount.titles()) for _ in OFFER_ARMS)


class Yields(NamedTuple):
    """What a yuan owed by a customer brings the lender, and what one that goes bad costs it; parts of 10,000."""

    income_share_bp: int  # of the interest: what it keeps beside a partner, fees included
    part_share_bp: int  # of the loan that is its own money, on which it counts its markup
    cost_bp: int  # a year: money, work, and the return that its capital is to earn; no losses and no markup
    loss_bp: int  # of what is owed on a loan when it is first 90 days late
    default_slope_percent: int = 0  # by which it believes that losses grow with each unit of the yearly price


class PriceTestResult(NamedTuple):
    """What a test of prices has found."""

    free_margin_bp: int | None  # that would earn most a year if all of a rise were kept; None = nobody minded the price
    kept_bp: int  # of a rise in price, on each yuan of its own money: what losses and a partner leave
    offers: int  # at the two test prices
    cheaper_taken_share: float
    dearer_taken_share: float
    lost_of_rise_bp: int = 0  # of a rise, what losses take again; negative where the dearer lost less
    losses_are_found: bool = False  # beyond chance; otherwise they are what the lender believes

    @property
    def best_margin_bp(self) -> int | None:
        """The markup that earns most a year for each offer; None = the dearer the better."""
        if self.kept_bp == 0:
            return 0
        return None if self.free_margin_bp is None else self.kept_bp * self.free_margin_bp // BASIS_POINTS


class LimitTestResult(NamedTuple):
    """What a test of limits has found: the lender's profit on all that was owed in two groups of the same chance."""

    direction: int  # +1 wider, -1 narrower, 0 = chance alone may have made the difference
    loans: int
    wider_fen: int
    narrower_fen: int


class Group(NamedTuple):
    """One group of an offer test over a span of months: what was owed and earned, and what went bad."""

    loans: int  # made
    open_loans: int  # in the mean month
    owed_month_fen: int  # sum over month ends
    accrued_fen: int  # interest on what was less than 90 days late
    bads: int
    bad_fen: int  # owed on them when they were first 90 days late

    def profit_fen(self, yields: Yields) -> int:
        """Return what the lender earned beyond what money, work and capital cost, and beyond losses."""
        return self.earned_fen(yields) - self.lost_fen(yields)

    def earned_fen(self, yields: Yields) -> int:
        """Return what was earned before losses."""
        income = self.accrued_fen * yields.income_share_bp
        return (income - self.owed_month_fen * yields.cost_bp // YEAR_MONTHS) // BASIS_POINTS

    def lost_fen(self, yields: Yields) -> int:
        """Return what is lost on those gone bad."""
        return self.bad_fen * yields.loss_bp // BASIS_POINTS

    def profit_variance(self, yields: Yields) -> int:
        """Return the variance of the profit when debtors and bad loans come by chance, of unequal amounts."""
        earned, lost = self.earned_fen(yields), self.lost_fen(yields)
        return DISPERSION * (earned**2 // max(1, self.open_loans) + lost**2 // max(1, self.bads))


def added(months: Sequence[Counts]) -> Counts:
    """Return the sum of monthly counts of an offer test."""
    if not months:
        return NOTHING_COUNTED
    return tuple(tuple(sum(column) for column in zip(*arm, strict=True)) for arm in zip(*months, strict=True))


def last_year(months: Sequence[Counts]) -> Counts:
    """Return the counts of the last twelve months, oldest first in `months`."""
    return added(months[-YEAR_MONTHS:])


def group(months: Sequence[Counts], arm: int) -> Group:
    """Return one group: what went bad in the last span of months, and the debt of a span that long, three earlier."""
    debt, outcomes = months[:-LATE_MONTHS][-YEAR_MONTHS:], months[LATE_MONTHS:][-YEAR_MONTHS:]
    owed, late = (dict(zip(OfferCount.titles(), added(span)[arm], strict=True)) for span in (debt, outcomes))
    open_loans = owed["open"] // max(1, len(debt))
    return Group(owed["loans"], open_loans, owed["owed"], owed["accrued"], late["bads"], late["bad_owed"])


def is_significant(difference: int, variance: int, standard_errors: float) -> bool:
    """Return whether a difference is larger than so many of its standard errors."""
    return 100 * difference**2 > round(100 * standard_errors**2) * variance


def price_test_result(
    months: Sequence[Counts], yields: Yields, least_offers: int, standard_errors: float = 2.0
) -> PriceTestResult | None:
    """Return what the offer test says of the markup; None while either test price has had too few offers.

    With take-up t falling by t' for each unit of price, and the part l of a rise lost again on those who took it,
    profit on an offer, t times the margin, is largest where the margin is (1 - l) t / t': the inverse of the
    semi-elasticity (Lerner 1934), less what adverse selection and dearer debts take (Stiglitz and Weiss 1981). t is the
    mean of the two test prices. Beside a partner the lender keeps a share of the price that is not its share of the
    loan, so the margin is stated on its own part.
    """
    counts = last_year(months)
    dear, cheap = (dict(zip(OfferCount.titles(), counts[arm], strict=True)) for arm in (DEARER, CHEAPER))
    if min(dear["offers"], cheap["offers"]) < max(1, least_offers):
        return None
    n_dear, n_cheap = dear["offers"], cheap["offers"]
    lost = cheap["accepted"] * n_dear - dear["accepted"] * n_cheap  # times both numbers of offers
    kept = cheap["accepted"] * n_dear + dear["accepted"] * n_cheap
    spread = dear["offered_bp"] * n_cheap - cheap["offered_bp"] * n_dear
    free = kept * spread // (2 * n_dear * n_cheap * lost) if lost > 0 and spread > 0 else None
    rise_bp = spread // (n_dear * n_cheap) * yields.income_share_bp // BASIS_POINTS
    dearer, cheaper = group(months, DEARER), group(months, CHEAPER)
    found_bp = lost_of_a_rise_bp(dearer, cheaper, rise_bp, yields, standard_errors)
    lost_bp = believed_of_a_rise_bp(dearer, cheaper, yields) if found_bp is None else found_bp
    return PriceTestResult(
        free,
        max(0, BASIS_POINTS - lost_bp) * yields.income_share_bp // yields.part_share_bp,
        n_dear + n_cheap,
        cheap["accepted"] / n_cheap,
        dear["accepted"] / n_dear,
        lost_bp,
        found_bp is not None,
    )


def lost_of_a_rise_bp(dear: Group, cheap: Group, rise_bp: int, yields: Yields, standard_errors: float) -> int | None:
    """Return which part of a rise in price losses take again, negative when they fall; None where it may be chance.

    Losses are those of a year on each yuan owed; `rise_bp` is what the lender keeps of the difference in price.
    """
    if min(dear.owed_month_fen, cheap.owed_month_fen, rise_bp) <= 0:
        return None
    # Both losses times what was owed in both groups, so that nothing is rounded before they are compared.
    lost_dear = dear.lost_fen(yields) * cheap.owed_month_fen
    lost_cheap = cheap.lost_fen(yields) * dear.owed_month_fen
    variance = DISPERSION * (lost_dear**2 // max(1, dear.bads) + lost_cheap**2 // max(1, cheap.bads))
    if not is_significant(lost_dear - lost_cheap, variance, standard_errors):
        return None
    owed = dear.owed_month_fen * cheap.owed_month_fen
    return (lost_dear - lost_cheap) * YEAR_MONTHS * BASIS_POINTS**2 // (rise_bp * owed)


def believed_of_a_rise_bp(dear: Group, cheap: Group, yields: Yields) -> int:
    """Return which part of a rise in price losses take again by the slope that the lender's prices believe in.

    Log odds of default grow by the slope times the rise, so losses, which are small shares, grow by that part of them.
    """
    lost, owed = dear.lost_fen(yields) + cheap.lost_fen(yields), dear.owed_month_fen + cheap.owed_month_fen
    if owed == 0 or yields.income_share_bp == 0:
        return 0
    return lost * YEAR_MONTHS * yields.default_slope_percent * BASIS_POINTS**2 // (100 * owed * yields.income_share_bp)


def limit_test_result(
    months: Sequence[Counts], yields: Yields, least_loans: int, standard_errors: float = 2.0
) -> LimitTestResult | None:
    """Return what the offer test says of opening limits; None while either group has had too few loans to judge.

    People are in a group for life, so all that is drawn on a wider line counts for it. Both groups are as large but for
    chance, so their whole profits are compared: a limit also decides who is worth an offer.
    """
    wide, narrow = group(months, WIDER), group(months, NARROWER)
    if min(wide.loans, narrow.loans) < max(1, least_loans):
        return None
    wider, narrower = wide.profit_fen(yields), narrow.profit_fen(yields)
    variance = wide.profit_variance(yields) + narrow.profit_variance(yields)
    sure = is_significant(wider - narrower, variance, standard_errors)
    return LimitTestResult((1 if wider > narrower else -1) if sure else 0, wide.loans + narrow.loans, wider, narrower)


def advised(result: PriceTestResult, markup_bp: int, step_bp: int) -> int:
    """Return the direction in which an offer test says the markup should go, 0 when it is within a step of the best."""
    if result.best_margin_bp is None:
        return 1
    if abs(result.best_margin_bp - markup_bp) < step_bp:
        return 0
    return 1 if result.best_margin_bp > markup_bp else -1
