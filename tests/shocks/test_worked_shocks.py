"""What each shock does, worked by hand; the pages under docs/shocks work others."""

from itertools import pairwise

import pytest

from experiments.refusal import Refusal
from sim.codes import FRAUD, LINE_OPEN, OPEN, RESOLUTION
from sim.shocks.base import SHAPES
from sim.shocks.fraud_wave import FraudWave
from sim.shocks.growth_slowdown import GrowthSlowdown
from sim.shocks.lender_exit import LenderExit
from sim.shocks.unemployment import Unemployment
from tests.market.small_market import completed, small
from tests.shocks.test_every_shock import market, turned


def test_a_pulse_ends_and_a_decay_fades_and_a_ramp_and_a_step_stay() -> None:
    shocks = {shape: Unemployment(start_month=3, months=4, shape=shape) for shape in SHAPES}
    paths = {shape: [shock.felt_share(month) for month in range(9)] for shape, shock in shocks.items()}
    assert paths == {
        "step": [0, 0, 0, 1, 1, 1, 1, 1, 1],
        "pulse": [0, 0, 0, 1, 1, 1, 1, 0, 0],
        "ramp": [0, 0, 0, 0.25, 0.5, 0.75, 1, 1, 1],
        "decay": [0, 0, 0, 1, 0.75, 0.5, 0.25, 0, 0],
    }


def test_the_unemployment_shock_raises_the_path_by_its_share_and_brings_it_back() -> None:
    path = {economy.month: economy for economy in turned(market("unemployment"))}
    assert path[36].unemployment_share == pytest.approx(0.082, abs=1e-9)
    assert path[48].unemployment_share == pytest.approx(0.067, abs=1e-9)
    assert path[60].unemployment_share == pytest.approx(0.052, abs=1e-9)
    falling = [path[month].unemployment_share for month in range(36, 61)]
    assert all(later < earlier for earlier, later in pairwise(falling))


def test_a_freeze_strikes_only_the_lenders_in_its_scope() -> None:
    config = market("funding_freeze", changes=("shock.funding_freeze.kinds=[platform]",))
    economy = next(economy for economy in turned(config) if economy.month == 36)
    expected = tuple(0.5 if lender.kind == "platform" else 1.0 for _, lender in config.lender)
    assert economy.rollover_factors == expected
    assert 1.0 in expected
    assert 0.5 in expected


def test_a_rumour_names_one_lender_and_an_unknown_one_is_refused_with_the_nearest() -> None:
    config = market("shutdown_rumour", changes=("shock.shutdown_rumour.lender=bank_b",))
    economy = next(economy for economy in turned(config) if economy.month == 36)
    told = {name: share for (name, _), share in zip(config.lender, economy.rumour_seed_shares, strict=True)}
    assert told.pop("bank_b") == 0.05
    assert set(told.values()) == {0.0}
    with pytest.raises(Refusal, match=r"shock.shutdown_rumour.lender: .*nearest is bank_b.*was 'bank_bb'"):
        market("shutdown_rumour", changes=("shock.shutdown_rumour.lender=bank_bb",))


def test_wages_lost_in_a_slowdown_stay_lost_when_it_ends() -> None:
    shock = GrowthSlowdown(start_month=10, months=24, wage_growth_cut_apr=0.06)
    assert shock.wages_lost_share(9) == 0.0
    assert shock.wages_lost_share(21) == pytest.approx(0.06)
    assert shock.wages_lost_share(33) == shock.wages_lost_share(200) == pytest.approx(0.12)


def test_two_waves_of_fraud_never_make_more_than_all_loans_frauds() -> None:
    config = market()._replace(shock=(("first", FraudWave(fraud_share=0.5)), ("second", FraudWave(fraud_share=0.6))))
    economy = next(economy for economy in turned(config) if economy.month == 36)
    assert economy.shock_effects.fraud_shares == pytest.approx([0.8] * len(config.lender))


def test_a_solvent_lender_that_leaves_lends_no_more_pays_its_funders_and_leaves_the_rest_to_its_owners() -> None:
    leaving = LenderExit(start_month=2, lenders=("platform_b",))
    calm, left = (small(people=1_000, warm_up=24, months=40, shock=shocks) for shocks in ((), (("exit", leaving),)))
    index = [name for name, _ in calm.lender].index("platform_b")
    lender = completed(left).lenders[index]
    assert completed(calm).lenders[index].status != RESOLUTION
    assert lender.status == RESOLUTION
    rows = completed(left).record.table("lender").to_pandas()
    rows = rows[rows["lender"] == "platform_b"].set_index("month")
    assert rows["originations_fen"].loc[1] > 0
    assert (rows["originations_fen"].loc[2:] == 0).all()
    assert rows["liabilities_fen"].iloc[-1] == 0
    assert rows["managed_loans_fen"].iloc[-1] == 0
    acts = completed(left).record.table("actions").to_pandas()
    assert list(acts[(acts["actor"] == "platform_b") & (acts["act"] == "leaves")]["month"]) == [2]
    assert "funders_lose" not in set(acts[acts["actor"] == "platform_b"]["act"])
    paid_to_owners = next(claim for claim in lender.estate if claim.rank == "owners")
    assert paid_to_owners.paid > 0


def test_frauds_are_first_loans_and_not_a_fen_of_them_is_paid_before_they_are_charged_off() -> None:
    wave = FraudWave(start_month=6, shape="step", fraud_share=1.0, lenders=("platform_a",))
    config = small(people=600, warm_up=12, months=12, shock=(("fraud", wave),))
    names = [name for name, _ in config.lender]
    loans = completed(config).people.state().loans
    frauds = (loans.purpose == FRAUD) & (loans.status == OPEN)
    assert frauds.sum() > 10
    assert set(loans.lender[frauds].tolist()) == {names.index("platform_a")}
    assert (loans.principal[frauds] == loans.original[frauds]).all()
    ages = completed(config).month - 1 + 12 - loans.origination_month[frauds]
    assert (loans.bucket[frauds] == ages).all()
    honest = (loans.status == OPEN) & ~frauds & (loans.lender == names.index("platform_a"))
    assert honest.any(), "customers from before the wave go on as before"
    lines = completed(config).people.state().lines
    assert (lines.status[lines.lender == names.index("platform_a")] == LINE_OPEN).any()
