"""Kernels that fill a column of the newborn population, many people at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.compiling import kernel
from sim.elementary import exponential, logarithm

LARGEST_TURBULENCE = 30_000  # thousandths; thirty times the average
LOWEST_INCOME = 10_000  # fen a month; one person in several hundred earns less on paper
HIGHEST_INCOME = 20_000_000  # fen a month; six months of it still fit the amount of a loan


@kernel
def fill_turbulence(reliability: NDArray[np.float64], log_sd: float, out: NDArray[np.int16]) -> None:
    """Write how often trouble comes to people, in thousandths of the average: lognormal with mean one."""
    for row in range(out.shape[0]):
        turbulence = exponential(-log_sd * reliability[row] - 0.5 * log_sd * log_sd)
        out[row] = min(LARGEST_TURBULENCE, int(1000.0 * turbulence + 0.5))


@kernel
def fill_incomes(log_yuan: NDArray[np.float64], out: NDArray[np.int32]) -> None:
    """Write monthly fen for the log of yearly yuan."""
    for i in range(log_yuan.shape[0]):
        monthly_fen = exponential(log_yuan[i]) * (100.0 / 12.0)
        out[i] = min(max(monthly_fen, LOWEST_INCOME), HIGHEST_INCOME)


@kernel
def fill_log_losses(uniforms: NDArray[np.float64], out: NDArray[np.float64]) -> None:
    """Write minus the logarithm of every uniform: an exponential number of mean one."""
    for i in range(uniforms.shape[0]):
        out[i] = -logarithm(uniforms[i])
