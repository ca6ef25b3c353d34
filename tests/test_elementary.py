"""Own exponential, logarithm and normal quantile: near the library's, the same bits compiled or not."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy.special import ndtri

from sim.elementary import exponential, logarithm, normal_quantile

EXPONENTS = np.concatenate([np.linspace(-40.0, 40.0, 20_001), np.linspace(-1e-3, 1e-3, 2_001)]).tolist()
POSITIVES = np.concatenate([np.logspace(-300, 300, 6_001), np.linspace(0.5, 2.0, 6_001), [0.7071067811865475]]).tolist()
SHARES = np.concatenate([np.linspace(1e-6, 1 - 1e-6, 10_001), np.logspace(-16, -2, 2_001)]).tolist()


def test_exponential_is_near_the_librarys():
    assert max(abs(exponential(x) / math.exp(x) - 1.0) for x in EXPONENTS) < 1e-12
    assert exponential(0.0) == 1.0


def test_exponential_is_clipped_where_no_model_quantity_lies():
    assert exponential(1e6) == exponential(40.0)
    assert exponential(-1e6) == exponential(-40.0)


def test_logarithm_is_near_the_librarys():
    assert max(abs(logarithm(x) - math.log(x)) / max(1.0, abs(math.log(x))) for x in POSITIVES) < 1e-12
    assert logarithm(1.0) == 0.0


def test_normal_quantile_is_near_the_librarys():
    assert max(abs(normal_quantile(p) - ndtri(p)) / max(1.0, abs(ndtri(p))) for p in SHARES) < 1e-11
    assert normal_quantile(0.5) == 0.0


@pytest.mark.parametrize("p", [1e-9, 1e-3, 0.07, 0.075, 0.2, 0.4999])
def test_normal_quantile_is_symmetric(p):
    assert normal_quantile(1.0 - p) == pytest.approx(-normal_quantile(p), rel=1e-6)


@pytest.mark.parametrize("function", [exponential, logarithm, normal_quantile])
def test_functions_never_fall(function):
    points = sorted(SHARES)
    values = [function(x) for x in points]
    # Monotone but for the last bits of the approximation.
    assert all(after >= before - 1e-12 * max(1.0, abs(before)) for before, after in itertools.pairwise(values))


@pytest.mark.parametrize(
    ("function", "points"), [(exponential, EXPONENTS), (logarithm, POSITIVES), (normal_quantile, SHARES)]
)
def test_the_bits_are_the_same_compiled_and_interpreted(function, points):
    interpreted = getattr(function, "py_func", function)
    assert [function(x) for x in points] == [interpreted(x) for x in points]
