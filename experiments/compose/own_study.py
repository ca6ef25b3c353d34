"""Takes a study from a file of the user's own, anywhere: .venv/bin/sluice run study_file=my_study.yaml.

The file holds what a file of configs/study holds, and replaces it: `scale=` and overrides come after it. It may
come from somebody else, so it is read by the safe loader, may set the study, the seed and the market, and nothing that
says where results go or how runs are carried out. What was checked is what Hydra composes: the file is read once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import yaml
from hydra.core.config_store import ConfigStore
from omegaconf import OmegaConf

from experiments.compose.former_keys import FORMER_KEYS
from experiments.compose.overrides import Override, read_overrides
from experiments.compose.safe_yaml import PACKAGE, check_yaml, location, read_text
from experiments.refusal import Refusal, nearest, shown
from sim.params import MarketConfig

KEY = "study_file"
ALLOWED = ("study", "seed", *MarketConfig._fields, *FORMER_KEYS)
ENDINGS = (".yaml", ".yml")


def read_asked(texts: Sequence[str]) -> tuple[Override, ...]:
    """Read what a user asks for; `study_file=PATH` chooses the study in that file."""
    paths = [path for key, _, path in (text.lstrip("+").partition("=") for text in texts) if key == KEY]
    if not paths:
        return read_overrides(texts)
    others = [text for text in texts if text.lstrip("+").partition("=")[0] != KEY]
    asked = read_overrides(others)
    if len(paths) > 1 or any(override.key == "study" and override.is_choice for override in asked):
        raise Refusal(f"{KEY}: one study at a time; leave out the other study_file= or study=")
    name = store(_path(paths[0]))
    return (*asked, Override("study", f"study={name}", True, False, name))


def store(path: Path) -> str:
    """Check a study's file and give it to Hydra as a choice of the group `study`; return the name of the choice."""
    where = path.name
    text = read_text(path, f"{KEY}: {path}")
    root = check_yaml(text, where)
    if root is None:
        raise Refusal(f"{where}: is empty; a study has at least study.name, study.question and study.arms")
    for package in PACKAGE.findall(text):
        if package != "_global_":
            raise Refusal(f"{where}: the package of a study's file is _global_, was {shown(package)}")
    _check_keys(where, root)
    name = f"own_{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    ConfigStore.instance().store(name, OmegaConf.create(text), group="study", package="_global_", provider=KEY)
    return name


def _check_keys(where: str, root: yaml.MappingNode) -> None:
    found = {key.value: value for key, value in root.value}
    for key, _ in root.value:
        if key.value == "defaults":
            raise Refusal(
                f"{location(where, key)}: defaults: a file of one's own chooses other files in its arms and scenarios, "
                "for example economy=china_2017_2025"
            )
        if key.value not in ALLOWED:
            raise Refusal(
                f"{location(where, key)}: {key.value}: a study's file sets the study, the seed and the market; "
                f"{nearest(key.value, ALLOWED)}"
            )
    for key, value in root.value:
        if isinstance(value, yaml.MappingNode) and not value.value:
            raise Refusal(f"{location(where, key)}: {key.value}: {{}} would change nothing; leave it out")
    if not isinstance(found.get("study"), yaml.MappingNode):
        raise Refusal(f"{where}: study: must be given and hold name, question and arms")


def _path(text: str) -> Path:
    """Return the path that a user wrote; refuse what is no file of YAML, with the nearest that is there."""
    bare = text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text
    if not bare.strip() or "\0" in bare:
        raise Refusal(f"{KEY}: must be the path of a file, was {shown(bare)}")
    try:
        path = Path(bare).expanduser()
        is_there = path.exists()
    except (OSError, RuntimeError) as problem:
        raise Refusal(f"{KEY}: {shown(bare)} cannot be read: {problem}") from None
    if not is_there:
        beside = path.parent.glob("*.y*ml") if path.parent.is_dir() else ()
        raise Refusal(f"{KEY}: no such file; {nearest(path.name, [each.name for each in beside])}; was {shown(bare)}")
    if path.suffix not in ENDINGS:
        raise Refusal(f"{KEY}: must end in .yaml, was {shown(bare)}")
    return path
