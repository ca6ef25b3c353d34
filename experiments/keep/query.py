"""SQL over the tables of studies, by DuckDB, an optional library (extra `query`).

DuckDB reads the files through Arrow, because its own reader of Parquet does not verify the checksums of pages: it was
seen to return a wrong sum from a file with one flipped bit. It runs in memory and may touch no file and no network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.dataset

from experiments.refusal import Refusal

# Set in this order: the last one forbids to change the others, also from inside a query.
LOCKED = (
    "autoinstall_known_extensions=false",
    "autoload_known_extensions=false",
    "enable_external_access=false",
    "python_enable_replacements=false",
    "lock_configuration=true",
)


def connection(tables: Mapping[str, Sequence[tuple[str | None, Path]]]) -> Any:
    """Return a locked database in memory with a view for every table.

    A table is the files of one or several studies, each with the name that its rows carry in a column `study`, or None.
    Raises Refusal when DuckDB is not installed.
    """
    try:
        import duckdb
    except ImportError:
        raise Refusal(
            "query: SQL needs the library duckdb, which is not installed; "
            ".venv/bin/python -m pip install -e '.[query]' where Sluice was checked out, or use table() or frame()"
        ) from None
    database = duckdb.connect(":memory:")
    for name, parts in tables.items():
        selected = []
        for index, (label, path) in enumerate(parts):
            source = f"_{name}_{index}"
            database.register(source, _verified(path))
            column = "" if label is None else "'" + label.replace("'", "''") + "' as study, "
            selected.append(f'select {column}* from "{source}"')
        database.execute(f'create view "{name}" as {" union all by name ".join(selected)}')
    for setting in LOCKED:
        database.execute(f"set {setting}")
    return database


def _verified(path: Path) -> Any:
    """Return a table's file as something that is read page by page, each verified by its checksum."""
    options = pyarrow.dataset.ParquetFragmentScanOptions(page_checksum_verification=True)
    form = pyarrow.dataset.ParquetFileFormat(default_fragment_scan_options=options)
    return pyarrow.dataset.dataset(path, format=form)
