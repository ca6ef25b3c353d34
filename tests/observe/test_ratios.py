"""What ratios are made of: declared for every column, added up by both parts, and one market whoever counts it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.tables.outcomes import read_outcome
from experiments.tables.ratios import ratio_of_sums
from experiments.tables.selections import SELECTIONS
from sim.market import CreditMarket
from sim.observe.builders import RowTable
from sim.observe.columns import MADE_OF, SCHEMAS
from sim.observe.metrics import herfindahl
from sim.observe.ratios import Mean, Ratio, Single, terms
from tests.market.everything import everything_on
from tests.market.small_market import completed, every_lender, one_lender, small

RATIOS = [(table, name, made) for table, found in MADE_OF.items() for name, made in found.items()]
KEYS = {"scenario": "calm", "arm": "baseline", "replicate": 0}


@pytest.mark.parametrize("table", SCHEMAS)
def test_every_column_that_is_no_amount_and_no_count_is_declared(table: str) -> None:
    declared = MADE_OF.get(table, {})
    floats = {column for column, kind in SCHEMAS[table].items() if kind == "float"}
    assert floats <= set(declared), f"{table}: say in sim/observe/columns what these are made of"
    formed = set(declared) - set(SCHEMAS[table])
    assert all(isinstance(declared[name], Ratio) for name in formed), "and is formed of what is"


@pytest.mark.parametrize(("table", "name", "made"), RATIOS, ids=[f"{table}.{name}" for table, name, _ in RATIOS])
def test_parts_are_whole_numbers_that_are_recorded(table: str, name: str, made: Ratio | Mean | Single) -> None:
    for part in made.parts:
        assert SCHEMAS[table][part] == "int", part
        assert part not in MADE_OF[table], "a part is an amount or a count itself"
    if isinstance(made, Single):
        assert made.why
    if isinstance(made, Ratio):
        assert made.is_whole == (SCHEMAS[table].get(name) == "int")


def test_a_sum_is_read_with_its_signs() -> None:
    assert terms("line_limits_fen - unused_lines_fen + x") == (
        (1, "line_limits_fen"),
        (-1, "unused_lines_fen"),
        (1, "x"),
    )
    utilisation = Ratio("limits - unused", "limits")
    assert utilisation.parts == ("limits", "unused")
    assert utilisation.value({"limits": 400, "unused": 100}) == 0.75
    assert str(utilisation) == "(limits - unused) / limits"
    assert str(Ratio("a", "b + c", times=12)) == "12 * a / (b + c)"


@pytest.mark.parametrize(("below", "found"), [(0, None), (-5, None), (4, 9.0)])
def test_nothing_to_divide_by_gives_no_value(below: int, found: float | None) -> None:
    assert Ratio("profit", "equity", times=12).value({"profit": 3, "equity": below}) == found


def split(whole: dict[str, int], cuts: list[int]) -> list[dict[str, int]]:
    """Two books that add up to one; the cuts say how much of each column the first has, in hundredths."""
    first = {name: whole[name] * cut // 100 for (name, cut) in zip(whole, cuts, strict=False)}
    return [first, {name: whole[name] - first[name] for name in whole}]


@settings(max_examples=6, deadline=None, derandomize=True)
@given(st.data())
@pytest.mark.parametrize(
    ("table", "name", "made"), [each for each in RATIOS if isinstance(each[2], Ratio) and each[0] == "lender"]
)
def test_a_book_split_in_two_has_the_ratio_of_the_whole(
    table: str, name: str, made: Ratio, data: st.DataObject
) -> None:
    amounts = st.integers(0, 10**12)
    whole = {part: data.draw(amounts) for part in made.parts}
    cuts = data.draw(st.lists(st.integers(0, 100), min_size=len(whole), max_size=len(whole)))
    rows = pd.DataFrame([{**KEYS, **part} for part in split(whole, cuts)])
    (found,) = ratio_of_sums(rows, name, made, [*KEYS])
    wanted = made._replace(is_whole=False).value(whole)
    assert pd.isna(found) if wanted is None else found == pytest.approx(wanted, rel=1e-12, abs=1e-12)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 400)), min_size=1, max_size=6))
def test_a_mean_of_several_is_that_of_all_they_are_means_over(loans: list[tuple[int, int]]) -> None:
    rows = pd.DataFrame([{**KEYS, "lent": lent, "price": price / 1_000 if lent else None} for lent, price in loans])
    (found,) = ratio_of_sums(rows, "price", Mean("lent"), [*KEYS])
    total = sum(lent for lent, _ in loans)
    paid = sum(lent * price for lent, price in loans)
    assert pd.isna(found) if total == 0 else found == pytest.approx(paid / 1_000 / total)


def two_platforms(own_parts: tuple[int, int]) -> pd.DataFrame:
    """One keeps much and is late in little, one keeps little and is late in much; both manage the same."""
    rows = [
        {
            **KEYS,
            "month": 0,
            "lender": name,
            "kind": "platform",
            "loans_fen": own,
            "managed_loans_fen": 1_000,
            "lagged_managed_loans_fen": 800,
            "dpd90_fen": late,
            "dpd30_fen": 2 * late,
        }
        for name, own, late in zip("ab", own_parts, (10, 50), strict=True)
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("column", "by_hand"),
    [("dpd90_share", 60 / 2_000), ("dpd30_share", 120 / 2_000), ("dpd90_lagged_share", 60 / 1_600)],
)
def test_a_floor_on_own_parts_moves_no_ratio_of_managed_loans(column: str, by_hand: float) -> None:
    """Weights that follow the own part would say 1.4% without the floor and 3% with it."""
    outcome = read_outcome(f"lender.platform.{column}", "x")
    for own_parts in ((900, 100), (900, 900), (0, 1_000)):
        assert list(outcome.monthly({"lender": two_platforms(own_parts)})) == [pytest.approx(by_hand)]


# --- one market, whoever counts it ------------------------------------------------------------------------------------
PERSONS = "people who want credit are counted once, applications at every lender they turn to"
EXCEPTIONS = {"applications": PERSONS, "approval_share": PERSONS}


def with_one_that_does_not_lend() -> CreditMarket:
    """The standard lenders, one of which takes nobody."""
    config = every_lender(small(people=500, months=10), prepared_share=0.5)
    return completed(one_lender(config, "micro_lender_a", new_cutoff_band=-1, line_cutoff_band=-1))


@pytest.mark.parametrize(
    "market",
    [
        lambda: completed(small()),
        lambda: completed(everything_on(small(people=1_500, warm_up=14, months=9))),
        with_one_that_does_not_lend,
    ],
    ids=["plain", "everything_on", "one_that_does_not_lend"],
)
def test_all_lenders_together_are_the_market(market: Any) -> None:
    """Every number that both tables have is the same: whole numbers to the unit, ratios to twelve digits."""
    completed_market = market()
    tables = {name: completed_market.record.table(name).to_pandas().assign(**KEYS) for name in ("market", "lender")}
    managed = tables["lender"].groupby("month")[["managed_loans_fen", "loans_fen"]].sum()
    assert (managed["managed_loans_fen"] == managed["loans_fen"]).all(), "own parts add up to whole loans"
    assert (tables["lender"]["managed_loans_fen"] != tables["lender"]["loans_fen"]).any(), "some loans are joint"
    shared = [column for column in SELECTIONS["market"].columns if column in SELECTIONS["lender"].columns]
    assert {"mean_apr", "dpd30_share", "dpd90_share", "new_approval_share", "charge_offs_fen"} <= set(shared)
    differing = set()
    for column in shared:
        ours = read_outcome(f"lender.all.{column}", "x").monthly(tables)
        theirs = read_outcome(f"market.{column}", "x").monthly(tables)
        if column in EXCEPTIONS:
            differing |= {column} if (ours != theirs).any() else set()
        else:
            tolerance = 0.0 if SCHEMAS["market"][column] == "int" else 1e-12
            pd.testing.assert_series_equal(ours, theirs, check_names=False, rtol=tolerance, atol=tolerance)
    pd.testing.assert_series_equal(
        read_outcome("lender.all.managed_loans_fen", "x").monthly(tables),
        read_outcome("market.debt_fen", "x").monthly(tables),
        check_names=False,
    )
    assert differing == set(EXCEPTIONS), "an exception that is none is to be struck from the list"


def test_groups_together_are_the_market() -> None:
    tables = {name: completed(small()).record.table(name).to_pandas() for name in ("market", "segment")}
    market, counted = tables["market"].set_index("month"), 0
    for dimension, rows in tables["segment"].groupby("dimension"):
        sums = rows.groupby("month").sum(numeric_only=True)
        for column in sorted(set(sums) & set(market)):
            if SCHEMAS["segment"][column] == "int" and column not in ("month", *MADE_OF["segment"]):
                assert sums[column].tolist() == market[column].tolist(), (dimension, column)
                counted += 1
    assert counted > 40


# --- no value in a table ----------------------------------------------------------------------------------------------
def test_no_value_has_one_form_in_a_table_and_in_its_hash() -> None:
    columns, again, zeros = (RowTable({"apr": "float", "ticket_fen": "int"}, str) for _ in range(3))
    odd = float("nan") * -1.0
    for table, price, ticket in ((columns, None, None), (again, odd, None), (zeros, 0.0, 0)):
        table.add({"apr": 0.1, "ticket_fen": 7})
        table.add({"apr": price, "ticket_fen": ticket})
    for name in columns.schema:
        assert columns.canonical(name) == again.canonical(name) != zeros.canonical(name)
        assert again.table()[name].null_count == 1
    assert columns.table().to_pylist() == again.table().to_pylist()
    assert zeros.table()["apr"].null_count == 0


def test_concentration_by_hand_and_of_nothing() -> None:
    assert herfindahl([1, 1, 2]) == (1 + 1 + 4) / 16
    assert herfindahl([0, 7]) == 1.0
    assert herfindahl([0, 0]) is None


def test_a_lender_that_lends_nothing_has_no_price() -> None:
    rows = with_one_that_does_not_lend().record.table("lender").to_pandas()
    shut = rows[rows["lender"] == "micro_lender_a"]
    assert (shut["originations_count"] == 0).all()
    for column in ("mean_apr", "headline_apr", "fee_apr", "offered_apr", "mean_ticket_fen", "dpd90_share"):
        assert shut[column].isna().all(), column
    assert shut["markup_apr"].notna().all(), "what it would ask for is its own"
