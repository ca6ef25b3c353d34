"""Several whole studies one after the other: `-m study=rumour,baseline seed=1,2` is four of them, a folder each.

Hydra's own basic sweeper expands the values that are separated by commas, and `range(1,4)`; its launchers are
not used, since each study has an executor of its own. Every study is composed, and its folder looked at, before the
first is run, so that a mistake in the last one is refused at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from omegaconf.errors import OmegaConfBaseException

from experiments.compose.any_script import in_ascii, slug
from experiments.compose.overrides import names_out, out_override
from experiments.compose.safe_yaml import check_text
from experiments.compose.study import compose_study
from experiments.keep.files import CorruptResult, read_json, write_json, writing
from experiments.keep.folder import check_folder, folder_for
from experiments.keep.study_files import MARKER
from experiments.keep.study_folder import StudyOwner
from experiments.refusal import Refusal
from experiments.terminal.command_line import INTERRUPTED, command_here

INDEX = "studies.json"  # which folder holds which study

Main = Callable[[Sequence[str], str], int]  # what is asked for, and the command that is printed for continuing


def carry_out_studies(overrides: Sequence[str], flags: Sequence[str], main: Main) -> int:
    """Run every study that the overrides expand to by `main`; return the worst of their exit codes."""
    asked = [text for text in overrides if not names_out(text)]
    studies = expanded(asked)
    root = _root_folder(studies[0], [text for text in overrides if names_out(text)])
    folders = {root / _folder_name(number, study, studies): study for number, study in enumerate(studies, 1)}
    index = {"studies": [{"folder": folder.name, "overrides": study} for folder, study in folders.items()]}
    for folder, study in folders.items():
        check_folder(folder, StudyOwner(compose_study([*study, out_override(folder)])))
    _check_index(root, index)
    if not flags:
        with writing(root):
            root.mkdir(parents=True, exist_ok=True)
        write_json(root / INDEX, index)
    again = command_here("run", "-m", *flags, *asked, out_override(root))
    worst = 0
    for number, (folder, study) in enumerate(folders.items(), 1):
        print(f"study {number} of {len(folders)}: {' '.join(study)}", flush=True)
        code = main([*flags, *study, out_override(folder)], again)
        worst = max(worst, code)
        if code == INTERRUPTED:
            break
    return worst


def expanded(overrides: Sequence[str]) -> list[list[str]]:
    """Return the overrides of each study, as Hydra's basic sweeper combines them."""
    for text in overrides:
        check_text(text, text)
    try:
        spelled, back = in_ascii("\0".join(overrides))
        parsed = OverridesParser.create().parse_overrides(spelled.split("\0") if overrides else [])
        batches = BasicSweeper.split_arguments(parsed, max_batch_size=None)
    except (HydraException, OmegaConfBaseException, ValueError):
        raise Refusal(f"{' '.join(overrides)}: with -m, values of a key are separated by commas: seed=1,2") from None
    return [back(list(study)) for batch in batches for study in batch]


def _folder_name(number: int, study: Sequence[str], studies: Sequence[Sequence[str]]) -> str:
    """Return a name that says what sets a study apart; the same command gives the same names, and so continues them."""
    apart = [text for text in study if not all(text in other for other in studies)]
    ending = hashlib.sha256("\n".join(study).encode()).hexdigest()[:8]
    return f"{number:02d}-{slug(' '.join(apart) or 'study')}-{ending}"


def _root_folder(study: Sequence[str], named: Sequence[str]) -> Path:
    """Return the folder for all studies: the one that the user named, or a new one."""
    if named:
        return folder_for(compose_study([*study, *named]))
    return Path("outputs") / f"studies-{datetime.now().astimezone().strftime('%Y%m%d-%H%M%S')}"


def _check_index(root: Path, index: Mapping[str, Any]) -> None:
    """Refuse a folder that is a study's own folder, or that of other studies."""
    if (root / MARKER).exists():
        raise Refusal(f"out: {root} is the folder of one study; with -m, name another, in which each study has its own")
    if not (root / INDEX).exists():
        return
    try:
        listed = read_json(root / INDEX)
    except CorruptResult as problem:
        raise Refusal(f"out: {problem}; name another folder") from None
    if listed != index:
        raise Refusal(f"out: {root} holds other studies, which its {INDEX} lists; name another folder")
