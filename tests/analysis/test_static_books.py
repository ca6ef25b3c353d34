"""The constant balance sheet on books worked by hand, and on those of a small market."""

import math

import numpy as np
import pandas as pd
import pytest

from experiments.analyses.static_stress.openings import openings_of, parts_of_loans
from experiments.analyses.static_stress.roll_rates import (
    PAID,
    PAID_OFF,
    STATES,
    amounts_of,
    charged_off_share,
    matrix_of,
    mean_matrix,
    monthly_matrices,
    opening_stock,
    prior_matrix,
    replaced,
    stressed,
)
from experiments.analyses.static_stress.static_books import Opening, Stress, allowance_of, project
from sim.codes import BUCKETS
from tests.market.small_market import completed, small

DEFAULT = STATES - 1
MONTHS = 12


def defaulting(share: float) -> np.ndarray:
    """Every state goes straight into default at one rate, and a tenth of the rest is paid off."""
    rates = np.eye(STATES, STATES + 1)
    for state in range(DEFAULT):
        rates[state] = 0.0
        rates[state, state] = 0.9 * (1.0 - share)
        rates[state, PAID] = 0.1 * (1.0 - share)
        rates[state, DEFAULT] = share
    return rates


def books(loans: float = 1_000_000.0, **changes: object) -> Opening:
    stock = np.zeros(STATES)
    stock[0] = loans
    opening = Opening(
        exposures={"a": stock},
        equity=140_000.0,
        risk_weighted=1_000_000.0,
        interest=10_000.0,
        funding_cost=2_000.0,
        opex=5_000.0,
        wholesale=800_000.0,
        funding_term_months=12,
        tax_share=0.25,
        dividend_share=1.0,
        capital_target_share=0.14,
    )
    return opening._replace(**changes)


def stress_of(share: float, severity: float = 0.8, add: float = 0.0) -> Stress:
    return Stress({"a": [defaulting(share)] * MONTHS}, {"a": severity}, [add] * MONTHS)


def test_without_default_nothing_is_lost_and_profit_is_paid_out() -> None:
    found = project(books(), stress_of(0.0), 0.0)
    assert found.losses.tolist() == [0.0] * MONTHS
    assert found.profit.tolist() == [0.75 * 3_000.0] * MONTHS, "3,000 before a tax of a quarter"
    assert found.capital_ratio == pytest.approx(0.14, abs=1e-5)
    assert found.in_default.tolist() == [0.0] * MONTHS


def test_default_is_final_and_everything_else_is_replaced() -> None:
    found = project(books(), stress_of(0.02), 0.0)
    assert found.in_default == pytest.approx([1_000_000 * (1 - 0.98 ** (month + 1)) for month in range(MONTHS)])


def test_losses_are_the_allowance_formed() -> None:
    opening, stress = books(), stress_of(0.02, severity=0.5)
    before = allowance_of(opening.exposures, stress, -1)
    found = project(opening, stress, before)
    kept, year = (1 - 0.12) * 0.9 * 0.98, 0.0  # instalments shrink a balance before it can default
    for _ in range(12):
        year = 0.02 + kept * year
    assert before == pytest.approx(1_000_000 * year * 0.5)
    last = {"a": np.array([1_000_000 * 0.98**MONTHS, 0, 0, 0, 1_000_000 * (1 - 0.98**MONTHS)])}
    assert found.losses[-1] == pytest.approx(allowance_of(last, stress, MONTHS - 1) - before)


def test_losses_come_out_of_equity_and_dividends_stop() -> None:
    found = project(books(), stress_of(0.05, 1.0), 0.0)
    assert found.equity[0] == pytest.approx(140_000 + found.profit[0])
    assert found.profit[0] < 0
    assert found.capital_ratio[-1] == pytest.approx((140_000 + found.profit.sum()) / 1_000_000)


def test_dearer_money_passes_through_as_it_matures() -> None:
    cheap, dear = (project(books(tax_share=0.0), stress_of(0.0, add=add), 0.0).profit for add in (0.0, 0.012))
    assert (cheap - dear)[0] == pytest.approx(800_000 * 0.001 / 12)
    assert (cheap - dear)[11] == pytest.approx(800_000 * 0.001)


def test_more_severe_is_never_better() -> None:
    ratios = [
        project(books(), stress_of(share, severity), 0.0).capital_ratio[-1]
        for share in (0.01, 0.03)
        for severity in (0.5, 0.9)
    ]
    assert ratios == sorted(ratios, reverse=True)


def test_rates_are_read_from_the_table() -> None:
    rows = pd.DataFrame(
        [
            (0, 0, 700),
            (0, 1, 200),
            (0, PAID_OFF, 100),
            (3, 4, 60),
            (3, 0, 40),
            (5, BUCKETS + 1, 500),
            (2, BUCKETS + 1, 10),
        ],
        columns=["from_bucket", "to_bucket", "balance_fen"],
    )
    rates = matrix_of(amounts_of(rows), prior_matrix())
    assert rates[0].tolist() == [0.7, 0.2, 0.0, 0.0, 0.0, 0.1]
    assert rates[3].tolist() == [0.4, 0.0, 0.0, 0.0, 0.6, 0.0]
    assert rates[2, DEFAULT] == 1.0, "charged off early, as in a fraud"
    assert rates[1].tolist() == prior_matrix()[1].tolist(), "an empty state takes the spare"
    assert rates[DEFAULT, DEFAULT] == 1.0
    assert replaced(rates)[0].tolist() == pytest.approx([0.8, 0.2, 0.0, 0.0, 0.0])
    assert opening_stock(rows).tolist() == [1_000.0, 0.0, 10.0, 100.0, 500.0]


def test_stressed_odds_are_the_calm_ones_times_a_factor() -> None:
    calm = prior_matrix()
    worse = stressed(calm, math.log(2.0))
    for state in range(DEFAULT):
        before, after = (float(rates[state, state + 1 : STATES].sum()) for rates in (calm, worse))
        assert after / (1 - after) == pytest.approx(2.0 * before / (1 - before))
    assert worse.sum(axis=1) == pytest.approx([1.0] * STATES)
    assert np.allclose(stressed(calm, 0.0), calm)
    assert worse[1, 2] / worse[1, 3] == calm[1, 2] / calm[1, 3] if calm[1, 3] else True


def test_parts_of_joint_loans_belong_to_the_partner_bank() -> None:
    market = small()
    names = [name for name, _ in market.lender]
    managed = dict.fromkeys(names, 1_000.0)
    parts = parts_of_loans(market, {**managed, "platform_a": 100.0}, managed)
    partner = dict(market.lender)["platform_a"].partner
    assert parts["platform_a"] == {"platform_a": 0.1}
    assert parts[partner]["platform_a"] == 0.9
    for originator in names:
        assert sum(held.get(originator, 0.0) for held in parts.values()) == pytest.approx(1.0)


def test_openings_of_a_small_market_are_its_books() -> None:
    market = completed(small(months=18))
    lenders, rolls = (market.record.table(name).to_pandas() for name in ("lender", "roll"))
    found = openings_of(market.config, lenders, rolls, 14)
    last = lenders[lenders["month"] == 13].set_index("lender")
    assert set(found) == set(last.index[last["loans_fen"] > 0])
    for name, opening in found.items():
        assert opening.loans == pytest.approx(last.loc[name, "loans_fen"])
        assert opening.equity / opening.risk_weighted == pytest.approx(last.loc[name, "capital_ratio_share"])
    bank = found[dict(market.config.lender)["platform_a"].partner]
    assert set(bank.exposures) > {"platform_a"}
    matrices = monthly_matrices(rolls, list(found), range(14, 18))
    assert all(rates.sum(axis=1) == pytest.approx([1.0] * STATES) for rates in matrices.values())
    assert mean_matrix(rolls, "platform_a", range(2, 14)).shape == (STATES, STATES + 1)
    assert 0.3 < charged_off_share(rolls, "platform_a", range(2, 14), 6) < 1.0
