"""Key effects: forest plots of the paired differences, and the tables behind them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from experiments.report.blocks import Block, Figure, Note, Section, Table, Text
from experiments.report.effects import Effect, horizon_words, outcome_words, read_effects, untested_words
from experiments.report.figures.forest import Bar, Strip, draw_forest, effect_words
from experiments.report.reading import Study
from experiments.report.style import arm_colour
from experiments.report.wording import (
    NOTHING,
    beside_words,
    counted,
    interval,
    label,
    listing,
    number,
    plain,
    quantity,
    sentence,
    short,
    span,
    title,
)


def effects_section(study: Study) -> Section:
    """Show the effects with intervals and replicates, primary ones first."""
    effects, untested = read_effects(study), untested_words(study)
    if not effects:
        reason = study.why_absent("effects") if len(study.arms) > 1 else "a single arm cannot be compared"
        reason = "; ".join(untested) or reason
        return Section("effects", "Key effects", (Note(sentence(f"No effects are shown: {reason}")),))
    shown = [effect for effect in effects if effect.arm in study.policies] or effects
    primary = [effect for effect in shown if effect.primary]
    blocks: list[Block] = [
        Text(
            "Each effect is the mean of the differences between an arm and the reference in replicates that share "
            "their random draws, with its 95% interval. Months are counted from the announcement; "
            "amounts are means of those months."
        )
    ]
    if primary:
        strips = _strips(study, primary, lambda effect: outcome_words(effect.outcome))
        blocks.append(Figure(draw_forest(strips), _words(primary), _caption(primary, "Primary outcomes")))
        blocks.append(_primary_table(primary))
        blocks += _precision(study, primary)
    else:
        blocks.append(Note("The study declares no primary outcome, so none is marked."))
    blocks += _secondary(study, primary, [effect for effect in shown if not effect.primary])
    blocks.append(_full_table(effects))
    if untested:
        blocks.append(Note(sentence(f"Not compared, for want of values: {'; '.join(untested)}")))
    warnings = Counter(effect.warning for effect in shown if effect.warning)
    if warnings:
        summary = "; ".join(f"{plain(text)} ({counted(times, 'estimate')})" for text, times in warnings.most_common(6))
        blocks.append(Note(sentence(f"Warnings of the effects table: {summary}")))
    return Section("effects", "Key effects", tuple(blocks))


def _precision(study: Study, primary: Sequence[Effect]) -> list[Block]:
    """State how many primary effects are known to their smallest important difference, and why the study stopped."""
    judged = [effect for effect in primary if effect.precise is not None]
    texts = []
    if judged:
        narrow = sum(bool(effect.precise) for effect in judged)
        texts.append(
            f"{narrow} of {counted(len(judged), 'primary effect')} are known to the smallest that matters: "
            "the intervals that together cover with 95% reach no further to either side"
        )
    stopped = study.recorded("stopped")
    if isinstance(stopped, Mapping) and isinstance(stopped.get("words"), str):
        texts.append(f"by its stop rule the study {plain(stopped['words'])}")
    return [Text(" ".join(sentence(text) for text in texts))] if texts else []


def _secondary(study: Study, primary: list[Effect], secondary: list[Effect]) -> list[Block]:
    """Draw secondary outcomes at the horizon of most primary ones: the market's, then those by lender."""
    if not secondary:
        return []
    horizon = Counter(effect.horizon for effect in primary or secondary).most_common(1)[0][0]
    chosen = [effect for effect in secondary if effect.horizon == horizon]
    kinds = [effect for effect in chosen if _whose(effect) not in ("", "all")]
    market = [effect for effect in chosen if effect not in kinds]
    blocks: list[Block] = []
    if market:
        strips = _strips(study, market, lambda effect: outcome_words(effect.outcome))
        words = f"Secondary outcomes of the whole market, {horizon_words(horizon)}"
        blocks.append(Figure(draw_forest(strips), _words(market), _caption(market, words)))
    if kinds:
        strips = _strips(study, kinds, lambda effect: label(effect.outcome.rsplit(".", 1)[-1]))
        words = f"Secondary outcomes by lender, {horizon_words(horizon)}"
        blocks.append(Figure(draw_forest(strips), _words(kinds), _caption(kinds, words)))
    return blocks


def _whose(effect: Effect) -> str:
    parts = effect.outcome.split(".")
    return parts[1] if parts[0] == "lender" and len(parts) > 2 else ""


def _strips(study: Study, effects: Sequence[Effect], named: Callable[[Effect], str]) -> list[Strip]:
    strips = []
    for name, horizon in dict.fromkeys((named(effect), effect.horizon) for effect in effects):
        rows = [effect for effect in effects if (named(effect), effect.horizon) == (name, horizon)]
        heading = name
        if rows[0].primary:
            heading += f", {horizon_words(horizon)}"
            heading += f" (expected {rows[0].expected_words})" if rows[0].expected else ""
        several = len({effect.outcome for effect in rows}) > 1 or named(rows[0]) != outcome_words(rows[0].outcome)
        shown = [value for effect in rows for value in (effect.mean, effect.low, effect.high, *effect.dots)]
        bars = tuple(_bar(study, effect, several, shown) for effect in rows)
        strips.append(Strip(title(heading), rows[0].unit, bars))
    return strips


def _bar(study: Study, effect: Effect, several: bool, shown: Sequence[float]) -> Bar:
    names = [short(_whose(effect), 18)] if several else []
    names += [short(effect.arm, 16)] if len(study.policies) > 1 else []
    names += [short(effect.scenario, 14)]
    words = effect_words(effect.mean, effect.low, effect.high, effect.unit, effect.replicates, effect.identical, shown)
    hollow = effect.scenario != study.scenarios[0]
    return Bar(
        " · ".join(names),
        effect.mean,
        effect.low,
        effect.high,
        effect.dots,
        arm_colour(study.arms, effect.arm),
        hollow,
        words,
    )


STATED_ONCE = (1, 2)  # of the columns below: when, and which arm
PRIMARY_NUMBERS = range(6, 12)  # of the columns below: effect to smallest that matters


def _p_words(p: float) -> str:
    return NOTHING if math.isnan(p) else "<0.001" if p < 0.001 else f"{p:.3f}"


def _important_words(effect: Effect) -> str:
    """Return the smallest difference that matters, and whether the effect is known that well."""
    if effect.important <= 0:
        return NOTHING
    least = quantity(effect.important, effect.unit, True).lstrip("+").replace("percentage ", "")
    return least if effect.precise is None else f"{least}, {'known' if effect.precise else 'not known'}"


def _primary_table(effects: Sequence[Effect]) -> Table:
    rows = [
        (
            outcome_words(effect.outcome),
            horizon_words(effect.horizon),
            plain(effect.arm),
            plain(effect.scenario),
            effect.expected_words,
            effect.verdict,
            *_numbers(effect),
            _p_words(effect.p_holm),
            _important_words(effect),
        )
        for effect in effects
    ]
    head = (
        "outcome",
        "when",
        "arm",
        "scenario",
        "expected",
        "result",
        "effect",
        "95% interval",
        "% of reference",
        "pairs",
        "p (Holm)",
        "smallest that matters",
    )
    # A column that is empty, or that the title can state once, would only push others out of sight.
    same = [at for at in STATED_ONCE if len({row[at] for row in rows}) == 1]
    shown = [at for at in range(len(head)) if at not in same and any(row[at] not in ("", NOTHING) for row in rows)]
    strong = tuple(at for at, effect in enumerate(effects) if effect.verdict == "opposite of expected")
    return Table(
        ", ".join(["Primary outcomes: effect, expected sign and result", *(rows[0][at] for at in same)]),
        tuple(head[at] for at in shown),
        tuple(tuple(row[at] for at in shown) for row in rows),
        tuple(column for column, at in enumerate(shown) if at in PRIMARY_NUMBERS),
        strong,
    )


def _full_table(effects: Sequence[Effect]) -> Table:
    rows = [
        (
            outcome_words(effect.outcome),
            horizon_words(effect.horizon),
            plain(effect.arm),
            plain(effect.scenario),
            *_numbers(effect),
            plain(effect.method),
            "primary" if effect.primary else "secondary",
        )
        for effect in effects
    ]
    head = (
        "outcome",
        "when",
        "arm",
        "scenario",
        "effect",
        "95% interval",
        "% of reference",
        "pairs",
        "method",
        "declared",
    )
    return Table(
        f"All {counted(len(effects), 'estimate')}, placebo included", head, tuple(rows), (4, 5, 6, 7), folded=True
    )


def _numbers(effect: Effect) -> tuple[str, str, str, str]:
    """Return effect with unit, interval, effect in per cent of the reference, and number of pairs."""
    if effect.identical:
        return "identical", "", "", number(effect.replicates)
    mean, low, high, words = interval(effect.mean, effect.low, effect.high, effect.unit)
    ends = "none" if math.isnan(effect.low) else span(low, high)
    ends += "".join(f"; {beside_words(effect.mean, other, effect.unit)}" for other in effect.beside)
    return mean + words.replace("percentage ", ""), ends, effect.relative.split(" ")[0], number(effect.replicates)


def _caption(effects: Sequence[Effect], heading: str) -> str:
    """State what the picture shows, counted from the effects in it."""
    distinct = [effect for effect in effects if effect.distinct]
    text = sentence(f"{heading}: {len(distinct)} of {counted(len(effects), 'interval')} leave out zero")
    down = list(dict.fromkeys(outcome_words(effect.outcome) for effect in distinct if effect.mean < 0))
    up = list(dict.fromkeys(outcome_words(effect.outcome) for effect in distinct if effect.mean > 0))
    texts = [f"lower: {listing(down)}"] * bool(down) + [f"higher: {listing(up)}"] * bool(up)
    text += f" {sentence('; '.join(texts))}" if texts else ""
    return text + " Filled dots: the first scenario; hollow dots: the others; small ticks: single replicates; n: pairs."


def _words(effects: Sequence[Effect]) -> str:
    texts = [
        f"{outcome_words(effect.outcome)} {horizon_words(effect.horizon)}, "
        f"{plain(effect.arm)}, {plain(effect.scenario)}: "
        + effect_words(effect.mean, effect.low, effect.high, effect.unit, effect.replicates, effect.identical)
        for effect in effects
    ]
    return "Forest plot of effects. " + "; ".join(texts) + "."
