"""One measurement in a process of its own, printed as JSON: `python -m tests.benchmarks.measure arrays 1000000`."""

from __future__ import annotations

import json
import resource
import sys
import time

STARTED = time.perf_counter()
SETTLING_MONTHS, MEASURED_MONTHS = 18, 6  # a market without loans would be quicker than a living one


def measure(kind: str, people: int) -> dict[str, float]:
    """Return seconds of one core a month and the peak of memory in bytes of this process."""
    if kind == "mesa":
        from tests.benchmarks.bare_mesa import PlainMarket

        market = PlainMarket(people, 1)
        settling, measured = 2, MEASURED_MONTHS
    else:
        from experiments.config import compose
        from sim.market import CreditMarket

        config = compose(["study=baseline", f"population.size={people}", f"calendar.months={MEASURED_MONTHS + 1}"])
        settling, measured = 1, MEASURED_MONTHS
        warm_up = 0 if kind == "first_month" else SETTLING_MONTHS
        config = config._replace(
            engine="objects" if kind == "objects" else "arrays",
            calendar=config.calendar._replace(warm_up_months=warm_up),
        )
        market = CreditMarket(config, rng=1)
    for _ in range(settling):
        market.step()
    first_month_seconds = time.perf_counter() - STARTED
    if kind == "first_month":
        return {"seconds": first_month_seconds}
    began = time.process_time()  # of this process alone, whatever else the machine does
    for _ in range(measured):
        market.step()
    seconds = (time.process_time() - began) / measured
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"seconds": seconds, "rate": people / seconds, "peak_bytes": peak}


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]))))
