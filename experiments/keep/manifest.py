"""The manifest of a finished study, as those need it who read or check a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from experiments.keep.files import CorruptResult, read_json
from experiments.keep.study_files import MANIFEST, MARKER
from experiments.refusal import Refusal


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a study, sealed or not; raise Refusal with one message where there is none."""
    path = folder / MANIFEST
    if not folder.is_dir():
        raise Refusal(f"{folder}: no such folder; give the folder of a finished study")
    if not path.exists() and (folder / MARKER).exists():
        raise Refusal(f"{folder}: the study has not finished; the command that began it continues it")
    try:
        manifest = read_json(path)
    except CorruptResult as problem:
        raise Refusal(f"{problem}; give the folder of a finished study") from None
    if not isinstance(manifest.get("files"), dict) or not isinstance(manifest.get("runs"), list):
        raise Refusal(f"{path}: is no manifest of a study; give the folder of a finished study")
    return manifest


def run_place(folder: Path, name: object) -> Path:
    """Return the folder of a run inside a study, whatever its name tries."""
    return folder / "runs" / Path(str(name)).name
