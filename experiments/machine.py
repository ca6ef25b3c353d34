"""What this machine and its libraries are, as far as results or their making depend on them."""

from __future__ import annotations

import os
import platform
import sys
import tomllib
from importlib import metadata
from pathlib import Path

# The libraries that decide numbers: another version of one of these, or another Python, makes another run.
DECIDING = ("mesa", "numba", "numpy")
RECORDED = (*DECIDING, "llvmlite", "scipy", "pandas", "pyarrow", "hydra-core", "pydantic", "matplotlib")
# A worker holds a shared warm-up and one branch of it: 375 MiB with 100,000 people and 815 MiB with a million, at their
# peaks.
BYTES_A_BORROWER = 600
BYTES_A_WORKER = 400 * 2**20


def deciding_versions() -> dict[str, str]:
    """Return the versions that are part of a run's identity; of Python the first two numbers."""
    return {"python": minor_of(platform.python_version()), **{name: metadata.version(name) for name in DECIDING}}


def own_version() -> str:
    """Return Sluice's version, also where it is not installed."""
    try:
        return metadata.version("sluice")
    except metadata.PackageNotFoundError:
        found = Path(__file__).resolve().parents[1] / "pyproject.toml"
        return str(tomllib.loads(found.read_text(encoding="utf-8"))["project"]["version"])


def minor_of(version: str) -> str:
    """Return the first two numbers of a version: 3.11 of 3.11.9."""
    return ".".join(version.split(".")[:2])


def versions() -> dict[str, str]:
    """Return the versions a manifest records, with Python's."""
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in RECORDED}}


def machine_class() -> dict[str, str | int]:
    """Return the class of machine: enough to know whether bytes may be compared, nothing that identifies it."""
    return {
        "system": platform.system(),
        "architecture": platform.machine(),
        "processor": _processor(),
        "processors": processors(),
        "byte_order": sys.byteorder,
    }


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def available_bytes() -> int | None:
    """Return the memory that is free to use, or None where the system does not report it."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), None)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
