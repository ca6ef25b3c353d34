"""Writes a small study folder with plausible numbers, to draw reports from without a run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.keep.files import record_of, write_sealed
from experiments.report.estimates import estimate
from tests.report.made_rows import ANNOUNCED, EFFECTIVE, SHOCK, SHOCK_END, Lenders, Row, Rows, row_makers

ARMS = ("baseline", "tightening", "placebo")
SCENARIOS = ("calm", "shock")
LENDERS: Lenders = (
    ("platform_a", "platform"),
    ("platform_b", "platform"),
    ("bank_a", "bank"),
    ("bank_b", "bank"),
    ("consumer_finance_a", "consumer_finance"),
    ("micro_lender_a", "micro_lender"),
)


def write_study(
    folder: Path,
    arms: tuple[str, ...] = ARMS,
    scenarios: tuple[str, ...] = SCENARIOS,
    replicates: int = 4,
    months: int = 36,
    lenders: Lenders = LENDERS,
    leave_out: tuple[str, ...] = (),
) -> Path:
    """Write manifest and tables; arms beyond the first are policies, unless named placebo."""
    tables = folder / "tables"
    tables.mkdir(parents=True)
    for name, rows_of in row_makers(lenders).items():
        if name not in leave_out:
            pd.DataFrame(_all_rows(rows_of, arms, scenarios, replicates, months)).to_parquet(tables / f"{name}.parquet")
    if len(arms) > 1 and "effects" not in leave_out:
        effects, differences = _effects(tables, arms, scenarios)
        effects.to_parquet(tables / "effects.parquet")
        differences.to_parquet(tables / "differences.parquet")
        if "profiles" not in leave_out:
            _profiles(tables, arms, scenarios).to_parquet(tables / "profiles.parquet")
    files = {f"tables/{path.name}": record_of(path)._asdict() for path in sorted(tables.glob("*.parquet"))}
    write_sealed(folder / "manifest.json", {**_manifest(arms, scenarios, replicates), "files": files})
    return folder


def _manifest(arms: tuple[str, ...], scenarios: tuple[str, ...], replicates: int) -> Row:
    dates = [
        {"kind": kind, "name": rule, "month": month, "arm": arm}
        for arm in arms[1:]
        if arm != "placebo"
        for rule, later in (
            ("rate_cap", 0),
            ("credit_registry", 2),
            ("joint_lending_floor", 4),
            ("capital_adequacy", 0),
        )
        for kind, month in (("announced", ANNOUNCED), ("effective", EFFECTIVE + later))
    ]
    shocks = [
        {"kind": "shock", "name": "unemployment", "month": SHOCK, "until": SHOCK_END, "scenario": scenario}
        for scenario in scenarios[1:]
    ]
    return {
        "status": "complete",
        "study": "tightening",
        "question": "What does a package of rules do to this market, and to whom?",
        "arms": list(arms),
        "scenarios": list(scenarios),
        "replicates": replicates,
        "baseline": arms[0],
        "placebo": "placebo" if "placebo" in arms else "",
        "announce_month": ANNOUNCED,
        "configs": {
            f"{scenario}/{arm}": {
                "policy": {}
                if arm in (arms[0], "placebo")
                else {"rate_cap": {"kind": "rate_cap", "max_apr": 0.24, "scope": ["bank"]}},
                "shock": {},
            }
            for arm in arms
            for scenario in scenarios
        },
        "timeline": dates + shocks,
        "versions_swept": [
            {
                "role": "arm",
                "name": arm,
                "values": {"policy.rate_cap.max_apr": 0.24 - 0.01 * at, "policy.rate_cap.kinds": []},
            }
            for at, arm in enumerate(arms[1:])
            if arm != "placebo"
        ],
        "stopped": {"reason": "at_most", "words": "stopped at the most replicates allowed"},
        "seed": 1,
        "versions": {"numpy": "2.4.0", "sluice": "0.1.0"},
        "missing": [],
        "flags": [],
        "parameters": [
            {
                "name": "behaviour.demand.purchase_share",
                "value": 0.07,
                "unit": "share of people a month",
                "low": 0.0,
                "high": 1.0,
                "source": "assumed",
            },
            {
                "name": "population.income_low_log_yuan",
                "value": 10.0,
                "unit": "log yuan a year",
                "low": 5.0,
                "high": 15.0,
                "source": "fitted; National Bureau of Statistics",
            },
            {
                "name": "regulator.registry_memory_months",
                "value": 60,
                "unit": "months",
                "low": 0,
                "high": 120,
                "source": "bad record kept five years",
            },
        ],
    }


def _all_rows(
    rows_of: Rows, arms: tuple[str, ...], scenarios: tuple[str, ...], replicates: int, months: int
) -> Iterator[Row]:
    for position, arm in enumerate(arms):
        for stress, scenario in enumerate(scenarios):
            for replicate in range(replicates):
                chance = np.random.default_rng([replicate, 7])  # arms share their random draws
                keys = {"arm": arm, "scenario": scenario, "replicate": replicate}
                policy = 0.0 if position == 0 or arm == "placebo" else 1.0 / position
                yield from rows_of(chance, keys, policy, float(stress > 0), months)


def _effects(tables: Path, arms: tuple[str, ...], scenarios: tuple[str, ...]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make the effects of a few outcomes from the market table; the placebo's are identical."""
    market = pd.read_parquet(tables / "market.parquet")
    effects, differences = [], []
    plan = (
        ("debt_fen", True, "-"),
        ("informal_debt_fen", True, "+"),
        ("hardship_share", True, "-"),
        ("hhi", False, ""),
        ("originations_fen", False, ""),
        ("consumption_fen", False, ""),
    )
    late = market[market["month"] >= EFFECTIVE]
    means = late.groupby(["arm", "scenario", "replicate"])[[name for name, _, _ in plan]].mean()
    for name, primary, sign in plan:
        for arm in arms[1:]:
            for scenario in scenarios:
                changes = means.loc[(arm, scenario), name] - means.loc[(arms[0], scenario), name]
                found = estimate(list(changes))
                key = {"outcome": f"market.{name}", "arm": arm, "scenario": scenario, "horizon": "1-12"}
                effects.append(
                    {
                        "outcome": key["outcome"],
                        "primary": primary,
                        "expected_sign": sign,
                        "arm": arm,
                        "scenario": scenario,
                        "horizon": "1-12",
                        "mean": found.mean,
                        "low": found.low,
                        "high": found.high,
                        "replicates": found.replicates,
                        "method": "identical" if arm == "placebo" else found.method,
                        "sd": float(changes.std()),
                        "variance_reduction": 3.0,
                        "baseline_mean": float(means.loc[(arms[0], scenario), name].mean()),
                        "p_holm": 0.01 if primary else None,
                        "smallest_important_difference": (1e-3 if name.endswith("share") else 1e6) if primary else None,
                        "placebo": arm == "placebo",
                        "is_precise": (found.high - found.low < 0.01) if primary else None,
                        "warning": "exploratory: fewer than 30 replicates",
                    }
                )
                differences += [
                    {**key, "replicate": int(at), "difference": float(change)} for at, change in changes.items()
                ]
    return pd.DataFrame(effects), pd.DataFrame(differences)


def _profiles(tables: Path, arms: tuple[str, ...], scenarios: tuple[str, ...]) -> pd.DataFrame:
    """Make the effect of two outcomes by month from the market table."""
    market = (
        pd.read_parquet(tables / "market.parquet").set_index(["arm", "scenario", "month", "replicate"]).sort_index()
    )
    rows = []
    for name, primary in (("debt_fen", True), ("hardship_share", True), ("hhi", False)):
        for arm in arms[1:]:
            for scenario in scenarios:
                changes = market.loc[(arm, scenario), name] - market.loc[(arms[0], scenario), name]
                for month, found in changes.groupby("month"):
                    at = estimate(list(found))
                    key = {"outcome": f"market.{name}", "primary": primary, "arm": arm, "scenario": scenario}
                    since = {"month": month, "months_since_announcement": month - ANNOUNCED}
                    ends = {"mean": at.mean, "low": at.low, "high": at.high, "replicates": at.replicates}
                    rows.append({**key, **since, **ends, "placebo": arm == "placebo"})
    return pd.DataFrame(rows)
