"""The seeds of a study: its random streams, their first draws, and whether other seeds lead to the same conclusions.

.venv/bin/sluice seeds DIR               the scheme, every stream by name and its first draws
.venv/bin/sluice seeds DIR --others 3    the same study on three other root seeds, and the conclusions side by side

The studies on other seeds are kept in folders beside DIR, and continued when they are there. Exit codes: 0 all is well,
1 runs are missing or cannot be written, 2 the folder is no study, 130 interrupted.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from experiments.compose.market import read_market
from experiments.compose.sections import read_section
from experiments.compose.study import ExecutorSettings, ReportSettings, StudyConfig, StudySettings
from experiments.compose.sweeps import Version
from experiments.execute.dry_run import dry_run
from experiments.keep.files import CorruptResult, read_json, read_table
from experiments.keep.study_files import MANIFEST
from experiments.run import carry_out_study
from experiments.tables.methods import IDENTICAL, NONE
from experiments.tables.outcomes import read_horizon
from experiments.terminal.command_line import DONE, command_here
from experiments.terminal.endings import exit_code_of
from experiments.terminal.streams import as_command
from sim.draws import PURPOSES, Draws

SCHEME = """\
generator   Philox4x32-10 (Salmon and others, 2011), a draw for each key and counter, none held back or thrown away
key         blake2b of sluice/<root seed>/<replicate>/<stream>
counter     month, person, alternative; month 0 is the first of the warm-up
replicates  count from 0; arms and scenarios of one replicate share every key, and their names enter none"""
FIRST_DRAWS = 3
NO_VALUE, NO_INTERVAL = "no value", "no interval"

EffectKey = tuple[str, str, str, str]  # outcome, horizon, arm, scenario


class Found(NamedTuple):
    """What the table `effects` holds of one primary effect; NaN where it holds nothing."""

    mean: float
    low: float
    high: float
    method: str


ABSENT = Found(math.nan, math.nan, math.nan, NONE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the seeds of a study's folder and, when asked to, run the study on other seeds and compare."""
    parser = argparse.ArgumentParser(prog=command_here("seeds"), description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder of a finished study")
    parser.add_argument("--others", type=int, default=0, metavar="N", help="on how many other root seeds to run it")
    parser.add_argument("--dry-run", action="store_true", help="print the plan of the study on each, and run none")
    parser.add_argument("--workers", type=int, default=0, metavar="N", help="processes, 0 = one for each processor")
    asked = parser.parse_args(arguments)
    if asked.others < 0:
        parser.error(f"--others: must be 0 or more, was {asked.others}")
    kept = "what is finished is kept; when that is put right, the same command continues"
    return exit_code_of(lambda: _asked(asked), kept=kept if asked.others else "", refused=(CorruptResult,))


def _asked(asked: argparse.Namespace) -> int:
    """Print the seeds of a study and, when asked to, run it on others."""
    study = read_study(read_json(asked.folder / MANIFEST))
    print("\n".join(streams(study.seed)))
    if not asked.others:
        return DONE
    executor = ExecutorSettings(workers=asked.workers)
    again = command_here("seeds", str(asked.folder), "--others", str(asked.others), "--workers", str(asked.workers))
    folders = {study.seed: asked.folder}
    for seed in range(study.seed + 1, study.seed + 1 + asked.others):
        folders[seed] = asked.folder.with_name(f"{asked.folder.name}-seed-{seed}")
        other = study._replace(seed=seed, executor=executor)
        if asked.dry_run:
            print(f"\nseed {seed}: {dry_run(other._replace(out=str(folders[seed])))}")
            continue
        code = carry_out_study(other, folders[seed], [], again)
        if code != DONE:
            return code
    if not asked.dry_run:
        print("\n".join(conclusions({seed: primary_effects_of(folder) for seed, folder in folders.items()})))
    return DONE


def read_study(manifest: Mapping[str, Any]) -> StudyConfig:
    """Return the study that a manifest describes, with the replicates that were run and no report."""
    try:
        values = {name: manifest[name] for name in StudySettings._fields if name in manifest}
        values |= {"name": manifest["study"], **manifest["overrides"], "sweep": {}, "stop": {}}
        settings = read_section(StudySettings, values, "study")
        markets = {
            (scenario, arm): read_market(manifest["configs"][f"{scenario}/{arm}"])
            for scenario in manifest["scenarios"]
            for arm in manifest["arms"]
        }
        versions = tuple(Version(**version) for version in manifest.get("versions_swept", ()))
        seed = int(manifest["seed"])
    except (KeyError, TypeError) as problem:
        raise CorruptResult(f"{MANIFEST}: is no manifest of a study: {problem}") from None
    horizons = tuple(read_horizon(text, "study.horizons") for text in settings.horizons)
    return StudyConfig(
        settings, seed, markets, horizons, ExecutorSettings(), ReportSettings(draw=False), out=None, versions=versions
    )


def streams(seed: int) -> Iterator[str]:
    """Yield the scheme and, for each stream, its first draws of replicate 0: month 0, persons 0, 1 and 2."""
    yield f"root seed   {seed}"
    yield SCHEME
    yield f"\n{'stream':18}first draws of replicate 0: month 0, persons 0 to {FIRST_DRAWS - 1}"
    chance = Draws(seed, 0).of(0)
    for purpose in PURPOSES:
        draws = (chance.uniform(purpose, person) for person in range(FIRST_DRAWS))
        yield f"{purpose:18}" + " ".join(f"{draw:.16f}" for draw in draws)


def primary_effects_of(folder: Path) -> dict[EffectKey, Found]:
    """Return every primary effect of a study's folder, the placebo's left out."""
    rows = read_table(folder / "tables" / "effects.parquet").to_pylist()
    return {
        (row["outcome"], row["horizon"], row["arm"], row["scenario"]): Found(
            _number(row["mean"]), _number(row["low"]), _number(row["high"]), str(row["method"])
        )
        for row in rows
        if row["primary"] and not row["placebo"]
    }


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def verdict(effect: Found) -> str:
    """Return what an effect concludes: above zero, below zero, open, identical, or why it concludes nothing."""
    if effect.method == IDENTICAL:
        return IDENTICAL
    if math.isnan(effect.low):
        return NO_VALUE if math.isnan(effect.mean) else NO_INTERVAL
    return "+" if effect.low > 0 else "-" if effect.high < 0 else "open"


def conclusions(by_seed: Mapping[int, Mapping[EffectKey, Found]]) -> Iterator[str]:
    """Yield every primary effect on each seed, and how many conclude alike on all of them."""
    first = next(iter(by_seed.values()))
    alike = contrary = 0
    without: list[str] = []
    for key in first:
        found = {seed: effects.get(key, ABSENT) for seed, effects in by_seed.items()}
        verdicts = {verdict(effect) for effect in found.values()}
        if verdicts & {NO_VALUE, NO_INTERVAL}:
            without.append(", ".join(key))
        else:
            alike += len(verdicts) == 1
        contrary += {"+", "-"} <= verdicts
        yield f"\n{', '.join(key)}"
        yield from (f"  seed {seed:<6} {_described(effect)}" for seed, effect in found.items())
    yield (
        f"\n{alike} of {len(first)} primary effects conclude alike on all {len(by_seed)} seeds; "
        f"{contrary} have one sign on one seed and the other on another"
    )
    if without:
        yield f"{len(without)} have no interval or no value on some seed, and conclude nothing there:"
        yield from (f"  {names}" for names in without)


def _described(effect: Found) -> str:
    """Return mean, interval and conclusion of one effect, as far as it has them."""
    mean = [] if math.isnan(effect.mean) else [f"{effect.mean:+.6g}"]
    ends = [] if math.isnan(effect.low) else [f"[{effect.low:+.6g}, {effect.high:+.6g}]"]
    return " ".join([*mean, *ends, f" {verdict(effect)}"])


if __name__ == "__main__":
    sys.exit(as_command(main))
