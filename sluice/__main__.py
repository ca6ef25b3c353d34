"""Starts the program: `sluice`, or `python -m sluice`.

Packages named `sim`, `experiments` or `configs`, or a file sim.py, may lie in the folder where the program is started,
or be found through a PYTHONPATH that names it. Sluice's own are looked for first where this file lies.
"""

from __future__ import annotations

import sys
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]
OWN = ("experiments", "sim", "configs")


def main() -> int:
    """Run the command that was typed and return its exit code."""
    try:
        Path.cwd()
    except FileNotFoundError:
        print("the folder in which this was started is gone; start it from another", file=sys.stderr)
        return 1
    look_at_home()
    from experiments.terminal.memory_limit import (
        shortage,  # first: too little memory would end what follows in its own words
    )

    if said := shortage():
        print(said, file=sys.stderr)
        return 1
    from experiments.program.commands import main as chosen_command
    from experiments.terminal.streams import as_command

    return as_command(chosen_command)


def look_at_home() -> None:
    """Look for modules where Sluice lies before looking in folders that hold others of the same names."""
    hiding = [path for path in sys.path if not _is_home(path) and _holds_ours(Path(path))]
    others = [path for path in sys.path if path not in hiding]
    if not any(_is_home(path) for path in others):
        others.append(str(HOME))
    sys.path[:] = [*others, *hiding]


def _is_home(path: str) -> bool:
    return Path(path).resolve() == HOME  # the empty path is the folder where the program was started


def _holds_ours(path: Path) -> bool:
    """Return whether a folder holds a package or a module of one of our names."""
    return any((path / name).exists() or (path / f"{name}.py").exists() for name in OWN)


if __name__ == "__main__":
    sys.exit(main())
