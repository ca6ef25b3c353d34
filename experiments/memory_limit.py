"""Looks, before anything large is loaded, whether a process may have the memory that Sluice needs to begin at all.

Under a lower limit libraries fail while they are loaded, each in words of its own. A command ends with one message and
exit code 1 then; a program of somebody's own gets a MemoryError.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

# Of addresses, most of which are never filled: a small market was lived under 1,000,000 kB, and not under 700,000.
LEAST_BYTES = 900_000 * 1024


def address_limit() -> int | None:
    """Return how many bytes of addresses a process may have (`ulimit -v`), or None where there is no limit."""
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    return None if limit == resource.RLIM_INFINITY else limit


def check_limit() -> None:
    """End a command with one message where the limit is too low to load what it needs."""
    limit = address_limit()
    if limit is None or limit >= LEAST_BYTES:
        return
    said = (
        f"memory: a process may have {limit // 1024} kB of addresses here (ulimit -v), and Sluice needs at least "
        f"{LEAST_BYTES // 1024}; nothing was begun"
    )
    main = sys.modules.get("__main__")
    name = str(getattr(getattr(main, "__spec__", None), "name", ""))
    if not (name.startswith("experiments.") or Path(sys.argv[0]).name == "sluice"):
        raise MemoryError(said)
    print(said, file=sys.stderr)
    raise SystemExit(1)


check_limit()
