"""Money is whole fen: conversion, rounding, and splits that lose nothing."""

from __future__ import annotations

import itertools
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.money import basis_points, fen, monthly_interest, part, pro_rata, yuan

AMOUNTS = st.integers(0, 10**12)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [(0, 0), (1, 100), (12.34, 1234), ("0.005", 0), ("0.015", 2), (-1.5, -150), (0.1 + 0.2, 30), (200_000, 20_000_000)],
)
def test_yuan_become_fen_rounding_half_to_even(amount, expected):
    assert fen(amount) == expected


@pytest.mark.parametrize("amount", [float("nan"), float("inf"), "-Infinity"])
def test_amounts_that_are_not_finite_are_refused(amount):
    with pytest.raises(ValueError, match="finite"):
        fen(amount)


@given(st.integers(-(10**12), 10**12))
def test_fen_survive_a_round_trip(amount):
    assert fen(yuan(amount)) == amount


@pytest.mark.parametrize(("rate", "expected"), [(0.18, 1800), (0.05475, 548), (0.29, 2900), (0.0, 0), (1.15, 11500)])
def test_rates_become_basis_points_without_binary_dust(rate, expected):
    assert basis_points(rate) == expected


@given(AMOUNTS, st.integers(0, 32_767))
def test_interest_is_the_exact_twelfth_rounded_half_up(principal, apr_bp):
    exact = Fraction(principal * apr_bp, 120_000)
    assert monthly_interest(principal, apr_bp) == floor(exact + Fraction(1, 2))


@pytest.mark.parametrize(
    ("principal", "apr_bp", "interest"),
    [(1_000_000, 1_800, 15_000), (100, 600, 1), (99, 600, 0), (120_000, 1, 1), (59_999, 1, 0), (60_000, 1, 1)],
)
def test_interest_by_hand(principal, apr_bp, interest):
    assert monthly_interest(principal, apr_bp) == interest


@given(AMOUNTS, st.integers(0, 10_000))
def test_the_partner_never_gets_more_than_the_share_and_less_than_a_fen_below(amount, share_bp):
    partners = part(amount, share_bp)
    assert 0 <= partners <= amount
    assert 0 <= Fraction(amount * share_bp, 10_000) - partners < 1


@given(st.lists(AMOUNTS, min_size=2, max_size=12), st.integers(0, 10_000))
def test_differences_of_parts_add_up_to_the_part_of_the_difference(stocks, share_bp):
    """Flows taken as differences of stocks cannot drift, however many payments there are."""
    falling = sorted(stocks, reverse=True)
    flows = [part(a, share_bp) - part(b, share_bp) for a, b in itertools.pairwise(falling)]
    assert sum(flows) == part(falling[0], share_bp) - part(falling[-1], share_bp)
    assert min(flows) >= 0


@given(st.integers(0, 10**15), st.lists(st.integers(0, 10**9), min_size=1, max_size=20).filter(any))
def test_pro_rata_parts_sum_to_the_whole_and_miss_fair_by_less_than_a_fen(amount, weights):
    parts = pro_rata(amount, weights)
    assert sum(parts) == amount
    for got, weight in zip(parts, weights, strict=True):
        assert abs(got - Fraction(amount * weight, sum(weights))) < 1


def test_odd_fen_go_to_the_largest_remainders_then_to_the_earlier():
    assert pro_rata(10, [1, 1, 1]) == [4, 3, 3]
    assert pro_rata(10, [1, 2, 3]) == [2, 3, 5]  # 1.67, 3.33, 5.00
    assert pro_rata(0, [0, 0]) == [0, 0]


@pytest.mark.parametrize("weights", [[0, 0], [1, -1]])
def test_weights_that_cannot_share_are_refused(weights):
    with pytest.raises(ValueError, match="weights"):
        pro_rata(5, weights)
