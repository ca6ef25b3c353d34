"""The answer in five sentences, made from the effects table: every arm, scenario and primary outcome is in it.

One arm is described outcome by outcome. Of several arms each outcome is described over all of them: what most do by
count, and every exception by name, so that nothing true of one is stated as if of all. A table beside holds every
number.
"""

from __future__ import annotations

from collections.abc import Sequence

from experiments.report.blocks import Block, Note, Points, Section, Table
from experiments.report.comparison import (
    LEFT_OUT,
    SPELT_OUTCOMES,
    Cell,
    Contrast,
    Outcome,
    cell_words,
    contrast_words,
    outcome_clause,
    outcome_title,
    outcomes_of_one,
    values_of,
)
from experiments.report.effects import (
    Effect,
    horizon_words,
    outcome_words,
    read_effects,
    reason_without_value,
    untested_words,
    without_value,
    without_value_words,
)
from experiments.report.reading import Study
from experiments.report.wording import counted, listing, plain, sentence
from experiments.tables.methods import EXPLORATORY_BELOW

TITLE = "The answer in five sentences"
NAMED_ARMS = 4  # so many are named in the opening; of more the first and the last
OTHER_SCENARIOS_LISTED_APART = 2  # of more, outcomes are described over all of them
MOST_COLUMNS, MOST_ROWS = 6, 24  # of a table that stands open
CLEAREST = 2  # secondary effects that are quoted


def answer_section(study: Study) -> Section:
    """Answer in five sentences, each with its numbers, and in a table of arms by primary outcomes."""
    effects = read_effects(study)
    if not effects:
        reason = (
            study.why_absent("effects") if len(study.arms) > 1 else "the study has a single arm, so nothing is compared"
        )
        reason = "; ".join(untested_words(study)) or reason
        return Section("answer", TITLE, (Note(sentence(f"No effects are reported: {reason}")),))
    blocks: list[Block] = [Points(tuple(five_sentences(study, effects)), numbered=True)]
    return Section("answer", TITLE, (*blocks, *_tables(study, [*effects, *without_value(study)])))


def arms_described(study: Study) -> tuple[str, ...]:
    """Return the arms that the answer is about: the policies; where there are none, whatever is compared."""
    return study.policies or study.arms[1:]


def five_sentences(study: Study, effects: list[Effect]) -> list[str]:
    """Return the answer; every number in it stands in the effects table."""
    arms = arms_described(study)
    mine = [effect for effect in effects if effect.arm in arms]
    every = [*effects, *without_value(study)]
    outcomes = primary_outcomes([effect for effect in every if effect.arm in arms])
    texts = [
        _opening(study, arms, mine, [effect for effect in every if effect.arm in arms]),
        _scenario_sentence(study, every, outcomes, study.scenarios[:1]),
        _other_scenarios(study, every, outcomes),
        _secondary_sentence(study, [effect for effect in mine if not effect.primary], mine),
        _verdict_sentence(arms, [effect for effect in every if effect.arm in arms and effect.primary], mine),
    ]
    return [sentence(text) for text in texts]


def primary_outcomes(effects: Sequence[Effect]) -> tuple[Outcome, ...]:
    """Return outcomes and horizons that were declared beforehand for some arm; where none was, all there are."""
    declared = [effect for effect in effects if effect.primary] or effects
    return tuple(dict.fromkeys((effect.outcome, effect.horizon) for effect in declared))


def cells_of(effects: Sequence[Effect], outcome: Outcome, contrasts: Sequence[Contrast]) -> list[Cell]:
    """Return what became of an outcome in every contrast, also where nothing could be compared."""
    found = {(effect.arm, effect.scenario): effect for effect in effects if (effect.outcome, effect.horizon) == outcome}
    return [cell_of(found.get((contrast.arm, contrast.scenario)), contrast) for contrast in contrasts]


def cell_of(effect: Effect | None, contrast: Contrast) -> Cell:
    """Return what became of an outcome in one contrast; an effect without any pair is none, and says why."""
    if effect is not None and effect.is_untested:
        return Cell(contrast, None, reason_without_value(effect), without_value_words(effect))
    return Cell(contrast, effect)


def contrasts_of(arms: Sequence[str], scenarios: Sequence[str]) -> list[Contrast]:
    """Return every arm in every scenario, named by what distinguishes them."""
    return [
        Contrast(arm, scenario, contrast_words(arm, scenario, arms, scenarios))
        for scenario in scenarios
        for arm in arms
    ]


def _opening(study: Study, arms: Sequence[str], mine: Sequence[Effect], declared: Sequence[Effect]) -> str:
    names = [f"“{plain(arm)}”" for arm in arms]
    if len(arms) > NAMED_ARMS:
        who = f"{len(arms)} arms, {names[0]} to {names[-1]}, were each run beside"
    else:
        who = f"{listing(names)} {'was' if len(arms) == 1 else 'were each'} run beside"
    text = (
        f"{who} “{plain(study.reference)}” in {_pairs_words(mine)} per scenario that share their random draws; "
        f"{_declared_words(declared)} declared beforehand, and months are counted from the announcement"
    )
    left = [f"“{plain(arm)}”" for arm in study.arms[1:] if arm not in arms]
    return text + (f"; {listing(left)} is no policy and stands in the full table of the key effects" if left else "")


def _declared_words(mine: Sequence[Effect]) -> str:
    """Return how many primary outcomes there are and whether a sign was expected of them."""
    names = {effect.outcome for effect in mine if effect.primary}
    signed = {effect.outcome for effect in mine if effect.primary and effect.expected}
    text = counted(len(names), "primary outcome")
    were = "was" if len(names) == 1 else "were"
    if names == signed:
        return f"{text} and {'its sign' if len(names) == 1 else 'their signs'} were"
    return f"{text}, {f'{len(signed)} of them with its sign' if signed else 'of no expected sign'}, {were}"


def _pairs_words(effects: Sequence[Effect]) -> str:
    """Return how many pairs there are; where runs are missing, from how few to how many."""
    counts = sorted({effect.replicates for effect in effects})
    if len(counts) > 1:
        return f"{counts[0]} to {counted(counts[-1], 'pair')}"
    return counted(counts[0] if counts else 0, "pair")


def _scenario_sentence(
    study: Study, effects: Sequence[Effect], outcomes: Sequence[Outcome], scenarios: Sequence[str]
) -> str:
    """State what became of every primary outcome in every arm in one scenario, or over several."""
    arms = arms_described(study)
    contrasts = contrasts_of(arms, scenarios)
    is_first = tuple(scenarios) == study.scenarios[:1]
    names = listing([f"“{plain(name)}”" for name in scenarios])
    opening = f"{'In' if is_first else 'Under'} {names}"
    if not outcomes:
        return f"{opening}, the effects table has no primary outcome"
    if len(contrasts) == 1:
        cells = [cells_of(effects, outcome, contrasts)[0] for outcome in outcomes]
        return f"{opening}, {outcomes_of_one(outcomes, cells)}"
    noun = "arm" if len(scenarios) == 1 else "scenario" if len(arms) == 1 else "case"
    clauses = [outcome_clause(outcome, cells_of(effects, outcome, contrasts), noun) for outcome in outcomes]
    return f"{opening}, " + "; ".join(clauses)


def _other_scenarios(study: Study, effects: Sequence[Effect], outcomes: Sequence[Outcome]) -> str:
    others = study.scenarios[1:]
    if not others:
        return "Only one scenario was run, so the report cannot show how a shock would change this"
    if len(others) > OTHER_SCENARIOS_LISTED_APART:
        return _scenario_sentence(study, effects, outcomes, others)
    return ". ".join(_scenario_sentence(study, effects, outcomes, [other]) for other in others)


def _secondary_sentence(study: Study, secondary: Sequence[Effect], mine: Sequence[Effect]) -> str:
    if not secondary:
        return f"All {counted(len(mine), 'estimate')} reported belong to primary outcomes"
    distinct = [effect for effect in secondary if effect.distinct]
    arms = arms_described(study)
    over = f" over {len(arms)} arms" if len(arms) > 1 else ""
    text = (
        f"Of {counted(len(secondary), 'secondary estimate')}{over}, {len(distinct)} can be distinguished from zero "
        "at 95% one by one"
    )
    chosen: list[Effect] = []
    for effect in sorted(distinct, key=lambda effect: -_clarity(effect)):
        if effect.outcome not in [other.outcome for other in chosen] and len(chosen) < CLEAREST:
            chosen.append(effect)
    if not chosen:
        return text
    texts = []
    for effect in chosen:
        where = (
            f"under “{plain(effect.arm)}” in “{plain(effect.scenario)}”"
            if len(arms) > 1
            else (f"in “{plain(effect.scenario)}”")
        )
        when = f", {horizon_words(effect.horizon)}" if horizon_words(effect.horizon) else ""
        texts.append(f"{outcome_words(effect.outcome)} {where}{when}: {effect.change_words()}")
    return f"{text}, the clearest being {listing(texts)}; the others stand under the key effects"


def _clarity(effect: Effect) -> float:
    half = (effect.high - effect.low) / 2
    return abs(effect.mean) / half if half > 0 else 0.0


def _verdict_sentence(arms: Sequence[str], primary: Sequence[Effect], mine: Sequence[Effect]) -> str:
    """Count how primary effects compare with the signs expected, all together, and by arm where arms differ."""
    if not primary:
        text = "No outcome was declared primary beforehand"
    else:
        over = f" over {len(arms)} arms" if len(arms) > 1 else ""
        text = f"Of {counted(len(primary), 'primary estimate')}{over}, {_verdicts(primary)}"
        by_arm = {arm: _verdicts([effect for effect in primary if effect.arm == arm]) for arm in arms}
        if 1 < len(arms) <= NAMED_ARMS and len(set(by_arm.values())) > 1:
            text += f" ({'; '.join(f'“{plain(arm)}”: {words}' for arm, words in by_arm.items() if words)})"
        holm = sum(effect.p_holm < 0.05 and effect.distinct for effect in primary)
        if any(effect.p_holm >= 0 for effect in primary):
            text += f" ({holm} hold at 5% after Holm's correction)"
    few = min((effect.replicates for effect in mine), default=0) < EXPLORATORY_BELOW
    caution = "exploratory, not confirmatory" if few else "about the simulated market alone"
    return f"{text}; with {_pairs_words(mine)} and a synthetic population this is {caution}, and no forecast"


def _verdicts(primary: Sequence[Effect]) -> str:
    """Count the results of signs expected beforehand; without one, how many can be distinguished from zero."""
    if not primary:
        return ""
    signed = [effect for effect in primary if effect.expected]
    open_ones = [effect for effect in primary if not effect.expected]
    parts = []
    if signed:
        met, against, same = (
            sum(effect.verdict == verdict for effect in signed)
            for verdict in ("as expected", "opposite of expected", "identical")
        )
        without = sum(effect.verdict == "no interval" and not effect.is_untested for effect in signed)
        absent = sum(effect.is_untested for effect in signed)
        unclear = len(signed) - met - against - same - without - absent
        others = ((same, "identical to the reference"), (without, "without an interval"), (absent, "without a value"))
        parts.append(
            f"{met} had the sign expected beforehand, {against} the opposite sign and {unclear} could not be "
            "distinguished from zero"
            + "".join(f", {number} {'was' if number == 1 else 'were'} {words}" for number, words in others if number)
        )
    if open_ones:
        distinct = sum(effect.distinct for effect in open_ones)
        which = f"of {len(open_ones)} whose sign was left open" if signed else "no sign was expected and"
        parts.append(f"{which} {distinct} can be distinguished from zero")
    return "; ".join(parts)


def _tables(study: Study, effects: Sequence[Effect]) -> list[Block]:
    """Return every arm and scenario by primary outcome, the fewer of both in columns; none where sentences state it."""
    arms = arms_described(study)
    outcomes = primary_outcomes([effect for effect in effects if effect.arm in arms])
    contrasts = contrasts_of(arms, study.scenarios)
    is_one_arm = len(arms) == 1 and len(study.scenarios) <= 1 + OTHER_SCENARIOS_LISTED_APART
    if is_one_arm and len(outcomes) <= SPELT_OUTCOMES:
        return []
    grid = [cells_of(effects, outcome, contrasts) for outcome in outcomes]
    shown = [[_marked(cell, values_of(row)) for cell in row] for row in grid]
    is_long = len(contrasts) > MOST_ROWS
    titles = [outcome_title(outcome) for outcome in outcomes]
    names = [(plain(contrast.arm), plain(contrast.scenario)) for contrast in contrasts]
    if len(contrasts) <= min(len(outcomes), MOST_COLUMNS):
        top = ("primary outcome", *(", ".join(name) for name in names))
        return [Table(_caption(grid), top, tuple((title, *row) for title, row in zip(titles, shown, strict=True)))]
    blocks: list[Block] = []
    for first in range(0, len(outcomes), MOST_COLUMNS):
        columns = range(first, min(first + MOST_COLUMNS, len(outcomes)))
        head = ("arm", "scenario", *(titles[at] for at in columns))
        rows = [(*name, *(shown[at][row] for at in columns)) for row, name in enumerate(names)]
        blocks.append(Table(_caption(grid), head, tuple(rows), folded=is_long))
    return blocks


def _marked(cell: Cell, beside: Sequence[float]) -> str:
    """Return a cell; a star where the outcome was not declared for the arm."""
    return cell_words(cell, beside) + ("" if cell.effect is None or cell.effect.primary else " *")


def _caption(grid: Sequence[Sequence[Cell]]) -> str:
    """State what the table holds, and what a star in it means where outcomes were declared for some arms alone."""
    effects = [cell.effect for row in grid for cell in row if cell.effect is not None]
    declared = sum(effect.primary for effect in effects)
    if not declared:
        return "Effects on all outcomes, none declared beforehand, with 95% intervals"
    text = "Effects on the primary outcomes with 95% intervals"
    text += "; *: not declared beforehand for this arm" if declared < len(effects) else ""
    is_shorter = any(effect.left_out_words for effect in effects)
    return text + (f";{LEFT_OUT}: months or pairs in which an arm has no value are left out" if is_shorter else "")
