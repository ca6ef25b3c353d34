"""The same bytes for any number of shards and threads, compiled or interpreted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.people.blocks import row_ranges
from tests.people.made_market import OPENING_MONTH, differences, fingerprint, made_market, run_month, started
from tests.variants import fast_first

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(("shards", "threads"), fast_first([(3, 2), (7, 4), (2, 1), (3, 1), (7, 1), (2, 2)], 2))
@pytest.mark.parametrize("size", [5, 121])  # with five people some of seven shards are empty
def test_shards_and_threads_do_not_matter(size, shards, threads):
    market = made_market(seed=11, size=size, lenders=5)
    whole, cut = started(market), started(market, shards=shards, threads=threads)
    for month in range(OPENING_MONTH, OPENING_MONTH + 6):
        run_month(whole, market, month)
        run_month(cut, market, month)
        assert differences(whole, cut) == []


@pytest.mark.parametrize(("people", "shards"), [(0, 3), (1, 7), (5, 7), (100, 3), (7, 7)])
def test_row_ranges_cover_everybody_once(people, shards):
    ranges = row_ranges(people, shards)
    assert len(ranges) == shards
    assert [row for first, last in ranges for row in range(first, last)] == list(range(people))


def completed(months: int) -> str:
    """Return the fingerprint of a small market after some months."""
    market = made_market(seed=21, size=24, lenders=3)
    engine = started(market)
    for month in range(OPENING_MONTH, OPENING_MONTH + months):
        run_month(engine, market, month)
    return fingerprint(engine)


@pytest.mark.parametrize(
    "environment",
    fast_first([{"PYTHONHASHSEED": "77", "LC_ALL": "C"}, {"NUMBA_DISABLE_JIT": "1"}], 1),
    ids=["another process", "interpreted"],
)
def test_a_fresh_process_gives_the_same_bytes(environment, tmp_path):
    program = "from tests.people.test_shards import completed; print(completed(6))"
    run = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == completed(6)
