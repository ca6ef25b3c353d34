"""Adding an instrument takes one py file and one yaml: both are planted in a copy, and the suite holds it at once."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = '''"""A planted rule: one person owes one lender half as much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.params import Quantity
from sim.policies.base import Instrument, join
from sim.values import Rules


@dataclass(frozen=True, slots=True)
class PlantedRule(Instrument):
    """The cap on one person is a part of what it was."""

    part_share: Annotated[float, Quantity("share of the old cap", 0.0, 1.0, "planted by a test")] = 0.5
    source: str = "A planted text of 2020 that is long enough to name where it comes from"
    verified: bool = False

    IDLE = {"part_share": 1.0}
    STRICT = {"part_share": 1e-7}
    TRACE = "borrower_cap"

    def describe(self) -> str:
        return f"one person owes {self.part_share:.0%} of what was allowed"

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        if not self.binds(kind, month):
            return rules
        return join(rules, borrower_cap_fen=OUTCOME)
'''
HONEST = "int(self.part_share * 20_000_000)"
GREEDY = "int(self.part_share * rules.borrower_cap_fen)"  # laid over its own result it takes a part again
CONFIG = """# @package policy.planted_rule
# One person owes one lender at most half as much.
# Source: planted by a test.
# Run it:  .venv/bin/sluice run study=baseline policy=[planted_rule] policy.planted_rule.part_share=0.25
kind: planted_rule
announce_month: 24
effective_month: 30
kinds: []
part_share: 0.5
"""


def suite_with(folder: Path, outcome: str, *suites: str) -> subprocess.CompletedProcess[str]:
    """Run suites on the planted instrument in a copy of the project, which compiles its kernels anew."""
    for name in ("sim", "experiments", "configs", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "sim" / "policies" / "planted_rule.py").write_text(CODE.replace("OUTCOME", outcome), encoding="utf-8")
    (folder / "configs" / "policy" / "planted_rule.yaml").write_text(CONFIG, encoding="utf-8")
    tests = [f"tests/policies/{name}.py" for name in suites]
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-k",
            "planted_rule or of_its_own_name",
            *tests,
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.mark.slow
def test_one_py_file_and_one_yaml_get_the_suite_for_free(tmp_path: Path) -> None:
    ended = suite_with(tmp_path, HONEST, "test_every_instrument", "test_instruments_in_the_market")
    assert ended.returncode == 0, ended.stdout[-2000:]
    assert int(ended.stdout.split(" passed")[0].split()[-1]) >= 18


@pytest.mark.slow
def test_an_instrument_that_breaks_a_promise_is_caught(tmp_path: Path) -> None:
    ended = suite_with(tmp_path, GREEDY, "test_every_instrument")
    assert ended.returncode == 1
    assert "test_laying_it_over_its_own_result_changes_nothing_more[planted_rule]" in ended.stdout
