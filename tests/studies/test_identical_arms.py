"""A small study on the real market: what happens without a rule says whether it bound."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from experiments.compose.warnings.warning import IDLE, NAMELESS
from experiments.run import main

pytestmark = pytest.mark.slow  # four runs on the real market

STUDY = """
calendar: {months: 30, warm_up_months: 24}
population: {size: 1000}
observe: {baseline_until: 12, outcome_from: 12, outcome_until: 30}
study:
  name: twins
  question: What did each rule do?
  announce_month: 12
  arms:
    baseline: []
    capital: ["policy=[capital_adequacy]", policy.capital_adequacy.minimum_share=0.115, *capital]
    high_cap: ["policy=[rate_cap]", policy.rate_cap.max_apr=0.95, *cap] # above every price
    exposure: ["policy=[large_exposure]", policy.large_exposure.most_share=1000.0, *exposure] # above every debt
  horizons: ["3-17"]
  secondary: [market.debt_fen]
"""
DATED = "policy.{0}.announce_month=12, policy.{0}.effective_month=13"
RULES = {"*capital": "capital_adequacy", "*cap": "rate_cap", "*exposure": "large_exposure"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("twins")
    text = STUDY
    for mark, name in RULES.items():
        text = text.replace(f"{mark}]", f"{DATED.format(name)}]")
    (root / "twins.yaml").write_text(text, encoding="utf-8")
    asked = [f"study_file={root / 'twins.yaml'}", "study.replicates=1", "executor=serial", "archive=none"]
    assert main([*asked, "report.draw=false", f"out={root / 'out'}"]) == 0
    return root / "out"


def flags(folder: Path) -> list[dict[str, Any]]:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return [flag for flag in manifest["flags"] if flag["kind"] in (IDLE, NAMELESS)]


def test_a_rule_without_which_every_run_is_the_same_never_bound(folder: Path) -> None:
    output = {flag["where"][0]: flag for flag in flags(folder)}
    assert set(output) == {"calm / high_cap", "calm / exposure"}
    for flag in output.values():
        assert flag["kind"] == IDLE
        assert "“baseline”" in flag["why"]


def test_a_capital_rule_met_through_the_lenders_own_target_is_not_called_idle(folder: Path) -> None:
    """It takes debt from the market, and hardly anybody is refused in its name: its refusals stand under the target."""
    budgets = pd.read_parquet(folder / "tables" / "budgets.parquet")
    mine = budgets[(budgets["arm"] == "capital") & (budgets["refused_fen"] > 0)]
    by_target = mine[(mine["constraint"] == "capital_policy") & (mine["narrowed_by_rules"] == 1)]["refused_fen"].sum()
    by_name = mine[mine["constraint"] == "capital_rule"]["refused_fen"].sum()
    assert by_target > 10 * by_name
    assert (budgets[budgets["arm"] == "baseline"]["narrowed_by_rules"] == 0).all()
    effects = pd.read_parquet(folder / "tables" / "effects.parquet").set_index("arm")
    assert effects.loc["capital", "mean"] < -0.01 * effects.loc["capital", "baseline_mean"]
    assert effects.loc["high_cap", "method"] == "identical"
    assert not any("capital" in flag["setting"] for flag in flags(folder))
