"""What a study gathers is what its runs hold, whatever way it is put together, and memory does not grow with it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from experiments.keep.files import ROWS_A_GROUP, read_table, write_pieces, write_table
from experiments.tables.outcomes import Outcome
from experiments.tables.ratios import Single, made_of
from experiments.tables.selections import SELECTIONS, columns_read, rows_read
from tests.market.small_market import completed, small
from tests.variants import fast_first

ROOT = Path(__file__).resolve().parents[2]
ROWS = 150_000
TABLE = pa.table({"month": list(range(ROWS)), "debt_fen": [index * 7919 % 104729 for index in range(ROWS)]})


def cut(table: pa.Table, rows: int) -> Iterator[pa.Table]:
    return (table.slice(first, rows) for first in range(0, table.num_rows, rows))


def test_bytes_do_not_hang_on_how_rows_come(tmp_path: Path) -> None:
    found = {write_pieces(tmp_path / f"{rows}.parquet", TABLE.schema, cut(TABLE, rows)) for rows in (700, 84_000, ROWS)}
    assert len(found) == 1
    assert read_table(tmp_path / "700.parquet").equals(TABLE)
    groups = pq.read_metadata(tmp_path / "700.parquet")
    assert [groups.row_group(index).num_rows for index in range(groups.num_row_groups)] == [
        *[ROWS_A_GROUP] * (ROWS // ROWS_A_GROUP),
        ROWS % ROWS_A_GROUP,
    ]


def test_no_rows_make_an_empty_table_with_its_columns(tmp_path: Path) -> None:
    assert write_pieces(tmp_path / "a.parquet", TABLE.schema, iter(())).rows == 0
    assert read_table(tmp_path / "a.parquet").equals(TABLE.slice(0, 0))


@pytest.mark.parametrize("table", fast_first(SELECTIONS, 1))
def test_columns_and_rows_that_are_read_give_the_outcome_of_the_whole_table(tmp_path: Path, table: str) -> None:
    rows = completed(small()).record.table(table)
    for key in ("replicate", "scenario", "arm"):
        rows = rows.add_column(0, key, pa.repeat(pa.scalar(0 if key == "replicate" else "one"), rows.num_rows))
    write_table(tmp_path / "a.parquet", rows)
    shape = SELECTIONS[table]
    choices = {"lender": "all", "months_on_book": "3", "dimension": "all", "value": "all", "card": "before"}
    choices |= {"tercile": "all"}
    if table == "segment":
        choices |= {"dimension": "region", "value": str(rows["value"][-1])}
    for column in shape.columns:
        alone = isinstance(made_of(table, column), Single)
        where = tuple((name, "bank_a" if alone and name == "lender" else choices[name]) for name, _ in shape.selects)
        outcome = Outcome("one", table, column, where)
        names = [*("arm", "scenario", "replicate"), *columns_read(table, column, where)]
        part = read_table(tmp_path / "a.parquet", names, rows_read(table, [where])).to_pandas()
        assert outcome.is_in({table: part}), column
        whole = outcome.own_monthly({table: rows.to_pandas()})
        pd.testing.assert_series_equal(outcome.own_monthly({table: part}), whole)
        assert len(part.columns) < len(rows.column_names) or len(shape.columns) < 6


def peak_of_gathering(root: Path, replicates: int) -> int:
    """Return how many bytes a fresh process holds at its peak, beyond what it held before, to gather so many pairs."""
    asked = [sys.executable, "-m", "tests.studies.gathering", str(root), str(replicates)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    ended = subprocess.run(asked, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=3600, check=False)
    assert ended.returncode == 0, ended.stderr
    return int(json.loads(ended.stdout.splitlines()[-1])["grown"])


@pytest.mark.slow
def test_memory_of_gathering_does_not_grow_with_the_number_of_runs(tmp_path: Path) -> None:
    """Of 360 runs more, each with tables of a real run's size, less than 40 kB each is held: their outcomes alone."""
    few = peak_of_gathering(tmp_path / "few", 60)
    many = peak_of_gathering(tmp_path / "many", 240)
    assert (many - few) / 360 < 40_000, (few, many)
