"""Lenders over time: by kind, then one figure per measure with a panel per lender."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from experiments.report.absence import why_absent
from experiments.report.blocks import Block, Figure, Note, Section, Table
from experiments.report.changes import after_means, band_words, effect_of, has_gap, level_of_pairs, not_described
from experiments.report.estimates import Estimate, level
from experiments.report.figures.series import Panel, draw_series
from experiments.report.lenders import MEASURES, measure
from experiments.report.reading import Study
from experiments.report.wording import NOTHING, change_sentence, interval, listing, plain, quantity, sentence

NO_VALUE = "no value"
KIND_FIGURES = (
    ("Access, volume and price by kind of lender", ("approval_share", "new_lending", "mean_apr")),
    ("Arrears and charge-offs by kind of lender", ("dpd30_share", "dpd90_share", "charge_offs_yearly_share")),
    ("Capital and return by kind of lender", ("capital_ratio_share", "roe_share")),
)


def kinds_section(study: Study) -> Section:
    """Draw each measure by kind of lender: a row per measure, a column per kind."""
    blocks: list[Block] = []
    for title, names in KIND_FIGURES:
        panels: list[Panel] = []
        columns = 1
        for name in names:
            found = measure(study, name, ("kind",))
            if found is None:
                continue
            kinds = _kinds(study)
            columns = len(kinds)
            side = MEASURES[name].side
            panels += [
                Panel(plain(kind), found[1], found[2][found[2]["kind"] == kind], "" if at else side)
                for at, kind in enumerate(kinds)
            ]
        if panels:
            caption = sentence(title) + " Ratios weight each lender by its own denominator. " + band_words(study)
            blocks.append(
                Figure(draw_series(study, panels, columns, 1.3), f"{title}, over time by arm and scenario.", caption)
            )
    if not blocks:
        blocks.append(Note(sentence(f"Kinds of lenders are not drawn: {study.why_absent('lender')}")))
    else:
        blocks += _kind_table(study)
    return Section("kinds", "Lenders by kind", tuple(blocks))


def lenders_section(study: Study) -> Section:
    """Draw each measure lender by lender."""
    blocks: list[Block] = []
    for name in MEASURES:
        found = measure(study, name, ("lender",))
        if found is None:
            continue
        title, unit, rows = found
        lenders = _lenders(study)
        side = MEASURES[name].side
        panels = [
            Panel(plain(lender), unit, rows[rows["lender"] == lender], "" if at % 3 else side)
            for at, lender in enumerate(lenders)
        ]
        texts = (sentence(title), _clearest(study, name, rows, unit, lenders), band_words(study))
        caption = " ".join(filter(None, texts))
        blocks.append(
            Figure(
                draw_series(study, panels, 3, 1.45),
                f"{title}, one panel for each of {listing([plain(x) for x in lenders])}.",
                caption,
            )
        )
    if not blocks:
        blocks.append(Note(sentence(f"Lenders are not drawn: {study.why_absent('lender')}")))
    return Section("lenders", "Lender by lender", tuple(blocks))


def _lenders(study: Study) -> list[str]:
    table = study.table("lender", "lender")
    return [] if table is None else [str(lender) for lender in dict.fromkeys(table["lender"])]


def _kinds(study: Study) -> list[str]:
    """Return the kinds of lenders in the order in which lenders are listed."""
    table = study.table("lender", "kind")
    return [] if table is None else [str(kind) for kind in dict.fromkeys(table["kind"])]


def _clearest(study: Study, name: str, rows: pd.DataFrame, unit: str, lenders: Sequence[str]) -> str:
    """State for each scenario which lender changed most under the first policy, and which have no value."""
    texts = []
    for arm in study.policies[:1]:
        under = f"under “{plain(arm)}”"
        for scenario in study.scenarios:
            mine = {lender: rows[rows["lender"] == lender] for lender in lenders}
            without = [plain(lender) for lender in lenders if has_gap(study, mine[lender], arm, scenario)]
            if without:
                why = why_absent("lender", MEASURES[name].column)
                texts.append(f"in “{plain(scenario)}” there is no value at {listing(without)} {under}: {why}")
            found = {lender: effect_of(study, mine[lender], arm, scenario) for lender in lenders}
            found = {lender: estimate for lender, estimate in found.items() if estimate.replicates}
            if not found:
                continue
            lender = max(found, key=lambda name: abs(found[name].mean))
            most = found[lender]
            if most.mean == 0.0:
                texts.append(f"in “{plain(scenario)}” no lender changes {under}")
                continue
            words = change_sentence(most.mean, most.low, most.high, unit, most.replicates, most.method)
            texts.append(f"in “{plain(scenario)}” the largest mean change {under} is at {plain(lender)}: {words}")
    return sentence("; ".join(texts) + not_described(study)) if texts else ""


def _kind_table(study: Study) -> list[Block]:
    rows: list[tuple[str, ...]] = []
    for name in MEASURES:
        found = measure(study, name, ("kind",))
        if found is None:
            continue
        title, unit, values = found
        for kind in _kinds(study):
            mine = values[values["kind"] == kind]
            means = after_means(study, mine)
            for scenario in study.scenarios:
                for arm in study.policies or ("",):
                    change = effect_of(study, mine, arm, scenario) if arm else None
                    has_change = change is not None and change.replicates > 0
                    base = (
                        level_of_pairs(study, mine, arm, scenario)
                        if has_change
                        else level(means, study.reference, scenario)
                    )
                    rows.append(
                        (
                            title,
                            plain(kind),
                            plain(scenario),
                            _level(base, unit),
                            plain(arm),
                            NO_VALUE if arm and has_gap(study, mine, arm, scenario) else _change(change, unit),
                            str(base.replicates),
                        )
                    )
    head = (
        "measure",
        "kind",
        "scenario",
        f"level in {plain(study.reference)} (95% interval)",
        "arm",
        "change (95% interval)",
        "n",
    )
    caption = f"Means {study.window_words}, by kind of lender; a level beside a change is of the same months"
    return [Table(caption, head, tuple(rows), (3, 5, 6), folded=True)]


def _level(found: Estimate, unit: str) -> str:
    if found.replicates == 0:
        return NOTHING
    if not found.has_interval:
        return quantity(found.mean, unit) + found.without_interval
    return f"{quantity(found.mean, unit)} ({quantity(found.low, unit)} to {quantity(found.high, unit)})"


def _change(found: Estimate | None, unit: str) -> str:
    if found is None or found.replicates == 0:
        return NOTHING
    mean, low, high, words = interval(found.mean, found.low, found.high, unit)
    words = " points" if "points" in words else words
    return f"{mean}{words}" + (f" ({low} to {high})" if found.has_interval else found.without_interval)
