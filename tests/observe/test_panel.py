"""The panel and the tape of everybody add up to the market's own tables to the fen; arms follow the same people."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from sim.draws import Draws
from sim.market import CreditMarket
from sim.observe.columns import MICRO_SCHEMAS
from sim.observe.panel import followed_people
from sim.params import MarketConfig
from tests.market.small_market import SEED, completed, differing, small

PEOPLE = 600


def following(config: MarketConfig, people: int) -> MarketConfig:
    return config._replace(observe=config.observe._replace(panel_people=people))


@pytest.fixture(scope="module")
def whole() -> CreditMarket:
    return completed(following(small(), PEOPLE))


def frame(market: CreditMarket, name: str) -> pd.DataFrame:
    return market.record.table(name).to_pandas()


@pytest.mark.parametrize("name", MICRO_SCHEMAS)
def test_every_declared_column_is_there_with_its_type_and_no_gap(whole: CreditMarket, name: str) -> None:
    table = whole.record.table(name)
    assert table.column_names == list(MICRO_SCHEMAS[name])
    kinds = {"int": pa.int64(), "float": pa.float64(), "str": pa.string()}
    assert [field.type for field in table.schema] == [kinds[kind] for kind in MICRO_SCHEMAS[name].values()]
    assert all(column.null_count == 0 for column in table.columns)
    assert table.num_rows > 0


def test_a_panel_of_everybody_sums_to_the_market_to_the_fen(whole: CreditMarket) -> None:
    panel, market = frame(whole, "panel"), frame(whole, "market").set_index("month")
    sums = panel.groupby("month").sum(numeric_only=True)
    same = ("debt_fen", "consumption_fen", "income_fen", "informal_debt_fen")
    counts = {"applied": "applications", "approved": "approvals", "borrowed_fen": "originations_fen"}
    for ours, theirs in {**{name: name for name in same}, **counts}.items():
        assert sums[ours].tolist() == market[theirs].tolist(), ours
    assert (sums["hardship"] / PEOPLE).tolist() == pytest.approx(market["hardship_share"].tolist())
    assert (1 - sums["employed"] / PEOPLE).tolist() == pytest.approx(market["unemployment_share"].tolist())
    by_kind = panel[[name for name in panel if name.startswith("debt_") and name != "debt_fen"]].sum(axis=1)
    assert (by_kind == panel["debt_fen"]).all()


def test_a_tape_of_everybody_sums_to_the_lenders_books_to_the_fen(whole: CreditMarket) -> None:
    tape, lenders = frame(whole, "tape"), frame(whole, "lender")
    keys = ["month", "lender"]
    books = lenders.set_index(keys)
    is_open = tape["status"].isin(["current", "late"])
    sums = tape.assign(
        open_fen=tape["balance_fen"].where(is_open, 0),
        claims_fen=tape["balance_fen"].where(tape["status"] == "charged_off", 0),
        late30_fen=tape["balance_fen"].where(is_open & (tape["days_past_due_bucket"] >= 2), 0),
    ).groupby(keys)
    for ours, theirs in (
        ("open_fen", "managed_loans_fen"),
        ("claims_fen", "claims_fen"),
        ("charged_off_fen", "managed_charge_offs_fen"),
    ):
        found = sums[ours].sum().reindex(books.index, fill_value=0)
        assert found.tolist() == books[theirs].tolist(), ours
    late = sums["late30_fen"].sum().reindex(books.index, fill_value=0) / books["managed_loans_fen"].where(
        lambda x: x > 0
    )
    assert late.tolist() == pytest.approx(books["dpd30_share"].tolist(), nan_ok=True)


def test_every_loan_can_be_followed_from_month_to_month(whole: CreditMarket) -> None:
    tape = frame(whole, "tape").sort_values(["loan_id", "month"])
    assert not tape.duplicated(["loan_id", "month"]).any()
    assert set(tape["term_months"]) <= {3, 6, 9, 12, 24}, "the terms that contracts have"
    steps = tape.groupby("loan_id")
    assert (steps["month"].diff().dropna() == 1).all(), "no month of a loan is missing"
    before = steps["balance_fen"].shift()
    known = before.notna() & (tape["status"] != "claim_ended")
    expected = before - tape["principal_paid_fen"] - tape["recovered_fen"]
    assert (tape["balance_fen"][known] == expected[known]).all()
    fresh = tape["months_on_book"] == 0
    assert (tape["balance_fen"][fresh] == tape["original_fen"][fresh] - tape["principal_paid_fen"][fresh]).all()
    ends = tape[tape["status"].isin(["paid_off", "refinanced", "claim_ended"])]
    assert (ends["balance_fen"] == 0).all()
    last = tape.groupby("loan_id")["month"].transform("max")
    assert (ends["month"] == last[ends.index]).all(), "nothing comes after the end"
    assert {"current", "late", "charged_off", "paid_off", "refinanced"} <= set(tape["status"])


def test_nobody_is_followed_by_default_and_following_changes_nothing(whole: CreditMarket) -> None:
    plain = completed(small())
    assert set(plain.record.tables) == set(whole.record.tables) - set(MICRO_SCHEMAS)
    shared = {name: whole.record.tables[name] for name in plain.record.tables}
    assert differing(plain.record.tables, shared) == []
    with pytest.raises(KeyError, match="panel"):
        plain.record.table("panel")


def test_a_larger_sample_holds_a_smaller_one_and_arms_follow_the_same_people() -> None:
    few, more = (set(followed_people(Draws(SEED), PEOPLE, wanted).tolist()) for wanted in (50, 80))
    assert len(few) == 50
    assert few < more
    assert followed_people(Draws(SEED), PEOPLE, 0).size == 0
    assert followed_people(Draws(SEED), 30, 50).tolist() == list(range(30))
    shares = [np.mean(followed_people(Draws(SEED, r), PEOPLE, 60) < PEOPLE // 2) for r in range(40)]
    assert abs(np.mean(shares) - 0.5) < 0.05, "nobody's place in the population matters"
