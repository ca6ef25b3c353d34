"""What work costs, worked by hand; nothing is added while accounts cost nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.books.costs import CostHistory, Costs, Work, costs_of, next_unit_cost_share
from sim.counted import Flow
from sim.parameters.books import EfficiencyParameters
from sim.params import LenderParameters
from sim.values import no_shock_effects
from tests.books.made_books import LOST, Contract, Town

DEAR = EfficiencyParameters(
    acquisition_cost_yuan=40.0,
    servicing_cost_yuan=2.5,
    technology_apr=0.02,
    technology_gain_share=0.12,
    unit_cost_floor_share=0.5,
)


def test_a_month_worked_by_hand() -> None:
    # 6% and 0.5% of the books a year; 3 new accounts at 40 yuan and 100 served at 2.50, both at 0.9 of the first cost;
    # technology at 2% a year.
    work = Work(managed_fen=12_000_000, joint_fen=2_400_000, new_accounts=3, accounts=100)
    found = costs_of(work, 0.06, 0.005, DEAR, 0.9)
    assert found == Costs(by_share=60_000 + 1_000, acquisition=10_800, servicing=22_500, technology=20_000)
    assert found.by_account == 53_300
    assert found.total == 114_300


def test_collection_costs_what_effort_there_is() -> None:
    # 30% a year of 4,000,000 if everybody were reached each month; a fifth is.
    dear, none = DEAR._replace(collection_cost_apr=0.3), Work(0, 0, 0, 0)
    assert costs_of(none._replace(claims_fen=4_000_000, effort_share=0.2), 0.06, 0.005, dear, 1.0).collection == 20_000
    assert costs_of(none._replace(claims_fen=4_000_000, effort_share=0.2), 0.06, 0.005, DEAR, 1.0).total == 0
    assert costs_of(none._replace(claims_fen=4_000_000), 0.06, 0.005, dear, 1.0).total == 0


def test_technology_makes_accounts_cheaper_down_to_a_floor() -> None:
    # Twice the 1% at which an account gets 12% cheaper a year: 2% a month.
    assert next_unit_cost_share(1.0, DEAR) == pytest.approx(0.98)
    share = 1.0
    for _ in range(200):
        share = next_unit_cost_share(share, DEAR)
    assert share == 0.5


@given(
    st.integers(0, 10**13),
    st.integers(0, 10**13),
    st.integers(0, 10**7),
    st.floats(0.0, 0.5),
    st.floats(0.0, 1.0),
)
def test_a_lender_that_counts_no_accounts_pays_its_share_and_no_more(
    managed: int, joint: int, accounts: int, apr: float, unit_cost_share: float
) -> None:
    found = costs_of(Work(managed, joint, accounts, accounts), apr, 0.005, EfficiencyParameters(), unit_cost_share)
    assert found.by_account == 0
    assert found.total == found.by_share
    assert next_unit_cost_share(unit_cost_share, EfficiencyParameters()) == max(0.3, unit_cost_share)


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**12)), max_size=30))
def test_the_history_is_a_share_of_twelve_months(months: list[tuple[int, int]]) -> None:
    history = CostHistory()
    for cost, managed in months:
        history = history.after(cost, managed)
    assert history.months == tuple(months[-12:])
    assert 0.0 <= history.apr() <= 1.0


@pytest.mark.parametrize(
    ("rules", "economy", "cost"),
    [
        ({}, {}, 40_000),
        ({"collection_effort_share": 0.2}, {}, 16_000),
        ({}, {"shock_effects": no_shock_effects(1)._replace(collection_factors=(0.0,))}, 0),
    ],
)
def test_collectors_who_are_held_back_cost_less(
    rules: dict[str, object], economy: dict[str, object], cost: int
) -> None:
    """24% a year of claims of 4,000,000, for half of the debtors: 40,000 a month, paid and priced with other work."""
    efficiency = EfficiencyParameters(collection_cost_apr=0.24)
    parameters = LenderParameters(kind="consumer_finance", opex_apr=0.0, collection_effort=0.5, efficiency=efficiency)
    town = Town(("one", parameters))
    town.month(-1, Contract(0, lent=12_000_000), Contract(0, lent=4_000_000, next_bucket=5))
    lost = Contract(0, opening=4_000_000, bucket=5, next_bucket=LOST)
    town.month(0, Contract(0, opening=12_000_000), lost, rules=rules, **economy)
    found = town.lenders[0].report()
    assert found["collection_cost_fen"] == found["opex_fen"] == cost
    assert town.lenders[0].opex_apr() == pytest.approx(round(12 * cost / 28_000_000, 4))


def test_accounts_are_paid_for_and_priced() -> None:
    parameters = LenderParameters(kind="consumer_finance", opex_apr=0.06, efficiency=DEAR)
    town = Town(("one", parameters))
    lender = town.lenders[0]
    town.month(-1, Contract(0, lent=12_000_000))
    tallies = town.month(0, Contract(0, opening=12_000_000), flows={"new_approvals": 3, "customers": 100})
    assert tallies.flow[0, Flow.CUSTOMERS] == 100
    found = lender.report()
    assert found["acquisition_cost_fen"] == int(12_000 * 0.98)
    assert found["servicing_cost_fen"] == int(25_000 * 0.98)
    assert found["technology_cost_fen"] == 20_000
    assert found["opex_fen"] == 60_000 + 11_760 + 24_500 + 20_000
    # Two months of 12,000,000: 20,000 and 56,260 over them, times twelve.
    assert lender.opex_apr() == pytest.approx(0.06 + round(12 * 76_260 / 24_000_000, 4))
    assert found["unit_cost_share"] == pytest.approx(0.98**2)
