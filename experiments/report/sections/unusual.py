"""What is legal and perhaps not meant: values outside usual ranges, contradictions, instruments that bound nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from experiments.report.blocks import Block, Note, Section, Table, Text
from experiments.report.reading import Study
from experiments.report.wording import counted, plain

MOST_NAMED = 4
HEAD = ("setting", "value", "what was found", "usual or expected", "why", "where")


def unusual_section(study: Study) -> Section | None:
    """List the flags of the manifest; none when it was written by a version that raised no flags."""
    flags = study.recorded("flags")
    if not isinstance(flags, list):
        return None
    rows = [_row(flag) for flag in flags if isinstance(flag, Mapping)]
    if not rows:
        return Section(
            "unusual",
            "Unusual settings",
            (Text("No setting lies outside its usual range, and none contradicts another."),),
        )
    blocks: list[Block] = [
        Note(
            f"{counted(len(rows), 'setting')} of this study would not be expected. None is forbidden, and the study "
            "ran as it was asked; read its numbers with these in mind."
        ),
        Table("Unusual settings", HEAD, tuple(rows)),
    ]
    return Section("unusual", "Unusual settings", tuple(blocks))


def _row(flag: Mapping[str, Any]) -> tuple[str, ...]:
    where = [plain(cell) for cell in flag.get("where") or ()]
    shown = ", ".join(where[:MOST_NAMED]) + (f" and {len(where) - MOST_NAMED} more" if len(where) > MOST_NAMED else "")
    cells = (plain(flag.get(key, "")) for key in ("setting", "value", "kind", "usual", "why"))
    return (*cells, shown or "everywhere")
