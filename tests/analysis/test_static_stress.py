"""The static exercise beside the behavioural one, on a small market in calm and in a slump."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from experiments.analyses.static_stress.command import (
    RunTables,
    StaticStressSettings,
    behavioural_paths,
    matrices_of,
    static_paths,
    stresses,
)
from experiments.analyses.static_stress.openings import openings_of
from experiments.analyses.static_stress.page import findings_of, lender_table
from sim.params import MarketConfig
from sim.shocks.unemployment import Unemployment
from tests.market.small_market import completed, small

START, WINDOW = 12, range(12, 18)
SETTINGS = StaticStressSettings("", ("shock=[unemployment]",), months=6)


@pytest.fixture(scope="module")
def market() -> MarketConfig:
    return small(months=18)


@pytest.fixture(scope="module")
def both(market: MarketConfig) -> RunTables:
    shock = Unemployment(start_month=START, months=12, add_share=0.3)
    shocked = market._replace(shock=(("unemployment", shock),))
    names = ("lender", "market", "roll")
    return RunTables(
        *({name: completed(one).record.table(name).to_pandas() for name in names} for one in (market, shocked))
    )


def paths_of(settings: StaticStressSettings, market: MarketConfig, both: RunTables) -> pd.DataFrame:
    openings = openings_of(market, both.calm["lender"], both.calm["roll"], START)
    found = (*static_paths(settings, market, openings, both, WINDOW), *behavioural_paths(openings, both, WINDOW))
    rows = [
        {"approach": approach, "scenario": scenario, "replicate": 0, "lender": lender, **row}
        for approach, scenario, lender, path in found
        for row in path
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize("rolls", ["observed", "satellite"])
def test_the_static_balance_sheet_stands_still_and_loses_more_under_the_shock(
    market: MarketConfig, both: RunTables, rolls: str
) -> None:
    paths = paths_of(SETTINGS._replace(rolls=rolls), market, both)
    static = paths[paths["approach"] == "static"]
    opening = both.calm["lender"].query("month == 11").set_index("lender")["loans_fen"]
    for lender, own in static.groupby("lender"):
        assert own["loans_fen"].tolist() == pytest.approx([opening[lender]] * len(own))
    last = static[static["month"] == 17].groupby("scenario")["losses_fen"].sum()
    assert last["shock"] > last["calm"]


def test_the_behavioural_path_is_what_the_tables_say(market: MarketConfig, both: RunTables) -> None:
    paths = paths_of(SETTINGS, market, both)
    own = paths.query("approach == 'behavioural' and scenario == 'shock' and lender == 'bank_a'").set_index("month")
    rows = both.shock["lender"].query("lender == 'bank_a' and month >= 12").set_index("month")
    assert own["capital_ratio_share"].tolist() == rows["capital_ratio_share"].loc[own.index].tolist()
    assert own["losses_fen"].iloc[-1] == rows["provisions_fen"].loc[own.index].sum()


def test_a_worse_loss_given_default_costs_more(market: MarketConfig, both: RunTables) -> None:
    calm, shock = stresses(SETTINGS._replace(loss_given_default_add_share=0.05), market, both, WINDOW)
    for name, share in calm.loss_given_default.items():
        assert shock.loss_given_default[name] == pytest.approx(min(1.0, share + 0.05))
    assert calm.funding_add_apr == [0.0] * 6
    assert shock.funding_add_apr == pytest.approx([0.0] * 6), "this shock moves no rates"


def test_without_elasticity_the_satellite_is_calm(market: MarketConfig, both: RunTables) -> None:
    names = [name for name, _ in market.lender]
    flat = SETTINGS._replace(rolls="satellite", satellite_log_odds=0.0)
    calm, shock = matrices_of(flat, names, both, WINDOW, range(12))
    assert all(np.allclose(calm[name], shock[name]) for name in names)


def test_a_failed_lender_is_followed_no_further(market: MarketConfig, both: RunTables) -> None:
    rows = both.shock["lender"].copy()
    rows.loc[(rows["lender"] == "platform_b") & (rows["month"] >= 14), "status"] = "resolution"
    paths = paths_of(SETTINGS, market, both._replace(shock={**both.shock, "lender": rows}))
    own = paths.query("approach == 'behavioural' and scenario == 'shock' and lender == 'platform_b'")
    assert own["month"].tolist() == [12, 13, 14]
    assert own["failed"].tolist() == [0, 0, 1]
    found = lender_table(paths).to_pandas().set_index("lender")
    assert found.loc["platform_b", "behavioural_failed_share"] == 1.0
    assert found.loc["bank_a", "behavioural_failed_share"] == 0.0


@pytest.mark.slow
def test_the_page_says_who_falls_below_the_minimum(market: MarketConfig, both: RunTables) -> None:
    paths = paths_of(SETTINGS, market, both)
    findings = findings_of({"paths": pa.Table.from_pandas(paths, preserve_index=False)}, 0.99, "observed")
    assert "fall below the minimum of 99.0% on average" in findings.lines[0]
    assert set(findings.tables) == {"paths", "lenders"}
    assert findings.drawing.draw().axes
