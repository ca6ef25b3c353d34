"""Read a study's folder: the manifest and the tables, nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.keep.files import CorruptResult, read_columns, read_row_groups, read_table
from experiments.keep.finished import TABLES, FinishedFolder
from experiments.keep.study_files import MANIFEST
from experiments.refusal import Refusal
from experiments.report.events import Event, read_events

KEYS = ("arm", "scenario")  # every table has them; all but the effects have replicates too


class Study(FinishedFolder):
    """A study's folder as the report sees it; tables are read when first asked for."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, needed={})  # the report shows what there is, and says what it lacks
        if "tool" in self.manifest:
            tool = self.manifest["tool"]
            raise Refusal(f"{folder}: holds an analysis, whose page is drawn by experiments.{tool}")
        self.absent: dict[str, str] = {}
        self._tables: dict[str, pd.DataFrame | None] = {}
        self._sums: dict[str, pd.DataFrame] = {}

    @property
    def name(self) -> str:
        """The study's name."""
        study = self.manifest.get("study", self.manifest.get("name", self.folder.name))
        return str(study.get("name", self.folder.name) if isinstance(study, Mapping) else study)

    @cached_property
    def altered(self) -> tuple[str, ...]:
        """What is not, byte for byte, as the study wrote it: the manifest, and tables that the report reads."""
        tables = (path.name for path in sorted((self.folder / TABLES).glob("*.parquet")))
        found = []
        for name in (MANIFEST, *(f"{TABLES}/{table}" for table in tables)):
            try:
                self.check(name)
            except CorruptResult:
                found.append(name)
        return tuple(found)

    def recorded(self, key: str, default: Any = None) -> Any:
        """Return a manifest entry, also when it sits inside a `study` block."""
        study = self.manifest.get("study")
        if key not in self.manifest and isinstance(study, Mapping):
            return study.get(key, default)
        return self.manifest.get(key, default)

    @cached_property
    def arms(self) -> tuple[str, ...]:
        """All arms, the reference first."""
        names = _names(self.recorded("arms")) or self._found("arm")
        value = str(self.recorded("baseline", ""))
        reference = value if value in names else names[0] if names else ""
        return (reference, *(name for name in names if name != reference)) if names else ()

    @cached_property
    def scenarios(self) -> tuple[str, ...]:
        """All scenarios, those without a shock first."""
        names = _names(self.recorded("scenarios")) or self._found("scenario")
        return tuple(
            sorted(names, key=lambda name: any(event.kind == "shock" and event.where == name for event in self.events))
        )

    @property
    def reference(self) -> str:
        """The arm that all others are compared with."""
        return self.arms[0] if self.arms else ""

    @property
    def placebos(self) -> tuple[str, ...]:
        """Arms that change next to nothing, to show what chance alone does."""
        return tuple(arm for arm in self.arms[1:] if arm == self.recorded("placebo"))

    @property
    def policies(self) -> tuple[str, ...]:
        """Arms that carry a policy."""
        return tuple(arm for arm in self.arms[1:] if arm not in self.placebos)

    @property
    def drawn(self) -> tuple[str, ...]:
        """Arms that figures over time show: the reference and the policies."""
        return (self.reference, *self.policies) if self.arms else ()

    @cached_property
    def replicates(self) -> int:
        """How many replicates were asked for."""
        value = self.recorded("replicates")
        if isinstance(value, int):
            return value
        if isinstance(value, (list, tuple)):
            return len(value)
        return max((len(_distinct(table, "replicate")) for table in self._all()), default=0)

    @cached_property
    def start(self) -> str:
        """The calendar month of month 0 as YYYY-MM, or nothing if the tables do not hold it."""
        market = self.table("market", "month", "date")
        if market is None or market.empty:
            return ""
        first = market.sort_values("month").iloc[0]
        return str(pd.Period(str(first["date"])[:7], "M") - int(first["month"]))

    @cached_property
    def months(self) -> int:
        """How many months are reported."""
        tables = [self.table(name, "month") for name in ("market", "lender", "segment")]
        return max((int(table["month"].max()) + 1 for table in tables if table is not None and len(table)), default=0)

    def table(self, name: str, *needs: str) -> pd.DataFrame | None:
        """Return a table of the study, or None (and remember why) if it or a needed column is not there."""
        if name not in self._tables:
            self._tables[name] = self._read(name)
        found = self._tables[name]
        if found is None:
            self.absent.setdefault(name, f"the table “{name}” is not in the folder")
            return None
        missing = [column for column in (*KEYS, *needs) if column not in found.columns]
        if missing:
            self.absent[name] = f"the table “{name}” has no column {', '.join(missing)}"
            return None
        if found.empty:
            self.absent[name] = f"the table “{name}” has no rows"
            return None
        return found

    def summed(self, name: str, by: tuple[str, ...], values: tuple[str, ...]) -> pd.DataFrame | None:
        """Return sums of columns of a large table by run and by more, or None as `table` does.

        It is read piece by piece, so that what is held does not hang on what is summed over, such as lenders.
        """
        if name in self._sums:
            return self._sums[name]
        keys = [*KEYS, "replicate", *by]
        columns = self._columns(name)
        missing = [column for column in (*keys, *values) if column not in columns]
        if missing:
            reason = f"has no column {', '.join(missing)}" if columns else "is not in the folder"
            self.absent[name] = f"the table “{name}” {reason}"
            return None
        sums = pd.DataFrame()
        for piece in read_row_groups(self.path(name), [*keys, *values]):
            part = piece.to_pandas().groupby(keys, sort=True, observed=True)[list(values)].sum()
            sums = part if sums.empty else sums.add(part, fill_value=0)
        if sums.empty:
            self.absent[name] = f"the table “{name}” has no rows"
            return None
        self._sums[name] = sums.astype("int64").reset_index()
        return self._sums[name]

    def why_absent(self, name: str) -> str:
        """State why a table could not be used."""
        return self.absent.get(name, f"the table “{name}” could not be used")

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """All dated events of the study, in order of time."""
        return read_events(self.recorded("timeline"))

    @cached_property
    def announced(self) -> int | None:
        """The month of the first announcement; outcomes count their months from it."""
        value = self.recorded("announce_month")
        first = min((event.month for event in self.events if event.kind == "announced"), default=None)
        return value if isinstance(value, int) and first is not None else first

    @cached_property
    def effective(self) -> int | None:
        """The month in which the first rule takes effect."""
        return min((event.month for event in self.events if event.kind == "effective"), default=None)

    def shock_window(self, scenario: str) -> tuple[int, int] | None:
        """Return first month and end (exclusive) of the shocks of a scenario."""
        shocks = [event for event in self.events if event.kind == "shock" and event.where in (scenario, "")]
        if not shocks:
            return None
        return min(event.month for event in shocks), max(event.until for event in shocks)

    @cached_property
    def window(self) -> tuple[int, int]:
        """The months whose mean stands for `after`: from the first effective month (or half-way) to the end."""
        first = self.effective if self.effective is not None and self.effective < self.months else self.months // 2
        return first, self.months

    @property
    def window_words(self) -> str:
        """The window in words."""
        ruled = self.effective is not None and self.effective < self.months
        return "after the first rule took effect" if ruled else "in the second half of the months"

    def _columns(self, name: str) -> list[str]:
        return list(read_columns(self.path(name)).names) if self.path(name).is_file() else []

    def _read(self, name: str) -> pd.DataFrame | None:
        if not self.path(name).is_file():
            return None
        found: pd.DataFrame = read_table(self.path(name)).to_pandas(strings_to_categorical=True)
        for column in (
            found.columns
        ):  # names are plain texts, however they are stored: quicker to compare, and no category is empty
            if not pd.api.types.is_numeric_dtype(found[column]):
                found[column] = found[column].astype(object)
        return found

    def _all(self) -> Iterable[pd.DataFrame]:
        for name in ("market", "lender", "segment"):
            table = self.table(name)
            if table is not None:
                yield table

    def _found(self, key: str) -> list[str]:
        for table in self._all():
            return [str(name) for name in _distinct(table, key)]
        return []


def _distinct(table: pd.DataFrame, key: str) -> list[Any]:
    return list(dict.fromkeys(table[key])) if key in table.columns else []


def _names(value: Any) -> list[str]:
    """Read names from a list of names, a list of blocks with a name, or a mapping by name."""
    if isinstance(value, Mapping):
        return [str(name) for name in value]
    if isinstance(value, (list, tuple)):
        return [str(item.get("name", "")) if isinstance(item, Mapping) else str(item) for item in value]
    return []
