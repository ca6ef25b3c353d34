"""Monthly roll rates from the table `roll`, in the five states of a constant balance sheet, and the same stressed.

States: current, up to 30, 60 and 90 days late, and in default (more than 90 days late or charged off). What is paid off
is kept apart, since the constant balance sheet replaces it by a loan of the state it left; what is in default stays.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.books.charge_off import LateExperience, LateRolls, charge_off_share
from sim.books.impairment import DEFAULT_BUCKET, PRIOR_ROLLS
from sim.codes import BUCKETS

STATES = DEFAULT_BUCKET + 1  # 0 to 3, and default
PAID_OFF, CHARGED_OFF = BUCKETS, BUCKETS + 1  # columns of the table
PRIOR_MONTHS = 3.0  # weight of assumed rolls in a young book, as in `sim.parameters.books.ProvisionParameters`

PAID = STATES  # column of a matrix: what is paid off
Matrix = NDArray[np.float64]  # shape (STATES, STATES + 1), rows sum to 1
Stock = NDArray[np.float64]  # shape (STATES,), fen


def state_of(bucket: int) -> int:
    """Return the state of a bucket."""
    return min(bucket, DEFAULT_BUCKET)


def amounts_of(rows: pd.DataFrame) -> Matrix:
    """Return where balances went, fen, from rows of the table; shape of a matrix, loans in default left out."""
    moved = np.zeros((STATES, STATES + 1))
    for before, after, balance in zip(rows["from_bucket"], rows["to_bucket"], rows["balance_fen"], strict=True):
        if before >= DEFAULT_BUCKET:
            continue
        to = PAID if after == PAID_OFF else DEFAULT_BUCKET if after == CHARGED_OFF else state_of(int(after))
        moved[before, to] += balance
    return moved


def matrix_of(amounts: Matrix, spare: Matrix) -> Matrix:
    """Return monthly rates from amounts; a state that held nothing takes the row of the spare matrix."""
    totals = amounts.sum(axis=1, keepdims=True)
    rates = np.where(totals > 0.0, amounts / np.where(totals > 0.0, totals, 1.0), spare)
    rates[DEFAULT_BUCKET] = np.eye(STATES, STATES + 1)[DEFAULT_BUCKET]
    return np.asarray(rates, dtype=np.float64)


def prior_matrix() -> Matrix:
    """Return the rolls that the model assumes of a young book; what they leave out is paid off."""
    rates = np.eye(STATES, STATES + 1)
    for state, row in enumerate(PRIOR_ROLLS):
        rates[state] = (*row, 1.0 - math.fsum(row))
    return rates


def replaced(matrix: Matrix) -> Matrix:
    """Return a matrix among the states alone, what is paid off replaced by a loan of the state it left."""
    return np.asarray(matrix[:, :STATES] + np.diag(matrix[:, PAID]), dtype=np.float64)


def opening_stock(rows: pd.DataFrame) -> Stock:
    """Return the balances by state at the start of a month, fen, from that month's rows."""
    stock = np.zeros(STATES)
    for before, balance in zip(rows["from_bucket"], rows["balance_fen"], strict=True):
        stock[state_of(int(before))] += balance
    return stock


def monthly_matrices(rolls: pd.DataFrame, lenders: Sequence[str], months: range) -> dict[tuple[str, int], Matrix]:
    """Return the matrix of every lender and month; empty rows take those of all lenders, then the assumed ones."""
    inside = rolls[rolls["month"].isin(list(months))]
    parts = {
        (str(lender), int(month)): amounts_of(rows) for (lender, month), rows in inside.groupby(["lender", "month"])
    }
    nothing = np.zeros((STATES, STATES + 1))
    found = {}
    for month in months:
        everybody = sum((parts.get((lender, month), nothing) for lender in lenders), start=nothing)
        spare = matrix_of(everybody, prior_matrix())
        for lender in lenders:
            found[lender, month] = matrix_of(parts.get((lender, month), nothing), spare)
    return found


def mean_matrix(rolls: pd.DataFrame, lender: str, months: range) -> Matrix:
    """Return the rates of one lender over several months together."""
    rows = rolls[(rolls["lender"] == lender) & rolls["month"].isin(list(months))]
    return matrix_of(amounts_of(rows), prior_matrix())


def stressed(calm: Matrix, log_odds: float) -> Matrix:
    """Return a matrix whose odds of getting worse are raised, state by state, by a number of log odds.

    Ways of getting worse keep their proportions to each other, and so do the others.
    """
    rates = calm.copy()
    for state in range(DEFAULT_BUCKET):
        is_worse = np.zeros(STATES + 1, dtype=bool)
        is_worse[state + 1 : STATES] = True
        worse = float(calm[state, is_worse].sum())
        if not 0.0 < worse < 1.0:
            continue
        raised = 1.0 / (1.0 + math.exp(-(math.log(worse / (1.0 - worse)) + log_odds)))
        rates[state, is_worse] *= raised / worse
        rates[state, ~is_worse] *= (1.0 - raised) / (1.0 - worse)
    return rates


def charged_off_share(rolls: pd.DataFrame, lender: str, months: range, charge_off_bucket: int) -> float:
    """Return the chance that a loan which reaches 90 days late is charged off, from the lender's own rolls."""
    rows = rolls[(rolls["lender"] == lender) & (rolls["from_bucket"] >= DEFAULT_BUCKET)]
    experience = LateExperience()
    for month in months:
        experience = experience.after(_late_rolls(rows[rows["month"] == month]))
    return charge_off_share(experience, charge_off_bucket, PRIOR_MONTHS)


def _late_rolls(rows: pd.DataFrame) -> LateRolls:
    counts: dict[tuple[int, int], int] = {}
    for before, after, loans in zip(rows["from_bucket"], rows["to_bucket"], rows["loans"], strict=True):
        counts[int(before), int(after)] = counts.get((int(before), int(after)), 0) + int(loans)
    late = range(DEFAULT_BUCKET, BUCKETS)
    return LateRolls(
        tuple(_sum(counts, bucket, range(BUCKETS + 2)) for bucket in late),
        tuple(_sum(counts, bucket, (*range(bucket + 1, BUCKETS), CHARGED_OFF)) for bucket in late),
    )


def _sum(counts: Mapping[tuple[int, int], int], before: int, afters: Sequence[int]) -> int:
    return sum(counts.get((before, after), 0) for after in afters)
