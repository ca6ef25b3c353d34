"""One measurement in a process of its own, printed as JSON: `python -m tests.benchmarks.measure arrays 1000000`."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

STARTED = time.perf_counter()
SETTLING_MONTHS, MEASURED_MONTHS = 18, 6  # a market without loans would be quicker than a living one


def settled(kind: str, people: int) -> Callable[[], Any]:
    """Return the verb that lives one month of a market of this kind, settled but for the first month."""
    if kind == "light_mesa":
        from tests.benchmarks.light_mesa import PlainMarket

        light = PlainMarket(people, 1)
        light.step()
        return light.step
    from experiments.compose.study import compose

    config = compose(["study=baseline", f"population.size={people}", f"calendar.months={MEASURED_MONTHS + 1}"])
    warm_up = 0 if kind == "first_month" else SETTLING_MONTHS
    config = config._replace(calendar=config.calendar._replace(warm_up_months=warm_up))
    if kind == "everything":
        import sim.scoring.learning  # noqa: F401  (SciPy is loaded once a process, not once a review)
        from tests.market.everything import LEARNING, everything_on

        # One review of every card, by the larger model, in the months measured: twice as often as is usual.
        config = everything_on(config, LEARNING._replace(review_months=12, model_two_from_month=1))
    if kind == "instruments":
        config = config._replace(policy=every_instrument())
    if kind == "peer":
        from tests.benchmarks.peer.market import PeerMarket

        peer = PeerMarket(config, 1)
        for _ in range(warm_up):
            peer.step()
        return peer.step
    from sim.market import CreditMarket
    from tests.reference.market import ReferenceMarket

    market = (ReferenceMarket if kind == "reference" else CreditMarket)(config, rng=1)
    watch(market)
    return market.step


# Seconds of one core, call by call: budgets and allocation, books and auction, and what lenders learn with its refits.
CLOCKED: dict[str, list[float]] = {"budgets": [], "books": [], "learning": [], "refits": []}


def clocked(verb: Callable[..., Any], clock: list[float]) -> Callable[..., Any]:
    """Return the same verb, which notes how long it took."""

    def noting(*given: Any) -> Any:
        began = time.process_time()
        done = verb(*given)
        clock.append(time.process_time() - began)
        return done

    return noting


def watch(market: Any) -> None:
    """Clock what lenders do apart from people: budgets, books with the auction of claims, learning; and refits."""
    import sim.lenders.lender
    import sim.lenders.month_end
    import sim.market

    for lender in market.lenders:
        for verb in ("commit_to_partners", "plan_budget", "allocate"):
            setattr(lender, verb, clocked(getattr(lender, verb), CLOCKED["budgets"]))
        lender.scorecard.refit = clocked(lender.scorecard.refit, CLOCKED["refits"])
    for owner, name, clock in (
        (sim.lenders.month_end, "close_books", "books"),
        (sim.market, "post_customers", "books"),
        (sim.market, "post_buyers", "books"),
        (sim.market, "sell_claims", "books"),
        (sim.lenders.lender, "learn", "learning"),
        (sim.lenders.lender, "adjust_strategy", "learning"),
        (sim.lenders.lender, "set_markup", "learning"),
    ):
        setattr(owner, name, clocked(getattr(owner, name), CLOCKED[clock]))


def every_instrument() -> tuple[tuple[str, Any], ...]:
    """Return every instrument with its own figures, in full force from the first reported month on."""
    from experiments.compose.registry import kinds, member_class
    from sim.params import field_names

    found = []
    for name in sorted(kinds("policy")):
        instrument = member_class("policy", name, "policy")
        dates = {"announce_month": 0, "effective_month": 0, "phase_in_months": 0}
        found.append((name, instrument(**{key: dates[key] for key in field_names(instrument) if key in dates})))
    return tuple(found)


def measure_long_run(people: int) -> dict[str, float]:
    """Return the seconds of one core that 144 reported months take, as a calibration runs them, warm-up included."""
    from experiments.compose.study import compose
    from sim.market import CreditMarket

    config = compose(["study=baseline", f"population.size={people}", "calendar.months=144"])
    CreditMarket(config._replace(calendar=config.calendar._replace(months=1, warm_up_months=0)), rng=1).run()
    began = time.process_time()
    market = CreditMarket(config, rng=1)
    market.run()
    return {"seconds": time.process_time() - began, "months": 144 + config.calendar.warm_up_months}


def measure_threads(people: int) -> dict[str, float]:
    """Return how many times as fast two threads are as one, by the clock on the wall: they must have the machine."""
    from experiments.compose.study import compose
    from sim.market import CreditMarket

    seconds = {}
    for threads in (1, 2):
        config = compose(["study=baseline", f"population.size={people}", f"shards={threads}", f"threads={threads}"])
        market = CreditMarket(config._replace(calendar=config.calendar._replace(months=8, warm_up_months=6)), rng=1)
        market.warm_up()
        market.step()
        began = time.perf_counter()
        market.run()
        seconds[threads] = time.perf_counter() - began
    return {"times": seconds[1] / seconds[2]}


def measure(kind: str, people: int) -> dict[str, float]:
    """Return seconds of one core a month and the peak of memory in bytes of this process."""
    if kind == "import":
        import sim.market  # noqa: F401

        return {"seconds": time.perf_counter() - STARTED}
    if kind == "long_run":
        return measure_long_run(people)
    if kind == "threads":
        return measure_threads(people)
    step = settled(kind, people)
    step()
    first_month_seconds = time.perf_counter() - STARTED
    if kind == "first_month":
        return {"seconds": first_month_seconds}
    for clock in CLOCKED.values():
        clock.clear()
    began = time.process_time()  # of this process alone, whatever else the machine does
    for _ in range(MEASURED_MONTHS):
        step()
    seconds = (time.process_time() - began) / MEASURED_MONTHS
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    shares = {name: sum(clock) / MEASURED_MONTHS / seconds for name, clock in CLOCKED.items()}
    return {
        "seconds": seconds,
        "rate": people / seconds,
        "peak_bytes": peak,
        "budgets_share": shares["budgets"],
        "books_share": shares["books"],
        "counting_share": shares["learning"] - shares["refits"],
        "refits_share": shares["refits"],
        "longest_refit_seconds": max(CLOCKED["refits"], default=0.0),
    }


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]))))
