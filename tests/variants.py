"""Which variants of a test are part of the fast run: the first few, so that each promise is tested there."""

from collections.abc import Iterable
from typing import Any

import pytest


def fast_first(variants: Iterable[Any], fast: int) -> list[Any]:
    """Return all variants as parameters of a test; those after the first few are slow. Several values are a tuple."""
    return [
        each if number < fast else pytest.param(*(each if isinstance(each, tuple) else (each,)), marks=pytest.mark.slow)
        for number, each in enumerate(variants)
    ]
