"""Print the page docs/guide/tables.md: .venv/bin/sluice dictionary > docs/guide/tables.md."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from experiments.tables.dictionary.page import page
from experiments.terminal.command_line import DONE, command_here
from experiments.terminal.streams import as_command


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the page."""
    argparse.ArgumentParser(prog=command_here("dictionary"), description=__doc__).parse_args(arguments)
    print(page(), end="")
    return DONE


if __name__ == "__main__":
    sys.exit(as_command(main))
