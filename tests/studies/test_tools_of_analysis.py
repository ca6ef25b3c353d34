"""The commands of analysis from end to end on a market of dice whose answers are known; stopped and continued."""

import json
import sys
from pathlib import Path

import pandas as pd
import pytest

from tests.studies.commands import Sluice

FEW = ["population.size=300", "months=6", "executor=serial", "study.replicates=2"]
FILES = {
    "sensitivity/tiny.yaml": """
question: Which number moves the debt?
outcomes: [{outcome: market.debt_fen, statistic: mean, first_month: 2}]
parameters:
  - {path: lender.platform_a.budget_extra_fen, low: 0, high: 3000}
  - {path: behaviour.spending.spend_share, low: 0.1, high: 0.2}
trajectories: 2
keep: 1
base_points: 4
resamples: 20
""",
    "reverse_stress/tiny.yaml": """
question: How much extra until debt is too high?
parameter: {path: lender.platform_a.budget_extra_fen, low: 0, high: 10000}
tolerance: 700
limit: {measure: {outcome: market.debt_fen, statistic: maximum}, value: 300005000, broken: above}
""",
    "frontier/tiny.yaml": """
question: What does the cap cost?
rule: ["policy=[rate_cap]", policy.rate_cap.announce_month=2, policy.rate_cap.effective_month=3]
axes: [{path: policy.rate_cap.max_apr, low: 0.1, high: 0.3, points: 2}]
access: {outcome: market.approvals, statistic: sum}
loss: {outcome: market.debt_fen, statistic: last}
""",
}


@pytest.fixture
def tools(sluice: Sluice, sources: Path) -> Sluice:
    for name, text in FILES.items():
        path = sources / "configs" / name
        if not path.exists():
            path.write_text(f"# Made for a test.\n# Run it:  python -m experiments.run\n{text}")
    return sluice


def asked(tools: Sluice, tool: str, out: str, *texts: str, code: int = 0) -> str:
    command = [sys.executable, "-m", f"experiments.{tool}", f"{tool}=tiny", *FEW, f"out={tools.place / out}", *texts]
    done = tools.call(command)
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


def table(tools: Sluice, out: str, name: str) -> pd.DataFrame:
    return pd.read_parquet(tools.place / out / "tables" / f"{name}.parquet")


def hashes(tools: Sluice, out: str) -> dict[str, str]:
    files = json.loads((tools.place / out / "manifest.json").read_text())["files"]
    return {name: record["sha256"] for name, record in files.items() if not name.startswith("runs/")}


def test_sensitivity_finds_the_one_number_that_matters_and_goes_on_after_a_fault(tools: Sluice) -> None:
    (tools.faults / "raise-1").touch()
    said = asked(tools, "sensitivity", "a", code=1)
    assert "replicate 1: ArithmeticError: planted in replicate 1" in said
    assert "nothing is concluded" in said
    assert not (tools.place / "a" / "manifest.json").exists()
    kept = len(list((tools.place / "a" / "runs").glob("*/run.json")))
    assert kept > 0
    (tools.faults / "raise-1").unlink()
    said = asked(tools, "sensitivity", "a")
    assert f"sensitivity-tiny, screening: {kept} of {2 * kept} runs to do" in said

    found = table(tools, "a", "screening").set_index("parameter")
    assert found.loc["lender.platform_a.budget_extra_fen", "importance"] == pytest.approx(3000.0)
    assert found.loc["behaviour.spending.spend_share", "importance"] == 0.0
    assert found["kept"].to_dict() == {
        "lender.platform_a.budget_extra_fen": True,
        "behaviour.spending.spend_share": False,
        "(dummy)": False,
    }
    page = (tools.place / "a" / "report.html").read_text()
    assert "<script" not in page
    assert "lender.platform_a.budget_extra_fen" in page
    assert (tools.place / "a" / "figure.png").stat().st_size > 1_000

    asked(tools, "sensitivity", "b", "executor=processes", "executor.workers=2")
    assert hashes(tools, "a") == hashes(tools, "b"), "for any executor, stopped or not"
    checked = tools.call([sys.executable, "-m", "experiments.verify", str(tools.place / "a")])
    assert checked.returncode == 0, checked.stderr


def test_reverse_stress_finds_the_breaking_value_and_keeps_to_its_folder(tools: Sluice) -> None:
    said = asked(tools, "reverse_stress", "r")
    brackets = table(tools, "r", "brackets").set_index("target")
    for _, bracket in brackets.iterrows():
        assert bracket["status"] == "found"
        assert bracket["low"] <= 5000 < bracket["high"] <= bracket["low"] + 700
        assert bracket["held_beyond"] == 0
    assert "first at lender.platform_a.budget_extra_fen between" in said
    path = table(tools, "r", "path")
    assert set(path["place"]) == {"lower end of the range", "just below", "broken"}
    assert path["outcome"].max() > 300_005_000 >= path[path["place"] == "just below"]["outcome"].max()

    before = hashes(tools, "r")
    said = asked(tools, "reverse_stress", "r")
    assert "grid: 0 of" in said
    assert hashes(tools, "r") == before
    said = asked(tools, "reverse_stress", "r", "reverse_stress.tolerance=600", code=2)
    assert "cannot be continued: it holds another study or analysis" in said


def test_reverse_stress_says_when_nothing_breaks(tools: Sluice) -> None:
    said = asked(tools, "reverse_stress", "n", "reverse_stress.grid_points=2", "reverse_stress.limit.value=400000000")
    assert "at no value tried, up to lender.platform_a.budget_extra_fen = 10000" in said
    said = asked(tools, "reverse_stress", "m", "reverse_stress.grid_points=2", "reverse_stress.limit.value=1")
    assert "already at the lower end" in said


def test_frontier_compares_every_point_with_the_market_without_the_rule(tools: Sluice) -> None:
    asked(tools, "frontier", "f")
    found = table(tools, "f", "frontier").set_index("point")
    assert list(found.index) == ["without the rule", "max_apr 0.1", "max_apr 0.3"]
    assert (found["access_difference"].iloc[1:] < 0).all()
    assert found["loss_difference"].tolist() == pytest.approx([0.0, *[-0.1 * 300_000_000] * 2])
    assert not found["dominated"].any(), "less access for less loss"
    assert len(table(tools, "f", "values")) == 6
