"""Funding: funders leave at maturity only, and nothing is owed or paid twice."""

from hypothesis import given
from hypothesis import strategies as st

from sim.books.funding import Funding, blank_funding, pay_out, refinance

rungs = st.lists(st.integers(0, 10**12), min_size=1, max_size=24).map(tuple)
shares = st.floats(0.0, 1.0)


@given(
    ladder=rungs,
    deposits=st.integers(0, 10**12),
    cash=st.integers(-(10**11), 10**13),
    target=st.integers(0, 10**12),
    deposit_share=shares,
    rollover=shares,
    factor=shares,
)
def test_debt_changes_by_what_is_raised_and_repaid(
    ladder: tuple[int, ...],
    deposits: int,
    cash: int,
    target: int,
    deposit_share: float,
    rollover: float,
    factor: float,
) -> None:
    before = Funding(ladder, deposits)
    result = refinance(before, cash, target, deposit_share, rollover, factor)
    after = result.funding
    assert result.repaid == ladder[0]
    assert after.wholesale == before.wholesale - result.repaid + result.raised
    assert after.deposits == deposits + result.deposits_in - result.deposits_out
    assert min(*after.ladder, after.deposits, result.raised, result.deposits_in, result.deposits_out, 0) == 0
    assert len(after.ladder) == len(ladder)
    closing = cash - result.repaid + result.raised + result.deposits_in - result.deposits_out
    if factor == 1.0 and cash - ladder[0] <= target:
        assert closing == target, "calm funders meet the need exactly"
    assert closing <= max(target, cash - ladder[0]), "nobody borrows more than the target needs"
    if factor < 1.0:
        assert result.raised <= ladder[0] * rollover, "afraid, they renew at most what falls due"


def test_a_ladder_moves_down_one_rung_a_month() -> None:
    result = refinance(
        Funding((10, 20, 30), 0), cash=100, target_cash=0, deposit_share=0.0, rollover_share=1.0, factor=1.0
    )
    assert result.funding.ladder == (20, 30, 0)
    assert (result.repaid, result.raised) == (10, 0)


def test_new_money_is_spread_over_the_rungs_to_the_fen() -> None:
    result = refinance(blank_funding(3), cash=0, target_cash=100, deposit_share=0.0, rollover_share=1.0, factor=1.0)
    assert result.funding.ladder == (34, 33, 33)


def test_frightened_funders_renew_a_part_and_depositors_stay() -> None:
    result = refinance(
        Funding((100, 0), 500), cash=0, target_cash=60, deposit_share=0.5, rollover_share=0.9, factor=0.5
    )
    # the need is 160: half from deposits, the rest wholesale, of which 100 x 0.9 x 0.5 = 45 comes
    assert (result.deposits_in, result.raised, result.repaid) == (80, 45, 100)


def test_a_bank_lets_deposits_go_when_it_has_cash_to_spare() -> None:
    result = refinance(Funding((0,), 500), cash=700, target_cash=60, deposit_share=0.8, rollover_share=1.0, factor=1.0)
    assert (result.deposits_in, result.deposits_out) == (0, 500)


@given(rungs, st.integers(0, 10**12), st.integers(-(10**6), 10**14))
def test_in_a_run_off_all_cash_goes_to_funders_and_depositors_come_first(
    ladder: tuple[int, ...], deposits: int, cash: int
) -> None:
    before = Funding(ladder, deposits)
    paid = pay_out(before, cash)
    assert paid.deposits + paid.wholesale == min(max(0, cash), deposits + before.wholesale)
    assert paid.funding.deposits == deposits - paid.deposits
    assert paid.funding.wholesale == before.wholesale - paid.wholesale
    assert paid.wholesale == 0 or paid.funding.deposits == 0
    assert min(paid.funding.ladder) >= 0


def test_in_a_run_off_all_maturities_are_alike() -> None:
    # 17 are left after depositors, and 10 : 20 : 30 would be 2.83, 5.67 and 8.5; largest remainders get the odd fen.
    assert pay_out(Funding((10, 20, 30), 5), 22).funding == Funding((7, 14, 22), 0)


def test_money_keeps_its_rate_until_it_falls_due() -> None:
    calm = refinance(blank_funding(3), 0, 120_000, 0.0, 1.0, 1.0, rate_bp=500).funding
    assert calm.yearly_interest == (40_000 * 500,) * 3
    assert calm.interest_due() == 120_000 * 500 // 120_000
    # A third falls due and is raised anew at 8%, a third of it on each rung.
    later = refinance(calm, 40_000, 40_000, 0.0, 1.0, 1.0, rate_bp=800).funding
    new = 40_000 // 3
    assert later.ladder == (40_000 + new + 1, 40_000 + new, new)
    assert later.interest_due() == (80_000 * 500 + 40_000 * 800) // 120_000
    assert later.wholesale_apr() == (80_000 * 0.05 + 40_000 * 0.08) / 120_000
    assert blank_funding(3).wholesale_apr() == 0.0


@given(rungs, st.integers(0, 10**12), st.integers(0, 5_000))
def test_while_rates_do_not_move_the_ladder_costs_what_its_sum_costs(
    ladder: tuple[int, ...], need: int, rate_bp: int
) -> None:
    funding = Funding(ladder, 0, tuple(owed * rate_bp for owed in ladder))
    assert funding.interest_due() == sum(ladder) * rate_bp // 120_000
    after = refinance(funding, ladder[0], need, 0.0, 1.0, 1.0, rate_bp).funding
    assert after.yearly_interest == tuple(owed * rate_bp for owed in after.ladder)
