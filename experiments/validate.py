"""Compares the market without policy with published levels.

    .venv/bin/sluice validate results/a        the baseline of a finished study
    .venv/bin/sluice validate seed=2           study=baseline, run with these overrides first; --dry-run prints its plan

With the folder of a finished study its baseline is read; otherwise study=baseline is run with the overrides first. Each
measure is taken per kind of lender and replicate over the last five years, and passes when its mean over the replicates
that have a value lies in the target's range. Exit codes: 0 all pass, 1 some do not, 2 input refused.
"""

from __future__ import annotations

import csv
import math
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from experiments.compose.chosen_policies import IN_EVERY_ARM
from experiments.compose.overrides import names_out, out_override, read_override
from experiments.keep.files import CorruptResult
from experiments.keep.reader import open_many
from experiments.refusal import Refusal
from experiments.run import main as run_study
from experiments.tables.ratios import ratio_of, ratio_of_sums
from experiments.terminal.command_line import DONE, FAILED, REFUSED, command_here, usage
from experiments.terminal.flags import DRY_RUN, overrides_and_flags
from experiments.terminal.streams import as_command
from sim.params import LENDER_KINDS

TARGETS = Path(__file__).with_name("targets.csv")
# A policy that is asked for is a part of the market that is held against its targets.
STUDY = ("study=baseline", f"study.chosen_policy.place={IN_EVERY_ARM}", "report.draw=false")
WINDOW_MONTHS = 60
MONTHS_A_YEAR, OVER_A_YEAR = 12, "_12m_"  # in the names of columns that are sums over twelve months


class Target(NamedTuple):
    """The range in which a measure of some kinds of lender should lie."""

    measure: str
    kinds: tuple[str, ...]
    low: float
    high: float
    source: str


class Finding(NamedTuple):
    """What one kind of lender shows beside its target; the ends are those of the replicates."""

    measure: str
    kind: str
    low: float
    high: float
    mean: float
    smallest: float
    largest: float
    source: str

    @property
    def passes(self) -> bool:
        """Whether the mean over the replicates lies in the range."""
        return self.low <= self.mean <= self.high


def read_targets(path: Path = TARGETS) -> tuple[Target, ...]:
    """Return the target table."""
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            Target(row["measure"], tuple(row["kinds"].split()), float(row["low"]), float(row["high"]), row["source"])
            for row in csv.DictReader(file)
        )


MEASURES = (
    "charge_offs_yearly_share",
    "dpd30_share",
    "dpd90_share",
    "dpd90_over_dpd30",
    "roe_share",
    "new_approval_share",
    "line_approval_share",
    "mean_ticket_yuan",
)


def validate(lenders: pd.DataFrame, targets: Sequence[Target]) -> list[Finding]:
    """Compare the lender table of one arm and scenario with the targets."""
    last = lenders[lenders["month"] > lenders["month"].max() - WINDOW_MONTHS]
    findings = []
    for target in targets:
        for kind in target.kinds:
            rows = last if kind == "all" else last[last["kind"] == kind]
            if rows.empty:
                continue
            values = [value for value in levels_of(rows, target.measure) if math.isfinite(value)]
            mean = math.fsum(values) / len(values) if values else math.nan
            ends = (min(values, default=math.nan), max(values, default=math.nan))
            findings.append(Finding(target.measure, kind, target.low, target.high, mean, *ends, target.source))
    return findings


def levels_of(rows: pd.DataFrame, measure: str) -> list[float]:
    """Return a measure by replicate: a ratio of sums over lenders and months, so that large books weigh more.

    Parts that are sums over twelve months are read every twelfth month, counted back from the last, so that each month
    counts once and none before the window does. NaN where there is nothing to divide by.
    """
    made = ratio_of("lender", measure)
    if any(OVER_A_YEAR in part for part in made.parts):
        rows = rows[(rows["month"].max() - rows["month"]) % MONTHS_A_YEAR == 0]
    return [float(value) for value in ratio_of_sums(rows, measure, made, ["replicate"])]


def words(found: Finding) -> str:
    """Return one finding as a line of the comparison."""
    target = f"{found.low:g} to {found.high:g}"
    if math.isnan(found.mean):
        return f"{found.measure:26}{found.kind:18}{target:>21}{'no value':>10}{'nothing to divide by':>23}  NO VALUE"
    ends = f"{found.smallest:.4g} to {found.largest:.4g}"
    verdict = "ok" if found.passes else "OUTSIDE"
    return f"{found.measure:26}{found.kind:18}{target:>21}{found.mean:>10.4g}{ends:>23}  {verdict}"


def baseline_lenders(folder: Path) -> pd.DataFrame:
    """Return what the measures are made of, from the lender table of a study's baseline in its first scenario.

    Raises Refusal where there is no finished study or its table lacks a column, CorruptResult where it is altered.
    """
    results = open_many([folder])
    parts = [part for measure in MEASURES for part in ratio_of("lender", measure).parts]
    columns = dict.fromkeys(["arm", "scenario", "replicate", "month", "kind", *parts])
    rows = results.frame("lender", columns=list(columns))
    manifest = results.manifest
    unknown = set(rows["kind"]) - set(LENDER_KINDS)
    if unknown:
        raise CorruptResult(f"{folder}: the lender table holds unknown kinds: {', '.join(sorted(unknown))}")
    return rows[(rows["arm"] == manifest["baseline"]) & (rows["scenario"] == manifest["scenarios"][0])]


def _folder(texts: Sequence[str]) -> Path:
    """Return the folder that the user named, or a new one."""
    named = [str(read_override(text).value) for text in texts if names_out(text)]
    return Path(named[-1] if named else f"outputs/validation-{datetime.now().astimezone():%Y%m%d-%H%M%S}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run or read a baseline, print the comparison, and show by the exit code whether all targets are met."""
    asked = list(sys.argv[1:] if arguments is None else arguments)
    if any(text in ("-h", "--help") for text in asked):
        print(usage(__doc__))
        return DONE
    try:
        texts, flags = overrides_and_flags(asked, (DRY_RUN,))
        if len(texts) == 1 and "=" not in texts[0] and not flags:
            folder = Path(texts[0])
        else:
            folder = _folder(texts)
            others = [text for text in texts if not names_out(text)]
            again = command_here("validate", *others, out_override(folder))
            code = run_study([*STUDY, *others, out_override(folder), *flags], again)
            if code != DONE or flags:
                return code
        findings = validate(baseline_lenders(folder), read_targets())
    except (Refusal, CorruptResult) as problem:
        print(problem, file=sys.stderr)
        return REFUSED
    print(f"{'measure':26}{'kind':18}{'target':>21}{'mean':>10}{'replicates':>23}")
    for found in findings:
        print(words(found))
    return DONE if all(found.passes for found in findings) else FAILED


if __name__ == "__main__":
    sys.exit(as_command(main))
