"""What a study's arms and scenarios hold, in lines: their own overrides, their rules and shocks with numbers and dates.

What every arm holds is listed once, and an arm by what it has that the baseline has not, so that an override
that reaches the baseline too is seen where it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from experiments.compose.study import StudyConfig
from experiments.tables.months import year_month
from sim.params import CalendarParameters, MarketConfig

NOTHING = "nothing of its own"
Members = Mapping[str, str]  # rules and shocks by group and name, each with its line


def contents(study: StudyConfig) -> list[str]:
    """Return the lines: what was asked for beside the study's file, then every arm, then every scenario."""
    held = {cell: _members(market) for cell, market in study.markets.items()}
    everywhere = _shared(held.values())
    by_scenario = {
        scenario: _less(_shared(held[scenario, arm] for arm in study.arms), everywhere) for scenario in study.scenarios
    }
    by_arm = {
        arm: _less(_shared(held[scenario, arm] for scenario in study.scenarios), everywhere) for arm in study.arms
    }
    lines = [*_asked(study), *_listed("in every arm and scenario:", everywhere)]
    base = study.arms[0]
    for arm in study.arms:
        lines.append(f"arm {arm}{_role(study, arm)}: {', '.join(study.settings.arms[arm]) or NOTHING}")
        lines += _beside(by_arm[arm], {} if arm == base else by_arm[base], base)
        for scenario in study.scenarios:
            alone = _less(held[scenario, arm], everywhere, by_scenario[scenario], by_arm[arm])
            lines += _listed(f"  in {scenario} alone:", alone, "    ")
    for scenario in study.scenarios:
        lines.append(f"scenario {scenario}: {', '.join(study.settings.scenarios[scenario]) or NOTHING}")
        lines += _listed("", by_scenario[scenario])
    return lines


def _role(study: StudyConfig, arm: str) -> str:
    if arm == study.settings.baseline:
        return " (the others are compared with it)" if len(study.arms) > 1 else ""
    return " (changes next to nothing, to show what chance does)" if arm == study.settings.placebo else ""


def _asked(study: StudyConfig) -> Iterator[str]:
    """Yield what was asked for beside the study's file, and where it is."""
    for asked in study.asked:
        yield f"set {asked.text}: {_cells_in_words(asked.where, study)}"


def _cells_in_words(where: tuple[tuple[str, str], ...], study: StudyConfig) -> str:
    """Return the arms that hold something, and the scenarios where it is not all of them."""
    arms = tuple(dict.fromkeys(arm for _, arm in where))
    scenarios = tuple(dict.fromkeys(scenario for scenario, _ in where))
    others = [arm for arm in study.arms if arm not in arms]
    if not others:
        text = "in every arm"
    elif len(others) < len(arms):
        text = f"in every arm but {', '.join(others)}"
    else:
        text = f"in {', '.join(arms)}"
    return text if len(scenarios) == len(study.scenarios) else f"{text}, in {', '.join(scenarios)} alone"


def _beside(own: Members, base: Members, name: str) -> list[str]:
    """Return the lines of an arm beside those of the baseline, which are not repeated."""
    new = _less(own, base)
    gone = [member for member in base if member not in own]
    shared = len(base) - len(gone) - sum(member in base for member in new)
    lines = []
    if gone:
        lines.append(f"  without {', '.join(member.rpartition('.')[2] for member in gone)}, which {name} has")
    if shared:
        lines.append(f"  with {'the rest' if gone or new else 'all'} of what {name} has ({shared})")
    return [*lines, *_listed("", new)]


def _listed(heading: str, members: Members, indent: str = "  ") -> list[str]:
    lines = [f"{indent}{line}" for line in members.values()]
    return [heading, *lines] if heading and lines else lines


def _shared(several: Iterable[Members]) -> dict[str, str]:
    """Return what all of several hold alike, in the order of the first."""
    first, *others = several
    return {name: line for name, line in first.items() if all(other.get(name) == line for other in others)}


def _less(members: Members, *others: Members) -> dict[str, str]:
    """Return the members that are in none of the others alike."""
    return {name: line for name, line in members.items() if all(other.get(name) != line for other in others)}


def _members(market: MarketConfig) -> dict[str, str]:
    """Return a market's rules and shocks, each in one line."""
    calendar = market.calendar
    rules = {f"policy.{name}": f"{name}: {_rule(instrument, calendar)}" for name, instrument in market.policy}
    return rules | {f"shock.{name}": f"{name}: {_shock(shock, calendar)}" for name, shock in market.shock}


def _rule(instrument: Any, calendar: CalendarParameters) -> str:
    texts = [instrument.describe(), f"announced {_month(instrument.announce_month, calendar)}"]
    texts.append(f"in force {_month(instrument.effective_month, calendar)}")
    if instrument.full_month > instrument.effective_month:
        texts.append(f"in full {_month(instrument.full_month, calendar)}")
    return "; ".join([*texts, *([f"for {', '.join(instrument.kinds)}"] if instrument.kinds else [])])


def _shock(shock: Any, calendar: CalendarParameters) -> str:
    sizes = ", ".join(f"{name} {getattr(shock, name):g}" for name in shock.SIZES)
    lasts = "for good" if shock.shape == "step" else f"over {shock.months} months"
    return f"{sizes}; {shock.shape} from {_month(shock.start_month, calendar)} {lasts}"


def _month(month: int, calendar: CalendarParameters) -> str:
    """Return a month of the run by number and date; what is older than the run is in force from its beginning."""
    return "before the run" if month < 0 else f"month {month} ({year_month(calendar.start, month)})"
