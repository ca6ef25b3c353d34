"""Supervision and an economy with all its cycles, in a whole market: exact books and branches, any engine or shards."""

import pytest

from sim.books.ledger import TREASURY
from sim.market import CreditMarket
from sim.params import RegulatorRuleParameters, SupervisionParameters
from tests.market.made_markets import BEGINS, DRESSING, RULE, SUPERVISION, cyclical, supervised
from tests.market.small_market import SEED, completed, differing, every_lender


def assert_same(market: CreditMarket, other: CreditMarket) -> None:
    assert differing(market.record.tables, other.record.tables) == []
    assert market.record.hash() == other.record.hash()


def test_every_measure_is_taken_and_says_why() -> None:
    actions = completed(supervised()).record.table("actions").to_pylist()
    taken = {row["act"] for row in actions if row["actor"] == "regulator"}
    assert {"rule begins", "warning", "lending freeze", "capital plan", "licence withdrawn", "fine"} <= taken
    assert {"inspection", "false return found"} <= taken
    assert "dresses_return" in {row["act"] for row in actions}
    assert all(row["reason"] for row in actions)


def test_fines_reach_the_treasury_to_the_fen_and_are_in_the_lenders_rows() -> None:
    market = completed(supervised())
    paid = sum(market.record.table("lender")["fines_fen"].to_pylist())
    said = [row["value"] for row in market.record.table("actions").to_pylist() if row["act"] == "fine"]
    assert paid > 0
    assert market.ledger.balance(TREASURY, "cash") == paid
    assert sum(said) == pytest.approx(paid / 100)
    assert completed(cyclical()).ledger.balance(TREASURY, "cash") == 0


def test_returns_show_what_was_hidden_and_what_was_true() -> None:
    rows = completed(supervised()).record.table("returns").to_pylist()
    assert any(row["hidden_share"] > 0.0 for row in rows)
    assert all(row["hidden_share"] == 0.0 for row in rows if row["month"] < BEGINS)
    assert {row["rung"] for row in rows} >= {"none", "warning", "lending_freeze", "capital_plan"}
    ratios = {
        (row["month"], row["lender"]): row["capital_ratio_share"]
        for row in completed(cyclical()).record.table("lender").to_pylist()
    }
    for row in completed(cyclical()).record.table("returns").to_pylist():
        assert row["told_capital_share"] == row["true_capital_share"] == ratios[row["month"], row["lender"]]


@pytest.mark.parametrize("month", [-2, 0, BEGINS])
def test_a_branch_into_supervision_is_the_market_that_ran_under_it(month: int) -> None:
    plain = cyclical()._replace(regulator=supervised().regulator._replace(supervision=SupervisionParameters()))
    plain = plain._replace(regulator=plain.regulator._replace(rule=RegulatorRuleParameters()))
    parent = CreditMarket(plain, rng=SEED)
    parent.run_until(month) if month >= 0 else [parent.run_month() for _ in range(12 + month)]
    branch = parent.branch(supervised())
    branch.run()
    assert_same(branch, completed(supervised()))


@pytest.mark.parametrize("key", ["supervision", "rule", "dressing"])
def test_what_has_begun_cannot_be_changed_in_a_branch(key: str) -> None:
    parent = CreditMarket(supervised(), rng=SEED)
    parent.run_until(BEGINS + 1)
    if key == "dressing":
        other = every_lender(supervised(), dressing=DRESSING._replace(months=4))
        words = r"dressing\.months: acts before month 4"
    elif key == "rule":
        regulator = supervised().regulator._replace(rule=RULE._replace(capital_buffer_share=0.1))
        other, words = supervised()._replace(regulator=regulator), r"regulator\.rule\.capital_buffer_share: acts before"
    else:
        regulator = supervised().regulator._replace(supervision=SUPERVISION._replace(plan_months=4))
        other, words = supervised()._replace(regulator=regulator), r"regulator\.supervision\.plan_months: acts before"
    with pytest.raises(ValueError, match=words):
        parent.branch(other)
