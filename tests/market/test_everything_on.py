"""All that lenders can do at once: engines agree, books close to the fen, and no part of it is idle."""

from sim.codes import BUDGET_OUTCOMES, OUTCOMES
from sim.market import CreditMarket
from sim.observe.columns import MADE_OF
from sim.observe.ratios import Ratio
from tests.market.everything import everything_on
from tests.market.small_market import completed, small

MONTHS = 9


def working(people: int = 1_500) -> CreditMarket:
    return completed(everything_on(small(people=people, warm_up=14, months=MONTHS)))


def test_only_ratios_are_ever_missing_and_only_where_there_is_nothing_to_divide_by() -> None:
    missing = set()
    for name, table in working().record.tables.items():
        for column in table.column_names:
            values = table[column].to_pylist()
            assert all(value is None or value == value for value in values), f"{name}.{column}: one way to have none"
            made = MADE_OF.get(name, {}).get(column)
            if made is None:
                assert None not in values, f"{name}.{column}"
            if isinstance(made, Ratio):
                assert values == [made.value(row) for row in table.to_pylist()], f"{name}.{column}"
            if None in values:
                missing.add(f"{name}.{column}")
    assert "lender.sale_price_share" in missing, "no sale in most months"


def test_nothing_of_it_is_idle() -> None:
    market = working()
    rows = {name: table.to_pylist() for name, table in market.record.tables.items()}
    acts = {row["act"] for row in rows["actions"]}
    assert acts >= {"refits_scorecard", "moves_markup", "moves_appetite", "cuts_lines", "loses_partner"}
    assert {row["model_version"] for row in rows["scorecards"]} == {1, 2}
    lenders = rows["lender"]
    for column in (
        "securities_fen",
        "claims_sold_fen",
        "acquisition_cost_fen",
        "servicing_cost_fen",
        "technology_cost_fen",
        "collection_cost_fen",
        "lines_cut",
        "lines_frozen",
        "wholesale_apr",
    ):
        assert any(row[column] for row in lenders), column
    assert any(row["allowance_fen"] != row["allowance_five_category_fen"] for row in lenders)
    assert any(row["rollover_factor_share"] < 1.0 for row in lenders)
    assert {row["test_group"] for row in rows["offer_tests"]} >= {"dearer", "cheaper", "wider", "narrower"}
    headrooms = {row["constraint"] for row in rows["budgets"]}
    assert headrooms >= {"growth_quota", "leverage_policy", "liquidity_policy", "sector_cap", "region_cap", "partner"}
    assert headrooms <= {OUTCOMES[code] for code in BUDGET_OUTCOMES}
    assert len(rows["shape"]) == len(market.lenders) * (MONTHS // 3)
