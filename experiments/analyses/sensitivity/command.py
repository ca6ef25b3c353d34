"""Global sensitivity: which parameters move the declared outcomes, by Morris screening and then Sobol indices.

    .venv/bin/sluice sensitivity                                     the file configs/sensitivity/assumed.yaml
    .venv/bin/sluice sensitivity sensitivity=assumed scale=smoke     another file; few people
    .venv/bin/sluice sensitivity sensitivity.trajectories=16         one of its settings
    .venv/bin/sluice sensitivity out=results/s                       continues there what was begun there

--dry-run prints the plan, with the number of runs and estimates of time, memory and disk.
Other keys: seed= months= study.replicates= executor= archive= and any parameter of the model.
All points share their random draws.
Exit codes: 0 done, 1 runs missing, 2 input refused, 130 interrupted.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple

import numpy as np
import pyarrow as pa

from experiments.analyses.extras import optional_module
from experiments.analyses.measures import Measure, check_measure, read
from experiments.analyses.parameters import ParameterRange, assumed_ranges, check_range, with_values
from experiments.analyses.request import Request
from experiments.analyses.runner import AnalysisRunner
from experiments.analyses.runner import Stage as Planned
from experiments.analyses.sensitivity.indices import (
    DUMMY,
    Apportioned,
    Screened,
    Values,
    apportioned,
    morris_design,
    noise_share,
    screened,
    sobol_design,
    survivors,
)
from experiments.analyses.sensitivity.page import findings_of
from experiments.analyses.tool import Findings, Tool, run_tool
from experiments.refusal import Refusal
from experiments.terminal.streams import as_command
from sim.params import MarketConfig, Quantity

CHOICE = "the analyst's choice"
SCREENING_STAGE, VARIANCE_STAGE = "screening", "variance"


class SensitivitySettings(NamedTuple):
    """What is varied, what is looked at, and how closely."""

    question: str
    outcomes: tuple[Measure, ...]
    market: tuple[str, ...] = ()
    parameters: tuple[ParameterRange, ...] = ()
    assumed_in: tuple[str, ...] = ()  # sections whose assumed numbers are varied as well
    spread_share: Annotated[float, Quantity("share of the number, each way", 0.001, 1.0, CHOICE)] = 0.25
    trajectories: Annotated[int, Quantity("Morris trajectories", 2, 10_000, CHOICE)] = 10
    levels: Annotated[int, Quantity("levels of the Morris grid, even", 4, 100, CHOICE)] = 4
    keep: Annotated[int, Quantity("parameters that go on to Sobol", 1, 100, CHOICE)] = 4
    base_points: Annotated[int, Quantity("Sobol base points, a power of two; 0 = no Sobol", 0, 2**20, CHOICE)] = 16
    resamples: Annotated[int, Quantity("resampled designs behind an interval", 10, 100_000, CHOICE)] = 1_000


class Stage(NamedTuple):
    """One design that was run: its points, and every outcome there, shape (points, replicates)."""

    name: str
    ranges: tuple[ParameterRange, ...]
    design: Values
    outcomes: tuple[Values, ...]


def check(request: Request[SensitivitySettings]) -> None:
    """Refuse what could not be analysed."""
    settings = request.settings
    optional_module("SALib", request.tool)
    if not settings.outcomes:
        raise Refusal("sensitivity.outcomes: must name at least one")
    for index, measure in enumerate(settings.outcomes):
        check_measure(measure, f"sensitivity.outcomes.{index}", request.market)
    if settings.levels % 2:
        raise Refusal(f"sensitivity.levels: must be even, was {settings.levels}")
    if settings.base_points & (settings.base_points - 1):
        raise Refusal(f"sensitivity.base_points: must be 0 or a power of two, was {settings.base_points}")
    for index, asked in enumerate(settings.parameters):
        check_range(asked, f"sensitivity.parameters.{index}", request.market)
    if len(ranges_of(request)) < 2:
        raise Refusal("sensitivity.parameters: must name at least two, here or through assumed_in")


def ranges_of(request: Request[SensitivitySettings]) -> tuple[ParameterRange, ...]:
    """Return the parameters that are varied: those named, then the assumed ones of sections, each once."""
    settings = request.settings
    found = {asked.path: asked for asked in settings.parameters}
    for asked in assumed_ranges(request.market, settings.assumed_in, settings.spread_share):
        found.setdefault(asked.path, asked)
    return tuple(found.values())


def work(request: Request[SensitivitySettings], runner: AnalysisRunner) -> Findings:
    """Screen all parameters, then apportion the variance among those that matter most."""
    settings, seed = request.settings, request.study.seed
    ranges = ranges_of(request)
    names = [asked.path for asked in ranges]
    design = morris_design([*names, DUMMY], settings.trajectories, settings.levels, seed)
    screening = run_design(request, runner, SCREENING_STAGE, ranges, design)
    screenings = [
        screened([*names, DUMMY], design, values, settings.levels, settings.resamples, seed)
        for values in screening.outcomes
    ]
    stages, indices = [screening], []
    chosen = survivors(screenings, settings.keep)
    if settings.base_points and chosen:
        kept = tuple(asked for asked in ranges if asked.path in chosen)
        kept_names = [*(asked.path for asked in kept), DUMMY]
        points = sobol_design(kept_names, settings.base_points, seed)
        variance = run_design(request, runner, VARIANCE_STAGE, kept, points)
        indices = [apportioned(kept_names, values, settings.resamples, seed) for values in variance.outcomes]
        stages.append(variance)
    labels = [measure.label for measure in settings.outcomes]
    noise = {
        (stage.name, label): noise_share(values)
        for stage in stages
        for label, values in zip(labels, stage.outcomes, strict=True)
    }
    tables = {
        **tables_of(stages, labels),
        "screening": screening_table(labels, screenings, chosen),
        "variance": variance_table(labels, indices),
    }
    return findings_of(tables, settings.outcomes, ranges, noise, request.study.settings.replicates)


def stages(request: Request[SensitivitySettings]) -> tuple[Planned, ...]:
    """Return the screening, and as many points as the second stage can have: which parameters it keeps is not known."""
    settings, seed, ranges = request.settings, request.study.seed, ranges_of(request)
    names = [*(asked.path for asked in ranges), DUMMY]
    design = morris_design(names, settings.trajectories, settings.levels, seed)
    screening = Planned(SCREENING_STAGE, points_of(request, SCREENING_STAGE, ranges, design))
    if not settings.base_points:
        return (screening,)
    kept = ranges[: settings.keep]
    design = sobol_design([*(asked.path for asked in kept), DUMMY], settings.base_points, seed)
    return (screening, Planned(VARIANCE_STAGE, points_of(request, VARIANCE_STAGE, kept, design), is_sure=False))


def points_of(
    request: Request[SensitivitySettings], stage: str, ranges: Sequence[ParameterRange], design: Values
) -> dict[str, MarketConfig]:
    """Return the markets of a design by label; its last column is the dummy, which sets nothing."""
    return {
        f"{stage} {number:04d}": with_values(
            request.market, [(asked, asked.at(row[column])) for column, asked in enumerate(ranges)]
        )
        for number, row in enumerate(design)
    }


def run_design(
    request: Request[SensitivitySettings],
    runner: AnalysisRunner,
    stage: str,
    ranges: tuple[ParameterRange, ...],
    design: Values,
) -> Stage:
    """Run the points of a design."""
    points = points_of(request, stage, ranges, design)
    folders = runner.complete(Planned(stage, points))
    outcomes = tuple(
        np.array([[read(measure, folders[label, r]) for r in runner.replicates] for label in points], dtype=float)
        for measure in request.settings.outcomes
    )
    return Stage(stage, ranges, design, outcomes)


def tables_of(stages: Sequence[Stage], labels: Sequence[str]) -> dict[str, pa.Table]:
    """Return the tables of points and of what was found there."""
    points: list[dict[str, Any]] = []
    values: list[dict[str, Any]] = []
    for stage in stages:
        for point, row in enumerate(stage.design):
            points += [
                {"stage": stage.name, "point": point, "parameter": asked.path, "value": asked.at(row[column])}
                for column, asked in enumerate(stage.ranges)
            ]
        for label, found in zip(labels, stage.outcomes, strict=True):
            values += [
                {"stage": stage.name, "point": point, "replicate": replicate, "outcome": label, "value": float(value)}
                for (point, replicate), value in np.ndenumerate(found)
            ]
    return {"points": pa.Table.from_pylist(points), "values": pa.Table.from_pylist(values)}


SCREENING = pa.schema(
    [
        ("outcome", pa.string()),
        ("parameter", pa.string()),
        ("mean_effect", pa.float64()),
        ("importance", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("replicate_sd", pa.float64()),
        ("spread", pa.float64()),
        ("kept", pa.bool_()),
    ]
)
VARIANCE = pa.schema(
    [
        ("outcome", pa.string()),
        ("parameter", pa.string()),
        *(
            (f"{index}{end}", pa.float64())
            for index in ("first_order", "total")
            for end in ("", "_low", "_high", "_sd")
        ),
    ]
)


def screening_table(labels: Sequence[str], screenings: Sequence[Sequence[Screened]], chosen: Sequence[str]) -> pa.Table:
    """Return the table of the screening: effects over the whole range, in the outcome's unit."""
    rows = [
        {
            "outcome": label,
            "parameter": each.parameter,
            "mean_effect": each.mean_effect,
            "importance": each.importance.value,
            "low": each.importance.low,
            "high": each.importance.high,
            "replicate_sd": each.importance.replicate_sd,
            "spread": each.spread,
            "kept": each.parameter in chosen,
        }
        for label, found in zip(labels, screenings, strict=True)
        for each in found
    ]
    return pa.Table.from_pylist(rows, schema=SCREENING)


def variance_table(labels: Sequence[str], indices: Sequence[Sequence[Apportioned]]) -> pa.Table:
    """Return the table of Sobol indices; empty when none were asked for."""
    rows = []
    for label, found in zip(labels, indices, strict=False):
        for each in found:
            row: dict[str, Any] = {"outcome": label, "parameter": each.parameter}
            for name, index in (("first_order", each.first_order), ("total", each.total)):
                row |= {name: index.value, f"{name}_low": index.low, f"{name}_high": index.high}
                row[f"{name}_sd"] = index.replicate_sd
            rows.append(row)
    return pa.Table.from_pylist(rows, schema=VARIANCE)


TOOL = Tool("sensitivity", "Global sensitivity", SensitivitySettings, "assumed", "", check, work, stages)


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out the analysis, print what was found and return the exit code."""
    return run_tool(TOOL, __doc__, arguments)


if __name__ == "__main__":
    sys.exit(as_command(main))
