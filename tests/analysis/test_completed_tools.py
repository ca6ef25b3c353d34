"""The tools of analysis on real, small markets, from the command to the page."""

from pathlib import Path

import pandas as pd
import pytest

from experiments import run
from experiments.analyses.difference_in_differences import command as difference_in_differences
from experiments.analyses.frontier import command as frontier
from experiments.analyses.reverse_stress import command as reverse_stress
from experiments.analyses.sensitivity import command as sensitivity
from experiments.analyses.static_stress import command as static_stress

FEW = ["population.size=600", "calendar.warm_up_months=24", "study.replicates=2", "executor=serial"]


def table(out: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(out / "tables" / f"{name}.parquet")


@pytest.mark.slow
def test_sensitivity_of_prices(tmp_path: Path) -> None:
    own = ["sensitivity=prices", "sensitivity.trajectories=3", "sensitivity.base_points=4", "sensitivity.keep=2"]
    assert sensitivity.main([*own, *FEW, "months=15", f"out={tmp_path}"]) == 0
    found = table(tmp_path, "screening")
    price = found[found["outcome"].str.contains("mean_apr")].set_index("parameter")
    assert price.loc["lender.*.opex_apr", "importance"] > price.loc["(dummy)", "importance"] == 0.0
    assert price.loc["lender.*.opex_apr", "mean_effect"] > 0, "dearer work makes dearer loans"
    assert len(table(tmp_path, "variance")) == 2 * 3


@pytest.mark.slow
def test_reverse_stress_of_bad_loans(tmp_path: Path) -> None:
    own = ["reverse_stress=bad_loans", "reverse_stress.tolerance=0.05", "months=36"]
    assert reverse_stress.main([*own, *FEW, f"out={tmp_path}"]) == 0
    brackets = table(tmp_path, "brackets").set_index("target")
    assert set(brackets["status"]) <= {"found", "never_broken", "broken_at_low"}
    tried = table(tmp_path, "tried")
    ends = tried.groupby("value")["statistic"].mean()
    assert ends.iloc[-1] > ends.iloc[0], "a larger shock of the same kind is not better for losses, on average"


@pytest.mark.slow
def test_frontier_of_rate_caps(tmp_path: Path) -> None:
    own = ["frontier.loss.statistic=sum", "months=40", "frontier.access.last_month=39", "frontier.loss.last_month=39"]
    assert frontier.main([*own, *FEW, f"out={tmp_path}"]) == 0
    found = table(tmp_path, "frontier").set_index("point")
    assert found.loc["max_apr 0.08", "access"] < found.loc["without the rule", "access"]
    assert found["dominated_share"].between(0.0, 1.0).all()


@pytest.mark.slow
@pytest.mark.parametrize("rolls", ["observed", "satellite"])
def test_static_stress_beside_the_behavioural_one(tmp_path: Path, rolls: str) -> None:
    own = [f"static_stress.rolls={rolls}", "static_stress.months=12", "months=36"]
    assert static_stress.main([*own, *FEW, f"out={tmp_path}"]) == 0
    paths = table(tmp_path, "paths")
    static = paths[paths["approach"] == "static"]
    assert (static.groupby(["replicate", "lender"])["loans_fen"].nunique() == 1).all(), "the balance sheet stands still"
    last = static[static["month"] == 35].groupby("scenario")["losses_fen"].sum()
    assert last["shock"] > last["calm"]
    assert table(tmp_path, "lenders")["replicates"].max() == 2


@pytest.mark.slow
def test_difference_in_differences_on_a_study_that_followed_people(tmp_path: Path) -> None:
    study, out = tmp_path / "study", tmp_path / "out"
    texts = ["study=quiet_cuts", "months=40", "observe.panel_people=600", "report.draw=false", *FEW]
    assert run.main([*texts, f"out={study}"]) == 0
    assert difference_in_differences.main([str(study), f"out={out}"]) == 0
    found = table(out, "estimates")
    parts = found["true_effect"] - found["spillover"] + found["other_trend"] - found["anticipation"]
    assert found["estimate"].tolist() == pytest.approx(parts.tolist(), rel=1e-6, abs=1e-9)
    assert (found["anticipation"] == 0.0).all(), "nobody knows of a quiet cut before it comes"
    assert difference_in_differences.main([str(study), "difference_in_differences.arm=quiet_cuts"]) == 2
    assert difference_in_differences.main([str(tmp_path / "nowhere")]) == 2
