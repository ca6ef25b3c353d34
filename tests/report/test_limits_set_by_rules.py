"""What limits refused because of rules, under whatever name, as the report tells it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from experiments.report.blocks import Table
from experiments.report.reading import Study
from experiments.report.sections.constraints import constraints_section
from tests.report.made_study import write_study


def limits(tmp_path: Path, narrowed: int, refusing: Sequence[int] = (0, 1)) -> list[Table]:
    """What is said of two runs an arm, of which only some refuse anybody."""
    lenders = (("bank_a", "bank"),)
    folder = write_study(tmp_path / "made", scenarios=("calm",), replicates=2, months=20, lenders=lenders)
    rows = [
        {"arm": arm, "scenario": "calm", "replicate": replicate, "month": month, "lender": "bank_a"}
        | {"constraint": "capital_policy", "room_fen": 10**6, "binding": 1}
        | {"refused_fen": 100_00 * (1 + 2 * tight) * int(replicate in refusing)}
        | {"narrowed_by_rules": tight}
        for arm in ("baseline", "tightening")
        for replicate in (0, 1)
        for month in range(4)
        if (tight := narrowed * int(arm == "tightening" and month >= 2)) is not None
    ]
    pd.DataFrame(rows).to_parquet(folder / "tables" / "budgets.parquet")
    tables = [block for block in constraints_section(Study(folder)).blocks if isinstance(block, Table)]
    return [table for table in tables if "rules had made the limit tighter" in table.caption]


def test_refusals_under_a_lenders_own_target_are_attributed_to_the_rules(tmp_path: Path) -> None:
    """Of 100 + 100 + 300 + 300 yuan three quarters were refused in months in which the rule had set the target."""
    (table,) = limits(tmp_path, 1)
    assert table.rows == (
        ("capital policy", "calm", "baseline", "400\u202fyuan", "0.00%", "2"),
        ("capital policy", "calm", "tightening", "800\u202fyuan", "75.0%", "2"),
    )


def test_a_run_in_which_a_limit_refused_nobody_counts_with_nothing(tmp_path: Path) -> None:
    (table,) = limits(tmp_path, 1, refusing=(1,))
    assert table.rows[1] == ("capital policy", "calm", "tightening", "400\u202fyuan", "75.0%", "2")


def test_nothing_is_said_where_no_rule_had_a_part(tmp_path: Path) -> None:
    assert limits(tmp_path, 0) == []
