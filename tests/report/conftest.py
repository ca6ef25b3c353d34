"""Study folders and their pages, drawn once for all tests of the report, whichever process runs them."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from experiments.report import build
from tests.report.made_study import write_study


@pytest.fixture(scope="session")
def study_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Two scenarios, three arms, four replicates, six lenders; the page is drawn. Nobody writes into it."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent  # of all workers
    folder, drawn = shared / "made_study", shared / "made_study_is_drawn"
    with (shared / "made_study_lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # drawing takes long; who comes second waits and takes it as it is
        if not drawn.exists():
            write_study(folder)
            build(folder)
            drawn.touch()
    return folder


@pytest.fixture
def small_folder(tmp_path: Path) -> Path:
    """One arm, one replicate, one year, two lenders: quick to draw."""
    lenders = (("platform_a", "platform"), ("bank_a", "bank"))
    return write_study(
        tmp_path / "small", arms=("baseline",), scenarios=("calm",), replicates=1, months=12, lenders=lenders
    )


@pytest.fixture(scope="session")
def page(study_folder: Path) -> str:
    return (study_folder / "report.html").read_text(encoding="utf-8")
