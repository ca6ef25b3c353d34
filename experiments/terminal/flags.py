"""Separates flags from overrides, and explains how what other programs accept is written here."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from experiments.refusal import Refusal, nearest, shown
from experiments.terminal.command_line import program

DRY_RUN, CFG, MULTIRUN = "--dry-run", "--cfg", "--multirun"
SHORT = {"-m": MULTIRUN}
PRINTED = f"{CFG} job prints the configuration as it is composed"
OWN_FILE = "study=NAME chooses a file of configs/study, study_file=PATH a file of your own"
# What Hydra's programs understand, and what is often tried; what there is here instead. {program} is how
# this Sluice is started.
INSTEAD = {
    "-c": PRINTED,
    "--info": f"{DRY_RUN} prints the plan, {CFG} job the configuration, and {{program}} --version the versions",
    "-p": f"{PRINTED}, whole",
    "--package": f"{PRINTED}, whole",
    "--resolve": f"{PRINTED}, every reference resolved",
    "--hydra-help": f"settings of Hydra itself are refused; {PRINTED}",
    "-cp": OWN_FILE,
    "--config-path": OWN_FILE,
    "-cn": OWN_FILE,
    "--config-name": OWN_FILE,
    "-cd": OWN_FILE,
    "--config-dir": OWN_FILE,
    "-sc": "{program} completion bash prints the script",
    "--shell-completion": "{program} completion bash prints the script",
    "--experimental-rerun": "{program} verify DIR --rerun 2 carries out runs again",
    "-r": "a study is run by {program} run",
    "--run": "a study is run by {program} run",
    "-n": f"{DRY_RUN} prints the plan",
    "-j": "executor.workers=4 gives the number of processes",
    "--jobs": "executor.workers=4 gives the number of processes",
    "-o": "out=DIR names the folder",
    "-V": "{program} --version prints the versions",
    "--version": "{program} --version prints the versions",
}
AS_OVERRIDE = re.compile(r"--?([A-Za-z][\w./]*)(?:=(.*))?", re.DOTALL)
A_NUMBER = re.compile(r"[-+]?[\d.]+([eE][-+]?\d+)?")


def overrides_and_flags(texts: Sequence[str], known: Collection[str]) -> tuple[list[str], set[str]]:
    """Return the overrides and the flags among what was typed; refuse a flag that is not known here, and torn words."""
    _check_words(texts)
    overrides, flags = [], set()
    left = iter(texts)
    for text in left:
        name, _, value = text.partition("=")
        flag = SHORT.get(name, name)
        if not text.startswith("-"):
            overrides.append(text)
        elif flag == CFG and CFG in known:
            _check_printed(value or next(left, "job"))
            flags.add(CFG)
        elif flag in known and not value:
            flags.add(flag)
        else:
            raise Refusal(f"{text}: {_instead(text, known)}")
    if CFG in flags and flags & {DRY_RUN, MULTIRUN}:
        raise Refusal(f"{CFG}: prints one configuration and carries out nothing; leave out the other flags")
    return overrides, flags


def _check_printed(what: str) -> None:
    if what != "job":
        raise Refusal(f"{CFG}: prints what the study is made of, written {CFG} job; was {shown(what)}")


def _instead(text: str, known: Collection[str]) -> str:
    """Return what may have been meant by a flag that there is not."""
    name, _, value = text.partition("=")
    if name in INSTEAD:
        return f"no such flag; {INSTEAD[name].format(program=program())}"
    meant = AS_OVERRIDE.fullmatch(text)
    if meant and value:
        return f"no such flag; settings are written without dashes: {meant[1]}={value}"
    words = nearest(name, known) if known else "there are no flags here but --help"
    return f"no such flag; {words}; settings are written key=value, without dashes"


def _check_words(texts: Sequence[str]) -> None:
    """Refuse an override that spaces have torn into words, and state how it is written."""
    for index, text in enumerate(texts):
        before = texts[index - 1] if index else ""
        after = texts[index + 1] if index + 1 < len(texts) else ""
        if text == "=":
            key, value = before, after
        elif text.startswith("=") and before and "=" not in before:
            key, value = before, text[1:]
        elif text.endswith("=") and after and "=" not in after and _is_a_value(after):
            key, value = text[:-1], after
        else:
            continue
        if key.startswith("-"):
            continue
        raise Refusal(
            f"{key} = {value}: an override is one word without spaces around =, "
            f"written {key or 'key'}={value or 'value'}"
        )


def _is_a_value(text: str) -> bool:
    """Return whether a word may be the value of the one before: no flag, and nothing to be deleted."""
    return bool(A_NUMBER.fullmatch(text)) or not text.startswith(("-", "~"))
