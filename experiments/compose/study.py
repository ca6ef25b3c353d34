"""Overrides in, checked and frozen configurations out.

``compose(["scale=smoke"])`` gives one market, ``compose_study(["study=tightening"])`` a study with a market for every
arm and scenario. Hydra only composes; the model's own parameter lists check; nothing here computes or writes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple

import yaml

from experiments.compose.any_script import LONGEST_NAME, NAME_RULE, is_name, normal
from experiments.compose.chosen_policies import (
    AS_AN_ARM,
    IN_EVERY_ARM,
    Asked,
    is_to_be_an_arm,
    policy_as_arm,
    written_as,
)
from experiments.compose.executor_libraries import LIBRARIES, check_engine
from experiments.compose.former_keys import FORMER_KEYS
from experiments.compose.market import read_market
from experiments.compose.overrides import Override, compose_document, read_overrides, unselected
from experiments.compose.own_study import read_asked
from experiments.compose.precedence import overruled_numbers
from experiments.compose.sections import read_section
from experiments.compose.stop_settings import StopSettings
from experiments.compose.sweeps import SweepSettings, Version, versions_of, with_versions
from experiments.refusal import Refusal, nearest, shown
from experiments.tables.outcomes import Horizon, Outcome, read_horizon, read_outcome
from experiments.terminal.progress import with_bar
from sim.params import MarketConfig, OneOf, Quantity

LARGEST_SEED = 2**63 - 1
MARKET_KEYS = MarketConfig._fields
STUDY_KEYS = ("seed", "months", "out", "archive", "study", "executor", "report")
# What an arm or a scenario may change: the market, never the calendar of the study, its chance or its execution.
CHANGEABLE = (*MARKET_KEYS, "market", "scenario")


class PrimaryOutcome(NamedTuple):
    """An outcome declared before the study: where it is read, and what is expected of it."""

    outcome: str
    horizon: str
    expected_sign: Annotated[str, OneOf(("+", "-", "?"))]  # "?" where theory leaves it open
    smallest_important_difference: Annotated[float, Quantity("the outcome's unit", 0.0, 1e18, "the study's author")] = (
        0.0
    )
    arm: str = ""  # the arm of which this is expected; empty = of every arm


class ChosenPolicySettings(NamedTuple):
    """Where `policy=[...]` on the command line goes while the baseline is the only arm, and what is then compared."""

    place: Annotated[str, OneOf((IN_EVERY_ARM, AS_AN_ARM))] = IN_EVERY_ARM
    primary: tuple[PrimaryOutcome, ...] = ()  # with a policy as an arm, in place of the study's own
    secondary: tuple[str, ...] = ()


class StudySettings(NamedTuple):
    """A study as its file writes it."""

    name: str
    question: str
    arms: dict[str, list[str]]
    announce_month: Annotated[int, Quantity("month", 0, 600, "the study's choice")] = 0
    baseline: str = "baseline"
    placebo: str = ""
    scenarios: dict[str, list[str]] = {"calm": []}
    replicates: Annotated[int, Quantity("replicates", 1, 100_000, "scale")] = 10
    horizons: tuple[str, ...] = ("1-12", "13-24", "end")
    primary: tuple[PrimaryOutcome, ...] = ()
    secondary: tuple[str, ...] = ()
    sweep: SweepSettings = SweepSettings()
    stop: StopSettings = StopSettings()
    chosen_policy: ChosenPolicySettings = ChosenPolicySettings()

    @property
    def most_replicates(self) -> int:
        """How many replicates are run at the most: all, or the last at which the stop rule looks."""
        return self.stop.at_most if self.stop.is_on else self.replicates


class ExecutorSettings(NamedTuple):
    """How runs are carried out."""

    kind: Annotated[str, OneOf(tuple(LIBRARIES))] = "processes"
    workers: Annotated[int, Quantity("processes, 0 = one a processor", 0, 1024, "the user's choice")] = 0
    retries: Annotated[int, Quantity("retries after a killed worker", 0, 10, "the user's choice")] = 2
    address: str = ""  # of a Dask scheduler or a Ray cluster that runs already; empty = one of our own on this machine
    patience_minutes: Annotated[
        float, Quantity("minutes without any worker until the rest is given up", 0.0, 100_000.0, "the user's choice")
    ] = 10.0
    allow_above_limits: bool = False  # begin although more memory or disk seems needed than is free


class ReportSettings(NamedTuple):
    """Whether the report is drawn after the last run."""

    draw: bool = True


class StudyConfig(NamedTuple):
    """All that a study needs: its settings, and one market for each (scenario, arm), baseline first."""

    settings: StudySettings
    seed: int
    markets: dict[tuple[str, str], MarketConfig]
    horizons: tuple[Horizon, ...]
    executor: ExecutorSettings
    report: ReportSettings
    out: str | None
    archive: str | None = None  # where finished runs are kept for other studies; None = beside the study's folder
    versions: tuple[Version, ...] = ()  # the arms or scenarios that a sweep made
    asked: tuple[Asked, ...] = ()  # what was set of the market beside the study's file, and which arms it is in
    overruled: tuple[str, ...] = ()  # what the study's file sets and the scale that was asked for sets otherwise

    @property
    def name(self) -> str:
        """The study's name."""
        return self.settings.name

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms in order, the baseline first."""
        others = [arm for arm in self.settings.arms if arm != self.settings.baseline]
        return (self.settings.baseline, *others)

    @property
    def scenarios(self) -> tuple[str, ...]:
        """The scenarios in order."""
        return tuple(self.settings.scenarios)

    def of(self, replicates: int) -> StudyConfig:
        """Return the same study with so many replicates and no stop rule."""
        return self._replace(settings=self.settings._replace(replicates=replicates, stop=StopSettings()))


def compose(overrides: Sequence[str] = ()) -> MarketConfig:
    """Return the market that the overrides describe; raise Refusal with one message when they are no good."""
    document = compose_document(read_asked(overrides))
    _check_root(document)
    _seed(document)
    return read_market(_market_values(document))


def compose_study(overrides: Sequence[str] = ()) -> StudyConfig:
    """Return the study that the overrides describe, with every market checked; raise Refusal when they are no good."""
    asked = read_asked(overrides)
    document = compose_document(asked)
    _check_root(document)
    settings = read_section(StudySettings, normal(document.get("study")), "study")
    _check_settings(settings)
    if is_to_be_an_arm(asked, settings):
        whole = read_market(_market_values(document))
        announced = min((instrument.announce_month for _, instrument in whole.policy), default=settings.announce_month)
        asked, settings = policy_as_arm(asked, settings, announced, dict(whole.lender))
    settings, versions = _swept(settings)
    _check_stop(asked, settings)
    markets, overrides_asked = _markets(asked, settings)
    first = next(iter(markets.values()))
    _check_outcomes(settings, first)
    _check_announcement(settings, markets)
    folders = {key: document.get(key) for key in ("out", "archive")}
    for key, folder in folders.items():
        if folder is not None and (not isinstance(folder, str) or not folder.strip() or "\0" in folder):
            raise Refusal(f"{key}: must be the path of a folder, was {shown(folder)}")
    executor = read_section(ExecutorSettings, document.get("executor"), "executor")
    check_engine(executor.kind, executor.address)
    return StudyConfig(
        settings=settings,
        seed=_seed(document),
        markets=markets,
        horizons=tuple(read_horizon(text, "study.horizons") for text in settings.horizons),
        executor=executor,
        report=read_section(ReportSettings, document.get("report"), "report"),
        out=folders["out"],
        archive=folders["archive"],
        versions=versions,
        asked=overrides_asked,
        overruled=overruled_numbers(
            {override.key: override.value for override in asked if override.is_choice},
            ["calendar.months" if override.key == "months" else override.key for override in asked],
        ),
    )


def composed_yaml(overrides: Sequence[str]) -> str:
    """Return what files and overrides come to, references resolved, as YAML; what neither sets has its default."""
    return yaml.safe_dump(compose_document(read_asked(overrides)), sort_keys=False, allow_unicode=True)


def _check_root(document: Mapping[str, Any]) -> None:
    for key in document:
        if key not in (*MARKET_KEYS, *STUDY_KEYS, *FORMER_KEYS):
            raise Refusal(
                f"{key}: unknown key; {nearest(key, (*MARKET_KEYS, *STUDY_KEYS, 'scale', 'scenario', 'market'))}; "
                f"was {shown(document[key])}"
            )


def _seed(document: Mapping[str, Any]) -> int:
    seed = document.get("seed")
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= LARGEST_SEED:
        raise Refusal(f"seed: must be a whole number from 0 to {LARGEST_SEED}, was {shown(seed)}")
    return seed


def _market_values(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of a document that describes the market; `months` shortens or lengthens the study's calendar."""
    values = {key: value for key, value in document.items() if key in (*MARKET_KEYS, *FORMER_KEYS)}
    if document.get("months") is not None:
        calendar = values.get("calendar")
        values["calendar"] = {**(calendar if isinstance(calendar, dict) else {}), "months": document["months"]}
    return values


def _check_settings(settings: StudySettings) -> None:
    name = settings.name
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable() or name != name.strip():
        raise Refusal(f"study.name: must be 1 to {LONGEST_NAME} letters on one line, was {shown(name)}")
    for group, names in (("arms", settings.arms), ("scenarios", settings.scenarios)):
        if not names:
            raise Refusal(f"study.{group}: must name at least one")
        for name in names:
            if not is_name(name):
                raise Refusal(f"study.{group}: {NAME_RULE}, was {shown(name)}")
    if not settings.horizons:
        raise Refusal("study.horizons: must name at least one, such as 1-12 or end, was []")
    for role in ("baseline", "placebo"):
        arm = getattr(settings, role)
        if arm not in settings.arms and (role == "baseline" or arm):
            raise Refusal(f"study.{role}: no such arm; {nearest(arm, settings.arms)}; was {shown(arm)}")


def _swept(settings: StudySettings) -> tuple[StudySettings, tuple[Version, ...]]:
    """Return the settings with the sweep's versions among the arms or scenarios, and what is expected of each."""
    sweep = settings.sweep
    versions = versions_of(sweep, {"arm": settings.arms, "scenario": settings.scenarios})
    if not versions:
        return settings, versions
    if sweep.scenario:
        scenarios = with_versions(settings.scenarios, sweep.scenario, False, versions)
        return settings._replace(scenarios=scenarios), versions
    if sweep.arm == settings.placebo:
        raise Refusal(f"study.sweep.arm: the placebo changes nothing that could be varied, was {shown(sweep.arm)}")
    stays = sweep.arm == settings.baseline
    arms = with_versions(settings.arms, sweep.arm, stays, versions)
    expected: list[PrimaryOutcome] = []
    for primary in settings.primary:
        is_of_each = primary.arm == sweep.arm and not stays
        expected += [primary._replace(arm=version.name) for version in versions] if is_of_each else [primary]
    return settings._replace(arms=arms, primary=tuple(expected)), versions


def _check_stop(asked: Sequence[Override], settings: StudySettings) -> None:
    """Refuse a stop rule without anything to look at, and a number of replicates beside it that has no effect."""
    if not settings.stop.is_on:
        return
    settings.stop.check()
    if any(override.key == "study.replicates" for override in asked):
        raise Refusal(
            "study.replicates: has no effect beside a stop rule; set study.stop.at_least and study.stop.at_most, "
            "or study.stop.at_most=0 to run a fixed number"
        )
    looked_at = [arm for arm in settings.arms if arm not in (settings.baseline, settings.placebo)]
    if not looked_at:
        raise Refusal("study.stop: needs an arm beside the baseline and the placebo to look at, was none")
    if not any(
        primary.smallest_important_difference > 0 and primary.arm in ("", *looked_at) for primary in settings.primary
    ):
        raise Refusal(
            "study.stop: needs a primary outcome with a smallest_important_difference above 0, "
            "of an arm beside the baseline and the placebo, was none"
        )


def _markets(
    asked: Sequence[Override], settings: StudySettings
) -> tuple[dict[tuple[str, str], MarketConfig], tuple[Asked, ...]]:
    """Compose one market for each scenario and arm, and return which of them hold what was asked for.

    An override that changes none of them is refused.
    """
    of_market = [override for override in asked if override.key.split(".")[0] in CHANGEABLE]
    where: list[list[tuple[str, str]]] = [[] for _ in of_market]
    markets = {}
    arms = sorted(settings.arms, key=lambda arm: arm != settings.baseline)
    for scenario, scenario_texts in settings.scenarios.items():
        for arm in with_bar(f"composing {scenario}", arms):
            changes = _changes(f"study.scenarios.{scenario}", scenario_texts)
            for key, change in _changes(f"study.arms.{arm}", settings.arms[arm]).items():
                if key in changes:
                    raise Refusal(
                        f"study.arms.{arm}: {key} is set by scenario {scenario} as well, was {shown(change.value)}"
                    )
                changes[key] = change
            own = [override for override in asked if override.key not in changes]
            document, used = _compose_arm(own, tuple(changes.values()))
            for override, cells in zip(of_market, where, strict=True):
                if override in used:
                    cells.append((scenario, arm))
            _check_root(document)
            try:
                markets[scenario, arm] = read_market(_market_values(document))
            except Refusal as refusal:
                raise Refusal(f"{refusal} (arm {arm}, scenario {scenario})" if changes else str(refusal)) from None
            _check_alike(markets, scenario, arm)
    overridden = tuple(
        Asked(override.key, written_as(override), tuple(cells))
        for override, cells in zip(of_market, where, strict=True)
        if cells
    )
    idle = {override.key for override in of_market if override.key.split(".")[0] in MARKET_KEYS}
    if idle := idle - {each.key for each in overridden}:
        key = sorted(idle)[0]
        typed = next(override.value for override in asked if override.key == key)
        raise Refusal(
            f"{key}: changes no arm; every arm either sets it itself or does not hold {'.'.join(key.split('.')[:2])}; "
            f"was {shown(typed)}"
        )
    return markets, overridden


def _check_alike(markets: Mapping[tuple[str, str], MarketConfig], scenario: str, arm: str) -> None:
    """Refuse an arm or scenario with other months, or an arm with other people, than what it is compared with."""
    first, market = next(iter(markets.values())), markets[scenario, arm]
    if market.calendar != first.calendar:
        raise Refusal(
            f"calendar: all arms and scenarios have the same months and dates, and here they differ "
            f"(arm {arm}, scenario {scenario}); set months= and calendar. for the whole study"
        )
    people = next(one for (other, _), one in markets.items() if other == scenario).population.size
    if market.population.size != people:
        raise Refusal(
            f"population.size: an arm has the people of its baseline, since they are compared one by one; must be "
            f"{people}, was {market.population.size} (arm {arm}, scenario {scenario})"
        )


def _changes(path: str, texts: Sequence[str]) -> dict[str, Override]:
    """Read the overrides of an arm or scenario by key; refuse those that reach beyond the market."""
    try:
        read = read_overrides(texts)
    except Refusal as refusal:
        raise Refusal(f"{path}: {refusal}") from None
    for override in read:
        root = override.key.split(".")[0]
        if root not in CHANGEABLE:
            raise Refusal(
                f"{path}: {override.key}: an arm or scenario changes the market only; {nearest(root, CHANGEABLE)}; "
                f"was {shown(override.value)}"
            )
    return {override.key: override for override in read}


def _compose_arm(own: Sequence[Override], changes: Sequence[Override]) -> tuple[dict[str, Any], Sequence[Override]]:
    """Compose one arm; values the user set inside a policy, shock or lender that this arm lacks do not concern it."""
    document = compose_document((*own, *changes))
    absent = unselected(document)
    used = [override for override in own if ".".join(override.key.split(".")[:2]) not in absent]
    if len(used) < len(own):
        document = compose_document((*used, *changes))
    return document, used


def _check_outcomes(settings: StudySettings, market: MarketConfig) -> None:
    """Refuse outcomes and horizons that the tables of this market could not give."""
    months = market.calendar.months
    if settings.announce_month >= months:
        raise Refusal(f"study.announce_month: must lie in 0 to {months - 1}, was {settings.announce_month}")
    outcomes: list[tuple[str, str]] = [("study.primary", primary.outcome) for primary in settings.primary]
    outcomes += [("study.secondary", outcome) for outcome in settings.secondary]
    for path, text in outcomes:
        outcome: Outcome = read_outcome(text, path)
        outcome.check_lenders(market.lender, path)
    for primary in settings.primary:
        read_horizon(primary.horizon, "study.primary")
        if primary.arm and primary.arm not in settings.arms:
            raise Refusal(
                f"study.primary: {primary.outcome}: no such arm; {nearest(primary.arm, settings.arms)}; "
                f"was {shown(primary.arm)}"
            )
        if primary.horizon not in settings.horizons:
            raise Refusal(
                f"study.primary: {primary.outcome}: no such horizon; {nearest(primary.horizon, settings.horizons)}; "
                f"was {shown(primary.horizon)}"
            )


def _check_announcement(settings: StudySettings, markets: Mapping[tuple[str, str], MarketConfig]) -> None:
    """Refuse policies announced before the study's announcement: the months before it must be alike in all arms."""
    for (_, arm), market in markets.items():
        shared = {name for name, _ in markets[next(iter(markets))[0], settings.baseline].policy}
        for name, instrument in market.policy:
            announced = instrument.announce_month
            if name not in shared and max(0, announced) < settings.announce_month:
                raise Refusal(
                    f"policy.{name}.announce_month: must not be earlier than study.announce_month "
                    f"{settings.announce_month}, was {announced} (arm {arm})"
                )
