"""Several whole studies one after the other: `-m study=rumour,baseline seed=1,2` is four of them, a folder each.

Hydra's own basic sweeper expands the values that are separated by commas, and `range(1,4)`; its launchers are
not used, since each study has an executor of its own. Every study is composed before the first is run, so that a
mistake in the last one is refused at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from omegaconf.errors import OmegaConfBaseException

from experiments.config import compose_study
from experiments.plain_yaml import check_text
from experiments.refusal import Refusal
from experiments.store import slug, write_json

INDEX = "studies.json"  # which folder holds which study
INTERRUPTED = 130

Main = Callable[[Sequence[str]], int]


def carry_out_studies(overrides: Sequence[str], flags: Sequence[str], main: Main) -> int:
    """Run every study that the overrides expand to by `main`; return the worst of their exit codes."""
    named = [text for text in overrides if text.startswith("out=")]
    place = _place(named[-1].removeprefix("out=") if named else "")
    studies = expanded([text for text in overrides if text not in named])
    folders = {place / _folder_name(number, study, studies): study for number, study in enumerate(studies, 1)}
    for folder, study in folders.items():
        compose_study([*study, f"out={_quoted(folder)}"])
    if not flags:
        place.mkdir(parents=True, exist_ok=True)
        listed = [{"folder": folder.name, "overrides": study} for folder, study in folders.items()]
        write_json(place / INDEX, {"studies": listed})
    worst = 0
    for number, (folder, study) in enumerate(folders.items(), 1):
        print(f"study {number} of {len(folders)}: {' '.join(study)}", flush=True)
        code = main([*flags, *study, f"out={_quoted(folder)}"])
        worst = max(worst, code)
        if code == INTERRUPTED:
            break
    return worst


def expanded(overrides: Sequence[str]) -> list[list[str]]:
    """Return the overrides of each study, as Hydra's basic sweeper combines them."""
    for text in overrides:
        check_text(text, text)
    try:
        parsed = OverridesParser.create().parse_overrides(list(overrides))
        batches = BasicSweeper.split_arguments(parsed, max_batch_size=None)
    except (HydraException, OmegaConfBaseException, ValueError):
        raise Refusal(f"{' '.join(overrides)}: with -m, values of a key are separated by commas: seed=1,2") from None
    return [list(study) for batch in batches for study in batch]


def _folder_name(number: int, study: Sequence[str], studies: Sequence[Sequence[str]]) -> str:
    """Return a name that says what sets a study apart; the same command gives the same names, and so continues them."""
    apart = [text for text in study if not all(text in other for other in studies)]
    ending = hashlib.sha256("\n".join(study).encode()).hexdigest()[:8]
    return f"{number:02d}-{slug(' '.join(apart) or 'study')}-{ending}"


def _place(named: str) -> Path:
    if named:
        return Path(named.strip("'\"")).expanduser()
    return Path("outputs") / f"studies-{datetime.now().astimezone().strftime('%Y%m%d-%H%M%S')}"


def _quoted(folder: Path) -> str:
    return "'" + str(folder).replace("\\", "\\\\").replace("'", "\\'") + "'"
