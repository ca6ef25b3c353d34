"""What `experiments.open` and `experiments.open_many` return: finished studies to read, and to verify.

Reading is `experiments.keep.reader`. Verifying may carry out runs again, which is why it stands up here with the doors.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.keep import reader
from experiments.keep.reader import CorruptResult, Refusal, Study

if TYPE_CHECKING:
    from experiments.verify import Verification


class Results(reader.Results):
    """One or several finished studies, read as one set of tables."""

    def verify(self, rerun: int = 0, seed: int | None = None) -> Verification:
        """Check every file of the one study and carry out some random runs again; see `experiments.verify`."""
        from experiments.verify import verify  # reading alone need not load the market

        if len(self.studies) > 1:
            raise Refusal(f"verify: open one study at a time; these are {', '.join(self.studies)}")
        return verify(next(iter(self.studies.values())).folder, rerun, seed)


def open_study(folder: str | Path) -> Results:
    """Open the finished study in a folder, or all those in the folders inside it; raise Refusal where there is none."""
    found = reader.open_study(folder)
    return Results(found.studies, found.left_out)


def open_many(folders: Iterable[str | Path]) -> Results:
    """Open several finished studies as one set of tables; raise Refusal where a folder holds none or is given twice."""
    return Results(reader.open_many(folders).studies)


__all__ = ["CorruptResult", "Refusal", "Results", "Study", "open_many", "open_study"]
