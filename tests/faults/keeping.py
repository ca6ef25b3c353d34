"""What is kept: outcomes of earlier runs, faults that change nothing, and faults that tests once let pass."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import yaml

from tests.faults.planting import Fault
from tests.faults.trial import KILLED, Outcome

EQUIVALENTS = Path(__file__).with_name("equivalents.yaml")
REMEMBERED = Path(__file__).with_name("remembered.yaml")


class Equivalent(NamedTuple):
    """A fault that no test can notice, by the text of its line, so that it ages with the line."""

    file: str
    line: str
    becomes: str
    reason: str


class Remembered(NamedTuple):
    """A fault that the nearest tests once let pass."""

    file: str
    line: str
    becomes: str
    what: str

    def planted_in(self, source: str) -> Fault:
        """Return the fault in the source of its file; ValueError when its line is not there, or is there twice."""
        lines = source.splitlines(keepends=True)
        rows = [row for row, text in enumerate(lines) if text.strip() == self.line]
        if len(rows) != 1:
            raise ValueError(f"{self.file} must hold this line once, and holds it {len(rows)} times: {self.line}")
        row = rows[0]
        lines[row] = lines[row].replace(self.line, self.becomes)
        return Fault(self.file, row + 1, self.what, self.line, self.becomes, "".join(lines))


def remembered(path: Path = REMEMBERED) -> list[Remembered]:
    """Return the faults that tests once let pass."""
    return [Remembered(**each) for each in yaml.safe_load(path.read_text())]


def equivalents(path: Path = EQUIVALENTS) -> list[Equivalent]:
    """Return the faults known to change nothing."""
    return [Equivalent(**each) for each in yaml.safe_load(path.read_text()) or []]


def reason_for(fault: Fault, known: Iterable[Equivalent]) -> str | None:
    """Return why a fault changes nothing, if that is known."""
    asked = (fault.path, fault.line_text, fault.becomes)
    return next((each.reason for each in known if (each.file, each.line, each.becomes) == asked), None)


def outcomes_in(path: Path) -> dict[str, Outcome]:
    """Return the outcomes that a file of results holds, the last of each fault; a torn last line is left out."""
    found: dict[str, Outcome] = {}
    if path.exists():
        for line in path.read_text().splitlines():
            try:
                outcome = Outcome(**json.loads(line))
            except (ValueError, TypeError):
                continue
            found[outcome.fault] = outcome
    return found


def still_holds(outcome: Outcome | None, tests: str) -> bool:
    """Return whether an outcome need not be found again: killed stays killed, the others as long as the tests do."""
    return outcome is not None and (outcome.verdict == KILLED or outcome.tests == tests)


def keep(outcome: Outcome, path: Path) -> None:
    """Add one outcome to a file of results."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(json.dumps(outcome._asdict()) + "\n")
