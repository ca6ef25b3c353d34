"""SciPy's special functions, loaded when first wanted: commands that only plan or refuse are quick."""

from __future__ import annotations

from typing import Any


def special_functions() -> Any:
    """Return the module scipy.special."""
    from scipy import special

    return special
