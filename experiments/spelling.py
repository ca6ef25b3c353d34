"""Words that studies write and the report reads, which knows nothing of the model."""

# --- names of outcomes ------------------------------------------------------------------------------------------------
ALL = "all"  # lenders
NOT = "not_"  # before a lender's name: all but this one
MINUS = " minus "  # between two outcomes: their difference

# --- kinds of flags ---------------------------------------------------------------------------------------------------
LAID_OVER = "laid over arms of the study"
