"""The benchmark table: speed on one core, memory a borrower, start-up - as ratios where a peer is timed beside.

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
OBJECTS, PEER, LIGHT = 2_000, 20_000, 20_000

pytestmark = pytest.mark.benchmark


@cache
def measured(kind: str, people: int) -> dict[str, float]:
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
        ("arrays engine, everything included", MANY, arrays),
        ("arrays engine, everything included", FEW, measured("arrays", FEW)["rate"]),
        ("objects engine, everything included", OBJECTS, measured("objects", OBJECTS)["rate"]),
        ("bare Mesa, like for like", PEER, measured("peer", PEER)["rate"]),
        ("light Mesa, a tenth of the work", LIGHT, measured("light_mesa", LIGHT)["rate"]),
    ]
    print(f"\n{'':38}{'people':>10}{'people-months/s':>18}{'arrays is faster':>18}")
    for name, people, rate in rows:
        print(f"{name:38}{people:>10,}{rate:>18,.0f}{arrays / rate:>17,.1f}x")
    print(f"memory: {bytes_a_borrower():,.0f} bytes a borrower")
    again = measured.__wrapped__("first_month", 2_000)  # again, now surely with compiled kernels on disk
    print(f"start: first month of 2,000 people {again['seconds']:.1f} s after the start of the process")


def test_five_million_people_months_a_second_on_one_core() -> None:
    assert measured("arrays", MANY)["rate"] >= 5e6


def test_at_most_four_hundred_bytes_a_borrower() -> None:
    assert bytes_a_borrower() <= 400


def test_fifty_times_bare_mesa_that_does_the_same_work() -> None:
    assert measured("arrays", MANY)["rate"] >= 50 * measured("peer", PEER)["rate"]


def test_the_second_start_lives_its_first_month_within_five_seconds() -> None:
    assert measured.__wrapped__("first_month", 2_000)["seconds"] <= 5.0
