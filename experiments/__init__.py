"""Turns configurations into runs, and runs into evidence.

`experiments.open(DIR)` reads a finished study, `experiments.open_many([DIR, ...])` several; see
`experiments.keep.reader`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from experiments.terminal.former_names import find_former_names

if TYPE_CHECKING:
    from experiments.opened import open_many
    from experiments.opened import open_study as open  # noqa: A004  (experiments.open, as in shelve.open)

__all__ = ["open", "open_many"]
find_former_names()


def __getattr__(name: str) -> Any:
    """Find `open` and `open_many` when first asked for, so that workers and runs need not wait for pandas."""
    if name not in __all__:
        raise AttributeError(f"module 'experiments' has no attribute {name!r}")
    from experiments import opened

    return opened.open_study if name == "open" else opened.open_many
