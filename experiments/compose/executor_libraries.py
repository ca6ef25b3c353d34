"""Which executors there are, which library each of them needs, and which may be somebody else's cluster."""

from __future__ import annotations

from importlib.util import find_spec

from experiments.refusal import Refusal

# For each engine the library that it needs beyond those of Sluice, which is an extra of that engine's name.
LIBRARIES = {"serial": "", "processes": "", "dask": "distributed", "ray": "ray"}
CLUSTERS = ("dask", "ray")  # what may be somebody else's and elsewhere, found by its address


def check_engine(kind: str, address: str) -> None:
    """Refuse an engine whose library is not installed, and an address where nothing could answer."""
    library = LIBRARIES[kind]
    if library and find_spec(library) is None:
        raise Refusal(
            f"executor: {kind} needs the library {library}; install it where Sluice was checked out with: "
            f".venv/bin/python -m pip install -e '.[{kind}]'"
        )
    if address and kind not in CLUSTERS:
        raise Refusal(f"executor.address: belongs to {' and '.join(CLUSTERS)} only, and executor is {kind}")
