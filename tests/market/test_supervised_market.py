"""Supervision and an economy with all its cycles, in a whole market: exact books and branches, any engine or shards."""

from functools import cache

import pytest

from sim.books.ledger import TREASURY
from sim.market import CreditMarket
from sim.params import DressingParameters, MarketConfig, RegulatorRuleParameters, SupervisionParameters
from tests.market.small_market import SEED, differing, every_lender, lived, lived_by_reference, small

BEGINS = 3
SUPERVISION = SupervisionParameters(
    from_month=BEGINS,
    inspections_a_year=3.0,
    plan_after_months=2,
    plan_months=3,
    clean_returns=1,
    breach_fine_share=0.05,
    false_return_fine_share=0.1,
)
# A fifth of risk-weighted assets on top of the minimum: nobody has it.
RULE = RegulatorRuleParameters("bad_loans_share", 5.0, 0.0, "release", BEGINS, capital_buffer_share=0.2)
DRESSING = DressingParameters(hidden_share=0.9, months=3, from_month=BEGINS)


@cache
def calm() -> MarketConfig:
    """A market whose economy has every cycle on; its regulator does as little as ever."""
    economy = small().economy._replace(
        sector_cycle_sd_gap=0.3,
        region_cycle_sd_gap=0.3,
        slowdown_entry_share=0.1,
        expansion_gap=0.1,
        new_year_bonus_months=1.0,
        feedback_strength=1.0,
        spending_feedback_strength=0.5,
        funding_spread_sd_apr=0.005,
    )
    return small(months=14, economy=economy)


@cache
def strict() -> MarketConfig:
    """The same market under supervision in earnest."""
    config = every_lender(calm(), dressing=DRESSING)
    regulator = config.regulator._replace(supervision=SUPERVISION, rule=RULE, report_noise=0.01, warning_months=1)
    return config._replace(regulator=regulator)


def assert_same(market: CreditMarket, other: CreditMarket) -> None:
    assert differing(market.record.tables, other.record.tables) == []
    assert market.record.hash() == other.record.hash()


def test_every_measure_is_taken_and_says_why() -> None:
    actions = lived(strict()).record.table("actions").to_pylist()
    taken = {row["act"] for row in actions if row["actor"] == "regulator"}
    assert {"rule begins", "warning", "lending freeze", "capital plan", "licence withdrawn", "fine"} <= taken
    assert {"inspection", "false return found"} <= taken
    assert "dresses_return" in {row["act"] for row in actions}
    assert all(row["reason"] for row in actions)


def test_fines_reach_the_treasury_to_the_fen_and_are_in_the_lenders_rows() -> None:
    market = lived(strict())
    paid = sum(market.record.table("lender")["fines_fen"].to_pylist())
    said = [row["value"] for row in market.record.table("actions").to_pylist() if row["act"] == "fine"]
    assert paid > 0
    assert market.ledger.balance(TREASURY, "cash") == paid
    assert sum(said) == pytest.approx(paid / 100)
    assert lived(calm()).ledger.balance(TREASURY, "cash") == 0


def test_returns_show_what_was_hidden_and_what_was_true() -> None:
    rows = lived(strict()).record.table("returns").to_pylist()
    assert any(row["hidden_share"] > 0.0 for row in rows)
    assert all(row["hidden_share"] == 0.0 for row in rows if row["month"] < BEGINS)
    assert {row["rung"] for row in rows} >= {"none", "warning", "lending_freeze", "capital_plan"}
    ratios = {
        (row["month"], row["lender"]): row["capital_ratio_share"]
        for row in lived(calm()).record.table("lender").to_pylist()
    }
    for row in lived(calm()).record.table("returns").to_pylist():
        assert row["told_capital_share"] == row["true_capital_share"] == ratios[row["month"], row["lender"]]


@pytest.mark.parametrize("month", [-2, 0, BEGINS])
def test_a_branch_into_supervision_is_the_market_that_lived_under_it(month: int) -> None:
    plain = calm()._replace(regulator=strict().regulator._replace(supervision=SupervisionParameters()))
    plain = plain._replace(regulator=plain.regulator._replace(rule=RegulatorRuleParameters()))
    trunk = CreditMarket(plain, rng=SEED)
    trunk.live_until(month) if month >= 0 else [trunk.live_month() for _ in range(12 + month)]
    branch = trunk.branch(strict())
    branch.run()
    assert_same(branch, lived(strict()))


@pytest.mark.parametrize("key", ["supervision", "rule", "dressing"])
def test_what_has_begun_cannot_be_changed_in_a_branch(key: str) -> None:
    trunk = CreditMarket(strict(), rng=SEED)
    trunk.live_until(BEGINS + 1)
    if key == "dressing":
        other = every_lender(strict(), dressing=DRESSING._replace(months=4))
        words = r"dressing\.months: acts before month 4"
    elif key == "rule":
        regulator = strict().regulator._replace(rule=RULE._replace(capital_buffer_share=0.1))
        other, words = strict()._replace(regulator=regulator), r"regulator\.rule\.capital_buffer_share: acts before"
    else:
        regulator = strict().regulator._replace(supervision=SUPERVISION._replace(plan_months=4))
        other, words = strict()._replace(regulator=regulator), r"regulator\.supervision\.plan_months: acts before"
    with pytest.raises(ValueError, match=words):
        trunk.branch(other)


def test_shards_and_threads_give_the_same_bytes() -> None:
    assert_same(lived(strict()._replace(shards=5, threads=2)), lived(strict()))


@pytest.mark.slow
def test_market_and_reference_agree() -> None:
    tiny = strict()._replace(population=strict().population._replace(size=150))
    assert_same(lived_by_reference(tiny), lived(tiny))
