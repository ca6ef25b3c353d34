"""Reads finished studies: Arrow, pandas and SQL over all runs, every file checked before it is believed.

    import experiments

    results = experiments.open("outputs/tightening-20250101-120000")
    results.frame("lender", columns=["arm", "month", "roe_share"], filters=[("lender", "==", "bank_a")])
    results.query("select arm, avg(mean_apr) from market group by arm").df()

A file is held against the manifest's hash when it is first read, and every page that is read against its own checksum.
Nothing is written and nothing is fetched, so a folder may have been moved, and may be read-only. `open` of a folder of
studies opens those that are finished; analyses and what has not finished are left out and listed in `left_out`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from experiments.keep.files import CorruptResult, check_file, read_columns, read_json, read_sealed, read_table
from experiments.keep.filters import read_filters
from experiments.keep.finished import TABLES as TABLES_FOLDER
from experiments.keep.finished import FinishedFolder, run_folder
from experiments.keep.query import connection
from experiments.keep.runs import PEOPLE, RECORD
from experiments.keep.study_files import MANIFEST, MARKER
from experiments.refusal import Refusal, nearest, printable
from experiments.tables.dictionary import TABLES

FolderPath = str | Path
STUDY = "study"  # the column that says of which study a row is, where several are open


class Results:
    """One or several finished studies, read as one set of tables."""

    def __init__(self, studies: dict[str, Study], left_out: Mapping[str, str] | None = None) -> None:
        """Read studies by name; where there are several, every table begins with a column that names the study.

        `left_out` gives for folders beside them why they were not opened.
        """
        self.studies, self.left_out = studies, dict(left_out or {})

    @property
    def tables(self) -> tuple[str, ...]:
        """The names of all tables, in alphabetical order."""
        return tuple(sorted({name for study in self.studies.values() for name in study.files}))

    def table(self, name: str, columns: Sequence[str] | None = None, filters: Any = None) -> pa.Table:
        """Return a table, or some columns and rows of it, as Arrow.

        `filters` is a list such as [("month", ">=", 24), ("arm", "in", ["baseline"])], all of which must hold; see
        `experiments.keep.filters`. Raises Refusal for a table or column that is not there and for a condition that no
        row could be asked about, CorruptResult for a file that is torn or altered.
        """
        if isinstance(columns, str):
            raise Refusal(f"{name}: columns are a list of names, such as [{columns!r}], was {columns!r}")
        parts = []
        for label, study in self._having(name):
            part = study.read(name, self._own(columns), filters)
            if len(self.studies) > 1 and (columns is None or STUDY in columns):
                part = part.add_column(0, STUDY, pa.repeat(pa.scalar(label), part.num_rows))
            parts.append(part)
        return pa.concat_tables(parts, promote_options="default")

    def frame(self, name: str, columns: Sequence[str] | None = None, filters: Any = None) -> pd.DataFrame:
        """Return a table, or some columns and rows of it, as pandas; arguments as in `table`."""
        return self.table(name, columns, filters).to_pandas()

    def query(self, sql: str) -> Any:
        """Return what a query in SQL finds, as a DuckDB relation: `.df()`, `.arrow()` or `.fetchall()` read it.

        Every table goes by its name. The database is in memory, reads the tables and nothing else, and fetches nothing.
        Raises Refusal when the optional library is not installed; mistakes in SQL are reported by the library.
        """
        return self._database.sql(sql)

    def schema(self, name: str) -> pd.DataFrame:
        """Return the columns of a table as it is in these studies: name, type, unit, meaning, parts of ratios."""
        _, study = self._having(name)[0]
        entries = TABLES[name].columns if name in TABLES else ()
        known = {column.name: column for column in entries}
        rows = [
            {**known[field.name]._asdict(), "made_of": str(known[field.name].made_of or "")}
            if field.name in known
            else {"name": field.name, "type": str(field.type), "unit": "", "meaning": "", "made_of": ""}
            for field in read_columns(study.path(name))
        ]
        return pd.DataFrame(rows, columns=["name", "type", "unit", "meaning", "made_of"])

    @property
    def effects(self) -> pd.DataFrame:
        """The table of effects: arm less baseline, with intervals."""
        return self.frame("effects")

    @property
    def runs(self) -> pd.DataFrame:
        """All runs: study, arm, scenario, replicate, identity, folder, and the hash of their tables."""
        rows = [{STUDY: label, **run} for label, study in self.studies.items() for run in study.manifest["runs"]]
        return pd.DataFrame(rows)

    @property
    def manifest(self) -> dict[str, Any]:
        """The manifest of the study; with several studies, their manifests by name."""
        if len(self.studies) == 1:
            return next(iter(self.studies.values())).manifest
        return {label: study.manifest for label, study in self.studies.items()}

    @property
    def study(self) -> str:
        """The name of the study; with several studies, their names."""
        return ", ".join(dict.fromkeys(str(study.manifest.get("study")) for study in self.studies.values()))

    def people(self, arm: str, scenario: str, replicate: int) -> pa.Table:
        """Return the people of one run of the one study: row i is the same person in every arm of a replicate."""
        if len(self.studies) > 1:
            raise Refusal(f"people: open one study at a time; these are {', '.join(self.studies)}")
        return next(iter(self.studies.values())).people(arm, scenario, replicate)

    def __repr__(self) -> str:
        texts = [f"{label}: {len(study.manifest['runs'])} runs" for label, study in self.studies.items()]
        left_out = [f"left out {name}, {why}" for name, why in self.left_out.items()]
        return f"Results({'; '.join([*texts, *left_out])}; tables {', '.join(self.tables)})"

    @cached_property
    def _database(self) -> Any:
        parts = {
            name: [
                (label if len(self.studies) > 1 else None, study.checked(name)) for label, study in self._having(name)
            ]
            for name in self.tables
        }
        return connection(parts)

    def _having(self, name: str) -> list[tuple[str, Study]]:
        found = [(label, study) for label, study in self.studies.items() if name in study.files]
        if not found:
            raise Refusal(f"{name}: no such table; {nearest(name, self.tables)}")
        return found

    def _own(self, columns: Sequence[str] | None) -> list[str] | None:
        return None if columns is None else [name for name in columns if name != STUDY or len(self.studies) == 1]


class Study(FinishedFolder):
    """The folder of one finished study."""

    def __init__(self, folder: Path) -> None:
        """Read the manifest; raise Refusal where there is no finished study, CorruptResult where it is altered."""
        super().__init__(folder)
        self.check(MANIFEST)
        self.files = {
            Path(name).stem: name
            for name in self.manifest["files"]
            if Path(name).parent.as_posix() == TABLES_FOLDER and Path(name).suffix == ".parquet"
        }
        self._checked: set[str] = set()

    def checked(self, name: str) -> Path:
        """Return the file of a table once it has been held against the manifest's hash."""
        if name not in self._checked:
            self.check(self.files[name])
            self._checked.add(name)
        return self.path(name)

    def read(self, name: str, columns: Sequence[str] | None, filters: Any) -> pa.Table:
        """Return a table, or some columns and rows of it."""
        path = self.checked(name)
        present = read_columns(path)
        for column in columns or ():
            if column not in present.names:
                raise Refusal(f"{name}.{column}: no such column; {nearest(str(column), present.names)}")
        return read_table(path, columns, read_filters(name, filters, present))

    def people(self, arm: str, scenario: str, replicate: int) -> pa.Table:
        """Return the people of one run."""
        for run in self.manifest["runs"]:
            if (run["arm"], run["scenario"], run["replicate"]) == (arm, scenario, replicate):
                run_path = run_folder(self.folder, run["folder"])
                path = run_path / f"{PEOPLE}.parquet"
                check_file(path, read_sealed(run_path / RECORD)["files"].get(path.name, {}))
                return read_table(path)
        there = [f"{run['arm']} / {run['scenario']} / {run['replicate']}" for run in self.manifest["runs"]]
        raise Refusal(
            f"people: no run {arm} / {scenario} / {replicate}; {nearest(f'{arm} / {scenario} / {replicate}', there)}"
        )


def open_study(folder: FolderPath) -> Results:
    """Open the finished study in a folder, or all those in the folders inside it; raise Refusal where there is none."""
    root = Path(folder).expanduser()
    if not root.is_dir() or _is_begun(root):
        return open_many([root])
    inside = sorted(path for path in root.iterdir() if _is_begun(path))
    left_out = {path.name: why for path in inside if (why := _why_left_out(path))}
    for name, why in left_out.items():
        print(printable(f"{root / name}: left out, {why}"), file=sys.stderr)
    finished = [path for path in inside if path.name not in left_out]
    if inside and not finished:
        raise Refusal(f"{root}: holds no finished study; give the folder of one")
    return Results(open_many(finished or [root]).studies, left_out)


def _is_begun(folder: Path) -> bool:
    """Return whether a study or an analysis has been begun in a folder."""
    return any((folder / name).exists() for name in (MANIFEST, MARKER))


def _why_left_out(folder: Path) -> str:
    """Return why a folder is not opened among others; nothing for a finished study, even one that is altered."""
    if not (folder / MANIFEST).exists():
        return "it has not finished"
    try:
        tool = read_json(folder / MANIFEST).get("tool")
    except CorruptResult:
        return ""  # opening it says what is wrong; a torn study is not passed over
    return f"it is an analysis, by {tool}" if tool else ""


def open_many(folders: Iterable[FolderPath]) -> Results:
    """Open several finished studies as one set of tables; raise Refusal where a folder holds none or is given twice."""
    roots = [Path(folder).expanduser() for folder in folders]
    if not roots:
        raise Refusal("open_many: at least one folder of a finished study must be given")
    studies: dict[str, Study] = {}
    for number, root in enumerate(roots):
        if root.absolute() in (other.absolute() for other in roots[:number]):
            raise Refusal(f"open_many: each folder once, and {root} was given twice")
        label = root.name or str(root)
        studies[label if label not in studies else str(root)] = Study(root)
    return Results(studies)


__all__ = ["CorruptResult", "Refusal", "Results", "Study", "open_many", "open_study"]
