"""The study of quiet cuts: what its file declares, and whether the signs it declared come out."""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.compose.study import compose_study
from experiments.refusal import Refusal
from experiments.run import main
from experiments.tables.outcomes import read_outcome
from sim.market import CreditMarket

ANNOUNCED = 24


@cache
def followed(arm: str, seed: int, people: int, warm_up: int) -> pd.DataFrame:
    """The table of people followed, over the first half-year after the cut begins."""
    config = compose_study(["study=quiet_cuts"]).markets["calm", arm]
    calendar = config.calendar._replace(warm_up_months=warm_up, months=ANNOUNCED + 7)
    market = CreditMarket(
        config._replace(population=config.population._replace(size=people), calendar=calendar), rng=seed
    )
    market.run()
    table = market.record.table("liquidity").to_pandas()
    return table[table["month"] > ANNOUNCED].groupby("tercile").mean(numeric_only=True)


def change(arm: str, column: str, tercile: str, seed: int, people: int, warm_up: int) -> float:
    """The arm less the baseline, mean of months 1 to 6."""
    changed, unchanged = (followed(each, seed, people, warm_up) for each in (arm, "baseline"))
    return float(changed.loc[tercile, column] - unchanged.loc[tercile, column])


def test_signs_are_declared_before_and_its_outcomes_exist() -> None:
    settings = compose_study(["study=quiet_cuts"]).settings
    signs = {primary.outcome: primary.expected_sign for primary in settings.primary}
    assert signs["liquidity.all.consumption_income_share"] == "-"
    assert signs["liquidity.low.consumption_income_share minus liquidity.high.consumption_income_share"] == "-"
    assert settings.placebo == "placebo"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("liquidity.poor.consumption_fen", "no such tercile"),
        ("liquidity.low.consumption_fen minus liquidity.rich.consumption_fen", "no such tercile"),
        ("liquidity.low.consumption", "no such column"),
        ("shape.bank_a.hhi", "no such column"),
    ],
)
def test_outcomes_that_are_not_there_are_refused(name: str, message: str) -> None:
    with pytest.raises(Refusal, match=message):
        read_outcome(name, "study.primary")


def test_a_difference_of_terciles_is_one_less_the_other() -> None:
    keys = {"scenario": "calm", "arm": "baseline", "replicate": 0, "month": [0, 1] * 2}
    rows = pd.DataFrame({**keys, "tercile": ["low", "low", "high", "high"], "consumption_income_share": [3.0, 4, 1, 7]})
    series = read_outcome(
        "liquidity.low.consumption_income_share minus liquidity.high.consumption_income_share", "x"
    ).monthly({"liquidity": rows})
    assert series.tolist() == [2.0, -3.0]


@pytest.mark.slow
def test_a_quiet_cut_lowers_consumption_and_is_noticed() -> None:
    falls = [change("quiet_cut", "consumption_income_share", "all", seed, 1_500, 18) for seed in (1, 2)]
    assert np.mean(falls) < 0.0
    assert sum(change("freeze", "cannot_draw_share", "all", seed, 1_500, 18) for seed in (1, 2)) > 0.0


@pytest.mark.slow
class TestSignsOverSeeds:
    seeds, people, warm_up = range(1, 9), 20_000, 72

    def t(self, arm: str, column: str, tercile: str, less: str = "") -> float:
        """The mean over its standard error."""
        values = [change(arm, column, tercile, seed, self.people, self.warm_up) for seed in self.seeds]
        if less:
            values = [
                value - change(arm, column, less, seed, self.people, self.warm_up)
                for value, seed in zip(values, self.seeds, strict=True)
            ]
        return float(np.mean(values) / (np.std(values, ddof=1) / np.sqrt(len(values))))

    def test_people_spend_less_and_those_with_little_saved_most(self) -> None:
        assert self.t("quiet_cut", "consumption_income_share", "all") < -2.4
        assert self.t("quiet_cut", "consumption_income_share", "low", less="high") < -2.4

    def test_people_find_that_they_cannot_draw_and_go_elsewhere(self) -> None:
        assert self.t("quiet_cut", "cannot_draw_share", "all") > 2.4
        assert self.t("freeze", "moved_share", "all") > 2.4


@pytest.mark.slow
def test_every_declared_outcome_reaches_the_effects(tmp_path: Path) -> None:
    tiny = ["population.size=400", "calendar.warm_up_months=6", "study.replicates=2", "report.draw=false"]
    assert main(["study=quiet_cuts", "executor=serial", f"out={tmp_path / 'study'}", *tiny]) == 0
    effects = pd.read_parquet(tmp_path / "study" / "tables" / "effects.parquet")
    settings = compose_study(["study=quiet_cuts"]).settings
    assert set(effects["outcome"]) == {*(each.outcome for each in settings.primary), *settings.secondary}
