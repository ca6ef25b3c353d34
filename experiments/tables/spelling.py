"""How things are spelled: words of which names of outcomes are made, kinds of flags, and numbers as people write them.

The report and the reader of overrides use these, and know nothing of the model.
"""

from __future__ import annotations

import re

# --- names of outcomes ------------------------------------------------------------------------------------------------
ALL = "all"  # lenders
NOT = "not_"  # before a lender's name: all but this one
MINUS = " minus "  # between two outcomes: their difference

# --- kinds of flags ---------------------------------------------------------------------------------------------------
LAID_OVER = "laid over arms of the study"

# --- numbers ----------------------------------------------------------------------------------------------------------
DECIMAL_COMMA = re.compile(r"\s*([-+]?\d+)[,\uff0c](\d+)\s*")  # 0,18 where 0.18 is meant
