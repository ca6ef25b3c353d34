"""The program `sluice` and its commands; each is a module of this package with a `main` that returns an exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import NamedTuple

from experiments.refusal import Refusal, nearest
from experiments.terminal.command_line import DONE, PROGRAM, program
from experiments.terminal.endings import exit_code_of


class Command(NamedTuple):
    """One command: what it is for, the flags that it knows, and whether it takes overrides such as seed=2."""

    words: str
    flags: tuple[str, ...] = ()
    takes_overrides: bool = False


STUDIES = ("--dry-run", "--cfg", "-m", "--multirun")
COMMANDS = {
    "run": Command("run a study, compare its arms and draw its report", STUDIES, takes_overrides=True),
    "report": Command("draw the report of a study again, without a run", ("--out",)),
    "verify": Command("check every file of a study, and carry out runs again", ("--rerun", "--seed")),
    "validate": Command("compare the market without policy with published levels", ("--dry-run",), True),
    "seeds": Command(
        "show how random draws are made; run a study on other seeds", ("--others", "--workers", "--dry-run")
    ),
    "sensitivity": Command("ask which parameters matter", ("--dry-run",), takes_overrides=True),
    "frontier": Command("trace what access each strength of a rule leaves, and at what loss", ("--dry-run",), True),
    "reverse-stress": Command("find the smallest shock that breaks a limit", ("--dry-run",), takes_overrides=True),
    "static-stress": Command("put a static stress test beside the simulated one", ("--dry-run",), True),
    "difference-in-differences": Command("compare that estimator with the true effect", ("--dry-run",), True),
    "dictionary": Command("print what every column of every table means"),
    "completion": Command("print a script that lets bash, zsh or fish complete these commands"),
}
HELP, VERSION = {"-h", "--help", "help"}, {"-V", "--version", "version"}
ANALYSES = ("sensitivity", "frontier", "reverse-stress", "static-stress", "difference-in-differences")
MODULES = {
    "dictionary": "experiments.tables.dictionary.__main__",
    "report": "experiments.report.__main__",
    "completion": "experiments.program.completion",
    **{name: f"experiments.analyses.{name.replace('-', '_')}.command" for name in ANALYSES},
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that was typed, with what was typed after it, and return its exit code."""
    texts = list(sys.argv[1:] if arguments is None else arguments)
    if not texts or texts[0] in HELP:
        print(overview())
        return DONE
    if texts[0] in VERSION:
        print(version())
        return DONE
    return exit_code_of(lambda: main_of(command_named(texts[0]))(texts[1:]))


def command_named(text: str) -> str:
    """Return the command of this name; refuse what is none, and state where an override belongs."""
    name = text.replace("_", "-")
    if name in COMMANDS:
        return name
    if "=" in text or text.startswith("-"):
        raise Refusal(f"{text}: a command comes first, as in {program()} run {text}; {program()} -h lists them")
    raise Refusal(f"{text}: no such command; {nearest(name, COMMANDS)}; {program()} -h lists them")


def main_of(name: str) -> Callable[[Sequence[str]], int]:
    """Return the function that carries out a command; its module is loaded when it is chosen."""
    module = import_module(MODULES.get(name, f"experiments.{name.replace('-', '_')}"))
    function: Callable[[Sequence[str]], int] = module.main
    return function


def overview() -> str:
    """Return what is printed for `sluice -h`."""
    width = max(map(len, COMMANDS)) + 2
    lines = [f"  {program()} {name:{width}}{command.words}" for name, command in COMMANDS.items()]
    return "\n".join(
        [
            "Sluice simulates a market for online consumer credit: what a policy or a shock does to it, and to whom.",
            "",
            *lines,
            "",
            f"{program()} COMMAND -h lists all that a command understands, {program()} --version what is installed.",
            "Exit codes: 0 done, 1 something is missing, differs or cannot be written, 2 input refused, 130 stopped.",
        ]
    )


def version() -> str:
    """Return Sluice's version and those on which a run's numbers hang."""
    from experiments.machine import deciding_versions, own_version
    from sim.compiling import source_hash

    beside = ", ".join(f"{name} {number}" for name, number in deciding_versions().items())
    return f"{PROGRAM} {own_version()} (sources {source_hash()[:12]}; {beside})"
