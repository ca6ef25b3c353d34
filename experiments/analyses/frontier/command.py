"""Policy frontier: what access each strength of a rule leaves, and at what loss, with the dominated ones marked.

    .venv/bin/sluice frontier                                the file configs/frontier/rate_cap.yaml
    .venv/bin/sluice frontier frontier=rate_cap scale=smoke
    .venv/bin/sluice frontier out=results/f                  continues there what was begun there

--dry-run prints the plan, with the number of runs and estimates of time, memory and disk.
Other keys: seed= months= study.replicates= executor= archive= and any parameter of the model.
All points share their random draws.
Exit codes: 0 done, 1 runs missing, 2 input refused, 130 interrupted.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from experiments.analyses.frontier.domination import dominated_share, is_dominated, surest_dominator
from experiments.analyses.frontier.page import findings_of
from experiments.analyses.measures import Measure, check_measure, read
from experiments.analyses.parameters import ParameterRange, check_range, with_values
from experiments.analyses.request import Request
from experiments.analyses.runner import AnalysisRunner, Stage
from experiments.analyses.tool import Findings, Tool, run_tool
from experiments.compare.statistics import paired_effect
from experiments.refusal import Refusal
from experiments.terminal.streams import as_command
from sim.params import Quantity

CHOICE = "the analyst's choice"
WITHOUT = "without the rule"
Values = NDArray[np.float64]


class GridAxis(NamedTuple):
    """One number of the rule, in even steps."""

    path: str
    low: Annotated[float, Quantity("the parameter's unit", -1e12, 1e12, CHOICE)]
    high: Annotated[float, Quantity("the parameter's unit", -1e12, 1e12, CHOICE)]
    points: Annotated[int, Quantity("points, ends included", 2, 1_000, CHOICE)] = 6

    @property
    def range(self) -> ParameterRange:
        """The axis as a range."""
        return ParameterRange(self.path, self.low, self.high)

    def values(self) -> tuple[float, ...]:
        """Return the values along the axis."""
        return tuple(float(value) for value in np.linspace(self.low, self.high, self.points))


class FrontierSettings(NamedTuple):
    """The rule, the numbers of it that are varied, what is wanted of it and what it costs."""

    question: str
    rule: tuple[str, ...]  # overrides that lay the rule down
    axes: tuple[GridAxis, ...]
    access: Measure  # more of it is better
    loss: Measure  # less of it is better
    market: tuple[str, ...] = ()


class Point(NamedTuple):
    """One strength of the rule, or the market without it."""

    label: str
    values: tuple[float, ...]


def check(request: Request[FrontierSettings]) -> None:
    """Refuse what makes no frontier."""
    settings = request.settings
    if not 1 <= len(settings.axes) <= 2:
        raise Refusal(f"frontier.axes: must name one parameter or two, named {len(settings.axes)}")
    for index, axis in enumerate(settings.axes):
        check_range(axis.range, f"frontier.axes.{index}", request.changed)
    for key in ("access", "loss"):
        check_measure(getattr(settings, key), f"frontier.{key}", request.market)


def points_of(axes: Sequence[GridAxis]) -> tuple[Point, ...]:
    """Return the market without the rule, then every point of the grid."""
    grid = itertools.product(*(axis.values() for axis in axes))
    names = [axis.path.rpartition(".")[2] for axis in axes]
    labels = ((", ".join(f"{n} {v:.6g}" for n, v in zip(names, at, strict=True)), at) for at in grid)
    return (Point(WITHOUT, ()), *(Point(label, at) for label, at in labels))


def stages(request: Request[FrontierSettings]) -> tuple[Stage]:
    """Return the grid: the market at every point."""
    axes = request.settings.axes
    markets = {
        point.label: with_values(request.changed, [(a.range, v) for a, v in zip(axes, point.values, strict=True)])
        if point.values
        else request.market
        for point in points_of(axes)
    }
    return (Stage("grid", markets),)


def work(request: Request[FrontierSettings], runner: AnalysisRunner) -> Findings:
    """Run the grid and compare every point with the market without the rule."""
    settings = request.settings
    points = points_of(settings.axes)
    [grid] = stages(request)
    folders = runner.complete(grid)

    def found(measure: Measure) -> Values:
        return np.array([[read(measure, folders[p.label, r]) for r in runner.replicates] for p in points])

    access, loss = found(settings.access), found(settings.loss)
    tables = {"frontier": frontier_table(points, settings, access, loss), "values": values_table(points, access, loss)}
    return findings_of(tables, settings.access, settings.loss, tuple(axis.path for axis in settings.axes))


def frontier_table(points: Sequence[Point], settings: FrontierSettings, access: Values, loss: Values) -> pa.Table:
    """Return one row for each point: levels, paired differences from the market without the rule, and domination.

    A point that lacks a value in some replicate has none, and dominates nothing: a mean over the others would be of
    other random draws.
    """
    lacking = {name: _without_value(values) for name, values in (("access", access), ("loss", loss))}
    either = _without_value(access + loss)
    access, loss = (np.where(np.array(either)[:, None] == 0, values, np.nan) for values in (access, loss))
    mean_access, mean_loss = access.mean(axis=1), loss.mean(axis=1)
    on_average = is_dominated(mean_access, mean_loss)
    share = dominated_share(access, loss)
    by, by_share = surest_dominator(access, loss)
    rows: list[dict[str, Any]] = []
    for index, point in enumerate(points):
        row: dict[str, Any] = {"point": point.label, "has_value": either[index] == 0}
        row["replicates_without_value"] = either[index]
        row |= {f"{name}_without_value": counts[index] for name, counts in lacking.items()}
        for number, axis in enumerate(settings.axes):
            row[f"value_{number + 1}"] = point.values[number] if point.values else None
            row[f"parameter_{number + 1}"] = axis.path
        for name, values in (("access", access), ("loss", loss)):
            pairs = (list(values[index]), list(values[0]))
            effect = paired_effect(*pairs, f"frontier/{name}/{point.label}", is_same_market=index == 0)
            row |= {name: float(values[index].mean()), f"{name}_difference": effect.mean}
            row |= {f"{name}_low": effect.low, f"{name}_high": effect.high, f"{name}_method": effect.method}
        row |= {"dominated": bool(on_average[index]), "dominated_share": float(share[index])}
        row |= {"dominated_by": points[int(by[index])].label if by_share[index] > 0.0 else None}
        row |= {"dominated_by_share": float(by_share[index]), "replicates": access.shape[1]}
        rows.append(row)
    return pa.Table.from_pylist(rows)


def _without_value(values: Values) -> list[int]:
    """Return in how many replicates each point has no value."""
    return [int(np.count_nonzero(np.isnan(row))) for row in values]


def values_table(points: Sequence[Point], access: Values, loss: Values) -> pa.Table:
    """Return access and loss of every point in every replicate."""
    return pa.Table.from_pylist(
        [
            {
                "point": point.label,
                "replicate": r,
                "access": float(access[index, r]),
                "loss": float(loss[index, r]),
            }
            for index, point in enumerate(points)
            for r in range(access.shape[1])
        ]
    )


TOOL = Tool("frontier", "Policy frontier", FrontierSettings, "rate_cap", "rule", check, work, stages)


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out the analysis, print what was found and return the exit code."""
    return run_tool(TOOL, __doc__, arguments)


if __name__ == "__main__":
    sys.exit(as_command(main))
