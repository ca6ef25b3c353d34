"""A new shock takes one source file and one config, and the suite over every shock holds it to its promises."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIVING = ("calm_market", "reaches_the_market", "market_and_reference", "not_better")  # tests in which people live


def project_with_a_shock(folder: Path, source: str) -> Path:
    """Return a copy of the project that also has the shock `bad_harvest`, made of this source."""
    for part in ("sim", "experiments", "configs", "tests"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "sim" / "shocks" / "bad_harvest.py").write_text(source)
    config = (ROOT / "configs" / "shock" / "income.yaml").read_text().replace("income", "bad_harvest")
    (folder / "configs" / "shock" / "bad_harvest.yaml").write_text(config)
    return folder


def tried(project: Path, *options: str) -> str:
    """Return what the suite says of the new shock."""
    suite = "tests/shocks/test_every_shock.py"
    command = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "-k", "bad_harvest", *options]
    return subprocess.run(
        [*command, suite],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(project), "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=False,
    ).stdout


def tried_on_the_economy(project: Path) -> str:
    """Return what the suite says as far as no people live, since a copy would compile everything anew."""
    return tried(project, "-k", " and ".join(["bad_harvest", *(f"not {name}" for name in LIVING)]))


@pytest.fixture
def source() -> str:
    return (ROOT / "sim" / "shocks" / "income.py").read_text().replace("class Income", "class BadHarvest")


@pytest.mark.slow
def test_one_source_file_and_one_config_are_enough(tmp_path: Path, source: str) -> None:
    project = project_with_a_shock(tmp_path / "kept", source)
    collected = tried(project, "--collect-only", "-k", "[bad_harvest] or [income]")
    found, expected = (re.findall(rf"::(test_\w+)\[{name}\]", collected) for name in ("bad_harvest", "income"))
    assert found == expected != [], "as many promises as a shock that is there"
    said = tried_on_the_economy(project)
    passed = re.search(r"^(\d+) passed", said.splitlines()[-1])
    assert passed is not None, said
    assert int(passed[1]) == len(found) - len(LIVING)


@pytest.mark.slow
def test_a_new_shock_that_breaks_its_promises_is_found_out(tmp_path: Path, source: str) -> None:
    before_its_time = source.replace("size = self.felt_share(economy.month)", "size = 1.0")
    assert before_its_time != source
    said = tried_on_the_economy(project_with_a_shock(tmp_path / "broken", before_its_time))
    assert "test_nothing_happens_before_it_starts" in said
    assert "failed" in said.splitlines()[-1]
