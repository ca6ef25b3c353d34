"""Gathers a study of many runs and prints how much memory that took: python -m tests.studies.gathering PLACE PAIRS.

The runs are the same files under many names, of the size that tables of a real run have: 72 months, six lenders.
"""

import json
import resource
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa

from experiments.compare.gather import gather
from experiments.compose.plan import plan
from experiments.keep.files import record_of, write_sealed, write_table
from experiments.keep.runs import PEOPLE, RECORD, CompletedRun
from sim.observe.columns import SCHEMAS
from tests.studies.fake_study import study_in, use_fake_market

MONTHS, LENDERS = 72, ("platform_a", "platform_b", "bank_a", "bank_b", "consumer_finance_a", "micro_lender_a")
PEOPLE_ROWS = 20_000


def table(name: str, rows: int) -> pa.Table:
    """Return a table with the columns of the dictionary, filled with numbers that do not compress."""
    chance = np.random.Generator(np.random.Philox(rows))
    columns = {}
    for column, kind in SCHEMAS[name].items():
        if column == "month":
            columns[column] = np.arange(rows) % MONTHS
        elif kind == "str":
            columns[column] = [LENDERS[row // MONTHS % 6] for row in range(rows)]
        else:
            columns[column] = chance.integers(0, 10**9, rows) if kind == "int" else chance.random(rows)
    return pa.table(columns)


def main(root: Path, pairs: int) -> None:
    use_fake_market()
    study = study_in(root, replicates=pairs)
    source = root / "source"
    source.mkdir(parents=True)
    sizes = {"market": MONTHS, "lender": MONTHS * 6, "segment": MONTHS * 22, "vintage": 17_000, "roll": MONTHS * 150}
    for name, rows in sizes.items():
        write_table(source / f"{name}.parquet", table(name, rows))
    chance = np.random.Generator(np.random.Philox(1))
    flags = pa.array(chance.integers(0, 1 << 14, PEOPLE_ROWS), pa.int32())
    write_table(source / f"{PEOPLE}.parquet", pa.table({"flags": flags, "income_quintile": np.arange(PEOPLE_ROWS) % 5}))
    files = {path.name: record_of(path)._asdict() for path in source.glob("*.parquet")}
    kept = {}
    for run in plan(study):
        folder = root / "runs" / run.folder
        folder.mkdir(parents=True)
        for name in files:
            (folder / name).hardlink_to(source / name)
        write_sealed(folder / RECORD, {"files": files})
        kept[run.identity] = CompletedRun(run.folder, "", 0.0)
    (root / "tables").mkdir()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    written = gather(root, study, plan(study), kept)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    size = sum(record.bytes for record in written.values())
    print(json.dumps({"grown": (after - before) * 1024, "runs": len(kept), "written": size}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
