"""A lender that feels its way: single moves by hand, bounds, advice, and where it ends."""

from hypothesis import given
from hypothesis import strategies as st

from sim.books.strategy import (
    APPETITE,
    LIMITS,
    MARKUP,
    Lever,
    Span,
    Strategy,
    learned,
    moved,
    next_to_move,
    return_on_capital_ppm,
    steps_between,
)

FIXED = Span(0, 0)
WIDE = (Span(-20, 20), Span(-5, 5), FIXED)  # limits stay, as by default


def test_a_year_of_moves_by_hand() -> None:
    first = moved(Strategy(), 100_000, WIDE, 50)
    assert first.levers == (Lever(-1, -1, 0, -1), Lever(0, 1), Lever(0, 1)), "it begins by undercutting"
    second = moved(first, 120_000, WIDE, 50)
    # Return rose by 20,000 after a step down: half of it says that a step up would cost 10,000.
    assert second.levers[:2] == (Lever(-1, -1, -10_000, -1), Lever(1, 1, 0, 1)), "then it reaches out"
    third = moved(second, 90_000, WIDE, 50)
    assert third.levers[:2] == (Lever(-2, -1, -10_000, -1), Lever(1, -1, -15_000, 1)), "that cost it 30,000"
    fourth = moved(third, 30_000, WIDE, 50)
    # Half of -10,000 and half of +60,000: cheaper was wrong this time, and inertia does not outweigh it.
    assert fourth.levers[:2] == (Lever(-2, 1, 25_000, -1), Lever(0, -1, -15_000, -1))


def test_limits_take_their_turn_where_they_may_move() -> None:
    spans = (*WIDE[:2], Span(-2, 2))
    strategy, turns = Strategy(), []
    for found in (100, 110, 120, 90):
        strategy = moved(strategy, found, spans, 0)
        turns.append(strategy.last)
    assert turns == [MARKUP, APPETITE, LIMITS, MARKUP]
    assert strategy.levers[LIMITS] == Lever(1, -1, -30, 1), "wider limits cost it 30"


def test_a_lever_at_its_bound_stays_and_turns_round() -> None:
    still = moved(Strategy(), 0, (Span(0, 1), Span(-1, 0), FIXED), 50)
    assert still.levers[MARKUP] == Lever(0, 1, 0, 0)
    again = moved(still, 0, (Span(0, 1), Span(-1, 0), FIXED), 50)
    assert again.levers[APPETITE] == Lever(0, -1, 0, 0)


def test_a_lever_that_cannot_move_has_no_turn() -> None:
    assert [next_to_move(turn, (FIXED, WIDE[1], FIXED)) for turn in range(3)] == [APPETITE] * 3
    assert next_to_move(LIMITS, (FIXED, FIXED, FIXED)) == LIMITS
    strategy = Strategy()
    for found in (100, 200, 50):
        strategy = moved(strategy, found, (FIXED, FIXED, FIXED), 50)
    assert [lever.steps for lever in strategy.levers] == [0, 0, 0]


def test_advice_outweighs_experience_and_stays_within_bounds() -> None:
    assert moved(Strategy(), 0, WIDE, 50, {MARKUP: 0}).levers[MARKUP].steps == 0
    assert moved(Strategy(), 0, WIDE, 50, {MARKUP: 1}).levers[MARKUP].steps == 1
    assert moved(Strategy(), 0, WIDE, 50, {LIMITS: 1}).levers[MARKUP].steps == -1, "of a lever that is not its turn"
    at_bound = moved(Strategy(), 0, (Span(-1, 0), *WIDE[1:]), 50, {MARKUP: 1})
    assert at_bound.levers[MARKUP] == Lever(0, 1, 0, 0), "it would still go up"


@given(st.lists(st.integers(-(10**6), 10**6), max_size=40), st.integers(0, 99), st.integers(0, 4), st.integers(0, 4))
def test_nothing_takes_a_lever_out_of_its_span(returns: list[int], inertia: int, down: int, up: int) -> None:
    strategy = Strategy()
    spans = (Span(-down, up), Span(-up, down), Span(-up, up))
    for found in returns:
        before, strategy = strategy, moved(strategy, found, spans, inertia)
        assert all(span.least <= lever.steps <= span.most for lever, span in zip(strategy.levers, spans, strict=True))
        moves = [abs(new.steps - old.steps) for new, old in zip(strategy.levers, before.levers, strict=True)]
        assert sum(moves) <= 1, "one lever, one step"


@given(st.integers(-10, 10), st.integers(-3, 3))
def test_it_finds_the_best_terms_and_stays_near(best_markup: int, best_appetite: int) -> None:
    strategy, found = Strategy(), []
    for _ in range(120):
        away = (strategy.levers[MARKUP].steps - best_markup) ** 2 + (
            strategy.levers[APPETITE].steps - best_appetite
        ) ** 2
        strategy = moved(strategy, 100_000 - 1_000 * away, WIDE, 30)
        found.append(away)
    assert max(found[-40:]) <= 18, "never more than three steps off in both"


def test_return_on_capital_is_a_years() -> None:
    assert return_on_capital_ppm(3_000, 3 * 100_000) == 120_000
    assert return_on_capital_ppm(-3_000, 3 * 100_000) == -120_000
    assert return_on_capital_ppm(5, 0) == 0
    assert return_on_capital_ppm(5, -7) == 0


def test_steps_fit_between_rates() -> None:
    assert [steps_between(100, high, 25) for high in (300, 299, 100, 50)] == [8, 7, 0, 0]


def test_what_is_kept_of_a_trend_is_rounded_towards_zero_on_both_sides() -> None:
    for trend, kept in ((-15, -7), (15, 7)):
        assert learned(Lever(0, 1, trend, 1), 0, 50).trend_ppm == kept
