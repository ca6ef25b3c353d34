"""The benchmark table: speed on one core, memory a borrower, start-up - as ratios where a peer is timed beside.

Times hang on the machine, so they are printed beside what is aimed at; only memory and ratios of one run are asserted.

What each peer does is told in docs/guide/speed.md. Speed is person-months a second, so populations may differ: the
arrays need many people to be measured at all, and a peer would take minutes for as many.
"""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
MANY, FEW, FEWEST = 1_000_000, 100_000, 2_000
REFERENCE, PEER, LIGHT = 2_000, 20_000, 20_000

pytestmark = pytest.mark.benchmark


class Figure(NamedTuple):
    """A figure with what it should reach; where the aim is below the floor, less is better."""

    name: str
    measured: float
    floor: float
    aim: float

    @property
    def verdict(self) -> str:
        """Whether it reaches its aim, its floor or neither."""
        sign = -1.0 if self.aim <= self.floor else 1.0
        if sign * self.measured >= sign * self.aim:
            return "aim reached"
        return "floor reached" if sign * self.measured >= sign * self.floor else "below the floor"


@cache
def measured(kind: str, people: int) -> dict[str, float]:
    """A measurement that all tests of a run share."""
    return measured_anew(kind, people)


def measured_anew(kind: str, people: int) -> dict[str, float]:
    """A measurement in a fresh process, so that none pays for the memory of another."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.measure", kind, str(people)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    """Nobody's time includes compiling."""
    measured("first_month", 1_000)


def bytes_a_borrower() -> float:
    return (measured("arrays", MANY)["peak_bytes"] - measured("arrays", FEW)["peak_bytes"]) / (MANY - FEW)


def test_the_table() -> None:
    arrays = measured("arrays", MANY)["rate"]
    rows = [
        ("market, everything included", MANY, arrays),
        ("market, everything included", FEW, measured("arrays", FEW)["rate"]),
        ("market, every instrument in force", MANY, measured("instruments", MANY)["rate"]),
        ("reference in plain Python, everything included", REFERENCE, measured("reference", REFERENCE)["rate"]),
        ("bare Mesa, like for like", PEER, measured("peer", PEER)["rate"]),
        ("light Mesa, a tenth of the work", LIGHT, measured("light_mesa", LIGHT)["rate"]),
    ]
    print(f"\n{'':38}{'people':>10}{'people-months/s':>18}{'arrays is faster':>18}")
    for name, people, rate in rows:
        print(f"{name:38}{people:>10,}{rate:>18,.0f}{arrays / rate:>17,.1f}x")
    reference, peer = measured("reference", REFERENCE)["rate"], measured("peer", PEER)["rate"]
    again = measured_anew("first_month", FEWEST)  # again, now surely with compiled kernels on disk
    rate_of_few = measured("arrays", FEW)["rate"]
    figures = [
        Figure("million person-months a second, one core, 10^6 people", arrays / 1e6, 6.0, 9.0),
        Figure("the same at 10^5 people", rate_of_few / 1e6, 5.0, 7.0),
        Figure("times as fast on two threads, 10^6 people", measured("threads", MANY)["times"], 1.75, 1.9),
        Figure("times the like-for-like peer in plain Mesa", arrays / peer, 110.0, 170.0),
        Figure("times the reference, to the same bytes", arrays / reference, 800.0, 1_500.0),
        Figure("bytes a borrower", bytes_a_borrower(), 220.0, 180.0),
        Figure("ms a month at 2,000 people", 1e3 * measured("arrays", FEWEST)["seconds"], 3.5, 2.5),
        Figure(
            "s for 20,000 people over 144 months and the warm-up", measured("long_run", 20_000)["seconds"], 1.5, 0.9
        ),
        Figure("s to import sim.market", measured_anew("import", 0)["seconds"], 1.3, 1.0),
        Figure("s to the first month of 2,000 people, second start", again["seconds"], 5.0, 5.0),
    ]
    print(f"{'':56}{'measured':>10}{'floor':>10}{'aim':>10}")
    for figure in figures:
        print(f"{figure.name:56}{figure.measured:>10,.2f}{figure.floor:>10,g}{figure.aim:>10,g}  {figure.verdict}")


def test_at_most_four_hundred_bytes_a_borrower() -> None:
    assert bytes_a_borrower() <= 400


def test_fifty_times_bare_mesa_that_does_the_same_work() -> None:
    assert measured("arrays", MANY)["rate"] >= 50 * measured("peer", PEER)["rate"]


def test_every_instrument_at_once_costs_a_tenth_of_the_month_at_most() -> None:
    assert measured("instruments", MANY)["seconds"] <= 1.1 * measured("arrays", MANY)["seconds"]
