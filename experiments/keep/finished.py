"""The folder of a finished study or analysis as its readers need it: its manifest and its tables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from experiments.keep.files import SEAL, CorruptResult, check_file, read_json, read_sealed
from experiments.keep.study_files import MANIFEST, MARKER
from experiments.refusal import Refusal

TABLES = "tables"
NEEDED = {"files": dict, "runs": list}  # by key of the manifest; without them nothing can be checked


class FinishedFolder:
    """A finished folder; nothing in it is believed before it has been checked."""

    def __init__(self, folder: Path, needed: Mapping[str, type] = NEEDED) -> None:
        """Read the manifest, sealed or not; raises Refusal where there is none."""
        self.folder, self.manifest = folder, read_manifest(folder, needed)

    def path(self, table: str) -> Path:
        """Return where a table is."""
        return self.folder / TABLES / f"{table}.parquet"

    def check(self, name: str) -> None:
        """Raise CorruptResult when a file, by its path in the folder, is not what its record or seal holds."""
        if name == MANIFEST:
            read_sealed(self.folder / MANIFEST)
            return
        records = self.manifest.get("files")
        record = records.get(name) if isinstance(records, Mapping) else None
        check_file(self.folder / name, record if isinstance(record, Mapping) else {})


def read_manifest(folder: Path, needed: Mapping[str, type] = NEEDED) -> dict[str, Any]:
    """Return a manifest, sealed or not, without its seal; raises Refusal with one message where there is none."""
    path = folder / MANIFEST
    if not folder.is_dir():
        raise Refusal(f"{folder}: no such folder; give the folder of a finished study")
    if not path.exists() and (folder / MARKER).exists():
        raise Refusal(f"{folder}: the study has not finished; the command that began it continues it")
    try:
        manifest = read_json(path)
    except CorruptResult as problem:
        raise Refusal(f"{problem}; give the folder of a finished study") from None
    if not all(isinstance(manifest.get(key), kind) for key, kind in needed.items()):
        raise Refusal(f"{path}: is no manifest of a study; give the folder of a finished study")
    manifest.pop(SEAL, None)
    return manifest


def run_folder(folder: Path, name: object) -> Path:
    """Return the folder of a run inside a study, whatever its name tries."""
    return folder / "runs" / Path(str(name)).name
