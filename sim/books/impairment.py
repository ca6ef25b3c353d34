"""Expected-loss allowance in three stages, from the lender's own experience of how loans roll.

Stage 1 (not more than 30 days late) is provided for the losses of twelve months, stage 2 (more than 30) for those of
the rest of the loan's life, stage 3 (more than 90) is impaired. The two lines are the presumptions of IFRS 9,
paragraphs 5.5.11 (with B5.5.19) and B5.5.37; default is the second of them. Expected losses are not discounted: no loan
runs longer than two years.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.codes import BUCKETS
from sim.counted import Flow
from sim.state import Tallies

STAGE_2_BUCKET = 2  # the first whose oldest unpaid instalment is more than 30 days late
DEFAULT_BUCKET = 4  # the first that is more than 90 days late; from here a loan is in stage 3
YEAR_MONTHS = 12
LIFE_MONTHS = 24  # of the longest contract
PAID_OFF = BUCKETS  # column of the roll matrix
MILLION = 1_000_000

# Monthly moves of a young book by bucket 0 to 3: to buckets 0, 1, 2, 3 and default; what is missing is paid off.
# Assumed, and close to what loans of this market do in calm.
PRIOR_ROLLS = (
    (0.950, 0.015, 0.000, 0.000, 0.000),
    (0.550, 0.050, 0.350, 0.000, 0.000),
    (0.150, 0.030, 0.050, 0.750, 0.000),
    (0.080, 0.020, 0.050, 0.050, 0.780),
)
PRIOR_INSTALMENT_SHARE = 0.12  # of a current balance repaid in a month; assumed

Row = tuple[float, ...]

NO_DEFAULT: Row = (0.0,) * DEFAULT_BUCKET


class Moves(NamedTuple):
    """Where a month took the balances that were not in default when it began, fen."""

    rolled: tuple[tuple[int, ...], ...]  # by bucket 0 to 3: to buckets 0, 1, 2, 3, to default, paid off
    instalments: int  # principal repaid on loans that were not paid off


class Experience(NamedTuple):
    """The moves of the last twelve months, oldest first."""

    months: tuple[Moves, ...] = ()

    def after(self, moves: Moves) -> Experience:
        """Return the experience a month later."""
        return Experience((*self.months, moves)[-YEAR_MONTHS:])


class Outlook(NamedTuple):
    """Monthly moves that are expected to go on."""

    rolls: tuple[Row, ...]  # like PRIOR_ROLLS
    instalment_share: float


class Stages(NamedTuple):
    """Principal of a book by stage, fen."""

    first: int
    second: int
    third: int


def moves_of(tallies: Tallies, originators: Sequence[int]) -> Moves:
    """Return the month's moves of whole loans of some originators."""
    amount: NDArray[np.int64] = tallies.roll_amount[list(originators)].sum(axis=0)
    principal = sum(int(tallies.flow[j, Flow.PRINCIPAL]) for j in originators)
    rolled = tuple(
        (*row[:DEFAULT_BUCKET], sum(row[DEFAULT_BUCKET:PAID_OFF]) + row[PAID_OFF + 1], row[PAID_OFF])
        for row in amount[:DEFAULT_BUCKET].tolist()
    )
    return Moves(rolled, max(0, principal - int(amount[:, PAID_OFF].sum())))


def originators_of(tallies: Tallies, partner: int) -> list[int]:
    """Return the originators in whose loans a partner has a part."""
    return np.flatnonzero(tallies.partner_stock[:, partner].any(axis=1)).tolist()


def outlook_of(experience: Experience, prior_months: float) -> Outlook:
    """Return what experience and prior together expect; each bucket weighs the prior as so many months of its own."""
    rows = []
    for bucket, prior in enumerate(PRIOR_ROLLS):
        seen = [month.rolled[bucket] for month in experience.months if any(month.rolled[bucket])]
        rows.append(blended(seen, prior, prior_months))
    instalments = sum(month.instalments for month in experience.months)
    current = sum(row[0] for month in experience.months for row in month.rolled)
    share = min(1.0, instalments / current) if current else PRIOR_INSTALMENT_SHARE
    weight = len(experience.months) / (len(experience.months) + prior_months) if current else 0.0
    return Outlook(tuple(rows), weight * share + (1.0 - weight) * PRIOR_INSTALMENT_SHARE)


def blended(seen: Sequence[Sequence[int]], prior: Row, prior_months: float) -> Row:
    """Return one bucket's expected moves: what was seen in its months and the prior, weighed by months."""
    sums = [sum(column) for column in zip(*seen, strict=True)]
    total = sum(sums)
    if total == 0:
        return prior
    weight = len(seen) / (len(seen) + prior_months)
    shares = [moved / total for moved in sums[: len(prior)]]
    return tuple(weight * share + (1.0 - weight) * known for share, known in zip(shares, prior, strict=True))


def default_shares(outlook: Outlook, months: int, later: Row = NO_DEFAULT) -> Row:
    """Return, by bucket 0 to 3, the part of a balance expected to be in default within so many months.

    `later` are the shares of the months that follow. A balance that is current shrinks by its instalments before it
    can default; one that is late pays nothing.
    """
    none, one, two, three = later
    for _ in range(months):
        kept = (1.0 - outlook.instalment_share) * none
        none, one, two, three = (
            default + to_none * kept + to_one * one + to_two * two + to_three * three
            for to_none, to_one, to_two, to_three, default in outlook.rolls
        )
    return none, one, two, three


def stages_of(stock_fen: Sequence[int]) -> Stages:
    """Return principal in fen by stage from principal by bucket, shape (BUCKETS,)."""
    if len(stock_fen) != BUCKETS:
        raise ValueError(f"stock must have {BUCKETS} buckets, was {len(stock_fen)}")
    return Stages(
        sum(stock_fen[:STAGE_2_BUCKET]), sum(stock_fen[STAGE_2_BUCKET:DEFAULT_BUCKET]), sum(stock_fen[DEFAULT_BUCKET:])
    )


def expected_loss(stock_fen: Sequence[int], outlook: Outlook, loss_given_default: float) -> int:
    """Return the allowance in fen that the stages ask for; each bucket at a rate in parts per million, half up."""
    year = default_shares(outlook, YEAR_MONTHS)
    life = default_shares(outlook, LIFE_MONTHS - YEAR_MONTHS, later=year)
    shares = (*year[:STAGE_2_BUCKET], *life[STAGE_2_BUCKET:], *(1.0,) * (BUCKETS - DEFAULT_BUCKET))
    rates_ppm = [min(MILLION, int(share * loss_given_default * MILLION + 0.5)) for share in shares]
    return sum((amount * rate + MILLION // 2) // MILLION for amount, rate in zip(stock_fen, rates_ppm, strict=True))
