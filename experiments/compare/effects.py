"""Compares every arm with the baseline, replicate by replicate: the tables `effects` and `differences`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

from experiments.compare.complete_pairs import complete_pairs
from experiments.compare.declared import confidence_each, expected_of, primary_effects, swept_words
from experiments.compare.pairs import IN_ARM, IN_BASELINE, pairs_of, runs_over
from experiments.compare.sameness import NONE_KNOWN, SameMarkets
from experiments.compare.statistics import FEWEST_TO_RESAMPLE, SKEWED, PairedEffect, holm, paired_effect
from experiments.compose.study import StudyConfig
from experiments.tables.arrow import schema_of
from experiments.tables.event_counts import event_months
from experiments.tables.methods import (
    COUNT_BOUND,
    EXPLORATORY_BELOW,
    IDENTICAL,
    NO_SPREAD,
    NONE,
    SINGLE,
    T_AND_BOTH,
    T_AND_COUNT_BOUND,
)
from experiments.tables.outcomes import Horizon, Outcome, read_horizon, read_outcome

EFFECTS = schema_of("effects")
DIFFERENCES = schema_of("differences")


def compare(
    study: StudyConfig, tables: Mapping[str, pd.DataFrame], same: SameMarkets = NONE_KNOWN
) -> tuple[pa.Table, pa.Table]:
    """Return the tables `effects` and `differences` of a study; only replicates that both arms have are compared.

    `same` says which arms are known to be the baseline's market; equal numbers do not make them so.
    """
    effects: list[dict[str, Any]] = []
    differences: list[dict[str, Any]] = []
    for outcome in outcomes(study):
        if not outcome.is_in(tables):
            continue
        monthly = outcome.monthly(tables)
        for horizon in study.horizons:
            months = next(iter(study.markets.values())).calendar.months
            window = horizon.months(study.settings.announce_month, months)
            if not window:
                continue
            runs = runs_over(monthly, window)
            for scenario in study.scenarios:
                for arm in study.arms[1:]:
                    pairs = pairs_of(runs, scenario, arm, study.arms[0])
                    if pairs.empty:
                        continue
                    known = pairs.dropna()
                    if known.empty:
                        effects.append(_without_value(study, outcome.name, horizon.name, scenario, arm, pairs))
                        continue
                    is_same = same.are_same(scenario, arm, pairs.index) or (
                        max(window) < same.parting_month(scenario, arm)
                    )
                    effects.append(_effect_row(study, outcome, horizon, scenario, arm, pairs, is_same))
                    differences.extend(_difference_rows(outcome, horizon, scenario, arm, known))
    effects.extend(_untested(study, tables, effects))
    _correct(effects, len(primary_effects(study)))
    return pa.Table.from_pylist(effects, schema=EFFECTS), pa.Table.from_pylist(differences, schema=DIFFERENCES)


def outcomes(study: StudyConfig) -> tuple[Outcome, ...]:
    """Return the outcomes of a study, each once, the primary ones first."""
    names = dict.fromkeys([*(primary.outcome for primary in study.settings.primary), *study.settings.secondary])
    return tuple(read_outcome(name, "study") for name in names)


def _effect_row(
    study: StudyConfig,
    outcome: Outcome,
    horizon: Horizon,
    scenario: str,
    arm: str,
    pairs: pd.DataFrame,
    is_same: bool,
) -> dict[str, Any]:
    key = f"{outcome.name}/{horizon.name}/{scenario}/{arm}"
    known = pairs.dropna()
    changed, unchanged = list(known["changed"]), list(known["unchanged"])
    months = event_months(outcome, pd.concat([known["months_changed"], known["months_unchanged"]]))
    effect = paired_effect(changed, unchanged, key, months, is_same)
    declared = expected_of(study, outcome.name, horizon.name, arm)
    is_placebo = arm == study.settings.placebo
    is_hypothesis = declared is not None and not is_placebo
    simultaneous = math.nan
    if is_hypothesis and effect.method != IDENTICAL:
        simultaneous = complete_pairs(changed, unchanged, months).reach(confidence_each(study))
    important = declared.smallest_important_difference if declared else 0.0
    return {
        "outcome": outcome.name,
        "primary": declared is not None,
        "expected_sign": declared.expected_sign if declared else None,
        "arm": arm,
        "scenario": scenario,
        "horizon": horizon.name,
        "placebo": is_placebo,
        "baseline_mean": float(known["unchanged"].mean()),
        "pairs_without_value": len(pairs) - len(known),
        "months_without_value": int(known["one_sided"].sum()),
        "smallest_important_difference": important if declared else None,
        "simultaneous_half_width": _number(simultaneous),
        "is_precise": bool(simultaneous <= important) if is_hypothesis and important > 0 and not is_same else None,
        "swept": swept_words(study, scenario, arm),
        "warning": _warning(effect, pairs, study.settings.replicates),
        **{name: _number(value) for name, value in effect._asdict().items()},
    }


def _warning(effect: PairedEffect, pairs: pd.DataFrame, asked: int) -> str | None:
    """Return what a reader must know before believing the interval."""
    texts = []
    if len(pairs) < asked:
        texts.append(f"{asked - len(pairs)} of {asked} pairs missing")
    if effect.replicates < len(pairs):
        texts.append(f"{len(pairs) - effect.replicates} of {len(pairs)} pairs not compared: {_why(pairs)}")
    one_sided = int(pairs.dropna()["one_sided"].sum())
    if one_sided:
        texts.append(f"{one_sided} months of {effect.replicates} pairs left out: one arm alone has a value in them")
    if effect.method == SINGLE:
        texts.append("one replicate gives no interval")
    elif effect.method in (NO_SPREAD, COUNT_BOUND):
        texts.append(_equal_words(effect))
    elif effect.method != IDENTICAL and effect.replicates < EXPLORATORY_BELOW:
        texts.append("exploratory: fewer than 30 replicates")
    if math.isfinite(effect.bootstrap_low):
        texts.append("skewed: see the bootstrap-t interval")
    elif effect.replicates >= FEWEST_TO_RESAMPLE and abs(effect.skewness) > SKEWED:
        texts.append("skewed, with too few different values for a bootstrap-t interval")
    if effect.method in (T_AND_COUNT_BOUND, T_AND_BOTH):
        texts.append("few events differ: see the bound on counts")
    return "; ".join(texts) or None


def _equal_words(effect: PairedEffect) -> str:
    """State why pairs that all differ by the same, in markets that differ, give no t interval."""
    how = "equal" if effect.mean == 0.0 else "different by the same amount"
    text = f"{how} in all {effect.replicates} pairs though the markets differ: no spread to make an interval of"
    return text + (
        ", so a bound for counts stands for it, right if events come one by one" if effect.method == COUNT_BOUND else ""
    )


def _number(value: float | str) -> float | str | None:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _difference_rows(
    outcome: Outcome, horizon: Horizon, scenario: str, arm: str, pairs: pd.DataFrame
) -> Iterator[dict[str, Any]]:
    for replicate, pair in pairs.iterrows():
        yield {
            "arm": arm,
            "scenario": scenario,
            "replicate": int(str(replicate)),
            "outcome": outcome.name,
            "horizon": horizon.name,
            "difference": float(pair["changed"] - pair["unchanged"]),
            "baseline_level": float(pair["unchanged"]),
        }


def _why(pairs: pd.DataFrame) -> str:
    """State for pairs that could not be compared which arm had nothing to divide by."""
    lacking = pairs[pairs["changed"].isna()]
    sides = (
        (IN_ARM, bool((lacking["months_changed"] == 0).any())),
        (IN_BASELINE, bool((lacking["months_unchanged"] == 0).any())),
    )
    without = " and ".join(name for name, is_so in sides if is_so)
    return f"there is nothing to divide by {without}" if without else "the arms have no value in the same month"


def _without_value(
    study: StudyConfig,
    outcome: str,
    horizon: str,
    scenario: str,
    arm: str,
    pairs: pd.DataFrame | None,
    why_no_pairs: str = "",
) -> dict[str, Any]:
    """Return the row of an effect that could not be compared, so that none is passed over."""
    declared, is_placebo = expected_of(study, outcome, horizon, arm), arm == study.settings.placebo
    why = f"in no pair do both arms have a value: {_why(pairs)}" if pairs is not None else why_no_pairs
    return {
        "outcome": outcome,
        "primary": declared is not None,
        "expected_sign": declared.expected_sign if declared else None,
        "arm": arm,
        "scenario": scenario,
        "horizon": horizon,
        "placebo": is_placebo,
        "replicates": 0,
        "pairs_without_value": 0 if pairs is None else len(pairs),
        "months_without_value": 0,
        "method": NONE,
        "smallest_important_difference": declared.smallest_important_difference if declared else None,
        "p": None,
        "warning": f"{'declared and ' if declared else ''}not compared: {why}",
        "swept": swept_words(study, scenario, arm),
    }


def _untested(
    study: StudyConfig, tables: Mapping[str, pd.DataFrame], effects: Sequence[Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Yield a row for each effect that was declared and has no pairs of runs."""
    found = {(row["outcome"], row["horizon"], row["scenario"], row["arm"]) for row in effects}
    for primary, scenario, arm in primary_effects(study):
        if (primary.outcome, primary.horizon, scenario, arm) not in found:
            why = _why_no_pairs(study, tables, primary.outcome, primary.horizon)
            yield _without_value(study, primary.outcome, primary.horizon, scenario, arm, None, why)


def _why_no_pairs(study: StudyConfig, tables: Mapping[str, pd.DataFrame], outcome: str, horizon: str) -> str:
    """State why nothing was compared: a table is not kept, the months are beyond the run, or runs are missing."""
    whole = read_outcome(outcome, "study")
    absent = [part.table for part in whole.parts if part.table not in tables]
    if absent:
        return f"the table {absent[0]} is not kept"
    if not whole.is_in(tables):
        return "a column that it is read from is not kept"
    months = next(iter(study.markets.values())).calendar.months
    window = read_horizon(horizon, "study").months(study.settings.announce_month, months)
    return "there are no pairs of runs" if window else f"none of its months is within the run of {months} months"


def _correct(effects: list[dict[str, Any]], declared: int) -> None:
    """Add Holm's adjusted p-values over all primary effects that were declared; the placebo is no hypothesis."""
    for row in effects:
        row["p_holm"] = None
    family = [row for row in effects if row["primary"] and not row["placebo"]]
    p_values = [row["p"] if row["p"] is not None else math.nan for row in family]
    for row, adjusted in zip(family, holm(p_values, declared), strict=True):
        row["p_holm"] = _number(adjusted)
