"""Runs of arms that are each other but for policies, compared table by table: what counts as the same market."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from experiments.compare.identical_arms import NestedArms, nested_arms
from experiments.compose.plan import plan
from experiments.compose.run import Run
from experiments.compose.study import StudyConfig, compose_study
from experiments.keep.files import write_sealed, write_table
from experiments.keep.runs import RECORD, CompletedRun

NEWS = {"act": ["announcement", "entry into force", "asks_owners"], "value": [1.0, 2.0, 3.0]}
QUIET = {"act": ["asks_owners"], "value": [3.0]}
TABLES: dict[str, dict[str, list[Any]]] = {
    "actions": QUIET,
    "budgets": {"room_fen": [10, 20]},
    "market": {"debt_fen": [5, 6]},
    "returns": {"told_capital_share": [0.1], "minimum_share": [0.08]},
    "people": {"flags": [1, 0, 3]},
}


@cache
def study(policies: str = "rate_cap") -> StudyConfig:
    return compose_study(["study=baseline", f"policy=[{policies}]", "months=60", "study.replicates=2"])


def completed(folder: Path, run: Run, changes: dict[str, dict[str, list[Any]]]) -> CompletedRun:
    """Write a run's folder with these tables in place of the usual ones."""
    run_path = folder / "runs" / run.folder
    run_path.mkdir(parents=True)
    files = {
        f"{name}.parquet": write_table(run_path / f"{name}.parquet", pa.table(rows))._asdict()
        for name, rows in {**TABLES, **changes}.items()
    }
    write_sealed(run_path / RECORD, {"files": files})
    return CompletedRun(run.folder, "", 0.0)


def compared(
    folder: Path, *changes: dict[str, dict[str, list[Any]]], policies: str = "rate_cap"
) -> tuple[NestedArms, ...]:
    """Return the nested arms when the arm with the policies has these changes and the others have none."""
    runs, arm = plan(study(policies)), study(policies).arms[1]
    kept = {
        run.identity: completed(folder, run, changes[run.replicate] if run.arm == arm else {})
        for run in runs
        if run.replicate < len(changes)
    }
    return nested_arms(study(policies), folder, runs, kept)


@pytest.mark.parametrize(
    ("changes", "is_same"),
    [
        ({}, True),
        ({"actions": NEWS}, True),
        ({"budgets": {"room_fen": [9, 20]}}, True),  # less room, and nobody was refused for it
        ({"returns": {"told_capital_share": [0.1], "minimum_share": [0.105]}}, True),  # repeats what the law asks
        ({"returns": {"told_capital_share": [0.2], "minimum_share": [0.08]}}, False),
        ({"actions": {"act": ["asks_owners"], "value": [4.0]}}, False),
        ({"market": {"debt_fen": [5, 7]}}, False),
        ({"people": {"flags": [1, 0, 2]}}, False),
        ({"actions": NEWS, "market": {"debt_fen": [4, 6]}}, False),
    ],
    ids=str,
)
def test_a_market_is_the_same_when_nothing_but_words_about_the_rule_differs(
    tmp_path: Path, changes: dict[str, dict[str, list[Any]]], is_same: bool
) -> None:
    assert compared(tmp_path, changes, changes) == (NestedArms("calm", "rate_cap", "baseline", ("rate_cap",), is_same),)


def test_one_replicate_that_differs_is_enough(tmp_path: Path) -> None:
    (nested_arm,) = compared(tmp_path, {"actions": NEWS}, {"market": {"debt_fen": [0, 0]}})
    assert not nested_arm.is_same


def test_all_policies_that_the_other_arm_lacks_are_named(tmp_path: Path) -> None:
    (nested_arm,) = compared(tmp_path, {}, policies="rate_cap,disclosure")
    assert nested_arm.policies == ("disclosure", "rate_cap")


def test_arms_that_differ_in_anything_else_are_not_nested(tmp_path: Path) -> None:
    """The placebo lends a fen more, so that the arm with the cap is not beside it."""
    assert {nested_arm.without for nested_arm in compared(tmp_path, {})} == {"baseline"}


def test_without_a_complete_pair_there_is_nothing_to_compare(tmp_path: Path) -> None:
    runs = plan(study())
    kept = {run.identity: completed(tmp_path, run, {}) for run in runs if run.arm == "baseline" and run.replicate == 0}
    assert nested_arms(study(), tmp_path, runs, kept) == ()
