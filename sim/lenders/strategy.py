"""A lender's quarterly move of markup, risk appetite or limits, by its return on capital and by its offer test."""

from __future__ import annotations

from sim.books.offer_tests import LATE_MONTHS, LimitTestResult, PriceTestResult, advised
from sim.books.strategy import (
    APPETITE,
    LIMITS,
    MARKUP,
    YEAR_MONTHS,
    Span,
    Strategy,
    moved,
    return_on_capital_ppm,
    steps_between,
)
from sim.codes import BANDS
from sim.lenders.state import LenderState, step_of
from sim.money import basis_points

BASIS_POINTS = 10_000


def adjust_strategy(lender: LenderState, month: int) -> None:
    """Take the month in, and make the move that is due; the warm-up's returns teach nothing."""
    p, strategy_state = lender.parameters, lender.strategy_state
    if p.strategy.move_months == 0 or month < 0:
        return
    strategy_state.observe(lender.month_report["profit_fen"], lender.equity_fen())
    # Lenders take turns by their numbers, so that what follows a move is not always everybody's.
    if (month + 1 - p.id) % p.strategy.move_months == 0 and lender.is_lending:
        move(lender, month)
        strategy_state.profit_fen, strategy_state.equity_month_fen = 0, 0


def move(lender: LenderState, month: int) -> None:
    """Move one lever by one step and write down why."""
    strategy_state, before = lender.strategy_state, lender.strategy_state.strategy
    found = return_on_capital_ppm(strategy_state.profit_fen, strategy_state.equity_month_fen)
    prices, limits = lender.offer_test.of_prices(lender), lender.offer_test.of_limits(lender)
    advice = {}
    if prices is not None:
        advice[MARKUP] = advised(prices, basis_points(lender.markup_apr()), step_of(lender))
    if tests_limits(lender):  # it does not grope, and waits until the offer test has seen a year of the last step
        is_ripe = month - strategy_state.limits_since_month >= YEAR_MONTHS + LATE_MONTHS
        advice[LIMITS] = limits.direction if limits is not None and is_ripe else 0
    inertia_percent = round(100 * lender.parameters.strategy.inertia_share)
    strategy_state.strategy = moved(before, found, spans_of(lender), inertia_percent, advice)
    lever = strategy_state.strategy.last
    if strategy_state.strategy.levers[lever].last_step == 0:
        return
    if lever == MARKUP:
        reason = reason_of_price_test(prices) if prices is not None else reason_of_return(before, found)
        lender.log(month, "moves_markup", reason, lender.markup_apr())
    elif lever == APPETITE:
        lender.log(month, "moves_appetite", reason_of_return(before, found), lender.new_cutoff_band())
    else:
        strategy_state.limits_since_month = month
        reason = reason_of_limit_test(limits) if limits is not None else reason_of_return(before, found)
        lender.log(month, "moves_limits", reason, lender.limit_months())


def tests_limits(lender: LenderState) -> bool:
    """Return whether the lender holds a test of limits."""
    p = lender.parameters.offer_test
    return p.share > 0.0 and p.limit_step_share > 0.0


def spans_of(lender: LenderState) -> tuple[Span, ...]:
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
        Span(-p.strategy.most_limit_steps, p.strategy.most_limit_steps),
    )


def reason_of_return(before: Strategy, found_ppm: int) -> str:
    """Return the reason of a move that follows the return on capital."""
    if before.return_ppm is None:
        return f"first move; return on capital {found_ppm / 1e6:.2%} a year"
    return f"return on capital {found_ppm / 1e6:.2%} a year after {before.return_ppm / 1e6:.2%}"


def reason_of_price_test(result: PriceTestResult) -> str:
    """Return the reason of a move that follows a test of prices."""
    reason = f"{result.cheaper_taken_share:.1%} took the cheaper of {result.offers:,} test offers, "
    reason += f"{result.dearer_taken_share:.1%} the dearer"
    if result.losses_are_found:
        reason += f"; losses take {result.lost_of_rise_bp / BASIS_POINTS:.0%} of a rise again"
    best = result.best_margin_bp
    return reason + ("; nobody minded" if best is None else f"; the best markup is {best / BASIS_POINTS:.2%}")


def reason_of_limit_test(result: LimitTestResult) -> str:
    """Return the reason of a move that follows a test of limits."""
    more = "more" if result.direction > 0 else "less"
    difference = abs(result.wider_fen - result.narrower_fen) / 100
    reason = f"lines opened wider earned {difference:,.0f} yuan {more} than narrower ones"
    return f"{reason}, of {result.loans:,} loans"
