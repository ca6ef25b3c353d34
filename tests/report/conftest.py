"""Study folders and their pages, drawn once for all tests of the report."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.report import build
from tests.report.made_study import write_study


@pytest.fixture(scope="session")
def study_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two scenarios, three arms, four replicates, six lenders; the page is drawn."""
    folder = write_study(tmp_path_factory.mktemp("made") / "study")
    build(folder)
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
