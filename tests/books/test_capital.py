"""Owners: what they take out, when they pay in and when they decline, and the least capital of a licence."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.books.capital import (
    QUARTER_MONTHS,
    Answer,
    Ownership,
    answer_of,
    dividends_of,
    licence_capital_fen,
)
from sim.books.ledger import OWNERS
from sim.codes import RESOLUTION
from sim.params import LenderParameters, MarketConfig, PopulationParameters, RegulatorParameters
from tests.books.made_books import LOST, Contract, Town
from tests.books.test_lender import PLAIN

ASKING = LenderParameters(raise_patience_months=2, raise_delay_months=3, raise_share=0.25, raise_hurdle_roe=0.10)


def completed(shortfalls: list[int], profits: list[int], parameters: LenderParameters = ASKING) -> list[Answer]:
    """The answers of owners to a shortfall and a profit each month, beside an equity of 12,000 fen."""
    ownership, answers = Ownership(), []
    for month, (shortfall, profit) in enumerate(zip(shortfalls, profits, strict=True)):
        answers.append(answer_of(ownership.after(profit, 12_000), month, shortfall, parameters))
        ownership = answers[-1].ownership
    return answers


def timeline(answers: list[Answer]) -> list[tuple[int, str, int]]:
    return [(month, answer.act, answer.paid_in_fen) for month, answer in enumerate(answers) if answer.act]


def test_dividends_are_profit_and_a_twelfth_of_spare_capital() -> None:
    assert dividends_of(profit_fen=100, excess_fen=1_200, dividend_share=1.0) == 200
    assert dividends_of(profit_fen=100, excess_fen=1_200, dividend_share=0.5) == 100
    assert dividends_of(profit_fen=100, excess_fen=60, dividend_share=1.0) == 60, "never below the target"
    assert dividends_of(profit_fen=-50, excess_fen=1_200, dividend_share=1.0) == 100
    assert dividends_of(profit_fen=100, excess_fen=-1, dividend_share=1.0) == 0


def test_owners_answer_late_and_pay_a_share_each_quarter() -> None:
    # Short from month 1, asked in month 2, answered in month 5: a quarter of 4,003 is 1,000. Then every third month.
    # 120 a month on 12,000 is 12% a year, above the hurdle of 10%.
    shortfalls = [0, 4_000, 4_000, 4_000, 4_000, 4_003, 3_000, 3_000, 3_000, 0, 2_000, 2_000]
    assert timeline(completed(shortfalls, [120] * 12)) == [
        (2, "asks_owners", 0),
        (5, "owners_pay_in", 1_000),
        (8, "owners_pay_in", 750),
        (11, "asks_owners", 0),  # at the target in month 9, so it begins anew
    ]


def test_owners_of_a_lender_that_earns_too_little_decline_and_must_be_asked_again() -> None:
    answers = completed([4_000] * 12, [100] * 6 + [300] * 6)  # exactly at the hurdle is not beyond it
    assert timeline(answers) == [
        (1, "asks_owners", 0),
        (4, "owners_decline", 0),
        (6, "asks_owners", 0),
        (9, "owners_pay_in", 1_000),
    ]
    assert answers[4].reason == (
        "capital 40 yuan below the lender's own target; return on equity of a year 10.0%, owners ask for 10.0%"
    )


def test_return_on_equity_is_of_the_last_twelve_months() -> None:
    ownership = Ownership()
    for profit in [1_000] * 5 + [10] * 12:
        ownership = ownership.after(profit, 12_000)
    assert ownership.return_on_equity() == pytest.approx(0.01)
    assert Ownership().return_on_equity() == 0.0
    assert Ownership().after(5, -100).return_on_equity() == 0.0


MONTHS = st.lists(st.tuples(st.integers(0, 10**9), st.integers(-(10**6), 10**6)), min_size=1, max_size=60)


@given(
    months=MONTHS,
    patience=st.integers(1, 8),
    delay=st.integers(1, 12),
    share=st.sampled_from([0.0, 0.1, 0.5, 1.0]),
    hurdle=st.floats(-1.0, 1.0),
)
def test_owners_are_never_early_never_hasty_and_never_pay_more_than_their_share(
    months: list[tuple[int, int]], patience: int, delay: int, share: float, hurdle: float
) -> None:
    parameters = ASKING._replace(
        raise_patience_months=patience, raise_delay_months=delay, raise_share=share, raise_hurdle_roe=hurdle
    )
    shortfalls = [shortfall for shortfall, _ in months]
    answers = completed(shortfalls, [profit for _, profit in months], parameters)
    paid_in = [month for month, answer in enumerate(answers) if answer.paid_in_fen > 0]
    for month in paid_in:
        assert answers[month].paid_in_fen <= share * shortfalls[month]
        assert answers[month].ownership.return_on_equity() > hurdle
        assert month + 1 >= patience + delay
        assert min(shortfalls[month + 1 - patience - delay : month + 1]) > 0
    assert all(later - earlier >= QUARTER_MONTHS for earlier, later in pairwise(paid_in))
    if share == 0.0:
        assert timeline(answers) == []


# --- in the books -----------------------------------------------------------------------------------------------------
GROWING = PLAIN._replace(raise_patience_months=2, raise_delay_months=2, raise_share=0.25, raise_hurdle_roe=0.0)


def grown(parameters: LenderParameters) -> Town:
    """A lender whose book doubles in month 0 and earns well: short of capital for long."""
    town = Town(("one", parameters))
    town.month(-1, Contract(0, lent=10_000_000))
    town.month(0, Contract(0, opening=10_000_000, interest=200_000), Contract(0, lent=10_000_000))
    return town


def test_what_owners_pay_in_is_equity_and_is_told() -> None:
    town = grown(GROWING)
    lender, before = town.lenders[0], town.ledger.balance(OWNERS, "claims_on_others")
    raised = []
    for month in range(1, 7):  # every month is audited
        town.month(month, Contract(0, opening=20_000_000, interest=300_000))
        found = lender.report()
        raised.append(found["capital_raised_fen"])
        if raised[-1]:
            shortfall = int(0.12 * 19_800_000) - (found["equity_fen"] - raised[-1])
            assert raised[-1] == shortfall // 4
    assert [amount > 0 for amount in raised] == [False, False, True, False, False, True]
    assert town.ledger.balance(OWNERS, "claims_on_others") == before + sum(raised)
    acts = [(act.month, act.act, act.value) for act in lender.take_acts()]
    assert acts[1:] == [(3, "owners_pay_in", raised[2]), (6, "owners_pay_in", raised[5])]
    assert acts[0][:2] == (1, "asks_owners")


def test_with_a_share_of_zero_nobody_asks_and_nobody_pays() -> None:
    town = grown(GROWING._replace(raise_share=0.0))
    before = town.ledger.balance(OWNERS, "claims_on_others")
    for month in range(1, 12):
        town.month(month, Contract(0, opening=20_000_000, interest=180_000))
        assert town.lenders[0].report()["capital_raised_fen"] == 0
    assert town.ledger.balance(OWNERS, "claims_on_others") == before
    assert town.lenders[0].take_acts() == []


def test_a_lender_in_resolution_is_not_heard() -> None:
    town = grown(GROWING._replace(raise_hurdle_roe=-10.0))
    town.month(1, Contract(0, opening=20_000_000, interest=220_000))
    town.month(2, Contract(0, opening=15_000_000), Contract(0, opening=5_000_000, next_bucket=LOST))
    lender, before = town.lenders[0], town.ledger.balance(OWNERS, "claims_on_others")
    assert lender.status == RESOLUTION
    for month in range(3, 10):
        town.month(month, Contract(0, opening=15_000_000, interest=400_000))
        assert lender.report()["capital_raised_fen"] == 0
    assert town.ledger.balance(OWNERS, "claims_on_others") == before


# --- the licence ------------------------------------------------------------------------------------------------------
def test_the_licence_asks_for_capital_by_kind_scaled_to_the_people_simulated() -> None:
    config = MarketConfig(
        population=PopulationParameters(size=1_000, represents=500_000_000),
        regulator=RegulatorParameters(licence_capital_yuan=(0.0, 2e9, 1e9, 0.0)),
    )
    kinds = ("platform", "bank", "consumer_finance", "micro_lender")
    assert [licence_capital_fen(config, kind) for kind in kinds] == [0, 400_000, 200_000, 0]


@pytest.mark.parametrize(("lost", "fails"), [(300_000, False), (700_000, True)])
def test_a_lender_under_the_capital_of_its_licence_enters_resolution_though_it_is_solvent(
    lost: int, fails: bool
) -> None:
    town = Town(("one", PLAIN))
    lender = town.lenders[0]
    lender.licence_capital_fen = 600_000
    town.month(-1, Contract(0, lent=10_000_000))
    town.month(0, Contract(0, opening=10_000_000 - lost), Contract(0, opening=lost, next_bucket=LOST))
    assert lender.equity_fen() > 0
    assert (lender.status == RESOLUTION) == fails
    assert [act.act for act in lender.take_acts()] == ["enters_resolution"] * fails
