"""A lender's quarterly move: markup and risk appetite, by its return on capital and by its trial of prices."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from sim.books.strategy import (
    APPETITE,
    MARKUP,
    YEAR_MONTHS,
    Counts,
    Span,
    Strategy,
    Trial,
    added,
    advised,
    moved,
    return_on_capital_ppm,
    steps_between,
    trial_of,
)
from sim.codes import BANDS
from sim.money import basis_points
from sim.state import Tallies

if TYPE_CHECKING:
    from sim.agents.lender import Lender

BASIS_POINTS = 10_000


class Course:
    """Where a lender's strategy stands, and what it has counted since its last move."""

    def __init__(self) -> None:
        """Start where the parameters put the lender, without experience."""
        self.strategy = Strategy()
        self.profit_fen = 0
        self.equity_month_fen = 0
        self.offers: deque[Counts] = deque(maxlen=YEAR_MONTHS)

    def observe(self, profit_fen: int, equity_fen: int) -> None:
        """Count a month's profit and equity towards the return on capital."""
        self.profit_fen += profit_fen
        self.equity_month_fen += equity_fen

    def observe_offers(self, tallies: Tallies, lender: int) -> None:
        """Keep a month of the lender's trial of prices."""
        self.offers.append(tuple(tuple(arm) for arm in tallies.offer_test[lender].tolist()))


def steer(lender: Lender, tallies: Tallies, month: int) -> None:
    """Take the month in, and make the move that is due; months of the warm-up teach trials alone."""
    p, course = lender.parameters, lender.course
    if p.offer_test.share > 0.0:
        course.observe_offers(tallies, lender.index)
    if p.strategy.move_months == 0 or month < 0:
        return
    course.observe(lender.month_report["profit_fen"], lender.equity_fen())
    # Lenders take turns by their numbers, so that what follows a move is not always everybody's.
    if (month + 1 - p.id) % p.strategy.move_months == 0 and lender.is_lending:
        move(lender, month)
        course.profit_fen, course.equity_month_fen = 0, 0


def move(lender: Lender, month: int) -> None:
    """Move one lever by one step and write down why."""
    p, course = lender.parameters, lender.course
    before, turn = course.strategy, course.strategy.turn
    found = return_on_capital_ppm(course.profit_fen, course.equity_month_fen)
    trial = trial_of(added(course.offers), p.offer_test.least_offers) if course.offers else None
    step_bp = step_of(lender)
    towards = None if trial is None else advised(trial, basis_points(lender.markup_apr()), step_bp)
    course.strategy = moved(before, found, spans_of(lender), round(100 * p.strategy.inertia_share), towards)
    if course.strategy.levers[turn].last_step == 0:
        return
    if turn == MARKUP:
        reason = said_by_trial(trial) if trial is not None else said_by_return(before, found)
        lender.log(month, "moves_markup", reason, lender.markup_apr())
    else:
        lender.log(month, "moves_appetite", said_by_return(before, found), lender.new_cutoff_band())


def step_of(lender: Lender) -> int:
    """Return one step of the markup in basis points, at least one."""
    return max(1, basis_points(lender.parameters.strategy.markup_step_apr))


def spans_of(lender: Lender) -> tuple[Span, Span]:
    """Return how far each lever may go from where the parameters put it, which is always within."""
    p = lender.parameters
    base_bp, step_bp = basis_points(p.markup_apr), step_of(lender)
    cutoff, most = lender.cutoffs.new.cutoff_band, p.strategy.most_appetite_bands
    return (
        Span(
            -steps_between(basis_points(p.strategy.least_markup_apr), base_bp, step_bp),
            steps_between(base_bp, basis_points(p.strategy.largest_markup_apr), step_bp),
        ),
        Span(max(-most, -1 - cutoff), min(most, BANDS - 1 - cutoff)),
    )


def markup_moved_apr(lender: Lender) -> float:
    """Return what strategy has added to the markup so far, a yearly rate."""
    return lender.course.strategy.levers[MARKUP].steps * step_of(lender) / BASIS_POINTS


def appetite_moved_bands(lender: Lender) -> int:
    """Return how many bands strategy has moved the cut-off for new customers."""
    return lender.course.strategy.levers[APPETITE].steps


def said_by_return(before: Strategy, found_ppm: int) -> str:
    """Return the reason of a move that follows the return on capital."""
    if before.return_ppm is None:
        return f"first move; return on capital {found_ppm / 1e6:.2%} a year"
    return f"return on capital {found_ppm / 1e6:.2%} a year after {before.return_ppm / 1e6:.2%}"


def said_by_trial(trial: Trial) -> str:
    """Return the reason of a move that follows a trial of prices."""
    taken = f"{trial.cheaper_taken_share:.1%} took the cheaper of {trial.offers:,} test offers, "
    taken += f"{trial.dearer_taken_share:.1%} the dearer"
    best = trial.best_margin_bp
    return taken + ("; nobody minded" if best is None else f"; the best markup is {best / BASIS_POINTS:.2%}")
