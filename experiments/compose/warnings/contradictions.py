"""Settings that are legal one by one and leave something without effect, or out of the window that is compared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from experiments.compose.study import StudyConfig
from experiments.compose.warnings.warning import CONTRADICTION, Flag
from sim.money import basis_points
from sim.params import MarketConfig
from sim.policies.base import compose_rulebook, opening_rules


def contradictions(study: StudyConfig) -> Iterator[Flag]:
    """Yield what does not fit together in a study's plan and in each of its markets."""
    yield from _plan(study)
    yield from _identical(study)
    for (scenario, arm), market in study.markets.items():
        where = f"{scenario} / {arm}"
        for name, instrument in market.policy:
            yield from _instrument(name, instrument, market, where)
        for name, shock in market.shock:
            yield from _shock(name, shock, market, where)
        yield from _closed_lenders(market, where)


def _plan(study: StudyConfig) -> Iterator[Flag]:
    market = next(iter(study.markets.values()))
    months, announced = market.calendar.months, study.settings.announce_month
    for horizon in study.horizons:
        if announced + horizon.last >= months:
            yield Flag(
                CONTRADICTION,
                "study.horizons",
                horizon.name,
                f"a horizon ends before month {months}",
                "none of its months is run, so that nothing is compared"
                if announced + horizon.first >= months
                else f"it reaches month {announced + horizon.last}, so that only its first months are compared",
                (),
            )
    observe = market.observe
    if observe.outcome_until > months and len(study.arms) > 1:
        yield Flag(
            CONTRADICTION,
            "observe.outcome_until",
            str(observe.outcome_until),
            f"at most {months}, the end of the run",
            "the window in which people are compared is cut off",
            (),
        )
    if observe.baseline_until > max(announced, 1) and len(study.arms) > 1:
        yield Flag(
            CONTRADICTION,
            "observe.baseline_until",
            str(observe.baseline_until),
            f"at most {announced}, the announcement",
            "who counts as served before is decided by months in which the arms may differ already",
            (),
        )


def _identical(study: StudyConfig) -> Iterator[Flag]:
    """Yield arms that are the baseline itself, and scenarios that are each other."""
    base = study.arms[0]
    for arm in study.arms[1:]:
        same = [name for name in study.scenarios if study.markets[name, arm] == study.markets[name, base]]
        if same:
            yield Flag(
                CONTRADICTION,
                f"study.arms.{arm}",
                "",
                f"an arm differs from {base}",
                "it is the same market, so that every effect is exactly zero",
                () if len(same) == len(study.scenarios) else tuple(f"{name} / {arm}" for name in same),
            )
    for index, scenario in enumerate(study.scenarios):
        for other in study.scenarios[:index]:
            if all(study.markets[scenario, arm] == study.markets[other, arm] for arm in study.arms):
                yield Flag(
                    CONTRADICTION,
                    f"study.scenarios.{scenario}",
                    "",
                    f"a scenario differs from {other}",
                    "all its markets are the same",
                    (),
                )


def _instrument(name: str, instrument: Any, market: MarketConfig, where: str) -> Iterator[Flag]:
    months, until = market.calendar.months, market.observe.outcome_until
    begins, full = instrument.effective_month, instrument.full_month
    if begins >= until:
        yield Flag(
            CONTRADICTION,
            f"policy.{name}.effective_month",
            str(begins),
            f"before month {until}, the end of the window in which people are compared",
            "nobody's fate in that window can show the rule",
            (where,),
        )
    elif full >= until:
        yield Flag(
            CONTRADICTION,
            f"policy.{name}.phase_in_months",
            str(full - begins),
            f"the full rule is reached before month {until}, the end of the window in which people are compared",
            f"it is reached in month {full}, so that people are compared under its first steps alone",
            (where,),
        )
    opening = opening_rules(market.regulator)
    kinds = {lender.kind for _, lender in market.lender}
    if instrument.ADAPTIVE:
        return  # what it asks is known only when the market has been seen
    if all(
        instrument.amend(opening, kind, month) == opening for kind in kinds for month in range(max(0, begins), months)
    ):
        yield Flag(
            CONTRADICTION,
            f"policy.{name}",
            "",
            "an instrument asks for more than the rules without it",
            "with these numbers it changes no rule for any lender of this market",
            (where,),
        )


def _shock(name: str, shock: Any, market: MarketConfig, where: str) -> Iterator[Flag]:
    months = market.calendar.months
    end = shock.start_month + shock.months
    if shock.shape != "step" and end > months:
        yield Flag(
            CONTRADICTION,
            f"shock.{name}.months",
            str(shock.months),
            f"a {shock.shape} from month {shock.start_month} is over by month {months}, the end of the run",
            f"it would last until month {end}, so that the end of the run is not its end",
            (where,),
        )
    if all(getattr(shock, size) == 0 for size in shock.SIZES):
        yield Flag(
            CONTRADICTION,
            f"shock.{name}",
            "",
            "a shock has a size",
            f"{', '.join(shock.SIZES)} are zero, so that nothing happens",
            (where,),
        )


def _closed_lenders(market: MarketConfig, where: str) -> Iterator[Flag]:
    """Yield lenders whose own lowest price lies above a cap that binds them at the end of the run."""
    rules = compose_rulebook(market, market.calendar.months - 1)
    for name, lender in market.lender:
        cap = rules.of(lender.kind).max_apr_bp
        if basis_points(lender.price_floor_apr) > cap:
            yield Flag(
                CONTRADICTION,
                f"lender.{name}.price_floor_apr",
                f"{lender.price_floor_apr:.12g}",
                f"at most {cap / 10_000:.12g}, the cap on prices that binds it",
                "it can price no loan under the cap",
                (where,),
            )
