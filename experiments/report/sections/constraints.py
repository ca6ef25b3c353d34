"""Which constraint bound: why credit was refused, over time and by lender."""

from __future__ import annotations

import numpy as np
import pandas as pd

from experiments.report.blocks import Block, Figure, Note, Section, Table, Text
from experiments.report.estimates import RUN, estimate
from experiments.report.figures.constraints import draw_constraints
from experiments.report.figures.marks import month_name
from experiments.report.reading import Study
from experiments.report.sections.bands import closed_bands
from experiments.report.wording import counted, plain, quantity, sentence

SHOWN = 7
OTHERS = "other"


def constraints_section(study: Study) -> Section:
    """Show the share of refused money by constraint over time, and by lender after the rules."""
    table = study.table("refused", "month", "lender", "constraint", "amount_fen")
    if table is None:
        return Section(
            "constraints",
            "Which constraint bound",
            (Note(sentence(f"Refusals are not shown: {study.why_absent('refused')}")),),
        )
    table = table[table["arm"].isin(study.drawn)].assign(constraint=table["constraint"].astype(str))
    sums = table.groupby("constraint")["amount_fen"].sum().sort_values(ascending=False, kind="stable")
    names = [str(name) for name in sums.index if sums[name] > 0]
    kept = names if len(names) <= SHOWN + 1 else names[:SHOWN]
    table["constraint"] = table["constraint"].where(table["constraint"].isin(kept), OTHERS)
    shown = [*kept, OTHERS] if len(kept) < len(names) else kept
    shares = _shares(study, table, shown)
    caption = (
        "Share of the money refused, by the first constraint that refused it; all lenders, "
        f"{counted(study.replicates, 'replicate')} pooled. {_largest(study, table)}"
    )
    blocks: list[Block] = [
        Figure(
            draw_constraints(study, shown, shares),
            "Stacked shares of refused money by constraint over time.",
            caption.strip(),
        ),
        _lender_table(study, table, shown),
        *_set_by_rules(study),
        closed_bands(study),
    ]
    return Section("constraints", "Which constraint bound", tuple(blocks))


def _set_by_rules(study: Study) -> list[Block]:
    """State how much limits refused that rules had made tighter: a rule may refuse under the name of a target.

    Runs in which a limit refused nobody count with nothing.
    """
    sums = study.summed("budgets", ("constraint", "narrowed_by_rules"), ("refused_fen",))
    if sums is None:
        return []
    runs = _runs(study, sums)
    sums = sums[sums["arm"].isin(study.drawn) & (sums["refused_fen"] > 0)]
    if not (sums["narrowed_by_rules"] > 0).any():
        return []
    rows = []
    for (constraint, scenario, arm), mine in sums.groupby(["constraint", "scenario", "arm"], sort=True):
        count, refused = int(runs[scenario, arm]), int(mine["refused_fen"].sum())
        tighter = int(mine.loc[mine["narrowed_by_rules"] > 0, "refused_fen"].sum())
        labels = (plain(constraint).replace("_", " "), plain(scenario), plain(arm))
        rows.append((*labels, quantity(refused / count, "fen"), quantity(tighter / refused, "share"), str(count)))
    head = ("limit", "scenario", "arm", "refused a run", "of it in months in which rules had made it tighter", "n")
    return [
        Text(
            "Lenders keep targets of their own above what the law asks, so a rule on capital, leverage or liquidity "
            "may refuse under the target's name. A limit counts as tighter in a month in which, with the same books, "
            "it would leave more room under the rules before any instrument. All that it refused in such a month "
            "counts, also what it would have refused without them. Means are over all runs, shares of their sums."
        ),
        Table(
            "What limits refused, and how much of it in months in which rules had made the limit tighter",
            head,
            tuple(rows),
            (3, 4, 5),
            folded=True,
        ),
    ]


def _runs(study: Study, sums: pd.DataFrame) -> pd.Series:
    """Return how many runs there are by scenario and arm: those of the market, since a run may have had no limit."""
    market = study.table("market", "replicate")
    return (sums if market is None else market).groupby(["scenario", "arm"])["replicate"].nunique()


def _shares(study: Study, table: pd.DataFrame, names: list[str]) -> dict[tuple[str, str], np.ndarray]:
    found = {}
    for (arm, scenario), rows in table.groupby(["arm", "scenario"], sort=True):
        wide = rows.pivot_table(index="month", columns="constraint", values="amount_fen", aggfunc="sum")
        wide = wide.reindex(index=range(study.months), columns=names).fillna(0.0)
        total = wide.sum(axis=1)
        found[str(arm), str(scenario)] = wide.div(total.where(total > 0), axis=0).to_numpy(float)
    return found


def _after(study: Study, table: pd.DataFrame) -> pd.DataFrame:
    first, end = study.window
    return table[(table["month"] >= first) & (table["month"] < end)]


def _replicate_shares(table: pd.DataFrame, constraint: str) -> pd.Series:
    total = table.groupby(RUN, sort=True)["amount_fen"].sum()
    mine = table[table["constraint"] == constraint].groupby(RUN, sort=True)["amount_fen"].sum()
    return mine.reindex(total.index, fill_value=0) / total.where(total > 0)


def _largest(study: Study, table: pd.DataFrame) -> str:
    """State which constraint refused most in each arm of the first scenario, with an interval over replicates."""
    texts = []
    after = _after(study, table)
    for arm in study.drawn:
        mine = after[(after["arm"] == arm) & (after["scenario"] == study.scenarios[0])]
        if mine.empty:
            continue
        largest = str(mine.groupby("constraint")["amount_fen"].sum().idxmax())
        found = estimate(list(_replicate_shares(mine, largest)))
        ends = found.without_interval
        if found.has_interval:
            ends = f" ({quantity(found.low, 'share')} to {quantity(found.high, 'share')})"
        texts.append(
            f"in “{plain(arm)}” {plain(largest).replace('_', ' ')} refused {quantity(found.mean, 'share')}{ends}"
        )
    if not texts:
        return ""
    return sentence(
        f"From {month_name(study, study.window[0])} on, in “{plain(study.scenarios[0])}”, " + "; ".join(texts)
    )


def _lender_table(study: Study, table: pd.DataFrame, names: list[str]) -> Table:
    levels = ["lender", "scenario", "arm"]
    wide = _after(study, table).pivot_table(
        index=[*levels, "replicate"], columns="constraint", values="amount_fen", aggfunc="sum"
    )
    wide = wide.reindex(columns=names).fillna(0.0)
    total = wide.sum(axis=1)
    shares = wide.div(total.where(total > 0), axis=0)
    order = {name: at for at, name in enumerate([*dict.fromkeys(table["lender"]), *study.scenarios, *study.drawn])}
    rows = []
    for keys, mine in sorted(shares.groupby(level=levels), key=lambda item: [order.get(name, 0) for name in item[0]]):
        cells = []
        for name in names:
            found = estimate(list(mine[name]))
            half = f" ±{quantity((found.high - found.low) / 2, 'share')}" if found.has_interval else ""
            cells.append(quantity(found.mean, "share") + half)
        rows.append((*(plain(key) for key in keys), *cells, str(len(mine))))
    head = ("lender", "scenario", "arm", *(plain(name).replace("_", " ") for name in names), "n")
    return Table(
        f"Share of refused money by constraint and lender {study.window_words}, with half the 95% interval",
        head,
        tuple(rows),
        tuple(range(3, len(head))),
        folded=True,
    )
