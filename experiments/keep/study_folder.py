"""What a study's folder has beyond an analysis's: its configuration, replicates that may be added, a finished state."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from experiments.compose.parameters import register
from experiments.compose.plan import study_document, study_identity, timeline
from experiments.compose.study import StudyConfig
from experiments.keep.files import CorruptResult, check_file, read_sealed, sha256_of, write_bytes, write_sealed
from experiments.keep.folder import Owner
from experiments.keep.runs import RECORD, RUN_FOLDER, CompletedRun
from experiments.keep.study_files import CONFIG, MANIFEST, MARKER
from experiments.machine import versions
from experiments.refusal import Refusal, shown

HEADING = b"# The study as it was understood; every parameter, for every scenario and arm.\n"


class StudyOwner(Owner):
    """A study as the owner of its folder."""

    def __init__(self, study: StudyConfig) -> None:
        """Take what must not differ from the study; how many replicates it has is no part of it."""
        super().__init__("study", study.name, study_identity(study))
        self.study = study
        stop = study.settings.stop
        self.mark["stop"] = stop._asdict() if stop.is_on else None

    @cached_property
    def config(self) -> bytes:
        """The study as YAML; kept, since writing YAML takes longest of all that opens a folder."""
        document = json.loads(json.dumps(study_document(self.study)))  # plain lists and texts
        return HEADING + yaml.safe_dump(document, sort_keys=False, allow_unicode=True).encode()

    @cached_property
    def config_hash(self) -> str:
        """The hash of config.yaml."""
        return hashlib.sha256(self.config).hexdigest()

    def write_mark(self, folder: Path) -> None:
        """Write the study as it was understood and whose folder it is, unless results show another number of runs.

        Those stay whole until they are replaced by the results of more replicates.
        """
        if self._config_of_results(folder) not in (None, self.config_hash):
            return
        config, wanted = folder / CONFIG, {**self.mark, "config": self.config_hash}
        if self.found_mark(folder) != wanted or not config.is_file() or sha256_of(config) != self.config_hash:
            write_sealed(folder / MARKER, wanted)
            write_bytes(config, self.config)

    @staticmethod
    def _config_of_results(folder: Path) -> str | None:
        """Return the hash of the configuration whose results a folder holds, or None where it holds none."""
        try:
            return str(read_sealed(folder / MANIFEST)["files"][CONFIG]["sha256"])
        except (CorruptResult, KeyError, TypeError):
            return None

    def first_difference(self, folder: Path, found: Mapping[str, Any]) -> str:
        """Return the first setting in which a folder's study differs from this one, in words."""
        config = folder / CONFIG
        if not config.is_file() or sha256_of(config) != found.get("config"):
            return ""
        difference = _differing(yaml.safe_load(config.read_bytes()), yaml.safe_load(self.config), "")
        if difference is None:
            return ""
        key, before, after = difference
        return f": {key} was {shown(before)} and is {shown(after)}"

    def check_extent(self, folder: Path, found: Mapping[str, Any]) -> None:
        """Refuse fewer replicates than a folder holds, and a stop rule that is new, changed or dropped after the first.

        More are added to those that are there.
        """
        settings, present = self.study.settings, replicates_in(folder)
        before, after = (dict(rule or {}) for rule in (found.get("stop"), settings.stop._asdict()))
        key, asked = "study.replicates", settings.replicates
        if present and before.get("at_most") and not settings.stop.is_on:
            rule = ", ".join(f"{part}: {before.get(part)}" for part in ("at_least", "at_most", "step"))
            raise Refusal(
                f"study.stop: stays what it was before the first run of {folder}, {{{rule}}}; a larger at_most allows "
                f"more replicates, was none"
            )
        if settings.stop.is_on:
            key, asked = "study.stop.at_most", settings.stop.at_most
            if present and not before.get("at_most"):
                raise Refusal(
                    f"study.stop: a stop rule is chosen before the first run, and {folder} holds {present} replicates "
                    f"without one; set study.replicates for more of them, or name another folder"
                )
            for part in ("at_least", "step"):
                if present and before.get(part) != after[part]:
                    raise Refusal(
                        f"study.stop.{part}: stays what it was before the first run of {folder}, {before.get(part)}; "
                        f"was {after[part]}"
                    )
        if asked < present:
            raise Refusal(
                f"{key}: must be at least {present}, the replicates in {folder}; for fewer name another folder, "
                f"was {asked}"
            )

    def description(self) -> dict[str, Any]:
        """Return what a manifest says of the study itself."""
        study, document = self.study, study_document(self.study)
        return {
            **document.pop("study"),
            "study": study.name,
            "arms": list(study.arms),
            "scenarios": list(study.scenarios),
            "overrides": {"arms": study.settings.arms, "scenarios": study.settings.scenarios},
            **document,
            "timeline": timeline(study),
            "parameters": register(study.markets),
            "program_hash": program_hash(),
        }

    def is_finished(self, folder: Path, completed: Mapping[str, CompletedRun]) -> bool:
        """Return whether an earlier start has finished this study with this program, and every byte is as written.

        Then nothing needs to be gathered or compared again; the report is checked by `experiments.keep.drawn`.
        `completed` holds the runs, by identity, that have just been verified.
        """
        try:
            manifest = read_sealed(folder / MANIFEST)
            if (manifest["status"], manifest["program_hash"], manifest["versions"]) != (
                "complete",
                program_hash(),
                versions(),
            ):
                return False
            stop = self.study.settings.stop
            if manifest["files"][CONFIG]["sha256"] != self.config_hash:
                return False
            if manifest["stop"] != stop._asdict() or not (
                stop.is_on or manifest["replicates"] == self.study.settings.replicates
            ):
                return False
            if {run["identity"]: run["record_hash"] for run in manifest["runs"]} != {
                one: run.record_hash for one, run in completed.items()
            }:
                return False
            for name, record in manifest["files"].items():
                check_file(folder / name, record)
        except (CorruptResult, KeyError, TypeError, AttributeError):
            return False
        return True


def replicates_in(folder: Path) -> int:
    """Return how many replicates a study's folder holds runs of, counted up to the last one."""
    found = [RUN_FOLDER.search(path.parent.name) for path in (folder / "runs").glob(f"*/{RECORD}")]
    return max((int(name[1]) + 1 for name in found if name), default=0)


def _differing(before: Any, after: Any, path: str) -> tuple[str, Any, Any] | None:
    """Return the path of the first value that differs, with both; an absent one is None."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return None if before == after else (path, before, after)
    for key in (*before, *(key for key in after if key not in before)):
        here = f"{path}.{key}" if path else str(key)
        if here not in ("study.replicates", "study.stop"):
            found = _differing(before.get(key), after.get(key), here)
            if found is not None:
                return found
    return None


def program_hash() -> str:
    """Return the hash of everything that gathers, compares and draws: all files of this package."""
    here = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for path in sorted(here.rglob("*"), key=lambda found: found.relative_to(here).as_posix()):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(path.relative_to(here).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
