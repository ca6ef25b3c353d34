"""The ladder of measures against a lender: up with every breach that lasts, down with clean returns."""

from __future__ import annotations

from typing import NamedTuple

from sim.books.returns import Return
from sim.params import SupervisionParameters

CLEAR, WARNED, FROZEN, PLANNING = range(4)
RUNGS = ("none", "warning", "lending_freeze", "capital_plan")
WAYS_DOWN = {PLANNING: "capital plan completed", FROZEN: "freeze lifted", WARNED: "warning withdrawn"}


class Ladder(NamedTuple):
    """How the ladder is built in a month."""

    warning_months: int  # in breach that a warning tolerates
    supervision: SupervisionParameters  # its upper rungs, and what a step costs


class Standing(NamedTuple):
    """Where a lender stands on the ladder, and its returns."""

    rung: int = CLEAR
    months_in_breach: int = 0  # by returns read, without a break
    months_frozen: int = 0  # of them, those since the freeze
    clean_returns: int = 0  # in a row, on this rung
    plan_until: int = 0  # month in which a capital plan must have worked
    closed: bool = False  # the licence is withdrawn
    returns: tuple[Return, ...] = ()  # on their way
    read: Return | None = None  # the last one read
    loans: tuple[int, ...] = ()  # fen, of the last thirteen returns read


class Step(NamedTuple):
    """What follows from one return: the standing after it, acts with their reasons, and whether the licence goes."""

    standing: Standing
    acts: tuple[tuple[str, str], ...] = ()
    fined: bool = False
    withdrawn: bool = False


def after_return(standing: Standing, report: Return, month: int, ladder: Ladder, at_once: bool = False) -> Step:
    """Return the step that a return leads to; after a false one (`at_once`) a breach freezes without patience."""
    if report.breaches():
        return step_up(standing._replace(clean_returns=0), report, month, ladder, at_once)
    return step_down(standing._replace(months_in_breach=0, months_frozen=0), report, ladder)


def step_up(standing: Standing, report: Return, month: int, ladder: Ladder, at_once: bool) -> Step:
    """Return the step after a breach: a warning, when it lasts a freeze, then a plan, and in the end no licence."""
    rules, patience = ladder.supervision, ladder.warning_months
    months = standing.months_in_breach + 1
    standing = standing._replace(months_in_breach=months)
    acts: tuple[tuple[str, str], ...] = ()
    if standing.rung == CLEAR:
        standing = standing._replace(rung=WARNED)
        acts = (("warning", report.describe()),)
    if standing.rung == WARNED and (at_once or months > patience):
        why = "a false return" if at_once else f"{months} months in breach, {patience} are tolerated"
        standing = standing._replace(rung=FROZEN)
        return Step(standing, (*acts, ("lending freeze", f"{why}; {report.describe()}")), fined=True)
    if standing.rung == PLANNING:
        if month < standing.plan_until:
            return Step(standing, acts)
        why = f"the capital plan should have worked by month {standing.plan_until}; {report.describe()}"
        return Step(standing, (*acts, ("licence withdrawn", why)), withdrawn=True)
    if standing.rung == FROZEN:
        standing = standing._replace(months_frozen=standing.months_frozen + 1)
        if 0 < rules.plan_after_months <= standing.months_frozen:
            standing = standing._replace(rung=PLANNING, plan_until=month + rules.plan_months)
            why = (
                f"{standing.months_frozen} months in breach under a freeze; capital is to be found by month "
                f"{standing.plan_until}; {report.describe()}"
            )
            return Step(standing, (*acts, ("capital plan", why)), fined=True)
    return Step(standing, acts)


def step_down(standing: Standing, report: Return, ladder: Ladder) -> Step:
    """Return the step after a clean return: one rung down after some of them, or all the way after the first."""
    if standing.rung == CLEAR:
        return Step(standing)
    needed, clean = ladder.supervision.clean_returns, standing.clean_returns + 1
    if clean < needed:
        return Step(standing._replace(clean_returns=clean))
    act = (WAYS_DOWN[standing.rung], report.describe())
    if needed == 0 and standing.rung == PLANNING:
        return Step(standing._replace(rung=CLEAR), (act, (WAYS_DOWN[FROZEN], report.describe())))
    return Step(standing._replace(rung=standing.rung - 1 if needed else CLEAR, clean_returns=0), (act,))
