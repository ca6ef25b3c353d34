"""Which risk bands were closed, by law or for want of a price, and how many people asked in them."""

from __future__ import annotations

import pandas as pd

from experiments.report.blocks import Block, Note, Table
from experiments.report.estimates import RUN, estimate
from experiments.report.reading import Study
from experiments.report.wording import plain, sentence

GROUNDS = ("rate_cap", "no_price")


def closed_bands(study: Study) -> Block:
    """Return a table of closed bands by lender and arm in the study's window, or a note when there are none."""
    table = study.table("bands", "month", "lender", "closed", *GROUNDS)
    if table is None:
        return Note(sentence(f"Closed bands are not shown: {study.why_absent('bands')}"))
    first, end = study.window
    table = table[table["arm"].isin(study.drawn) & (table["month"] >= first) & (table["month"] < end)]
    order = {name: at for at, name in enumerate([*dict.fromkeys(table["lender"]), *study.scenarios, *study.drawn])}
    rows = []
    groups = table.groupby(["lender", "scenario", "arm"], sort=True, observed=True)
    for keys, mine in sorted(groups, key=lambda group: [order.get(name, 0) for name in group[0]]):
        for ground in GROUNDS:
            closed, people = monthly(mine, mine["closed"].astype(str) == ground), monthly(mine, mine[ground])
            if any(closed) or any(people):
                cells = [spread(values) for values in (closed, people)]
                rows.append((*(plain(key) for key in keys), plain(ground).replace("_", " "), *cells, str(len(people))))
    if not rows:
        return Note(sentence(f"No lender closed a band by law or for want of a price {study.window_words}"))
    return Table(
        f"Bands closed and people who asked in them, a month {study.window_words}, with half the 95% interval",
        ("lender", "scenario", "arm", "closed by", "bands", "people", "n"),
        tuple(rows),
        (4, 5, 6),
        folded=True,
    )


def monthly(rows: pd.DataFrame, values: pd.Series) -> list[float]:
    """Return the mean over months of a month's sum, by replicate."""
    sums = rows.assign(value=values.astype(float)).groupby([*RUN, "month"], sort=True, observed=True)["value"].sum()
    return [float(found) for found in sums.groupby(level="replicate", sort=True).mean()]


def spread(values: list[float]) -> str:
    """Return a mean, with half its interval where there are several replicates."""
    found = estimate(values)
    return f"{found.mean:,.1f}" + (f" ±{(found.high - found.low) / 2:,.1f}" if found.has_interval else "")
