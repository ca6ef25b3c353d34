"""The only place that knows Numba: `@rule` compiles one case, `@kernel` compiles a pass over many.

Compiled code is cached on disk under a folder named by a hash of the sources it can depend on, because Numba's own
cache does not notice that a rule in another file was edited. Set ``NUMBA_DISABLE_JIT=1`` to step through rules and
kernels in a debugger; the results are the same bits.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

import numpy as np

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


# What compiled code never sees, folders and files: editing these, or adding an instrument, compiles nothing anew.
UNCOMPILED = (
    "agents",
    "books",
    "observe",
    "policies",
    "shocks",
    "economy.py",
    "market.py",
    "population.py",
    "scope.py",
    "scoring/anchoring.py",
    "scoring/design.py",
    "scoring/learning.py",
    "scoring/outcomes.py",
    "scoring/quality.py",
    "scoring/review.py",
    "scoring/scorecard.py",
)


def source_hash() -> str:
    """Return the hash of every Python source of the model, in a fixed order."""
    return _hash_of_sources(())


def compiled_source_hash() -> str:
    """Return the hash of the sources that compiled code is made from, and of some more: the rest of the model apart."""
    return _hash_of_sources(UNCOMPILED)


def _hash_of_sources(left_out: tuple[str, ...]) -> str:
    here = Path(__file__).resolve().parent
    digest = hashlib.sha256()
    for path in sorted(here.rglob("*.py"), key=lambda found: found.relative_to(here).as_posix()):
        relative = path.relative_to(here)
        if relative.parts[0] in left_out or relative.as_posix() in left_out:
            continue
        digest.update(relative.as_posix().encode())
        digest.update(b"\0")
        digest.update(path.read_bytes())
        digest.update(b"\0")
    return digest.hexdigest()


def cache_folder() -> Path:
    """Return the folder of compiled kernels that belongs to exactly these sources."""
    base = os.environ.get("SLUICE_CACHE") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "sluice" / "kernels" / compiled_source_hash()[:16]


# Must be in the environment before Numba is imported: a vector mathematics library would change the last bits.
os.environ.setdefault("NUMBA_DISABLE_INTEL_SVML", "1")
# Compiles a sixth faster than the default of 3; the passes were as fast within what repetitions differ.
os.environ.setdefault("NUMBA_OPT", "1")

import numba  # noqa: E402  (the environment above decides how it behaves)

# Set on the module, not in the environment: somebody may have imported Numba before us.
numba.config.CACHE_DIR = str(cache_folder())


def rule(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile a pure scalar function; both engines call it, so that they agree to the bit."""
    compiled: Callable[Parameters, Result] = numba.njit(cache=True, inline="never", error_model="python")(function)
    return compiled


def inlined_rule(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile a rule whose body is copied into its callers, so that a loop over rows can use vector instructions."""
    compiled: Callable[Parameters, Result] = numba.njit(cache=True, inline="always", error_model="numpy")(function)
    return compiled


def kernel(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile a serial pass over a range of rows that releases the interpreter lock.

    Reference counting is off inside kernels (it made the settling pass ten times slower), so a kernel must not
    allocate: scratch space is handed in. A kernel that another calls is always copied into it: passing the tables of
    people costs hundreds of words a call, and left to itself the compiler decides by size.
    """
    compiled: Callable[Parameters, Result] = numba.njit(
        cache=True, nogil=True, error_model="numpy", _nrt=False, forceinline=True
    )(function)
    return compiled


@kernel
def wide(value: int) -> int:
    """Return a stored whole number at the 64 bits that rules compute with; arrays keep most numbers in fewer.

    A plain `int` would keep the few bits inside compiled code, and every rule would be compiled once for each width.
    """
    return int(np.int64(value))
