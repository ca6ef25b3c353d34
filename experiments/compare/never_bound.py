"""What instruments in force did, as far as it can be determined: which changed nothing, and which left no name behind.

An instrument is reported as never binding in three cases alone, each of which is exact:
- with its numbers it changes no rule of any lender, whatever happens, and would change none without the others;
- every run of its arm is the same as that of an arm without it, announcements apart;
- it acts by refusals under its own name and in no other way, and there was none.

A rule that would change some without the others, and beside them changes none, is reported to ask for no more than they
do: together they may bind, and each could be taken out.

A rule may also act through a limit of the lender's own, as a rule on capital does through the lender's target above it;
such a refusal is attributed to the rules that made the limit tighter. Where nothing can be determined, that is stated.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from experiments.compare.asked_rules import Raised, raised_rules
from experiments.compare.identical_arms import NestedArms
from experiments.compose.study import StudyConfig
from experiments.compose.warnings.warning import IDLE, MATCHED, NAMELESS, Flag, merged
from experiments.keep.files import read_columns, read_table
from sim.params import MarketConfig

# table -> the column with the name of the constraint or act, the column that counts it; empty = each row counts
TRACED = {"refused": ("constraint", "applications"), "budgets": ("constraint", "refused_fen"), "actions": ("act", "")}
BESIDE = {"sector_rule": ("region_rule",)}  # an instrument that caps both refuses under either name
NARROWED = "narrowed_by_rules"

WEIGHED = frozenset({"minimum_capital_share", "risk_weight_share", "productive_weight_share"})
BUFFERED = WEIGHED | {"conservation_buffer_share", "countercyclical_buffer_share"}
OWN_PART = frozenset({"own_share_floor"})  # of a joint loan: what own money each whole loan takes
# limit -> the rules that it is made of; one that is not listed is refused under the name of its own rule
MADE_OF = {
    "capital_rule": WEIGHED | OWN_PART,
    "capital_buffer": BUFFERED | OWN_PART,
    "capital_policy": BUFFERED | OWN_PART,
    "funding": OWN_PART,
    "funding_leverage": OWN_PART | {"wholesale_multiple"},
    "leverage_rule": OWN_PART | {"minimum_leverage_share"},
    "leverage_policy": OWN_PART | {"minimum_leverage_share"},
    "liquidity_rule": OWN_PART | {"minimum_liquidity_share"},
    "liquidity_policy": OWN_PART | {"minimum_liquidity_share"},
}


class Attributed(NamedTuple):
    """A limit on a lender's new lending that refused somebody in a month, and that rules had made tighter."""

    lender: str
    month: int
    constraint: str


def never_bound(study: StudyConfig, tables: Path, nested: Collection[NestedArms] = ()) -> Iterator[Flag]:
    """Yield what can be determined of instruments that left no trace in any replicate of an arm and scenario."""
    names, narrowed = _traces(tables), _narrowed(tables)
    raised: dict[MarketConfig, dict[str, Raised]] = {}
    for cell in ((scenario, arm) for scenario in study.scenarios for arm in study.arms):
        if cell not in names:
            continue  # nothing was kept of it
        market = study.markets[cell]
        if market.policy and market not in raised:
            raised[market] = raised_rules(market)
        for name, instrument in market.policy:
            flag = _flag(name, raised[market][name], _arm_without(nested, cell, name))
            if flag is None and not _has_a_trace(instrument, names[cell]):
                at_work = _is_at_work(raised[market][name], market, narrowed.get(cell, ()))
                flag = None if at_work else _untraced(name, instrument, _arm_without(nested, cell, name))
            if flag is not None:
                yield flag._replace(where=(f"{cell[0]} / {cell[1]}",))


def _flag(name: str, raised: Raised, pair: NestedArms | None) -> Flag | None:
    """Return the flag of an instrument that certainly changed nothing."""
    if not raised.by_kind_and_month and not raised.hangs_on_what_is_seen:
        usual, why = "a rule asks for more than the others do", "beside the others it changes no rule of any lender"
        if raised.matched_by:
            why += f", since as much or more is asked by {', '.join(raised.matched_by)}; without them it might bind"
        return Flag(MATCHED if raised.matched_by else IDLE, f"policy.{name}", "", usual, why, ())
    if pair is not None and pair.is_same:
        usual = "an arm with a rule differs from one without it"
        why = f"in no replicate does anything differ from “{pair.without}”, which is without it, but its announcement"
        return Flag(IDLE, f"policy.{name}", "", usual, why, ())
    return None


def _untraced(name: str, instrument: Any, pair: NestedArms | None) -> Flag | None:
    """Return the flag of an instrument in whose name nobody was refused."""
    expected, ways = instrument.TRACE.replace("_", " "), instrument.ACTS_THROUGH
    if not expected or pair is not None:
        return None  # it refuses nobody by its nature; or the arm without it shows that it did something
    if not ways:
        usual = f"a rule that acts by refusals alone refuses somebody ({expected})"
        return Flag(IDLE, f"policy.{name}", "", usual, "in no replicate was anybody refused because of it", ())
    usual = f"it refuses as {expected}, and can act through {'; '.join(ways)}"
    why = "nobody was refused by that name; what it did shows in the effects of an arm with it beside one without it"
    return Flag(NAMELESS, f"policy.{name}", "", usual, why, ())


def _has_a_trace(instrument: Any, traces: Collection[str]) -> bool:
    expected = instrument.TRACE
    return any(name in traces for name in (expected, *BESIDE.get(expected, ())))


def _is_at_work(raised: Raised, market: MarketConfig, narrowed: Collection[Attributed]) -> bool:
    """Return whether some limit that refused somebody was made tighter by the rules that an instrument raises."""
    kinds = {name: lender.kind for name, lender in market.lender}
    nothing: frozenset[str] = frozenset()
    return any(
        MADE_OF.get(found.constraint, nothing)
        & raised.by_kind_and_month.get((kinds[found.lender], found.month), nothing)
        for found in narrowed
        if found.lender in kinds
    )


def _arm_without(nested: Collection[NestedArms], cell: tuple[str, str], name: str) -> NestedArms | None:
    """Return the arm without an instrument: one whose runs are the same where there is such a one."""
    mine = [pair for pair in nested if (pair.scenario, pair.arm) == cell and name in pair.policies]
    same = [pair for pair in mine if pair.is_same]
    alone = [pair for pair in mine if len(pair.policies) == 1]
    return next(iter((*same, *alone)), None)


def _traces(tables: Path) -> dict[tuple[str, str], set[str]]:
    """Return by scenario and arm all names that left a trace in any replicate; each table is read once."""
    found: dict[tuple[str, str], set[str]] = {}
    for table, (named, counted) in TRACED.items():
        path = tables / f"{table}.parquet"
        if not path.is_file():
            continue
        columns = ("scenario", "arm", named)
        for scenario, arm, name in _distinct(path, columns, [(counted, ">", 0)] if counted else None):
            found.setdefault((scenario, arm), set()).add(name)
    return found


def _narrowed(tables: Path) -> dict[tuple[str, str], set[Attributed]]:
    """Return by scenario and arm the limits that refused somebody and that rules had made tighter."""
    found: dict[tuple[str, str], set[Attributed]] = {}
    path = tables / "budgets.parquet"
    if not path.is_file() or NARROWED not in read_columns(path).names:
        return found
    columns = ("scenario", "arm", "lender", "month", "constraint")
    bound = [("refused_fen", ">", 0), (NARROWED, ">", 0)]
    for scenario, arm, *limit in _distinct(path, columns, bound):
        found.setdefault((scenario, arm), set()).add(Attributed(*limit))
    return found


def _distinct(path: Path, columns: tuple[str, ...], filters: Any) -> Iterator[tuple[Any, ...]]:
    """Yield the different rows of some columns of a table."""
    rows = read_table(path, columns, filters).group_by(list(columns)).aggregate([])
    yield from zip(*(rows[name].to_pylist() for name in columns), strict=True)


def idle_instruments(study: StudyConfig, tables: Path, nested: Collection[NestedArms] = ()) -> tuple[Flag, ...]:
    """Return the instruments that changed nothing or refused nobody, from the tables of a completed study.

    `nested` are its arms without some of the policies, compared run by run.
    """
    return merged(list(never_bound(study, tables, nested)), len(study.markets))
