"""Winners and losers: people whose lot differs between paired arms, counted one by one, beside the placebo."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from experiments.compare.by_person import REASON, SERVED_BY
from experiments.report.blocks import Block, Figure, Note, Section, Table, Text
from experiments.report.estimates import RUN, Estimate, estimate
from experiments.report.figures.people import draw_moves
from experiments.report.reading import Study
from experiments.report.wording import NOTHING, is_distinct, listing, number, plain, sentence
from experiments.tables.moves import MOVES, Move, per_thousand

Group = tuple[str, str]  # dimension and group
ALL: Group = ("all", "all")
SHOWN_BEYOND = (("access", "lost"), ("default", "spared"), ("default", "pushed"))
SPELT_ARMS = 3  # of which every number is given


def winners_section(study: Study) -> Section:
    """Show moves in people per thousand, the placebo beside the policy, and what goes beyond the placebo."""
    table = study.table("transitions", "topic", "dimension", "value", "change", "borrowers")
    if table is None or len(study.arms) < 2:
        reason = (
            study.why_absent("transitions")
            if len(study.arms) > 1
            else "a single arm has no other to compare people with"
        )
        return Section("winners", "Winners and losers", (Note(sentence(f"Not shown: {reason}")),))
    shares = per_thousand(table)
    arms = [arm for arm in study.arms[1:] if arm in set(shares.index.get_level_values("arm"))]
    found = {
        (move, arm, scenario): estimate(list(_values(shares, ALL, move, arm, scenario)))
        for move in MOVES
        for arm in arms
        for scenario in study.scenarios
    }
    moves = [
        move
        for move in MOVES
        if any(found[move, arm, scenario].mean > 0 for arm in arms for scenario in study.scenarios)
    ]
    panels = [
        (scenario, {(move.words, arm): found[move, arm, scenario] for move in moves for arm in arms})
        for scenario in study.scenarios
    ]
    blocks: list[Block] = [
        Text(
            "Arms are paired, so each simulated person is compared with the same person under the reference, over "
            "the months the study watches after the announcement. A person lost credit who was approved before, "
            "applied after and was never approved in this arm, but not so in the reference; spared means that it "
            "happened in the reference and not here, pushed the reverse; who moved was served in both, last by another "
            f"lender. {_placebo_words(study)}"
        )
    ]
    if moves:
        words = [move.words for move in moves]
        caption = f"People in 1,000, by move and arm; bars: mean of {study.replicates} pairs, lines: 95% intervals. "
        caption += _beyond(study, shares, moves)
        blocks.append(Figure(draw_moves(study, words, panels), f"Bars by arm: {listing(words)}.", caption))
    else:
        blocks.append(Text("Nobody's lot differs between the arms."))
    blocks.append(_table(study, shares, arms))
    lenders = _lenders(table, arms, study)
    if lenders.rows:
        blocks.append(lenders)
    reasons = _reasons(study, table, arms)
    if reasons.rows:
        blocks.append(reasons)
    return Section("winners", "Winners and losers", tuple(blocks))


def _values(shares: pd.Series, group: Group, move: Move, arm: str, scenario: str) -> pd.Series:
    """Return people per thousand by replicate."""
    key = (*group, move.topic, move.change, arm, scenario)
    return shares.loc[key] if key in shares.index else pd.Series(dtype=float)


def _placebo_words(study: Study) -> str:
    if not study.placebos:
        return "No placebo arm was run, so chance cannot be distinguished from policy here."
    return (
        f"The arm {listing([f'“{plain(arm)}”' for arm in study.placebos])} changes next to nothing: it shows how many "
        "change groups by chance alone once lenders react to each other, and only what goes beyond it is the policy."
    )


def _beyond(study: Study, shares: pd.Series, moves: Sequence[Move]) -> str:
    """State how many more than under the placebo lost credit and were spared a default, pair by pair, for every arm.

    Of many arms the least and the most of each move are given; the table below has all of them.
    """
    if not study.placebos or not study.policies:
        return ""
    shown = [move for move in moves if (move.topic, move.change) in SHOWN_BEYOND]
    if not shown:
        return ""
    if len(study.policies) <= SPELT_ARMS:
        return " ".join(_beyond_of(study, shares, shown, arm) for arm in study.policies)
    texts = []
    for scenario in study.scenarios:
        for move in shown:
            found = {arm: _excess(shares, move, arm, study.placebos[0], scenario) for arm in study.policies}
            texts.append(f"{move.words} {_range(found)} in “{plain(scenario)}”")
    return sentence(
        f"Beyond the placebo, {len(study.policies)} arms add, from the least to the most: {'; '.join(texts)}"
    )


def _beyond_of(study: Study, shares: pd.Series, moves: Sequence[Move], arm: str) -> str:
    """State what one arm adds to the placebo's moves."""
    texts = [
        f"{move.words} {_words(_excess(shares, move, arm, study.placebos[0], scenario), True)} in “{plain(scenario)}”"
        for scenario in study.scenarios
        for move in moves
    ]
    return sentence(f"Beyond the placebo, “{plain(arm)}” adds: {'; '.join(texts)}")


def _range(found: dict[str, Estimate]) -> str:
    """Return the least and the most of several arms, and how many are distinguishable from zero."""
    known = {arm: one.mean for arm, one in found.items() if one.replicates}
    if not known:
        return NOTHING
    least, most = min(known, key=known.__getitem__), max(known, key=known.__getitem__)
    distinct = sum(is_distinct(one.low, one.high) for one in found.values())
    ends = [f"{number(known[arm], 1, True)} (“{plain(arm)}”)" for arm in (least, most)]
    return f"{ends[0]} to {ends[1]}, {distinct} of {len(found)} distinguishable from zero,"


def _excess(shares: pd.Series, move: Move, arm: str, placebo: str, scenario: str) -> Estimate:
    mine, beside = (_values(shares, ALL, move, whose, scenario) for whose in (arm, placebo))
    level = max((float(values.abs().max()) for values in (mine, beside) if len(values)), default=0.0)
    return estimate(list((mine - beside).dropna()), level)


def _reasons(study: Study, table: pd.DataFrame, arms: Sequence[str]) -> Table:
    """State why those who lost credit in an arm, and not in the reference, were last refused there."""
    lost = table[table["topic"].astype(str) == REASON].astype({"change": str})
    counts = lost.groupby([*RUN, "change"], sort=True)["borrowers"].sum().unstack("change", fill_value=0)
    shares = counts.div(counts.sum(axis=1), axis=0) * 100.0
    rows = []
    for reason in counts.sum().sort_values(ascending=False, kind="stable").index:
        for scenario in study.scenarios:
            found = [
                estimate(list(shares[reason].loc[(arm, scenario)]) if (arm, scenario) in _pairs(shares) else [])
                for arm in arms
            ]
            if any(one.mean > 0 for one in found):
                labels = (str(reason).replace("_", " "), plain(scenario))
                rows.append((*labels, *(_words(one) for one in found), str(max(one.replicates for one in found))))
    head = ("last refused for", "scenario", *(f"{plain(arm)} (95% interval)" for arm in arms), "n")
    return Table(
        "Why those who lost credit were last refused, per cent of them",
        head,
        tuple(rows),
        tuple(range(2, len(head))),
        folded=True,
    )


def _lenders(table: pd.DataFrame, arms: Sequence[str], study: Study) -> Table:
    """State between which lenders people moved who are served in both arms, per thousand people of the market."""
    moved = table[table["topic"].astype(str) == SERVED_BY].astype({"from_state": str, "to_state": str})
    everybody = table[(table["topic"].astype(str) == "source") & (table["dimension"].astype(str) == "all")]
    people = everybody.groupby(RUN, sort=True)["borrowers"].sum()
    counts = moved.groupby([*RUN, "from_state", "to_state"], sort=True)["borrowers"].sum()
    pairs = counts.groupby(["from_state", "to_state"], sort=True).sum().sort_values(ascending=False, kind="stable")
    counts = counts.unstack(["from_state", "to_state"], fill_value=0)
    rows = []
    for pair in pairs.index:
        for scenario in study.scenarios:
            found = []
            for arm in arms:
                mine = people.loc[(arm, scenario)] if (arm, scenario) in people.index else pd.Series(dtype=float)
                runs = counts[pair].reindex([(arm, scenario, replicate) for replicate in mine.index], fill_value=0)
                found.append(estimate(list(1000.0 * runs.to_numpy(float) / mine.to_numpy(float))))
            if any(one.mean > 0 for one in found):
                words = (*(_words(one) for one in found), str(max(one.replicates for one in found)))
                rows.append((*(plain(name).replace("_", " ") for name in pair), plain(scenario), *words))
    by_arm = (f"{plain(arm)} (95% interval)" for arm in arms)
    head = ("last served by, in the reference", "here by", "scenario", *by_arm, "n")
    return Table(
        "Who took whose customers: people in 1,000 who are served in both arms, last by another lender",
        head,
        tuple(rows),
        tuple(range(3, len(head))),
        folded=True,
    )


def _pairs(shares: pd.DataFrame) -> set[tuple[str, str]]:
    """Return the arms and scenarios that have rows."""
    return {(arm, scenario) for arm, scenario, *_ in shares.index}


def _words(found: Estimate, signed: bool = False) -> str:
    if found.replicates == 0:
        return NOTHING
    ends = found.without_interval
    if found.has_interval:
        ends = f" ({number(found.low, 1, signed)} to {number(found.high, 1, signed)})"
    return number(found.mean, 1, signed) + ends


def _table(study: Study, shares: pd.Series, arms: Sequence[str]) -> Table:
    rows = []
    groups = dict.fromkeys(
        zip(shares.index.get_level_values("dimension"), shares.index.get_level_values("group"), strict=True)
    )
    for dimension, group in (key for key in groups if key[0] in ("all", "income_quintile")):
        for move in MOVES:
            for scenario in study.scenarios:
                found = [estimate(list(_values(shares, (dimension, group), move, arm, scenario))) for arm in arms]
                if any(one.mean > 0 for one in found):
                    labels = (plain(dimension).replace("_", " "), plain(group), move.words, plain(scenario))
                    rows.append((*labels, *(_words(one) for one in found), str(max(one.replicates for one in found))))
    head = ("by", "group", "move", "scenario", *(f"{plain(arm)} (95% interval)" for arm in arms), "n")
    return Table(
        "Moves of everybody and by income fifth, people in 1,000 of the group",
        head,
        tuple(rows),
        tuple(range(4, len(head))),
        folded=True,
    )
