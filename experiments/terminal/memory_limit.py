"""Looks, before anything large is loaded, whether a process may have the memory that Sluice needs to begin at all.

Under a lower limit libraries fail while they are loaded, each in words of its own. A command ends with one message and
exit code 1 then; a program of somebody's own gets a MemoryError.
"""

from __future__ import annotations

import resource
import sys

# Of addresses, most of which are never filled. Under 1,000,000 kB a small study was carried out without its report, and
# under 900,000 its tables could not be read; what the report and the compiler need beside is assumed.
LEAST_BYTES = 1_500_000 * 1024


def address_limit() -> int | None:
    """Return how many bytes of addresses a process may have (`ulimit -v`), or None where there is no limit."""
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    return None if limit == resource.RLIM_INFINITY else limit


def shortage() -> str:
    """Return in one line that the limit is too low to load what Sluice needs, or nothing."""
    limit = address_limit()
    if limit is None or limit >= LEAST_BYTES:
        return ""
    return (
        f"memory: a process may have {limit // 1024} kB of addresses here (ulimit -v), and Sluice needs at least "
        f"{LEAST_BYTES // 1024}; nothing was begun"
    )


def check_limit() -> None:
    """End `python -m experiments...` with one message under a limit too low to load it; a program gets MemoryError.

    The program `sluice` looks before it loads any command.
    """
    message = shortage()
    if not message:
        return
    name = str(getattr(getattr(sys.modules.get("__main__"), "__spec__", None), "name", ""))
    if not name.startswith("experiments."):
        raise MemoryError(message)
    print(message, file=sys.stderr)
    raise SystemExit(1)
