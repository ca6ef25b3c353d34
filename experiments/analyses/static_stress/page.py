"""What the page of a static stress test shows: figure, tables and words, from its table of paths alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from experiments.analyses.page import Drawing
from experiments.analyses.tool import Findings
from experiments.compare.statistics import paired_effect
from experiments.report import style
from experiments.report.blocks import Note, Points, Section, Table, Text
from experiments.report.wording import NOTHING, counted, interval, listing, number, short, span

STATIC, BEHAVIOURAL = "static", "behavioural"
CALM, SHOCK = "calm", "shock"
COLOURS = {STATIC: "#D55E00", BEHAVIOURAL: "#0072B2"}
PERCENT = 100.0
LOWEST_SHOWN = -15.0  # per cent, in the figure


def findings_of(tables: Mapping[str, pa.Table], minimum: float, rolls: str) -> Findings:
    """Return what the page and the terminal show; the table of lenders is made here."""
    paths = tables["paths"].to_pandas()
    lenders = lender_table(paths)
    found = lenders.to_pandas()
    lines = sentences_of(found, minimum)
    return Findings(
        {**tables, "lenders": lenders},
        Drawing(lambda: draw(paths, minimum), " ".join(lines), CAPTION),
        (Points(lines), Note(LIMITS)),
        (
            Section("lenders", "Lender by lender", (ratio_block(found), loss_block(found))),
            Section("method", "Method", (Text(METHOD), Text(ROLLS[rolls]))),
        ),
        lines,
    )


CAPTION = (
    "Capital ratio from the month of the shock on: orange by the constant balance sheet, blue as simulated; solid "
    "under the shock, dashed in calm. Thick lines are means over the replicates that have not failed, thin ones are "
    "replicates, a cross is a lender that fails; the dotted line is the minimum."
)
METHOD = (
    "The static exercise begins with each lender's books when the shock comes. Nothing new is lent: what matures is "
    "replaced like for like, default is final, nothing is written off, provisions foresee the scenario in the three "
    "stages of IFRS 9, interest, costs and pay-out stay at their starting level, defaulted loans pay nothing, dearer "
    "funding passes through as it matures, and risk-weighted assets do not fall. These are conventions of the EBA's "
    "EU-wide stress test (methodological note), whose constant balance sheet they share; the Bank of England's "
    "concurrent stress tests let banks plan their balance sheets instead. The behavioural exercise is the "
    "simulator's own run under the same shock: lenders cut lending, prices move, owners pay in, borrowers turn "
    "elsewhere."
)
ROLLS = {
    "observed": (
        "Roll rates are those that the behavioural run shows month by month, so the two exercises share their defaults "
        "as far as rates go, and differ by what lenders do about it. The rates were seen on books that lenders had "
        "already changed."
    ),
    "satellite": (
        "Roll rates are those of the year before the shock, with the odds of getting worse raised by the assumed log "
        "odds for every unit of unemployment above calm; nothing of the behavioural run but its unemployment enters."
    ),
}
LIMITS = (
    "Neither is a forecast. The static exercise provides early and in full for what it foresees, the simulated "
    "lenders by the standard their file names (by default five categories, as loans go late), so losses differ in "
    "timing as well as in size. Since nothing is written off, what is in default piles up, earns nothing and still "
    "weighs: for loans that last less than a year that is a harsh convention. With few people a lender's late "
    "buckets hold few loans, and monthly rates are rough. The opening allowance is that of the exercise; what it "
    "differs by from the booked one is not taken from equity. Deposits and new loans keep their price. A failed "
    "lender's losses end with it, so its behavioural losses are too low. Costs of collecting what defaults beyond "
    "the start are left out."
)


def lender_table(paths: pd.DataFrame) -> pa.Table:
    """Return one row for each lender: lowest ratio, failures, losses over opening loans beyond calm, last loans."""
    rows: list[dict[str, Any]] = []
    for lender, own in paths.groupby("lender", sort=True):
        lowest = _by_replicate(own, "capital_ratio_share", "min")
        losses = _by_replicate(own, "losses_fen", "last")
        loans = _by_replicate(own, "loans_fen", "last")
        failed = _by_replicate(own, "failed", "max")
        opening = loans[STATIC, CALM]  # constant, so the last month's is the first one's
        beyond = {which: (losses[which, SHOCK] - losses[which, CALM]) / opening for which in (STATIC, BEHAVIOURAL)}
        row: dict[str, Any] = {"lender": lender, "replicates": len(opening)}
        for which in (STATIC, BEHAVIOURAL):
            row[f"{which}_lowest_ratio_share"] = float(lowest[which, SHOCK].mean())
            row[f"{which}_lowest_calm_ratio_share"] = float(lowest[which, CALM].mean())
            row[f"{which}_losses_share"] = float(beyond[which].mean())
            row[f"{which}_failed_share"] = float(failed[which, SHOCK].mean())
        effects = {
            "ratio": paired_effect(list(lowest[STATIC, SHOCK]), list(lowest[BEHAVIOURAL, SHOCK]), f"ratio/{lender}"),
            "losses": paired_effect(list(beyond[STATIC]), list(beyond[BEHAVIOURAL]), f"losses/{lender}"),
            "loans": paired_effect(
                list(loans[BEHAVIOURAL, SHOCK] / opening), list(loans[BEHAVIOURAL, CALM] / opening), f"loans/{lender}"
            ),
        }
        for name, effect in effects.items():
            row |= {f"{name}_difference": effect.mean, f"{name}_low": effect.low, f"{name}_high": effect.high}
        rows.append(row)
    return pa.Table.from_pylist(rows)


def _by_replicate(own: pd.DataFrame, column: str, how: str) -> dict[tuple[str, str], pd.Series[float]]:
    """Return the least or last month of a column by replicate, for every approach and scenario."""
    ordered = own.sort_values("month")
    return {
        (str(approach), str(scenario)): rows.groupby("replicate", sort=True)[column].agg(how).astype(float)
        for (approach, scenario), rows in ordered.groupby(["approach", "scenario"], sort=True)
    }


def sentences_of(found: pd.DataFrame, minimum: float) -> tuple[str, ...]:
    """Return the answer in sentences."""
    texts = []
    for which in (STATIC, BEHAVIOURAL):
        below = found[found[f"{which}_lowest_ratio_share"] < minimum]
        names = listing([str(name) for name in below["lender"]]) if len(below) else "no lender"
        texts.append(
            f"By the {which} exercise {names} {'fall' if len(below) > 1 else 'falls'} below the minimum of "
            f"{minimum:.1%} on average over replicates."
        )
    apart = found.reindex(found["ratio_difference"].abs().sort_values(ascending=False).index).iloc[0]
    text, low, high, words = interval(apart["ratio_difference"], apart["ratio_low"], apart["ratio_high"], "share")
    texts.append(
        f"They are furthest apart at {apart['lender']}, whose lowest ratio is "
        f"{apart['static_lowest_ratio_share']:.1%} by the static and {apart['behavioural_lowest_ratio_share']:.1%} "
        f"by the behavioural exercise: {text}{words} ({span(low, high)}, {counted(int(apart['replicates']), 'pair')})."
    )
    return tuple(texts)


def _cells(row: Mapping[Any, Any], name: str) -> tuple[str, str]:
    ends = [row[f"{name}_{end}"] * PERCENT for end in ("difference", "low", "high")]
    if not np.isfinite(ends[1]):
        return number(ends[0], 2, True), NOTHING
    return number(ends[0], 2, True), f"{number(ends[1], 2, True)} to {number(ends[2], 2, True)}"


def ratio_block(found: pd.DataFrame) -> Table:
    """Return the lowest capital ratios of both exercises."""
    rows = tuple(
        (
            str(row["lender"]),
            *(
                number(row[f"{which}_lowest{calm}_ratio_share"] * PERCENT, 2)
                for calm in ("_calm", "")
                for which in (STATIC, BEHAVIOURAL)
            ),
            *_cells(row, "ratio"),
            *(f"{row[f'{which}_failed_share']:.0%}" for which in (STATIC, BEHAVIOURAL)),
        )
        for row in found.to_dict("records")
    )
    head = (
        "lender",
        "calm, static",
        "calm, behavioural",
        "shock, static",
        "shock, behavioural",
        "static less behavioural",
        "95%",
        "insolvent, static",
        "failed, behavioural",
    )
    return Table("Lowest capital ratio in the months of the exercise, %", head, rows, tuple(range(1, 9)))


def loss_block(found: pd.DataFrame) -> Table:
    """Return losses beyond calm over opening loans, and what became of lending."""
    rows = tuple(
        (
            str(row["lender"]),
            *(number(row[f"{which}_losses_share"] * PERCENT, 2) for which in (STATIC, BEHAVIOURAL)),
            *_cells(row, "losses"),
            *_cells(row, "loans"),
        )
        for row in found.to_dict("records")
    )
    head = (
        "lender",
        "static",
        "behavioural",
        "static less behavioural",
        "95%",
        "loans at the end, shock less calm",
        "95%",
    )
    return Table(
        "Provisions beyond those in calm, and own loans as simulated, % of opening loans",
        head,
        rows,
        tuple(range(1, 7)),
    )


def draw(paths: pd.DataFrame, minimum: float) -> Canvas:
    """Draw the capital ratio of every lender by both exercises."""
    lenders = sorted(paths["lender"].unique())
    rows = -(-len(lenders) // 3)
    canvas, axes = style.grid(rows, min(3, len(lenders)), panel_height=2.0, bottom=0.5)
    for axis in axes[len(lenders) :]:
        axis.set_axis_off()
    for axis, lender in zip(axes, lenders, strict=False):
        _draw_lender(axis, paths[paths["lender"] == lender])
        axis.axhline(minimum * PERCENT, color=style.FAINT, linewidth=0.8, linestyle=(0, (1, 1.5)))
        axis.set_title(f"{short(lender)}, %")
        axis.set_ylim(bottom=max(axis.get_ylim()[0], LOWEST_SHOWN))
        if lender in lenders[-3:]:
            axis.set_xlabel("month")
    axes[0].legend(frameon=False, fontsize=7.5, loc="best")
    return canvas


def _draw_lender(axis: Axes, own: pd.DataFrame) -> None:
    for (approach, scenario), rows in own.groupby(["approach", "scenario"], sort=True):
        wide = rows.pivot(index="month", columns="replicate", values="capital_ratio_share").sort_index() * PERCENT
        dash = "-" if scenario == SHOCK else (0, (4, 2))
        colour = COLOURS[str(approach)]
        if scenario == SHOCK:
            axis.plot(wide.index, wide, color=colour, linewidth=0.5, alpha=0.35)
            ends = rows[(rows["failed"] == 1) & (approach == BEHAVIOURAL)]
            axis.plot(
                ends["month"], (ends["capital_ratio_share"] * PERCENT).clip(lower=LOWEST_SHOWN), "x", color=colour
            )
        axis.plot(wide.index, wide.mean(axis=1), color=colour, linestyle=dash, label=f"{approach}, {scenario}")
