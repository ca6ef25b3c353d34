"""What a lender makes of a trial: other prices and other limits for some applicants, and what became of their loans.

Groups are drawn by lot with the same chance, so they differ by what they were offered and by luck. Take-up is counted
of the last year; losses come later than loans, so a year of them is held against the year of lending that ended
`OUTCOME_LAG_MONTHS` before. Whole numbers throughout; no chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sim.counted import CHEAPER, DEARER, NARROWER, OFFER_ARMS, OFFER_COUNTS, WIDER
from sim.money import BASIS_POINTS

TRIAL_MONTHS = 12
OUTCOME_LAG_MONTHS = 6  # from a loan to being first 90 days late, for the mean of those that come to it; assumed
LIFE_PERCENT = 42  # of a year that the mean yuan lent is owed for: MEAN_LIFE_YEARS of sim.rules.pricing
SIZE_DISPERSION = 2  # mean square of amounts over the square of their mean: they vary by as much as they are; assumed

Counts = tuple[tuple[int, ...], ...]  # (OFFER_ARMS, OFFER_COUNTS)
NOTHING_COUNTED: Counts = tuple(tuple(0 for _ in OFFER_COUNTS) for _ in OFFER_ARMS)


class Yields(NamedTuple):
    """What a yuan lent to a customer brings the lender, and what one that goes bad costs it; parts of 10,000."""

    income_share_bp: int  # of the price: what it keeps beside a partner, fees included
    part_share_bp: int  # of the loan that is its own money, on which it counts its markup
    cost_bp: int  # a year: money, work, and the return that its capital is to earn; no losses and no markup
    loss_bp: int  # of what is owed on a loan when it is first 90 days late

    def margin_bp(self, apr_bp: int) -> int:
        """Return what a yuan lent at a price earns in a year before losses."""
        return self.income_share_bp * apr_bp // BASIS_POINTS - self.cost_bp


class Trial(NamedTuple):
    """What a trial of prices has found."""

    best_margin_bp: int | None  # the markup that earns most a year for each offer; None = people did not mind the price
    offers: int  # at the two test prices
    cheaper_taken_share: float
    dearer_taken_share: float
    lost_of_rise_bp: int = 0  # of a dearer price, what losses take again; 0 too where luck may have made them


class LimitTrial(NamedTuple):
    """What a trial of limits has found: the lender's profit on all that was lent in two groups of the same chance."""

    direction: int  # +1 wider, -1 narrower, 0 = luck alone may have made the difference
    loans: int
    wider_fen: int
    narrower_fen: int


class Group(NamedTuple):
    """One group of a trial: what was lent, at which price, and what went bad."""

    loans: int
    lent_fen: int
    apr_bp: int  # mean of its offers
    bads: int
    bad_fen: int  # owed on them when they were first 90 days late

    def profit_fen(self, yields: Yields) -> int:
        """Return what the lender earned, over the lives of the loans, beyond what they cost and lost."""
        return self.earned_fen(yields) - self.lost_fen(yields)

    def earned_fen(self, yields: Yields) -> int:
        """Return what was earned before losses, over the lives of the loans."""
        return self.lent_fen * yields.margin_bp(self.apr_bp) * LIFE_PERCENT // (100 * BASIS_POINTS)

    def lost_fen(self, yields: Yields) -> int:
        """Return what is lost on those gone bad."""
        return self.bad_fen * yields.loss_bp // BASIS_POINTS

    def profit_variance(self, yields: Yields) -> int:
        """Return the variance of the profit when loans and bad loans come by chance, of unequal amounts."""
        earned, lost = self.earned_fen(yields), self.lost_fen(yields)
        return SIZE_DISPERSION * (earned**2 // max(1, self.loans) + lost**2 // max(1, self.bads))


def added(months: Sequence[Counts]) -> Counts:
    """Return the sum of monthly counts of a trial."""
    if not months:
        return NOTHING_COUNTED
    return tuple(tuple(sum(column) for column in zip(*arm, strict=True)) for arm in zip(*months, strict=True))


def last_year(months: Sequence[Counts]) -> Counts:
    """Return the counts of the last twelve months, oldest first in `months`."""
    return added(months[-TRIAL_MONTHS:])


def group(months: Sequence[Counts], arm: int) -> Group:
    """Return one group: what went bad in the last span of months, and lending of a span that long and a lag earlier."""
    lending, outcomes = months[:-OUTCOME_LAG_MONTHS][-TRIAL_MONTHS:], months[OUTCOME_LAG_MONTHS:][-TRIAL_MONTHS:]
    lent, late = (dict(zip(OFFER_COUNTS, added(span)[arm], strict=True)) for span in (lending, outcomes))
    apr_bp = lent["offered_bp"] // max(1, lent["offers"])
    return Group(lent["loans"], lent["lent"], apr_bp, late["bads"], late["bad_owed"])


def is_beyond_luck(difference: int, variance: int, standard_errors: float) -> bool:
    """Return whether a difference is larger than so many of its standard errors."""
    return 100 * difference**2 > round(100 * standard_errors**2) * variance


def price_trial(
    months: Sequence[Counts], yields: Yields, least_offers: int, standard_errors: float = 2.0
) -> Trial | None:
    """Return what the trial says of the markup; None while either test price has had too few offers.

    With take-up t falling by t' for each unit of price, and the part l of a rise lost again on those who took it,
    profit on an offer, t times the margin, is largest where the margin is (1 - l) t / t': the inverse of the
    semi-elasticity (Lerner 1934), less what adverse selection and dearer debts take (Stiglitz and Weiss 1981). t is the
    mean of the two test prices; l counts where luck cannot have made it. Beside a partner the lender keeps a share of
    the price that is not its share of the loan, so the margin is stated on its own part.
    """
    counts = last_year(months)
    dear, cheap = (dict(zip(OFFER_COUNTS, counts[arm], strict=True)) for arm in (DEARER, CHEAPER))
    if min(dear["offers"], cheap["offers"]) < max(1, least_offers):
        return None
    n_dear, n_cheap = dear["offers"], cheap["offers"]
    lost = cheap["accepted"] * n_dear - dear["accepted"] * n_cheap  # times both numbers of offers
    kept = cheap["accepted"] * n_dear + dear["accepted"] * n_cheap
    spread = dear["offered_bp"] * n_cheap - cheap["offered_bp"] * n_dear
    lost_of_rise_bp = lost_of_a_rise_bp(group(months, DEARER), group(months, CHEAPER), yields, standard_errors)
    left_bp = max(0, BASIS_POINTS - lost_of_rise_bp)
    best = None
    if left_bp == 0:
        best = 0
    elif lost > 0 and spread > 0:
        kept_bp = left_bp * yields.income_share_bp  # of a rise; the markup is counted on its own part alone
        best = kept_bp * kept * spread // (2 * BASIS_POINTS * yields.part_share_bp * n_dear * n_cheap * lost)
    return Trial(best, n_dear + n_cheap, cheap["accepted"] / n_cheap, dear["accepted"] / n_dear, lost_of_rise_bp)


def lost_of_a_rise_bp(dear: Group, cheap: Group, yields: Yields, standard_errors: float) -> int:
    """Return which part of a dearer price losses take again, negative when they fall; 0 where it may be luck.

    Losses are those of a yuan lent, spread over the months it is owed for.
    """
    rise_bp = (dear.apr_bp - cheap.apr_bp) * yields.income_share_bp
    if min(dear.lent_fen, cheap.lent_fen, rise_bp) <= 0:
        return 0
    # Both losses times both amounts lent, so that nothing is rounded before they are compared.
    lost_dear, lost_cheap = dear.lost_fen(yields) * cheap.lent_fen, cheap.lost_fen(yields) * dear.lent_fen
    variance = SIZE_DISPERSION * (lost_dear**2 // max(1, dear.bads) + lost_cheap**2 // max(1, cheap.bads))
    if not is_beyond_luck(lost_dear - lost_cheap, variance, standard_errors):
        return 0
    gained = rise_bp * LIFE_PERCENT * dear.lent_fen * cheap.lent_fen
    return (lost_dear - lost_cheap) * 100 * BASIS_POINTS**3 // gained


def limit_trial(
    months: Sequence[Counts], yields: Yields, least_loans: int, standard_errors: float = 2.0
) -> LimitTrial | None:
    """Return what the trial says of opening limits; None while either group has had too few loans to judge.

    Lines keep their group for life, so all that is drawn on a wider line counts for it. Both groups are as large but
    for luck, so their whole profits are compared: a limit also decides who is worth an offer.
    """
    wide, narrow = group(months, WIDER), group(months, NARROWER)
    if min(wide.loans, narrow.loans) < max(1, least_loans):
        return None
    wider, narrower = wide.profit_fen(yields), narrow.profit_fen(yields)
    variance = wide.profit_variance(yields) + narrow.profit_variance(yields)
    sure = is_beyond_luck(wider - narrower, variance, standard_errors)
    return LimitTrial((1 if wider > narrower else -1) if sure else 0, wide.loans + narrow.loans, wider, narrower)


def advised(trial: Trial, markup_bp: int, step_bp: int) -> int:
    """Return the direction in which a trial says the markup should go, 0 when it is within a step of the best."""
    if trial.best_margin_bp is None:
        return 1
    if abs(trial.best_margin_bp - markup_bp) < step_bp:
        return 0
    return 1 if trial.best_margin_bp > markup_bp else -1
