"""A supervisor's constant balance-sheet stress test beside the simulator's behavioural one, lender by lender.

    .venv/bin/sluice static-stress                                 the file configs/static_stress/unemployment.yaml
    .venv/bin/sluice static-stress static_stress.rolls=satellite   roll rates by elasticity, not as observed
    .venv/bin/sluice static-stress out=results/t                   continues there what was begun there

--dry-run prints the plan, with the number of runs and estimates of time, memory and disk.
Other keys: seed= months= study.replicates= executor= archive= and any parameter of the model.
Both approaches share their random draws.
Exit codes: 0 done, 1 runs missing, 2 input refused, 130 interrupted.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from experiments.analyses.request import Request
from experiments.analyses.runner import AnalysisRunner, Stage
from experiments.analyses.static_stress.openings import BASE_MONTHS, openings_of
from experiments.analyses.static_stress.page import findings_of
from experiments.analyses.static_stress.roll_rates import (
    Matrix,
    charged_off_share,
    mean_matrix,
    monthly_matrices,
    stressed,
)
from experiments.analyses.static_stress.static_books import Opening, Stress, allowance_of, project
from experiments.analyses.tool import Findings, Tool, run_tool
from experiments.keep.files import read_table
from experiments.refusal import Refusal, shown
from experiments.terminal.streams import as_command
from sim.codes import OPERATING
from sim.params import MarketConfig, OneOf, Quantity

CHOICE = "the analyst's choice"
OBSERVED, SATELLITE = "observed", "satellite"
CALM, SHOCK = "calm", "shock"
STATIC, BEHAVIOURAL = "static", "behavioural"
READ = ("lender", "market", "roll")


class StaticStressSettings(NamedTuple):
    """The shock, how long it is followed, and how the static exercise translates it into rolls and losses."""

    question: str
    shock: tuple[str, ...]  # overrides that lay it on
    market: tuple[str, ...] = ()
    months: Annotated[int, Quantity("months from the shock on", 1, 120, "supervisors take three years")] = 24
    # Those under the shock in the behavioural run, or those in calm moved by unemployment.
    rolls: Annotated[str, OneOf((OBSERVED, SATELLITE))] = OBSERVED
    satellite_log_odds: Annotated[
        float, Quantity("log odds of getting worse per unit of unemployment", 0.0, 200.0, "assumed")
    ] = 10.0
    loss_given_default_add_share: Annotated[
        float, Quantity("share, added under the shock", 0.0, 1.0, "0: collections as before; others are assumed")
    ] = 0.0


class RunTables(NamedTuple):
    """The tables of one replicate in calm and under the shock."""

    calm: Mapping[str, pd.DataFrame]
    shock: Mapping[str, pd.DataFrame]


def check(request: Request[StaticStressSettings]) -> None:
    """Refuse a shock that is none, or months beyond the end."""
    settings, shocked = request.settings, request.changed
    if request.market.shock:
        raise Refusal(
            f"static_stress.market: must hold no shock; it is named in static_stress.shock; "
            f"was {shown(list(settings.market))}"
        )
    if not shocked.shock:
        raise Refusal(
            f"static_stress.shock: must name a shock, such as shock=[unemployment], was {shown(list(settings.shock))}"
        )
    start, months = start_of(shocked), shocked.calendar.months
    if start < BASE_MONTHS:
        raise Refusal(
            f"static_stress.shock: must start in month {BASE_MONTHS} or later, since income is held at the mean of the "
            f"{BASE_MONTHS} months before, was {start}"
        )
    if start + settings.months > months:
        raise Refusal(
            f"static_stress.months: must be at most {months - start}, the months from the shock to the end, "
            f"was {settings.months}"
        )


def start_of(market: MarketConfig) -> int:
    """Return the month in which the first shock begins."""
    return min(int(member.start_month) for _, member in market.shock)


def stages(request: Request[StaticStressSettings]) -> tuple[Stage]:
    """Return the two markets that are run."""
    return (Stage("calm and shock", {CALM: request.market, SHOCK: request.changed}),)


def work(request: Request[StaticStressSettings], runner: AnalysisRunner) -> Findings:
    """Run calm and shock, then put the static exercise beside them."""
    shocked = request.changed
    [both] = stages(request)
    folders = runner.complete(both)
    rows: list[dict[str, Any]] = []
    for replicate in runner.replicates:
        tables = RunTables(*(tables_in(folders[scenario, replicate]) for scenario in (CALM, SHOCK)))
        start = start_of(shocked)
        openings = openings_of(request.market, tables.calm["lender"], tables.calm["roll"], start)
        window = range(start, start + request.settings.months)
        for approach, scenario, lender, path in (
            *static_paths(request.settings, request.market, openings, tables, window),
            *behavioural_paths(openings, tables, window),
        ):
            keys = {"approach": approach, "scenario": scenario, "replicate": replicate, "lender": lender}
            rows += [{**keys, **row} for row in path]
    paths = pa.Table.from_pylist(rows)
    return findings_of({"paths": paths}, request.market.regulator.minimum_capital_share, request.settings.rolls)


def tables_in(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the tables of a run that the exercise reads."""
    return {name: read_table(folder / f"{name}.parquet").to_pandas() for name in READ}


Rows = list[dict[str, float | int]]


def static_paths(
    settings: StaticStressSettings,
    market: MarketConfig,
    openings: Mapping[str, Opening],
    tables: RunTables,
    window: range,
) -> Iterator[tuple[str, str, str, Rows]]:
    """Yield approach, scenario, lender and monthly rows of the static exercise, in calm and under the shock."""
    calm, shock = stresses(settings, market, tables, window)
    for lender, opening in openings.items():
        allowance = allowance_of(opening.exposures, calm, -1)
        for scenario, stress in ((CALM, calm), (SHOCK, shock)):
            found = project(opening, stress, allowance)
            columns = (found.capital_ratio, found.equity, found.losses, found.profit)
            yield (
                STATIC,
                scenario,
                lender,
                [
                    row_of(
                        month,
                        bool(found.equity[index] < 0.0),
                        opening.loans,
                        *(float(column[index]) for column in columns),
                    )
                    for index, month in enumerate(window)
                ],
            )


def behavioural_paths(
    openings: Mapping[str, Opening], tables: RunTables, window: range
) -> Iterator[tuple[str, str, str, Rows]]:
    """Yield the same of the simulator's own runs; a failed lender is followed no further than the month it fails."""
    for scenario, each in ((CALM, tables.calm), (SHOCK, tables.shock)):
        rows = each["lender"]
        for lender in openings:
            own = rows[(rows["lender"] == lender) & rows["month"].isin(list(window))].sort_values("month")
            has_failed = (own["status"] != OPERATING).to_numpy()
            own = own[np.cumsum(has_failed) <= 1]
            losses = own["provisions_fen"].cumsum()
            columns = (own["loans_fen"], own["capital_ratio_share"], own["equity_fen"], losses, own["profit_fen"])
            months = zip(own["month"], own["status"], *columns, strict=True)
            yield (
                BEHAVIOURAL,
                scenario,
                lender,
                [row_of(int(m), status != OPERATING, *(float(v) for v in values)) for m, status, *values in months],
            )


def row_of(
    month: int, failed: bool, loans: float, ratio: float, equity: float, losses: float, profit: float
) -> dict[str, float | int]:
    """Return one month of a path; amounts in fen, losses added up since the shock began."""
    return {
        "month": month,
        "failed": int(failed),
        "capital_ratio_share": ratio,
        "equity_fen": equity,
        "loans_fen": loans,
        "losses_fen": losses,
        "profit_fen": profit,
    }


def stresses(
    settings: StaticStressSettings, market: MarketConfig, tables: RunTables, window: range
) -> tuple[Stress, Stress]:
    """Return what the static exercise assumes to befall all lenders, in calm and under the shock."""
    names = [name for name, _ in market.lender]
    before = range(window.start - BASE_MONTHS, window.start)
    rolls = tables.calm["roll"]
    severity = {
        name: charged_off_share(rolls, name, before, lender.charge_off_bucket) * lender.loss_given_default
        for name, lender in market.lender
    }
    worse = {name: min(1.0, share + settings.loss_given_default_add_share) for name, share in severity.items()}
    calm, shock = matrices_of(settings, names, tables, window, before)
    dearer = money_price(tables.shock["market"], window) - money_price(tables.calm["market"], window)
    return Stress(calm, severity, [0.0] * len(window)), Stress(shock, worse, [float(add) for add in dearer])


def matrices_of(
    settings: StaticStressSettings, names: Sequence[str], tables: RunTables, window: range, before: range
) -> tuple[dict[str, list[Matrix]], dict[str, list[Matrix]]]:
    """Return roll rates by lender and month, in calm and under the shock."""
    if settings.rolls == OBSERVED:
        found = [monthly_matrices(each["roll"], names, window) for each in tables]
        calm, shock = ({name: [one[name, month] for month in window] for name in names} for one in found)
        return calm, shock
    base = {name: mean_matrix(tables.calm["roll"], name, before) for name in names}
    jobless = [
        each["market"].set_index("month")["unemployment_share"].loc[list(window)].to_numpy(float) for each in tables
    ]
    add = settings.satellite_log_odds * (jobless[1] - jobless[0])
    return (
        {name: [matrix] * len(window) for name, matrix in base.items()},
        {name: [stressed(matrix, float(log_odds)) for log_odds in add] for name, matrix in base.items()},
    )


def money_price(market: pd.DataFrame, window: range) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return what wholesale money costs all lenders by month, yearly rate."""
    rows = market.set_index("month").loc[list(window)]
    return np.asarray(rows["policy_rate_apr"] + rows["funding_spread_apr"], dtype=np.float64)


TITLE = "Static and behavioural stress test"
TOOL = Tool("static_stress", TITLE, StaticStressSettings, "unemployment", "shock", check, work, stages)


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out the analysis, print what was found and return the exit code."""
    return run_tool(TOOL, __doc__, arguments)


if __name__ == "__main__":
    sys.exit(as_command(main))
