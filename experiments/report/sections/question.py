"""The question, what the command added to it, and the time line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from experiments.report.blocks import Block, Figure, Note, Section, Table, Text
from experiments.report.figures.marks import month_name
from experiments.report.figures.timeline import draw_timeline
from experiments.report.reading import Study
from experiments.report.wording import counted, listing, plain, sentence
from experiments.tables.spelling import LAID_OVER

SHOWN_FILES = 4  # of those that were altered


def question_section(study: Study) -> Section:
    """State what was asked and when things happen."""
    blocks: list[Block] = []
    if study.altered:
        blocks.append(
            Note(
                f"Do not quote this page: not as the study wrote them are {plain(listing(study.altered[:SHOWN_FILES]))}"
                + (f" and {len(study.altered) - SHOWN_FILES} more." if len(study.altered) > SHOWN_FILES else ".")
            )
        )
    blocks += [Note(sentence(words)) for words in choices_laid_over(study)]
    question = str(study.recorded("question") or "").strip()
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
    """List what each rule and shock sets, according to the resolved configurations."""
    configs = study.recorded("configs")
    rows: list[tuple[str, ...]] = []
    for cell, config in configs.items() if isinstance(configs, Mapping) else ():
        scenario, _, arm = str(cell).partition("/")
        for group, where in (("policy", arm), ("shock", scenario)):
            members = config.get(group) if isinstance(config, Mapping) else None
            for name, member in members.items() if isinstance(members, Mapping) else ():
                text = "; ".join(
                    f"{plain(key).replace('_', ' ')} {_setting(key, value)}"
                    for key, value in member.items()
                    if key != "kind"
                )
                rows.append((group, plain(name).replace("_", " "), plain(where), text))
    rows = list(dict.fromkeys(rows))
    return (
        [Table("What the rules and shocks set", ("what", "name", "where", "settings"), tuple(rows), folded=True)]
        if rows
        else []
    )


def choices_laid_over(study: Study) -> list[str]:
    """Return what the manifest says of choices that a command laid over the study's arms."""
    flags = study.recorded("flags")
    found = [flag for flag in flags if isinstance(flag, Mapping)] if isinstance(flags, list) else []
    return [plain(flag.get("why", "")) for flag in found if flag.get("kind") == LAID_OVER]


def _asked(study: Study) -> list[Block]:
    """List what the command set beside the study's file, and which arms hold it."""
    asked = study.recorded("asked")
    rows = []
    for each in asked if isinstance(asked, list) else []:
        cells = [tuple(map(str, cell)) for cell in each.get("where", ())] if isinstance(each, Mapping) else []
        if cells:
            rows.append((plain(each.get("text", "")), _cells_in_words(study, cells)))
    head = ("setting", "where")
    return [Table("What the command set beside the study's own file", head, tuple(rows), folded=True)] if rows else []


def _cells_in_words(study: Study, cells: Sequence[tuple[str, ...]]) -> str:
    arms, scenarios = ({cell[at] for cell in cells} for at in (1, 0))
    text = "every arm" if arms >= set(study.arms) else listing([f"“{plain(arm)}”" for arm in study.arms if arm in arms])
    if scenarios >= set(study.scenarios):
        return text
    return f"{text} in {listing([f'“{plain(name)}”' for name in study.scenarios if name in scenarios])}"


def _setting(key: str, value: object) -> str:
    """Return a value in words; a rule that names no kinds of lender is for all of them."""
    if not isinstance(value, list):
        return plain(value)
    return listing([plain(item) for item in value]) or ("all" if key == "kinds" else "none")


def _timeline_caption(study: Study) -> str:
    texts = []
    if study.announced is not None:
        texts.append(f"first announcement {month_name(study, study.announced)}")
    if study.effective is not None:
        texts.append(f"first rule in force {month_name(study, study.effective)}")
    for scenario in study.scenarios:
        window = study.shock_window(scenario)
        if window:
            texts.append(
                f"shock in “{plain(scenario)}” {month_name(study, window[0])} to {month_name(study, window[1] - 1)}"
            )
    return sentence("; ".join(texts)) + " Hollow triangle: announcement; dot and bar: in force; grey bar: shock."


def _timeline_words(study: Study) -> str:
    texts = [f"{plain(event.name)} {event.kind} in {month_name(study, event.month)}" for event in study.events]
    return "Time line: " + "; ".join(dict.fromkeys(texts)) + "."
