"""A copy of the sources, and the commands of a study on a fake market."""

import gc
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from experiments.execute.compilation import stamp_name
from tests.studies.commands import Sluice
from tests.studies.fake_study import fake_market

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources, since a study rightly refuses to continue when they are edited while the tests run."""
    copy = tmp_path_factory.mktemp("sources")
    for package in ("sluice", "sim", "experiments", "configs"):
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    ready = copy / "cache" / "sluice" / "kernels" / stamp_name(copy.resolve() / "sim")
    ready.parent.mkdir(parents=True)
    ready.touch()  # the fake market has nothing to compile
    return copy


@pytest.fixture
def sluice(tmp_path: Path, sources: Path) -> Sluice:
    return Sluice(tmp_path, sources)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The fake market in the place of the real one, in this process and for this test."""
    monkeypatch.setitem(sys.modules, "sim.market", fake_market())
    monkeypatch.delenv("SLUICE_FAKE_FAULTS", raising=False)
    gc.freeze()  # runs look for unused markets; looking through all libraries each time takes most of a test's time
    yield
    gc.unfreeze()
