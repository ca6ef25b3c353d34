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
    hiding = [place for place in sys.path if not _is_home(place) and _holds_ours(Path(place))]
    others = [place for place in sys.path if place not in hiding]
    if not any(_is_home(place) for place in others):
        others.append(str(HOME))
    sys.path[:] = [*others, *hiding]


def _is_home(place: str) -> bool:
    return Path(place).resolve() == HOME  # the empty place is the folder where the program was started


def _holds_ours(place: Path) -> bool:
    """Return whether a folder holds a package or a module of one of our names."""
    return any((place / name).exists() or (place / f"{name}.py").exists() for name in OWN)


if __name__ == "__main__":
    sys.exit(main())
