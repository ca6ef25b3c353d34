"""What every table of a record must keep to: numbers are finite, and only a ratio may have no value."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from sim.market import CreditMarket
from sim.observe.columns import MADE_OF


def assert_known_values_are_finite(market: CreditMarket) -> None:
    """A ratio without anything to divide by has no value; nothing else lacks one, and no number is NaN or infinite."""
    for name, table in market.record.tables.items():
        for column in table.column_names:
            if pa.types.is_floating(table[column].type):
                known = table[column].drop_null().to_numpy()
                assert np.isfinite(known).all(), f"{name}.{column}"
                assert table[column].null_count == 0 or column in MADE_OF[name], f"{name}.{column}"
