"""What every instrument does to a small market: nothing too early, nothing when it asks for nothing, and a trace."""

from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from experiments.compose.registry import kinds
from sim.market import CreditMarket
from sim.params import MarketConfig
from tests.market.small_market import SEED, every_lender, small, tables_before
from tests.policies.test_every_instrument import class_of, strict

NAMES = sorted(kinds("policy"))
ANNOUNCED, EFFECTIVE, MONTHS = 2, 4, 8
DATES = {"announce_month": ANNOUNCED, "effective_month": EFFECTIVE}


@cache
def base() -> MarketConfig:
    """A small market, old enough for claims, whose lenders keep no buffer of their own: the law alone refuses."""
    return every_lender(small(people=400, warm_up=20, months=MONTHS), capital_buffer_share=0.0)


@cache
def warmed_up(prepared: bool = False) -> CreditMarket:
    config = every_lender(base(), prepared_share=1.0) if prepared else base()
    market = CreditMarket(config, rng=SEED)
    market.warm_up()
    return market


@cache
def completed_with(*policy: tuple[str, Any], prepared: bool = False) -> CreditMarket:
    market = warmed_up(prepared)
    branch = market.branch(market.config._replace(policy=policy))
    branch.run()
    return branch


def unlike(left: CreditMarket, right: CreditMarket, month: int = MONTHS, ignored: tuple[str, ...] = ()) -> list[str]:
    """The tables that differ in the months before one, the log of announcements apart."""
    found, others = [], tables_before(right, month)
    for name, table in tables_before(left, month).items():
        other = others[name]
        if name == "actions":
            table, other = (said(each, ignored) for each in (table, other))
        if not table.equals(other):
            found.append(name)
    return found


def said(actions: pa.Table, ignored: tuple[str, ...]) -> pa.Table:
    return actions.filter(pc.invert(pc.is_in(actions["act"], pa.array(ignored, pa.string()))))


def traces(market: CreditMarket) -> set[str]:
    """What refused anybody, held any budget down to refuse, or was logged."""
    tables = market.record.tables
    budgets = tables["budgets"]
    budgets = budgets.filter(pc.greater(budgets["refused_fen"], 0))
    return (
        set(budgets["constraint"].to_pylist())
        | set(tables["refused"]["constraint"].to_pylist())
        | set(tables["actions"]["act"].to_pylist())
    )


NEWS = ("announcement", "entry into force", "adjustment")


@pytest.mark.parametrize("name", NAMES)
class TestEveryInstrument:
    @pytest.mark.fast_first(12)
    def test_numbers_that_ask_for_nothing_change_nothing_at_all(self, name: str) -> None:
        instrument = class_of(name)(**DATES, kinds=(), **class_of(name).IDLE)
        assert unlike(completed_with((name, instrument)), completed_with(), ignored=NEWS) == []

    def test_nothing_but_the_announcement_comes_before_it_is_in_force(self, name: str) -> None:
        bound, free = completed_with(strict(name, **DATES)), completed_with()
        assert unlike(bound, free, EFFECTIVE, ignored=NEWS) == []
        assert unlike(bound, free, ANNOUNCED) == []
        assert unlike(bound, free, ANNOUNCED + 1) == ["actions"]

    def test_it_leaves_a_trace_under_its_own_name_when_it_binds(self, name: str) -> None:
        bound, free = completed_with(strict(name, **DATES)), completed_with()
        assert unlike(bound, free, ignored=NEWS) != []
        if class_of(name).TRACE:
            assert class_of(name).TRACE in traces(bound) - (traces(free) - {"borrower_cap", "capital_rule"})

    @pytest.mark.fast_first(12)
    def test_lenders_who_prepare_do_so_from_the_announcement_and_not_before(self, name: str) -> None:
        bound, free = completed_with(strict(name, **DATES), prepared=True), completed_with(prepared=True)
        assert unlike(bound, free, ANNOUNCED) == []
        early = unlike(bound, free, EFFECTIVE, ignored=NEWS)
        assert early == [] or class_of(name).TRACE in ("capital_rule", "capital_buffer", "enters_resolution")


MILD = {  # rules that are raised and refuse nobody in this market
    "debt_service_cap": {"max_share": 50.0},
    "lender_count_cap": {"max_lenders": 4},
    "soft_risk_limit": {"default_share": 0.9, "quota_share": 0.9},
}


@pytest.mark.parametrize("name", [name for name in NAMES if class_of(name).TRACE and not class_of(name).ACTS_THROUGH])
def test_a_rule_that_says_it_acts_by_refusals_alone_does_nothing_when_it_refuses_nobody(name: str) -> None:
    if name not in MILD:
        pytest.skip("it asks for nothing, or ties with a limit that leaves nothing at all and gives its name")
    instrument = class_of(name)(**DATES, kinds=(), **MILD[name])
    mild = completed_with((name, instrument))
    assert class_of(name).TRACE not in traces(mild)
    assert [table for table in unlike(mild, completed_with(), ignored=NEWS) if table != "budgets"] == []


def test_lenders_who_prepare_hold_more_capital_before_a_capital_rule_is_in_force() -> None:
    rule = strict("capital_adequacy", **DATES)
    bound, free = completed_with(rule, prepared=True), completed_with(prepared=True)
    assert "lender" in unlike(bound, free, EFFECTIVE, ignored=NEWS)


def test_the_order_in_which_instruments_are_listed_changes_no_market() -> None:
    policy = tuple((name, class_of(name)(**DATES, kinds=())) for name in NAMES)
    assert unlike(completed_with(*policy), completed_with(*policy[::-1]), ignored=NEWS) == []
