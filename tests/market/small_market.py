"""Small markets that tests share: a few hundred people, a few months, each run once a session."""

from __future__ import annotations

from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from experiments.compose.study import compose
from sim.market import CreditMarket
from sim.params import LenderParameters, MarketConfig
from sim.state import People
from tests.people.side_by_side import what_stands
from tests.reference.market import ReferenceMarket

SEED = 42


@cache
def composed() -> MarketConfig:
    return compose(["scale=smoke"])


@cache
def small(people: int = 600, warm_up: int = 12, months: int = 18, **changes: Any) -> MarketConfig:
    """The standard market, small; `changes` replace whole fields of the configuration."""
    config = composed()
    return config._replace(
        population=config.population._replace(size=people),
        calendar=config.calendar._replace(warm_up_months=warm_up, months=months),
        **changes,
    )


@cache
def completed(
    config: MarketConfig, seed: int = SEED, replicate: int = 0, kind: type[CreditMarket] = CreditMarket
) -> CreditMarket:
    """A market that has run all its months; shared, so do not step or change it."""
    market = kind(config, rng=seed, replicate=replicate)
    market.run()
    return market


def completed_by_reference(config: MarketConfig) -> CreditMarket:
    """The same market, whose people ran in plain Python."""
    return completed(config, kind=ReferenceMarket)


def every_lender(config: MarketConfig, **changes: Any) -> MarketConfig:
    """The same market with these parameters at every lender."""
    return config._replace(lender=tuple((name, lender._replace(**changes)) for name, lender in config.lender))


def one_lender(config: MarketConfig, changed: str, **changes: Any) -> MarketConfig:
    """The same market with these parameters at one lender."""
    assert changed in dict(config.lender)
    return config._replace(
        lender=tuple((name, each._replace(**changes) if name == changed else each) for name, each in config.lender)
    )


def with_lender(config: MarketConfig, name: str, lender: LenderParameters) -> MarketConfig:
    return config._replace(lender=(*config.lender, (name, lender)))


def before(table: pa.Table, month: int) -> pa.Table:
    """Rows of the months before one; a vintage's row belongs to the month in which it has that age."""
    if "month" in table.column_names:
        return table.filter(pc.less(table["month"], month))
    return table.filter(pc.less(pc.add(table["cohort"], table["months_on_book"]), month))


def differing(left: dict[str, pa.Table], right: dict[str, pa.Table]) -> list[str]:
    """Names of the columns, as table.column, that differ in type, length or any value."""
    assert left.keys() == right.keys()
    return [
        f"{name}.{column}"
        for name, table in left.items()
        for column in table.column_names
        if not table[column].equals(right[name][column])
    ]


def tables_before(market: CreditMarket, month: int, *names: str) -> dict[str, pa.Table]:
    """The rows of the months before one, of all tables or of those named; building them takes a while: do it once."""
    tables = {name: market.record.table(name) for name in names} if names else market.record.tables
    return {name: before(table, month) for name, table in tables.items()}


def changed_state(left: CreditMarket, right: CreditMarket, people: int | None = None) -> list[str]:
    """Names of the arrays of people's state that differ, among the first people; what ended is no part of it."""
    ours, theirs = (first_people(what_stands(market.people.state()), people) for market in (left, right))
    return [
        f"{type(table).__name__}.{name}"
        for table, other in zip(ours, theirs, strict=True)
        for name in table._fields
        if getattr(table, name).tobytes() != getattr(other, name).tobytes()
    ]


def first_people(state: People, people: int | None) -> People:
    """The state of the first so many people, or of all."""
    if people is None:
        return state

    def cut(table: Any) -> Any:
        rows = table.first[people] if hasattr(table, "first") else people
        return table._replace(
            **{name: values[: people + 1 if name == "first" else rows] for name, values in table._asdict().items()}
        )

    return People(*(cut(table) for table in state))
