"""A lender that feels its way: single moves by hand, bounds, where it ends, and what a trial of prices says."""

from hypothesis import given
from hypothesis import strategies as st

from sim.books.strategy import (
    APPETITE,
    MARKUP,
    Counts,
    Lever,
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
from sim.counted import CHEAPER, DEARER, OFFER_ARMS, OFFER_COUNTS

WIDE = (Span(-20, 20), Span(-5, 5))


def counts(cheap: tuple[int, int, int], dear: tuple[int, int, int]) -> Counts:
    """A trial's counts; each arm is (offers, accepted, price in basis points)."""
    rows = [[0] * len(OFFER_COUNTS) for _ in OFFER_ARMS]
    for arm, (offers, accepted, price) in ((CHEAPER, cheap), (DEARER, dear)):
        rows[arm][:3] = [offers, accepted, offers * price]
    return tuple(tuple(row) for row in rows)


def test_a_year_of_moves_by_hand() -> None:
    first = moved(Strategy(), 100_000, WIDE, 50)
    assert first.levers == (Lever(-1, -1, 0, -1), Lever(0, 1)), "it begins by undercutting"
    second = moved(first, 120_000, WIDE, 50)
    # Return rose by 20,000 after a step down: half of it says that a step up would cost 10,000.
    assert second.levers == (Lever(-1, -1, -10_000, -1), Lever(1, 1, 0, 1)), "then it reaches out"
    third = moved(second, 90_000, WIDE, 50)
    assert third.levers == (Lever(-2, -1, -10_000, -1), Lever(1, -1, -15_000, 1)), "that cost it 30,000"
    fourth = moved(third, 30_000, WIDE, 50)
    # Half of -10,000 and half of +60,000: cheaper was wrong this time, and inertia does not outweigh it.
    assert fourth.levers == (Lever(-2, 1, 25_000, -1), Lever(0, -1, -15_000, -1))


def test_a_lever_at_its_bound_stays_and_turns_round() -> None:
    still = moved(Strategy(), 0, (Span(0, 0), Span(0, 0)), 50)
    assert still.levers[MARKUP] == Lever(0, 1, 0, 0)
    again = moved(still, 0, (Span(0, 0), Span(0, 0)), 50)
    assert again.levers[APPETITE] == Lever(0, -1, 0, 0)


@given(st.lists(st.integers(-(10**6), 10**6), max_size=40), st.integers(0, 99), st.integers(0, 4), st.integers(0, 4))
def test_nothing_takes_a_lever_out_of_its_span(returns: list[int], inertia: int, down: int, up: int) -> None:
    strategy = Strategy()
    spans = (Span(-down, up), Span(-up, down))
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


def test_a_trial_by_hand() -> None:
    # 80% take 10%, 60% take 14%: take-up of 70% falls by 5 points for each point of price; 70 / 5 = 14 points.
    found = trial_of(counts((200, 160, 1_000), (200, 120, 1_400)), 100)
    assert found == Trial(1_400, 400, 0.8, 0.6)
    # Twice as sensitive: 80% and 40% make 60 / 10 = 6 points. Unequal arms do not matter.
    assert trial_of(counts((500, 400, 1_000), (100, 40, 1_400)), 100) == Trial(600, 600, 0.8, 0.4)


def test_a_trial_that_cannot_say_says_so() -> None:
    assert trial_of(counts((99, 50, 1_000), (500, 50, 1_400)), 100) is None
    assert trial_of(counts((0, 0, 0), (0, 0, 0)), 0) is None
    assert trial_of(counts((100, 50, 1_000), (100, 60, 1_400)), 100) == Trial(None, 200, 0.5, 0.6)
    assert trial_of(counts((100, 50, 1_000), (100, 40, 1_000)), 100) == Trial(None, 200, 0.5, 0.4), (
        "a cap took the step"
    )
    assert trial_of(counts((100, 50, 1_000), (100, 0, 1_400)), 100) == Trial(200, 200, 0.5, 0.0)


def test_a_trial_advises_towards_the_best_markup() -> None:
    trial = Trial(400, 400, 0.8, 0.6)
    assert [advised(trial, markup, 25) for markup in (300, 376, 400, 424, 425)] == [1, 0, 0, 0, -1]
    assert advised(trial._replace(best_margin_bp=None), 10_000, 25) == 1
    assert moved(Strategy(), 0, WIDE, 50, towards=0).levers[MARKUP].steps == 0
    assert moved(Strategy(), 0, WIDE, 50, towards=1).levers[MARKUP].steps == 1


def test_months_of_a_trial_add_up() -> None:
    one, other = counts((3, 2, 1_000), (4, 1, 1_400)), counts((1, 1, 900), (2, 2, 1_300))
    total = added([one, other])
    assert total[CHEAPER][:3] == (4, 3, 3_900)
    assert total[DEARER][:3] == (6, 3, 8_200)
