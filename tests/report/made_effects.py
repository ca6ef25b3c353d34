"""A study folder that holds a table of effects alone, written cell by cell, to read answers from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from experiments.keep.files import record_of, write_sealed
from experiments.report.reading import Study

Ends = tuple[float, float, float] | None  # mean, low, high; None = nothing to compare
IDENTICAL = (0.0, 0.0, 0.0)


def made(
    folder: Path,
    cells: Mapping[tuple[str, str, str], Ends],
    expected: str = "-",
    primary: Sequence[str] | None = None,
    pairs: int = 10,
    placebo: str = "",
    left_out: Sequence[tuple[str, str, str]] = (),
    more: Mapping[str, object] = {},
) -> Study:
    """Write effects by (outcome, arm, scenario) at months 13-24; None has no value. All rows hold `more` as well."""
    outcomes, arms, scenarios = ([*dict.fromkeys(key[at] for key in cells)] for at in range(3))
    rows = [
        {
            "outcome": outcome,
            "primary": outcome in (outcomes if primary is None else primary) and arm != placebo,
            "expected_sign": expected,
            "arm": arm,
            "scenario": scenario,
            "horizon": "13-24",
            "mean": ends[0] if ends else float("nan"),
            "low": ends[1] if ends else float("nan"),
            "high": ends[2] if ends else float("nan"),
            "replicates": pairs if ends else 0,
            "method": "none" if ends is None else "identical" if ends == IDENTICAL else "t",
            "baseline_mean": 0.5,
            "p_holm": 0.01,
            "smallest_important_difference": 0.0,
            "is_precise": None,
            "warning": "",
            **more,
        }
        for (outcome, arm, scenario), ends in cells.items()
        if (outcome, arm, scenario) not in left_out
    ]
    tables = folder / "tables"
    tables.mkdir(parents=True)
    pd.DataFrame(rows).to_parquet(tables / "effects.parquet")
    manifest = {
        "status": "complete",
        "study": "made",
        "question": "What do these rules do?",
        "arms": ["baseline", *arms],
        "scenarios": scenarios,
        "replicates": pairs,
        "baseline": "baseline",
        "placebo": placebo,
        "files": {"tables/effects.parquet": record_of(tables / "effects.parquet")._asdict()},
    }
    write_sealed(folder / "manifest.json", manifest)
    return Study(folder)
