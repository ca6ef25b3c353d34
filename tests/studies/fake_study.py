"""A small study of two arms on the fake market, run in this process, so that faults can be planted at every step."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from functools import cache
from pathlib import Path

from experiments.compose.study import StudyConfig, compose_study
from experiments.execute.runner import locked_folder
from experiments.execute.study_runner import StudyRunner
from experiments.keep.files import sha256_of
from experiments.keep.study_folder import StudyOwner
from tests.studies.commands import FAKE

ASKED = ("study=baseline", "population.size=300", "months=30", "executor=serial", "report.draw=false")
RUNS = 4  # of the study: two arms, two replicates


def use_fake_market() -> None:
    """Put the fake market in the place of the real one, for the whole process."""
    sys.modules["sim.market"] = fake_market()


@cache
def fake_market():
    spec = importlib.util.spec_from_file_location("sim.market", FAKE / "fake_market.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def composed() -> StudyConfig:
    """Return the study, composed once: an arm whose platform has a little more to lend, two replicates."""
    study = compose_study([*ASKED, "study.replicates=2"])
    market = study.markets["calm", "baseline"]
    lenders = tuple((name, one._replace(budget_extra_fen=10**6)) for name, one in market.lender)
    settings = study.settings._replace(
        arms={"baseline": [], "more": []}, secondary=("market.debt_fen", "market.approvals", "lender.bank.mean_apr")
    )
    return study._replace(
        settings=settings,
        markets={("calm", "baseline"): market, ("calm", "more"): market._replace(lender=lenders)},
    )


def study_in(out: Path, **changes: object) -> StudyConfig:
    """Return the study with its folder, and other settings of it."""
    study = composed()._replace(out=str(out))
    settings = {key: value for key, value in changes.items() if key in study.settings._fields}
    others = {key: value for key, value in changes.items() if key not in settings}
    return study._replace(settings=study.settings._replace(**settings), **others)


def run_study(study: StudyConfig) -> int:
    """Carry out a study as the command does, and return its exit code; what it raises, the command says."""
    owner = StudyOwner(study)
    with locked_folder(Path(str(study.out)), owner, study) as (folder, archive):
        return 0 if StudyRunner(owner, folder, archive).run_study([]) else 1


def hashes(folder: Path) -> dict[str, str]:
    """Return the hash of every table of a study and of every table of its runs."""
    found = sorted([*folder.glob("tables/*.parquet"), *folder.glob("runs/*/*.parquet")])
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in found}


def one_hash(folder: Path) -> str:
    return hashlib.sha256(repr(hashes(folder)).encode()).hexdigest()


def flip(path: Path, part: float = 0.5) -> None:
    """Flip one bit of a file, in a new file of the same name, so that other links to the old one keep their bytes."""
    content = bytearray(path.read_bytes())
    content[min(int(part * len(content)), len(content) - 1)] ^= 0b1
    path.unlink()
    path.write_bytes(bytes(content))
