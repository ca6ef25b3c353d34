"""Makes tests/golden/records.json again: python -m tests.golden.records [NAME ...].

A value hash is taken of each column: whole numbers and texts as they are, other numbers to ten significant digits, so
that it is the same on every supported Python. A change belongs in CHANGELOG.md in a line that says Regression, why, by
how much, and the seal of the file: `test_records.py` asks for it.
"""

from __future__ import annotations

import hashlib
import json
import math
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa

from sim.market import CreditMarket
from sim.observe.builders import DATE
from tests.golden.markets import MARKETS

FILE = Path(__file__).with_name("records.json")
SEED = 7
LAST_MONTHS = 12  # of the market that headlines of a share are means over
SUMS = {
    "market": [
        "applications",
        "approvals",
        "originations_fen",
        "defaults",
        "charge_offs_fen",
        "consumption_fen",
        "income_fen",
        "informal_defaults",
    ],
    "lender": ["profit_fen", "interest_fen", "funding_cost_fen", "provisions_fen", "recoveries_fen", "lines_cut"],
    "refused": ["applications"],
    "roll": ["loans"],
    "actions": ["value"],
}
MEANS = {
    "market": [
        "approval_share",
        "new_approval_share",
        "indebted_share",
        "mean_apr",
        "dpd30_share",
        "dpd90_share",
        "hardship_share",
        "unemployment_share",
        "hhi",
        "aware_share",
    ],
    "lender": ["capital_ratio_share", "dpd90_lagged_share", "take_rate_share", "offered_apr", "wholesale_apr"],
}
LASTS = {"market": ["debt_fen", "informal_debt_fen"], "lender": ["equity_fen", "allowance_fen"]}


def column_hash(column: pa.ChunkedArray) -> str:
    """Return the value hash of a column, shortened to twelve hexadecimal digits."""
    shown = (f"{value:.10g}" if isinstance(value, float) else str(value) for value in column.to_pylist())
    return hashlib.sha256("\x1f".join(shown).encode()).hexdigest()[:12]


def headlines(tables: dict[str, pa.Table]) -> dict[str, float]:
    """Return about thirty numbers a reader can check by eye: sums, means of the last months, levels at the end."""
    found: dict[str, float] = {}
    for name, columns in SUMS.items():
        for column in columns:
            values = tables[name][column].to_pylist()  # of floats the sum is exact, so that every Python gives the same
            found[f"sum {name}.{column}"] = math.fsum(values) if column == "value" else sum(values)
    for name, columns in MEANS.items():
        table = tables[name].to_pandas()
        last = table[table["month"] > table["month"].max() - LAST_MONTHS]
        for column in columns:
            found[f"mean {name}.{column}"] = float(f"{last[column].mean():.6g}")
    for name, columns in LASTS.items():
        table = tables[name].to_pandas()
        for column in columns:
            found[f"end {name}.{column}"] = int(table[table["month"] == table["month"].max()][column].sum())
    return found


def record_of(name: str) -> dict[str, Any]:
    """Return what is kept of a named market: headlines, the value hash of every column, and one hash of them all."""
    market = CreditMarket(MARKETS[name](), rng=SEED)
    market.run()
    tables = {**market.record.tables, "people": market.record.people()}
    columns = {
        f"{table}.{column}": column_hash(tables[table][column])
        for table in sorted(tables)
        for column in tables[table].column_names
        if column != DATE or table == "market"  # elsewhere it came later, and says what the month says
    }
    whole = hashlib.sha256(json.dumps(columns).encode()).hexdigest()[:16]
    return {"headlines": headlines(tables), "record": whole, "columns": columns}


def seal_of(records: dict[str, Any]) -> str:
    """Return the short name of all records together, which the changelog quotes."""
    return hashlib.sha256(json.dumps(records, sort_keys=True).encode()).hexdigest()[:10]


def main(names: list[str]) -> None:
    """Make the records of these markets again, all when none is named, and print the seal."""
    records = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    for name in names or MARKETS:
        records[name] = record_of(name)
    records = {name: records[name] for name in MARKETS if name in records}
    FILE.write_text(json.dumps(records, indent=1) + "\n", encoding="utf-8")
    print("seal", seal_of(records))


if __name__ == "__main__":
    main(sys.argv[1:])
