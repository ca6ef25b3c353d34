"""Study folders and their pages, drawn once for all tests of the report, whichever process runs them."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from tests.report.made_study import write_study


def made_once(tmp_path_factory: pytest.TempPathFactory, worker_id: str, name: str) -> Path:
    """Return a study folder that whoever comes first writes; who comes second waits for it."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent  # of all workers
    folder, done = shared / name, shared / f"{name}_is_done"
    with (shared / f"{name}_lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            write_study(folder)
            done.touch()
    return folder


@pytest.fixture(scope="session")
def study_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Two scenarios, three arms, four replicates, six lenders. Nobody writes into it."""
    return made_once(tmp_path_factory, worker_id, "made_study")


@pytest.fixture
def small_folder(tmp_path: Path) -> Path:
    """One arm, one replicate, one year, two lenders: quick to draw."""
    lenders = (("platform_a", "platform"), ("bank_a", "bank"))
    return write_study(
        tmp_path / "small", arms=("baseline",), scenarios=("calm",), replicates=1, months=12, lenders=lenders
    )
