"""Compares every arm with the baseline, replicate by replicate: the tables `effects` and `differences`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

from experiments.config import StudyConfig
from experiments.declared import confidence_each, expected_of, primary_effects, swept_words
from experiments.event_counts import event_months, months_counted
from experiments.methods import COUNT_BOUND, IDENTICAL, NO_SPREAD, NONE, SINGLE, T_AND_BOTH, T_AND_COUNT_BOUND
from experiments.outcomes import Horizon, Outcome, mean_over, read_outcome
from experiments.pairs import complete_pairs
from experiments.sameness import NONE_KNOWN, SameMarkets
from experiments.statistics import FEWEST_TO_RESAMPLE, SKEWED, PairedEffect, holm, paired_effect

EXPLORATORY_BELOW = 30  # replicates; nominal 95% intervals cover too little below

EFFECTS = pa.schema(
    [
        ("outcome", pa.string()),
        ("primary", pa.bool_()),
        ("expected_sign", pa.string()),
        ("arm", pa.string()),
        ("scenario", pa.string()),
        ("horizon", pa.string()),
        ("placebo", pa.bool_()),
        ("baseline_mean", pa.float64()),
        ("mean", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("replicates", pa.int64()),
        ("method", pa.string()),
        ("sd", pa.float64()),
        ("correlation", pa.float64()),
        ("variance_reduction", pa.float64()),
        ("p", pa.float64()),
        ("p_holm", pa.float64()),
        ("smallest_important_difference", pa.float64()),
        ("simultaneous_half_width", pa.float64()),
        ("is_precise", pa.bool_()),
        ("skewness", pa.float64()),
        ("bootstrap_low", pa.float64()),
        ("bootstrap_high", pa.float64()),
        ("count_low", pa.float64()),
        ("count_high", pa.float64()),
        ("warning", pa.string()),
        ("swept", pa.string()),
    ]
)
DIFFERENCES = pa.schema(
    [
        ("arm", pa.string()),
        ("scenario", pa.string()),
        ("replicate", pa.int64()),
        ("outcome", pa.string()),
        ("horizon", pa.string()),
        ("difference", pa.float64()),
        ("baseline_level", pa.float64()),
    ]
)


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
            levels = pd.DataFrame({"level": mean_over(monthly, window), "months": months_counted(monthly, window)})
            for scenario in study.scenarios:
                for arm in study.arms[1:]:
                    pairs = _pairs(levels, scenario, arm, study.arms[0])
                    if pairs.empty:
                        continue
                    is_same = same.are_same(scenario, arm, pairs.index) or (
                        max(window) < same.parting_month(scenario, arm)
                    )
                    effects.append(_effect_row(study, outcome, horizon, scenario, arm, pairs, is_same))
                    differences.extend(_difference_rows(outcome, horizon, scenario, arm, pairs))
    effects.extend(_untested(study, effects))
    _correct(effects, len(primary_effects(study)))
    return pa.Table.from_pylist(effects, schema=EFFECTS), pa.Table.from_pylist(differences, schema=DIFFERENCES)


def outcomes(study: StudyConfig) -> tuple[Outcome, ...]:
    """Return the outcomes of a study, each once, the primary ones first."""
    names = dict.fromkeys([*(primary.outcome for primary in study.settings.primary), *study.settings.secondary])
    return tuple(read_outcome(name, "study") for name in names)


def _pairs(levels: pd.DataFrame, scenario: str, arm: str, baseline: str) -> pd.DataFrame:
    """Return arm and baseline by replicate, complete pairs only, with the months that each is a mean of."""

    def of(name: str) -> pd.DataFrame:
        inside = (levels.index.get_level_values("scenario") == scenario) & (
            levels.index.get_level_values("arm") == name
        )
        return levels[inside].droplevel(["scenario", "arm"])

    changed, unchanged = of(arm), of(baseline)
    both = {"changed": changed["level"], "unchanged": unchanged["level"]}
    months = {"changed_months": changed["months"], "unchanged_months": unchanged["months"]}
    return pd.DataFrame({**both, **months}).dropna().sort_index()


def _effect_row(
    study: StudyConfig,
    outcome: Outcome,
    horizon: Horizon,
    scenario: str,
    arm: str,
    pairs: pd.DataFrame,
    is_same: bool,
) -> dict[str, Any]:
    place = f"{outcome.name}/{horizon.name}/{scenario}/{arm}"
    changed, unchanged = list(pairs["changed"]), list(pairs["unchanged"])
    months = event_months(outcome, pd.concat([pairs["changed_months"], pairs["unchanged_months"]]))
    effect = paired_effect(changed, unchanged, place, months, is_same)
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
        "baseline_mean": float(pairs["unchanged"].mean()),
        "smallest_important_difference": important if declared else None,
        "simultaneous_half_width": _number(simultaneous),
        "is_precise": bool(simultaneous <= important) if is_hypothesis and important > 0 else None,
        "swept": swept_words(study, scenario, arm),
        "warning": _warning(effect, study.settings.replicates),
        **{name: _number(value) for name, value in effect._asdict().items()},
    }


def _warning(effect: PairedEffect, asked: int) -> str | None:
    """Return what a reader must know before believing the interval."""
    said = []
    if effect.replicates < asked:
        said.append(f"{asked - effect.replicates} of {asked} pairs missing")
    if effect.method == SINGLE:
        said.append("one replicate gives no interval")
    elif effect.method in (NO_SPREAD, COUNT_BOUND):
        said.append(_equal_words(effect))
    elif effect.method != IDENTICAL and effect.replicates < EXPLORATORY_BELOW:
        said.append("exploratory: fewer than 30 replicates")
    if math.isfinite(effect.bootstrap_low):
        said.append("skewed: see the bootstrap-t interval")
    elif effect.replicates >= FEWEST_TO_RESAMPLE and abs(effect.skewness) > SKEWED:
        said.append("skewed, with too few different values for a bootstrap-t interval")
    if effect.method in (T_AND_COUNT_BOUND, T_AND_BOTH):
        said.append("few events differ: see the bound on counts")
    return "; ".join(said) or None


def _equal_words(effect: PairedEffect) -> str:
    """Say why pairs that all differ by the same, in markets that differ, give no t interval."""
    how = "equal" if effect.mean == 0.0 else "different by the same amount"
    said = f"{how} in all {effect.replicates} pairs though the markets differ: no spread to make an interval of"
    return said + (", so a bound on rare counts stands for it" if effect.method == COUNT_BOUND else "")


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


def _untested(study: StudyConfig, effects: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield a row for each effect that was declared and could not be compared, so that none is passed over."""
    found = {(row["outcome"], row["horizon"], row["scenario"], row["arm"]) for row in effects}
    for primary, scenario, arm in primary_effects(study):
        if (primary.outcome, primary.horizon, scenario, arm) not in found:
            yield {
                "outcome": primary.outcome,
                "primary": True,
                "expected_sign": primary.expected_sign,
                "arm": arm,
                "scenario": scenario,
                "horizon": primary.horizon,
                "placebo": False,
                "replicates": 0,
                "method": NONE,
                "smallest_important_difference": primary.smallest_important_difference,
                "p": None,
                "warning": "declared and not compared: in no pair do both arms have a value",
                "swept": swept_words(study, scenario, arm),
            }


def _correct(effects: list[dict[str, Any]], declared: int) -> None:
    """Add Holm's adjusted p-values over all primary effects that were declared; the placebo is no hypothesis."""
    for row in effects:
        row["p_holm"] = None
    family = [row for row in effects if row["primary"] and not row["placebo"]]
    p_values = [row["p"] if row["p"] is not None else math.nan for row in family]
    for row, adjusted in zip(family, holm(p_values, declared), strict=True):
        row["p_holm"] = _number(adjusted)
