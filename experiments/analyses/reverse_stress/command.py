"""Reverse stress test: the smallest shock that breaks a named limit, in each replicate and on average.

    .venv/bin/sluice reverse-stress                                  the file configs/reverse_stress/capital.yaml
    .venv/bin/sluice reverse-stress reverse_stress=capital scale=smoke
    .venv/bin/sluice reverse-stress reverse_stress.tolerance=0.002   one of its settings
    .venv/bin/sluice reverse-stress out=results/r                    continues there what was begun there

--dry-run prints the plan, with the number of runs and estimates of time, memory and disk.
Other keys: seed= months= study.replicates= executor= archive= and any parameter of the model.
All values share their random draws.
Exit codes: 0 done (also when nothing in the range breaks the limit), 1 runs missing, 2 input refused, 130 interrupted.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, NamedTuple

import pyarrow as pa

from experiments.analyses.measures import Measure, check_measure, monthly, read
from experiments.analyses.parameters import ParameterRange, check_range, with_values
from experiments.analyses.request import Request
from experiments.analyses.reverse_stress.bracketing import FOUND, Bracket, Target, Tried, grid, search
from experiments.analyses.reverse_stress.page import findings_of
from experiments.analyses.runner import AnalysisRunner, Stage
from experiments.analyses.tool import Findings, Tool, run_tool
from experiments.refusal import Refusal
from experiments.terminal.streams import as_command
from sim.params import MarketConfig, OneOf, Quantity

CHOICE = "the analyst's choice"
BELOW, ABOVE = "below", "above"
MEAN, SHARE = "mean", "share"
BRACKETS_IN_ALL_REPLICATES = 3  # at the most: the mean's, the share's, and all those of single replicates together


class Limit(NamedTuple):
    """What must not happen: a measure below, or above, a value."""

    measure: Measure
    value: Annotated[float, Quantity("the measure's unit", -1e18, 1e18, CHOICE)]
    broken: Annotated[str, OneOf((BELOW, ABOVE))] = BELOW

    def is_broken(self, statistic: float) -> bool | None:
        """Return whether a statistic breaks the limit; exactly at it holds, and without a value it is not known."""
        if math.isnan(statistic):
            return None
        return statistic < self.value if self.broken == BELOW else statistic > self.value


class ReverseStressSettings(NamedTuple):
    """Which number of a shock is raised, between which ends, until which limit breaks."""

    question: str
    parameter: ParameterRange
    limit: Limit
    market: tuple[str, ...] = ()
    tolerance: Annotated[float, Quantity("the parameter's unit", 1e-12, 1e12, CHOICE)] = 0.005
    grid_points: Annotated[int, Quantity("values tried first, ends included", 2, 1_000, CHOICE)] = 5
    points_a_round: Annotated[int, Quantity("values that divide a bracket in one round", 1, 100, CHOICE)] = 3
    broken_share: Annotated[float, Quantity("share of replicates that must break", 0.0, 1.0, CHOICE)] = 0.5


def check(request: Request[ReverseStressSettings]) -> None:
    """Refuse what could not be searched."""
    settings = request.settings
    check_range(settings.parameter, "reverse_stress.parameter", request.market)
    check_measure(settings.limit.measure, "reverse_stress.limit.measure", request.market)
    width = settings.parameter.high - settings.parameter.low
    if settings.tolerance >= width:
        raise Refusal(
            f"reverse_stress.tolerance: must be smaller than the range, {width:g} wide, was {settings.tolerance:g}"
        )


def targets_of(limit: Limit, replicates: Sequence[int], broken_share: float) -> tuple[Target, ...]:
    """Return what is searched for: the limit in each replicate, on average, and in a share of the replicates."""
    needed = max(1.0, broken_share * len(replicates))

    def share_broken(found: Mapping[int, float]) -> bool | None:
        """Return whether enough replicates break it, or None where those without a value would decide."""
        outcomes = [limit.is_broken(found[replicate]) for replicate in replicates]
        if outcomes.count(True) >= needed:
            return True
        return False if outcomes.count(True) + outcomes.count(None) < needed else None

    def alone(replicate: int) -> Target:
        return Target(f"replicate {replicate}", (replicate,), lambda found: limit.is_broken(found[replicate]))

    together = tuple(replicates)
    mean = Target(MEAN, together, lambda found: limit.is_broken(math.fsum(found[r] for r in together) / len(together)))
    share = Target(SHARE, together, share_broken)
    return (*(alone(replicate) for replicate in together), mean, share)


def work(request: Request[ReverseStressSettings], runner: AnalysisRunner) -> Findings:
    """Search for the breaking value, then read the path there and just below it."""
    settings = request.settings
    measure = settings.limit.measure

    def tried(round_number: int, wanted: Mapping[float, Collection[int]]) -> Mapping[float, Mapping[int, float]]:
        labels = {value: label_of(value) for value in wanted}
        points = {labels[value]: market_at(request, value) for value in wanted}
        pairs = {(labels[value], replicate) for value, asked in wanted.items() for replicate in asked}
        stage = "grid" if round_number == 0 else f"round {round_number}"
        folders = runner.complete(Stage(stage, points), pairs)
        return {
            value: {replicate: read(measure, folders[labels[value], replicate]) for replicate in asked}
            for value, asked in wanted.items()
        }

    ends = (settings.parameter.low, settings.parameter.high)
    brackets, known = search(
        targets_of(settings.limit, runner.replicates, settings.broken_share),
        ends,
        settings.grid_points,
        settings.points_a_round,
        settings.tolerance,
        tried,
    )
    tables = {
        "tried": tried_table(settings.limit, known),
        "brackets": bracket_table(brackets),
        "path": path_table(request, runner, brackets),
    }
    return findings_of(
        tables,
        settings.parameter,
        measure,
        settings.limit.value,
        settings.limit.broken,
        settings.broken_share,
        settings.tolerance,
    )


def stages(request: Request[ReverseStressSettings]) -> tuple[Stage, ...]:
    """Return the grid, and as many values as later rounds can try: each replicate may have a bracket of its own."""
    settings, parameter = request.settings, request.settings.parameter
    ends = (parameter.low, parameter.high)
    first = {label_of(value): market_at(request, value) for value in grid(*ends, settings.grid_points)}
    cells = (parameter.high - parameter.low) / (settings.grid_points - 1) / settings.tolerance
    rounds = max(0, math.ceil(math.log(cells, settings.points_a_round + 1)))
    # One bracket in each replicate is one run a value; those of the mean and of the share are one in every replicate.
    count = BRACKETS_IN_ALL_REPLICATES * settings.points_a_round * rounds
    later = {f"later {number}": market_at(request, at) for number, at in enumerate(grid(*ends, count + 2)[1:-1])}
    return (Stage("grid", first), Stage("rounds", later, is_sure=False))


def label_of(value: float) -> str:
    """Return the label of the point with this value."""
    return f"value {value:.12g}"


def market_at(request: Request[ReverseStressSettings], value: float) -> MarketConfig:
    """Return the market with the parameter at a value."""
    return with_values(request.market, [(request.settings.parameter, value)])


def path_table(
    request: Request[ReverseStressSettings], runner: AnalysisRunner, brackets: Mapping[str, Bracket]
) -> pa.Table:
    """Return the outcome by month at the ends of the bracket of the mean, or at the ends of the range without one."""
    bracket, parameter = brackets[MEAN], request.settings.parameter
    ends = {"low end": parameter.low, "high end": parameter.high}
    if bracket.status == FOUND:
        ends = {"lower end of the range": parameter.low, "just below": bracket.low, "broken": bracket.high}
    points = {label_of(value): market_at(request, value) for value in ends.values()}
    folders = runner.complete(Stage("path", points))
    rows = []
    for label, value in ends.items():
        for replicate in runner.replicates:
            series = monthly(request.settings.limit.measure, folders[label_of(value), replicate])
            rows += [
                {"place": label, "value": value, "replicate": replicate, "month": int(month), "outcome": float(number)}
                for month, number in series.items()
            ]
    return pa.Table.from_pylist(rows)


def tried_table(limit: Limit, known: Tried) -> pa.Table:
    """Return the table of all that was tried."""
    return pa.Table.from_pylist(
        [
            {"value": value, "replicate": replicate, "statistic": found, "broken": limit.is_broken(found)}
            for value, by_replicate in sorted(known.items())
            for replicate, found in sorted(by_replicate.items())
        ]
    )


def bracket_table(brackets: Mapping[str, Bracket]) -> pa.Table:
    """Return the table of brackets; an end that is not known is empty."""
    return pa.Table.from_pylist(
        [{"target": name, **bracket._asdict(), "breaking_value": bracket.middle} for name, bracket in brackets.items()]
    )


TOOL = Tool("reverse_stress", "Reverse stress test", ReverseStressSettings, "capital", "", check, work, stages)


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out the search, print what was found and return the exit code."""
    return run_tool(TOOL, __doc__, arguments)


if __name__ == "__main__":
    sys.exit(as_command(main))
