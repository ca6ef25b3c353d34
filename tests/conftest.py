"""What all tests share: one thread for arithmetic, figures drawn without a screen, the model compiled once."""

import os
from collections import Counter

import pytest
from hypothesis import settings

settings.register_profile("no deadline", deadline=None)  # how long an example takes says nothing on a busy machine
settings.load_profile("no deadline")
for setting in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(setting, "1")
os.environ.setdefault("MPLBACKEND", "Agg")

_VARIANTS: Counter[str] = Counter()
LONGEST_FIRST = ("studies", "report", "shocks", "safety", "market", "analysis")  # folders of tests


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return one worker more than there are processors: many tests wait for commands that they have started."""
    return (os.cpu_count() or 1) + 1


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark as slow the variants of a test after its first few, where the class decides what the variants are."""
    marker = item.get_closest_marker("fast_first")
    if marker is None:
        return
    test = item.nodeid.partition("[")[0]
    _VARIANTS[test] += 1
    if _VARIANTS[test] > marker.args[0]:
        item.add_marker(pytest.mark.slow)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the folders whose files take longest: a long file that begins last has one worker to itself."""
    ranks = {name: rank for rank, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: ranks.get(item.path.parent.name, len(ranks)))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Before several workers start, compile with two processes what each of them would compile alone."""
    if getattr(session.config.option, "numprocesses", None):
        from tests.compiled import compile_once

        compile_once()
