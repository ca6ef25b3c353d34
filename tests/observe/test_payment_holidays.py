"""On the tape and in vintages, what was signed stays; what is postponed or lent on top has columns of its own."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.market import CreditMarket
from sim.params import MarketConfig, ObserveParameters
from sim.policies.moratorium import Moratorium
from sim.shocks.unemployment import Unemployment
from tests.market.small_market import SEED, completed, completed_by_reference, every_lender, small

SIGNED = ("original_fen", "refinancing_fen", "term_months", "signed_instalment_fen", "apr", "origination_month")
ENDED = ("paid_off", "refinanced", "claim_ended")


def on_holiday(people: int = 500, months: int = 12, **moratorium: object) -> MarketConfig:
    """A slump, and instalments postponed in it; everybody is followed."""
    rule = Moratorium(**({"announce_month": 1, "effective_month": 2, "lasts_months": 6} | moratorium))  # type: ignore[arg-type]
    return small(
        people=people,
        warm_up=14,
        months=months,
        policy=(("moratorium", rule),),
        shock=(("unemployment", Unemployment(1, months=10, add_share=0.25)),),
        observe=ObserveParameters(panel_people=people),
    )


def tape_of(market: CreditMarket) -> pd.DataFrame:
    tape = market.record.table("tape").to_pandas()
    assert isinstance(tape, pd.DataFrame)
    return tape.sort_values(["loan_id", "month"], ignore_index=True)


def check_tape(tape: pd.DataFrame) -> None:
    """Check every relation that must hold on a tape, row by row and along each loan's life."""
    for name in ("principal_paid_fen", "capitalised_fen", "charged_off_fen", "recovered_fen", "refinancing_fen"):
        assert (tape[name] >= 0).all(), name
    assert (tape["refinancing_fen"] <= tape["original_fen"]).all()
    assert (tape["capitalised_fen"] <= tape["original_fen"]).all()
    loans = tape.groupby("loan_id")
    for name in SIGNED:
        assert (loans[name].nunique() == 1).all(), f"{name} changes on a running contract"
    # Where a loan is seen from the month it was made on, its whole life adds up.
    seen = loans["months_on_book"].transform("min") == 0
    paid, grown = loans["principal_paid_fen"].cumsum(), loans["capitalised_fen"].cumsum()
    recovered, written = loans["recovered_fen"].cumsum(), loans["charged_off_fen"].cumsum()
    is_open = tape["status"].isin(["current", "late"])
    assert (grown[seen] == tape["capitalised_so_far_fen"][seen]).all()
    assert (loans["postponed"].cumsum()[seen] == tape["postponed_months"][seen]).all()
    assert (paid[seen] <= tape["original_fen"][seen] + grown[seen]).all()
    owed = tape["original_fen"] + grown - paid
    assert (tape["balance_fen"] == owed)[seen & is_open].all()
    assert (written == owed)[seen & (tape["status"] == "charged_off")].all()
    assert (tape["balance_fen"] == written - recovered)[seen & (tape["status"] == "charged_off")].all()
    assert (owed == 0)[seen & tape["status"].isin(ENDED[:2])].all()
    # From one month's end to the next, for every loan: opening + lent on top - paid - written off = closing.
    opening = loans["balance_fen"].shift()
    known = opening.notna() & (tape["status"] != "claim_ended")
    moved = tape["capitalised_fen"] - tape["principal_paid_fen"] - tape["recovered_fen"]
    assert (tape["balance_fen"] == opening + moved)[known].all()
    assert (tape["postponed"] | (tape["capitalised_fen"] == 0)).all(), "only a holiday lends on top"
    assert (tape["principal_paid_fen"] == 0)[tape["postponed"] == 1].all()
    assert (tape["instalment_fen"] == tape["signed_instalment_fen"])[tape["capitalised_so_far_fen"] == 0].all()


def check_vintages(market: CreditMarket) -> None:
    """Check that a cohort's amount does not move with age, and is what its loans on the tape were signed for."""
    vintages = market.record.table("vintage").to_pandas()
    cohorts = vintages.groupby(["lender", "cohort"])
    assert (cohorts["original_fen"].nunique() == 1).all()
    assert (cohorts["capitalised_fen"].diff().dropna() >= 0).all()
    fresh = tape_of(market).query("months_on_book == 0")
    lent = fresh.groupby(["lender", "origination_month"])["original_fen"].sum()
    found = cohorts["original_fen"].first()
    assert dict(found[(found > 0) & (found.index.get_level_values("cohort") >= 0)]) == dict(lent)


def test_what_is_postponed_is_told_beside_what_was_signed() -> None:
    market = completed(on_holiday())
    tape = tape_of(market)
    assert tape["postponed"].sum() > 100, "otherwise there would be nothing to see"
    assert (tape["capitalised_fen"] > 0).sum() > 100
    check_tape(tape)
    check_vintages(market)
    by_cohort = tape.groupby(["lender", "origination_month"])["capitalised_fen"].sum()
    vintages = market.record.table("vintage").to_pandas()
    last = vintages[vintages["cohort"] + vintages["months_on_book"] == 11].set_index(["lender", "cohort"])
    assert last["capitalised_fen"].sum() > 0
    for place, grown in last["capitalised_fen"].items():
        assert grown == by_cohort.get(place, 0)


def test_a_holiday_without_interest_postpones_and_lends_nothing_on_top() -> None:
    tape = tape_of(completed(on_holiday(interest_accrues=False)))
    assert tape["postponed"].sum() > 100
    assert tape["capitalised_fen"].sum() == 0
    check_tape(tape)


def test_without_a_holiday_nothing_is_postponed() -> None:
    market = completed(on_holiday(lasts_months=0))
    tape = tape_of(market)
    assert tape[["postponed", "postponed_months", "capitalised_fen", "capitalised_so_far_fen"]].sum().sum() == 0
    assert (tape["refinancing_fen"] > 0).any(), "top-ups there are"
    check_tape(tape)
    check_vintages(market)


def test_what_a_loan_repaid_by_refinancing_is_what_the_new_one_took_up() -> None:
    """New money is what is signed less what it repaid, and adds up to the lender's new money."""
    market = completed(on_holiday())
    fresh = tape_of(market).query("months_on_book == 0")
    new_money = (fresh["original_fen"] - fresh["refinancing_fen"]).groupby([fresh["month"], fresh["lender"]]).sum()
    lenders = market.record.table("lender").to_pandas().set_index(["month", "lender"])["originations_fen"]
    assert new_money.tolist() == lenders[lenders > 0].reindex(new_money.index).tolist()


def test_interest_lent_on_top_is_no_new_loan_and_in_no_price() -> None:
    """What lenders and the market count as lent, and at what price, are the loans signed in the month."""
    market = completed(on_holiday())
    tape = tape_of(market)
    months = range(1, 12)  # the tape begins with the month end of the warm-up
    fresh = tape.query("months_on_book == 0 and month >= 1")
    signed = fresh.assign(charges=fresh["original_fen"] * (fresh["apr"] * 10_000).round().astype(int) // 10_000)
    of_loans = signed.groupby(["month", "lender"])[["charges", "refinancing_fen"]].sum()
    on_top = tape.groupby(["month", "lender"])["capitalised_fen"].sum()
    rows = market.record.table("lender").to_pandas().set_index(["month", "lender"]).loc[list(months)]
    of_loans, on_top = (each.reindex(rows.index, fill_value=0) for each in (of_loans, on_top))
    assert rows["yearly_charges_fen"].tolist() == of_loans["charges"].tolist()
    assert rows["refinanced_fen"].tolist() == of_loans["refinancing_fen"].tolist()
    assert rows["capitalised_fen"].tolist() == on_top.tolist()
    assert rows["capitalised_fen"].sum() > 0
    whole = market.record.table("market").to_pandas().set_index("month").loc[list(months)]
    for name in ("originations_fen", "refinanced_fen", "capitalised_fen", "yearly_charges_fen"):
        assert whole[name].tolist() == rows[name].groupby("month").sum().tolist(), name


def test_a_lender_that_lends_nothing_has_no_price_though_interest_is_lent_on_top() -> None:
    closed = every_lender(on_holiday(), budget_extra_fen=-(10**15), budget_extra_from_month=3)
    rows = completed(closed).record.table("lender").to_pandas().query("month == 5")
    assert (rows["originations_fen"] == 0).all()
    assert rows["capitalised_fen"].sum() > 0
    assert rows["mean_apr"].isna().all()


@pytest.mark.slow
def test_market_and_reference_and_a_branch_write_the_same_tape() -> None:
    config = on_holiday(people=120, months=8)
    parent = CreditMarket(config._replace(policy=()), rng=SEED)
    parent.run_until(1)
    branch = parent.branch(config)
    branch.run()
    for other in (branch, completed_by_reference(config)):
        assert other.record.table("tape").equals(completed(config).record.table("tape"))
        assert other.record.table("vintage").equals(completed(config).record.table("vintage"))


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 10_000),
    begins=st.integers(1, 6),
    lasts=st.integers(0, 8),
    accrues=st.booleans(),
    lost=st.floats(0.0, 0.4),
)
def test_the_relations_hold_in_any_small_market(seed: int, begins: int, lasts: int, accrues: bool, lost: float) -> None:
    rule = {"announce_month": begins, "effective_month": begins, "lasts_months": lasts, "interest_accrues": accrues}
    config = on_holiday(people=150, months=10, **rule)
    market = CreditMarket(
        config._replace(shock=(("unemployment", Unemployment(1, months=10, add_share=lost)),)), rng=seed
    )
    market.run()
    check_tape(tape_of(market))
    check_vintages(market)
