"""Words that studies write and the report reads, which knows nothing of the model."""

# --- names of outcomes ------------------------------------------------------------------------------------------------
ALL = "all"  # lenders
NOT = "not_"  # before a lender's name: all but this one
MINUS = " minus "  # between two outcomes: their difference

# --- kinds of flags ---------------------------------------------------------------------------------------------------
IN_BASELINE = "in the baseline too"
