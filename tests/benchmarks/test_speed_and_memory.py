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

import pytest

ROOT = Path(__file__).resolve().parents[2]
MANY, FEW = 1_000_000, 100_000
REFERENCE, PEER, LIGHT = 2_000, 20_000, 20_000

pytestmark = pytest.mark.benchmark


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
    again = measured.__wrapped__("first_month", 2_000)  # again, now surely with compiled kernels on disk
    seconds, memory = again["seconds"], bytes_a_borrower()
    print(f"{'aim':60}{'measured':>12}  reached")
    for aim, found, is_reached in (
        ("5,000,000 person-months a second on one core", f"{arrays:,.0f}", arrays >= 5e6),
        ("400 bytes a borrower at most", f"{memory:,.0f}", memory <= 400),
        ("first month of 2,000 people within 5 s of the second start", f"{seconds:.1f} s", seconds <= 5),
    ):
        print(f"{aim:60}{found:>12}  {'yes' if is_reached else 'no'}")


def test_at_most_four_hundred_bytes_a_borrower() -> None:
    assert bytes_a_borrower() <= 400


def test_fifty_times_bare_mesa_that_does_the_same_work() -> None:
    assert measured("arrays", MANY)["rate"] >= 50 * measured("peer", PEER)["rate"]


def test_every_instrument_at_once_costs_a_tenth_of_the_month_at_most() -> None:
    assert measured("instruments", MANY)["seconds"] <= 1.1 * measured("arrays", MANY)["seconds"]
