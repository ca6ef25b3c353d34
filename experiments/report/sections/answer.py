"""The question, the time line, and the answer in five sentences made from the effects table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from experiments.report.blocks import Block, Figure, Note, Points, Section, Table, Text
from experiments.report.effects import (
    Effect,
    horizon_words,
    outcome_words,
    read_effects,
    untested_words,
    without_value,
    without_value_words,
)
from experiments.report.figures.marks import month_name
from experiments.report.figures.timeline import draw_timeline
from experiments.report.reading import Study
from experiments.report.wording import change_sentence, counted, listing, plain, sentence
from experiments.spelling import IN_BASELINE

EXPLORATORY_BELOW = 30
SHOWN_FILES = 4  # of those that were altered


def question_section(study: Study) -> Section:
    """Say what was asked and when things happen."""
    blocks: list[Block] = []
    if study.altered:
        blocks.append(
            Note(
                f"Do not quote this page: not as the study wrote them are {plain(listing(study.altered[:SHOWN_FILES]))}"
                + (f" and {len(study.altered) - SHOWN_FILES} more." if len(study.altered) > SHOWN_FILES else ".")
            )
        )
    blocks += [Note(sentence(words)) for words in policies_in_the_baseline(study)]
    question = str(study.said("question") or "").strip()
    if question:
        blocks.append(Text(question))
    blocks.append(Text(_design(study)))
    if study.events:
        blocks.append(Figure(draw_timeline(study), _timeline_words(study), _timeline_caption(study)))
    else:
        blocks.append(Note("No policy and no shock is dated in this study, so there is no time line."))
    blocks += _instruments(study)
    blocks += _asked(study)
    return Section("question", "Question and time line", tuple(blocks))


def answer_section(study: Study) -> Section:
    """Answer in five sentences, each with its numbers, intervals and pairs."""
    effects = read_effects(study)
    if not effects:
        reason = (
            study.why_absent("effects") if len(study.arms) > 1 else "the study has a single arm, so nothing is compared"
        )
        reason = "; ".join(untested_words(study)) or reason
        return Section(
            "answer", "The answer in five sentences", (Note(sentence(f"No effects are reported: {reason}")),)
        )
    return Section(
        "answer", "The answer in five sentences", (Points(tuple(five_sentences(study, effects)), numbered=True),)
    )


def five_sentences(study: Study, effects: list[Effect]) -> list[str]:
    """Return the answer; every number in it stands in the effects table."""
    arm = study.policies[0] if study.policies else next(iter(study.arms[1:]), "")
    mine = [effect for effect in effects if effect.arm == arm]
    primary = [effect for effect in mine if effect.primary] or mine
    calm = study.scenarios[0]
    stressed = list(study.scenarios[1:])
    declared = counted(len({effect.outcome for effect in mine if effect.primary}), "primary outcome")
    opening = (
        f"“{plain(arm)}” was run beside “{plain(study.reference)}” in {counted(_pairs(mine), 'pair')} per scenario "
        f"that share their luck; {declared} and their signs were declared beforehand, and months are counted from "
        "the announcement"
    )
    said = [opening]
    absent = [effect for effect in without_value(study) if effect.arm == arm]
    if any(effect.primary for effect in (*mine, *absent)):
        absent = [effect for effect in absent if effect.primary]
    rows = [effect for effect in primary if effect.scenario == calm]
    said.append(_scenario_sentence(f"In “{plain(calm)}”", rows, absent, calm))
    if stressed:
        rows = [effect for effect in primary if effect.scenario == stressed[0]]
        said.append(_scenario_sentence(f"Under “{plain(stressed[0])}”", rows, absent, stressed[0]))
    else:
        said.append("Only one scenario was run, so nothing is said about how a shock would change this")
    said.append(_secondary_sentence([effect for effect in mine if not effect.primary], mine))
    said.append(_verdict_sentence([effect for effect in mine if effect.primary], _pairs(mine)))
    return [sentence(text) for text in said]


def _pairs(effects: list[Effect]) -> int:
    return max((effect.replicates for effect in effects), default=0)


def _scenario_sentence(opening: str, effects: list[Effect], absent: list[Effect], scenario: str) -> str:
    without = [without_value_words(effect) for effect in absent if effect.scenario == scenario]
    if not effects and not without:
        return f"{opening}, the effects table has no primary outcome"
    parts = []
    for effect in effects[:6]:
        when = horizon_words(effect.horizon)
        relative = f"{effect.relative.split(' ')[0]} of the reference; " if effect.relative else ""
        words = change_sentence(
            effect.mean, effect.low, effect.high, effect.unit, effect.replicates, effect.method, relative
        )
        verb = "is" if effect.equal else "changed by"
        parts.append(f"{outcome_words(effect.outcome)}{f' ({when})' if when else ''} {verb} {words}")
    return f"{opening}, " + "; ".join([*parts, *without])


def _secondary_sentence(secondary: list[Effect], mine: list[Effect]) -> str:
    if not secondary:
        return f"All {counted(len(mine), 'estimate')} reported belong to primary outcomes"
    distinct = [effect for effect in secondary if effect.distinct]
    text = (
        f"Of {counted(len(secondary), 'secondary estimate')}, {len(distinct)} can be told from zero at 95% one by one"
    )
    clear = sorted(distinct, key=lambda effect: -_clarity(effect))
    chosen: list[Effect] = []
    for effect in clear:
        if effect.outcome not in [other.outcome for other in chosen] and len(chosen) < 2:
            chosen.append(effect)
    if chosen:
        text += ", the clearest being " + listing(
            [
                f"{outcome_words(effect.outcome)} in “{plain(effect.scenario)}”"
                f"{', ' + horizon_words(effect.horizon) if horizon_words(effect.horizon) else ''}: "
                + change_sentence(effect.mean, effect.low, effect.high, effect.unit, effect.replicates, effect.method)
                for effect in chosen
            ]
        )
    return text


def _clarity(effect: Effect) -> float:
    half = (effect.high - effect.low) / 2
    return abs(effect.mean) / half if half > 0 else 0.0


def _verdict_sentence(primary: list[Effect], pairs: int) -> str:
    met = sum(effect.verdict == "as expected" for effect in primary)
    against = sum(effect.verdict == "opposite of expected" for effect in primary)
    unclear = len(primary) - met - against
    holm = sum(effect.p_holm < 0.05 for effect in primary)
    if primary:
        text = (
            f"Of {counted(len(primary), 'primary estimate')}, {met} had the sign expected beforehand, {against} the "
            f"opposite sign and {unclear} could not be told from zero"
            + (f" ({holm} hold at 5% after Holm's correction)" if any(effect.p_holm >= 0 for effect in primary) else "")
        )
    else:
        text = "No outcome was declared primary beforehand"
    caution = "exploratory, not confirmatory" if pairs < EXPLORATORY_BELOW else "about the simulated market alone"
    return f"{text}; with {counted(pairs, 'pair')} and a synthetic population this is {caution}, and no forecast"


def _design(study: Study) -> str:
    arms = listing([f"“{plain(arm)}”" for arm in study.arms])
    scenarios = listing([f"“{plain(scenario)}”" for scenario in study.scenarios])
    text = f"Arms: {arms or 'none named'}; scenarios: {scenarios or 'none named'}"
    text += f"; {counted(study.replicates, 'replicate')} of each"
    if study.months:
        text += f"; {counted(study.months, 'month')} reported"
        text += f", {month_name(study, 0)} to {month_name(study, study.months - 1)}" if study.start else ""
    return text + "."


def _instruments(study: Study) -> list[Block]:
    """List what each rule and shock sets, as the resolved configurations say."""
    configs = study.said("configs")
    rows: list[tuple[str, ...]] = []
    for place, config in configs.items() if isinstance(configs, Mapping) else ():
        scenario, _, arm = str(place).partition("/")
        for group, where in (("policy", arm), ("shock", scenario)):
            members = config.get(group) if isinstance(config, Mapping) else None
            for name, member in members.items() if isinstance(members, Mapping) else ():
                said = "; ".join(
                    f"{plain(key).replace('_', ' ')} {_setting(value)}"
                    for key, value in member.items()
                    if key != "kind"
                )
                rows.append((group, plain(name).replace("_", " "), plain(where), said))
    rows = list(dict.fromkeys(rows))
    return (
        [Table("What the rules and shocks set", ("what", "name", "where", "settings"), tuple(rows), folded=True)]
        if rows
        else []
    )


def policies_in_the_baseline(study: Study) -> list[str]:
    """Return what the manifest says of policies that a command laid over the baseline as well."""
    flags = study.said("flags")
    found = [flag for flag in flags if isinstance(flag, Mapping)] if isinstance(flags, list) else []
    return [plain(flag.get("why", "")) for flag in found if flag.get("kind") == IN_BASELINE]


def _asked(study: Study) -> list[Block]:
    """List what the command set beside the study's file, and which arms hold it."""
    asked = study.said("asked")
    rows = []
    for each in asked if isinstance(asked, list) else []:
        places = [tuple(map(str, place)) for place in each.get("where", ())] if isinstance(each, Mapping) else []
        if places:
            rows.append((plain(each.get("text", "")), _places(study, places)))
    head = ("setting", "where")
    return [Table("What the command set beside the study's own file", head, tuple(rows), folded=True)] if rows else []


def _places(study: Study, places: Sequence[tuple[str, ...]]) -> str:
    arms, scenarios = ({place[at] for place in places} for at in (1, 0))
    said = "every arm" if arms >= set(study.arms) else listing([f"“{plain(arm)}”" for arm in study.arms if arm in arms])
    if scenarios >= set(study.scenarios):
        return said
    return f"{said} in {listing([f'“{plain(name)}”' for name in study.scenarios if name in scenarios])}"


def _setting(value: object) -> str:
    return listing([plain(item) for item in value]) or "none" if isinstance(value, list) else plain(value)


def _timeline_caption(study: Study) -> str:
    said = []
    if study.announced is not None:
        said.append(f"first announcement {month_name(study, study.announced)}")
    if study.effective is not None:
        said.append(f"first rule in force {month_name(study, study.effective)}")
    for scenario in study.scenarios:
        window = study.shock_window(scenario)
        if window:
            said.append(
                f"shock in “{plain(scenario)}” {month_name(study, window[0])} to {month_name(study, window[1] - 1)}"
            )
    return sentence("; ".join(said)) + " Hollow triangle: announcement; dot and bar: in force; grey bar: shock."


def _timeline_words(study: Study) -> str:
    said = [f"{plain(event.name)} {event.kind} in {month_name(study, event.month)}" for event in study.events]
    return "Time line: " + "; ".join(dict.fromkeys(said)) + "."
