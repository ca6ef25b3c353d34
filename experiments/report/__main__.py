"""Draw the report of a study again from its tables, without a run."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from experiments.refusal import Refusal, Trouble
from experiments.report import build
from experiments.terminal.streams import as_command


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw the report and print where it is; return 2 with one message if the folder is no finished study."""
    parser = argparse.ArgumentParser(prog="sluice report", description=__doc__)
    parser.add_argument(
        "folder", type=Path, metavar="DIR", help="folder of a finished study: manifest.json and tables/"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to write it, when not into the folder itself")
    asked = parser.parse_args(arguments)
    folder = asked.folder
    try:
        print(build(folder, asked.out))
    except (Refusal, Trouble) as problem:
        print(problem, file=sys.stderr)
        return 2
    except OSError as problem:
        print(f"{folder}: the report could not be written: {problem.strerror}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(as_command(main))
