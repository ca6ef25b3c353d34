"""Study folders and their pages, drawn once for all tests of the report, whichever process runs them."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from experiments.report import build
from tests.report.made_study import write_study


def made_once(tmp_path_factory: pytest.TempPathFactory, worker_id: str, name: str, draws: bool) -> Path:
    """Return a study folder that whoever comes first writes, and draws if asked; who comes second waits for it."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent  # of all workers
    folder, done = shared / name, shared / f"{name}_is_done"
    with (shared / f"{name}_lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            write_study(folder)
            if draws:
                build(folder)
            done.touch()
    return folder


@pytest.fixture(scope="session")
def study_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Two scenarios, three arms, four replicates, six lenders. Nobody writes into it."""
    return made_once(tmp_path_factory, worker_id, "made_study", draws=False)


@pytest.fixture(scope="session")
def drawn_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The same study with its page, which takes long to draw. Nobody writes into it."""
    return made_once(tmp_path_factory, worker_id, "drawn_study", draws=True)


@pytest.fixture
def small_folder(tmp_path: Path) -> Path:
    """One arm, one replicate, one year, two lenders: quick to draw."""
    lenders = (("platform_a", "platform"), ("bank_a", "bank"))
    return write_study(
        tmp_path / "small", arms=("baseline",), scenarios=("calm",), replicates=1, months=12, lenders=lenders
    )


@pytest.fixture(scope="session")
def page(drawn_folder: Path) -> str:
    return (drawn_folder / "report.html").read_text(encoding="utf-8")
