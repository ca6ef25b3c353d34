"""Difference-in-differences on the exported panel of one arm, beside the true effect that only the simulator knows.

    .venv/bin/sluice run study=quiet_cuts observe.panel_people=2000 out=results/q     a study that follows people
    .venv/bin/sluice difference-in-differences results/q                              customers of one lender
    .venv/bin/sluice difference-in-differences results/q difference_in_differences=dear_loans
    .venv/bin/sluice difference-in-differences results/q difference_in_differences.treated.lender=bank_a

The results go to results/q-difference_in_differences-<file>, beside the study, or to out=DIR; the study is only read.
--dry-run prints which arm would be compared, and where the results would go.
Exit codes: 0 done, 1 a file altered or not writable, 2 input refused, 130 interrupted.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
import pyarrow as pa

from experiments.analyses.difference_in_differences.page import findings_of
from experiments.analyses.difference_in_differences.panel_regression import (
    EventStudy,
    event_study,
    parts_of,
    two_way_effect,
)
from experiments.analyses.difference_in_differences.panels import (
    Exported,
    TreatedRule,
    matrix_of,
    read_exported,
    treated_and_compared,
)
from experiments.analyses.extras import optional_module
from experiments.analyses.request import plain, read_settings
from experiments.analyses.tool import Findings, owner_of, print_findings, write_results
from experiments.compose.overrides import names_out
from experiments.execute.interruption import termination_interrupts
from experiments.keep.folder import opened
from experiments.refusal import Refusal, nearest, shown
from experiments.terminal.command_line import DONE, command_of
from experiments.terminal.endings import run_command
from experiments.terminal.flags import DRY_RUN, overrides_and_flags
from experiments.terminal.streams import as_command
from sim.observe.columns import MICRO_SCHEMAS
from sim.params import Quantity

TOOL, TITLE, USUAL = "difference_in_differences", "Difference in differences", "customers"
CHOICE = "the analyst's choice"
ANNOUNCEMENT = -1
COLUMNS = tuple(
    name for name, kind in MICRO_SCHEMAS["panel"].items() if kind != "str" and name not in ("month", "borrower")
)


class DifferenceSettings(NamedTuple):
    """Whose panel is used, who counts as treated, and which months are compared."""

    question: str
    treated: TreatedRule
    outcomes: tuple[str, ...]  # columns of the panel
    arm: str = ""  # the arm that the outsider sees; empty = the first with a policy
    scenario: str = ""  # empty = the first
    event_month: Annotated[int, Quantity("month, -1 = the announcement", -1, 600, CHOICE)] = ANNOUNCEMENT
    before_months: Annotated[int, Quantity("months before the event", 2, 120, CHOICE)] = 12
    after_months: Annotated[int, Quantity("months from the event on", 1, 120, CHOICE)] = 12


class Setting(NamedTuple):
    """The comparison as it is made in this study: names found, months fixed."""

    arm: str
    scenario: str
    event: int
    months: range


def setting_of(settings: DifferenceSettings, exported: Exported) -> Setting:
    """Return arm, scenario and months; raise Refusal for what the study does not hold."""
    manifest, key = exported.manifest, TOOL
    arms, scenarios = list(manifest["arms"]), list(manifest["scenarios"])
    others = [arm for arm in arms if arm not in (exported.baseline, manifest.get("placebo"))]
    if not others:
        raise Refusal(f"{exported.folder}: the study has no arm with a policy")
    arm, scenario = settings.arm or others[0], settings.scenario or scenarios[0]
    for name, value, known in (("arm", arm, others), ("scenario", scenario, scenarios)):
        if value not in known:
            raise Refusal(f"{key}.{name}: not in this study; {nearest(value, known)}; was {shown(value)}")
    for index, column in enumerate(settings.outcomes):
        if column not in COLUMNS:
            raise Refusal(f"{key}.outcomes.{index}: no such column of the panel; {nearest(column, COLUMNS)}")
    if not settings.outcomes:
        raise Refusal(f"{key}.outcomes: must name at least one column of the panel")
    event = int(manifest["announce_month"]) if settings.event_month == ANNOUNCEMENT else settings.event_month
    last = int(exported.panel["month"].max())
    first, end = event - settings.before_months, event + settings.after_months
    if first < 0:
        raise Refusal(
            f"{key}.before_months: must be at most {event}, the months before the event, was {-first + event}"
        )
    if end > last + 1:
        raise Refusal(
            f"{key}.after_months: must be at most {last + 1 - event}, the months from the event to the end, "
            f"was {settings.after_months}"
        )
    return Setting(arm, scenario, event, range(first, end))


Rows = list[dict[str, Any]]


def compare(settings: DifferenceSettings, exported: Exported, setting: Setting) -> Mapping[str, pa.Table]:
    """Return the tables of estimates and of event studies, replicate by replicate."""
    estimates: Rows = []
    events: Rows = []
    replicates = sorted(int(number) for number in exported.panel["replicate"].unique())
    for replicate in replicates:
        seen = exported.people(setting.arm, setting.scenario, replicate)
        without = exported.people(exported.baseline, setting.scenario, replicate)
        if seen.empty or without.empty:
            continue  # complete pairs only
        loans = exported.loans(setting.arm, setting.scenario, replicate)
        persons, treated = treated_and_compared(settings.treated, seen, loans, setting.event - 1)
        for column in settings.outcomes:
            values = [matrix_of(people, column, persons, setting.months) for people in (seen, without)]
            keys = {"outcome": column, "replicate": replicate}
            early = event_study(values[0], treated, tuple(setting.months), setting.event, setting.event - 1)
            row = estimate_row(values[0], values[1], treated, setting)
            estimates.append({**keys, **row, "pretrend_p": early.pretrend_p})
            events += [{**keys, **row} for row in event_rows(early, values[0], values[1], treated, setting)]
    if not estimates:
        raise Refusal(f"{exported.folder}: holds no complete pair of {setting.arm} and {exported.baseline}")
    return {"estimates": pa.Table.from_pylist(estimates), "event_study": pa.Table.from_pylist(events)}


Values = np.ndarray[Any, np.dtype[np.float64]]
Marks = np.ndarray[Any, np.dtype[np.bool_]]


def estimate_row(seen: Values, without: Values, treated: Marks, setting: Setting) -> dict[str, Any]:
    """Return what the outsider finds in one replicate, and what it is made of."""
    months = np.array(setting.months)
    after = months >= setting.event
    found = two_way_effect(seen, treated, after)
    parts = parts_of(seen, without, treated, ~after, after)
    truth = parts.effect_on_treated
    return {
        "treated": int(treated.sum()),
        "controls": int((~treated).sum()),
        "estimate": found.effect,
        "standard_error": found.standard_error,
        "low": found.low,
        "high": found.high,
        "true_effect": truth,
        "covers_truth": bool(found.low <= truth <= found.high) if math.isfinite(found.low) else None,
        "spillover": parts.spillover,
        "other_trend": parts.other_trend,
        "anticipation": parts.anticipation,
    }


def event_rows(found: EventStudy, seen: Values, without: Values, treated: Marks, setting: Setting) -> Rows:
    """Return the event study of one replicate month by month, and the true effect on the treated beside it."""
    truth = (seen - without)[treated].mean(axis=0)
    return [
        {
            "month": month,
            "months_since_event": month - setting.event,
            "effect": effect.effect,
            "low": effect.low,
            "high": effect.high,
            "true_effect": float(truth[month - setting.months.start]),
        }
        for month, effect in zip(found.months, found.effects, strict=True)
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out the comparison, print what was found and return the exit code."""
    return run_command(__doc__, arguments, _asked, "stopped; nothing is concluded")


def _asked(texts: list[str]) -> int:
    """Compare what the texts ask for, under a termination that counts as Ctrl-C."""
    with termination_interrupts():
        return _work(texts)


def _work(typed: list[str]) -> int:
    texts, flags = overrides_and_flags(typed, (DRY_RUN,))
    folders = [text for text in texts if "=" not in text]
    if len(folders) != 1:
        raise Refusal(f"{TOOL}: give the folder of one finished study, gave {len(folders)}")
    name, settings, rest = read_settings(TOOL, DifferenceSettings, [t for t in texts if "=" in t], USUAL)
    others = [text for text in rest if not text.startswith("out=")]
    if others:
        raise Refusal(f"{others[0]}: unknown key; only {TOOL}=, {TOOL}.<setting>= and out= are understood here")
    optional_module("statsmodels.api", TOOL)
    exported = read_exported(Path(folders[0]).expanduser())
    path = results_path([text.removeprefix("out=") for text in rest], name, exported.folder)
    setting = setting_of(settings, exported)
    if DRY_RUN in flags:
        print(f"plan of {TOOL}-{name}: {settings.question.strip()}")
        print(f"arm {setting.arm} of {exported.folder}, {len(set(exported.panel['replicate']))} replicates, no run")
        print(f"results would go to {path}")
        return DONE
    tables = compare(settings, exported, setting)
    findings = findings_of(tables, settings.treated, settings.outcomes, setting.arm, setting.event)
    return _write(path, name, texts, settings, exported, findings)


def results_path(named: Sequence[str], name: str, study: Path) -> Path:
    """Return the folder that the user named, or one beside the study; refuse one inside it, which is only read."""
    beside = study.resolve()
    try:
        path = Path(named[-1]).expanduser() if named else study.parent / f"{beside.name}-{TOOL}-{name}"
        inside = path.resolve().is_relative_to(beside)
    except (OSError, ValueError, RuntimeError) as problem:
        raise Refusal(f"out: {shown(named[-1])} cannot be written: {problem}") from None
    if inside:
        raise Refusal(f"out: must lie outside the study's folder {study}, was {path}")
    return path


def _write(
    path: Path, name: str, texts: Sequence[str], settings: DifferenceSettings, exported: Exported, findings: Findings
) -> int:
    document = {
        "study": f"{TOOL}-{name}",
        "tool": TOOL,
        "settings": plain(settings),
        "of": {"study": str(exported.manifest["study"]), "identity": str(exported.manifest["identity"])},
        "seed": int(exported.manifest["seed"]),
        "replicates": len(set(exported.panel["replicate"])),
    }
    command = command_of(TOOL, *(text for text in texts if not names_out(text)))
    with opened(path, owner_of(document)) as folder:
        write_results(folder, document, f"{TITLE}: {name}", command, findings)
    print_findings(findings, path)
    return DONE


if __name__ == "__main__":
    sys.exit(as_command(main))
