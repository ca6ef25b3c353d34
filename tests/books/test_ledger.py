"""The ledger: whatever is entered, cash is never made and every entity's accounts add up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.books.ledger import (
    ACCOUNTS,
    ASSETS,
    EQUITY,
    EXPENSES,
    FIRMS,
    FUNDERS,
    HOUSEHOLDS,
    INCOME,
    LIABILITIES,
    Ledger,
)
from sim.counted import HouseholdFlow
from sim.state import blank_tallies

ENTITIES = ("a_lender", "another", HOUSEHOLDS, FIRMS, FUNDERS)
accounts = st.sampled_from(sorted(ACCOUNTS - {"cash"}))
entities = st.sampled_from(ENTITIES)
amounts = st.integers(0, 10**15)
posts = st.tuples(st.just("post"), entities, accounts, accounts, amounts)
pays = st.tuples(st.just("pay"), entities, accounts, entities, accounts, amounts)
closings = st.tuples(st.just("close"), entities)


@given(st.lists(st.one_of(posts, pays, closings), max_size=40))
def test_any_entries_keep_every_balance_sheet_and_all_cash(entries: list[tuple]) -> None:
    ledger = Ledger()
    for verb, *values in entries:
        getattr(ledger, verb)(*values)
    assert ledger.total_cash() == 0
    assert not any(ledger.imbalances().values())
    for entity in ledger.entities():
        assets = ledger.total(entity, ASSETS)
        assert assets == ledger.total(entity, LIABILITIES + EQUITY) + ledger.profit(entity)
        ledger.close(entity)
        assert ledger.profit(entity) == 0
        assert ledger.total(entity, INCOME + EXPENSES) == 0
        assert assets == ledger.total(entity, LIABILITIES + EQUITY)
    assert all(type(amount) is int for amount in ledger.balances.values())


def test_a_payment_moves_cash_and_is_remembered_by_payer_and_payee() -> None:
    ledger = Ledger()
    ledger.pay(HOUSEHOLDS, "spending", "a_lender", "interest_income", 30)
    ledger.pay(HOUSEHOLDS, "spending", "a_lender", "interest_income", 12)
    assert ledger.balance("a_lender", "cash") == 42
    assert ledger.balance(HOUSEHOLDS, "cash") == -42
    assert ledger.balance("a_lender", "interest_income") == 42
    assert ledger.flows == {(HOUSEHOLDS, "spending", "a_lender", "interest_income"): 42}
    ledger.begin_month()
    assert ledger.flows == {}
    assert ledger.balance("a_lender", "cash") == 42


def test_closing_carries_profit_into_equity() -> None:
    ledger = Ledger()
    ledger.pay(HOUSEHOLDS, "spending", "a_lender", "interest_income", 100)
    ledger.pay("a_lender", "opex", FIRMS, "income", 130)
    assert ledger.close("a_lender") == -30
    assert ledger.balance("a_lender", "equity") == -30


@pytest.mark.parametrize("amount", [-1, 1.0, True + 0.5])
def test_an_amount_that_is_no_whole_fen_is_refused_by_name(amount: float) -> None:
    ledger = Ledger()
    with pytest.raises(ValueError, match=r"a_lender.*opex/income.*was"):
        ledger.pay("a_lender", "opex", FIRMS, "income", amount)
    with pytest.raises(ValueError, match=r"a_lender.*provisions/allowance.*was"):
        ledger.post("a_lender", "provisions", "allowance", amount)
    assert ledger.entities() == []


def test_an_unknown_account_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="no account 'petty_cash'"):
        Ledger().post("a_lender", "petty_cash", "equity", 1)


def test_a_month_of_households_ends_with_their_savings() -> None:
    tallies = blank_tallies(1, 1)
    month = {
        "wages": 1_000,
        "benefits": 50,
        "support": 7,
        "sales": 90,
        "consumption": 800,
        "long_term_saving": 60,
        "informal_lent": 40,
        "informal_interest": 3,
        "informal_principal": 20,
        "informal_written_off": 5,
    }
    for name, amount in month.items():
        tallies.household[HouseholdFlow.of(name)] = amount
    ledger = Ledger()
    ledger.open_households(500)
    ledger.post_households(tallies)
    assert ledger.balance(HOUSEHOLDS, "cash") == 500 + 1_000 + 50 + 7 + 90 - 800 - 60 + 40 - 3 - 20
    assert ledger.balance("informal", "loans") == 40 - 20 - 5
    assert ledger.balance(HOUSEHOLDS, "informal_debt") == 15
    assert ledger.balance("informal", "write_off") == 5
    assert ledger.total_cash() == 0
