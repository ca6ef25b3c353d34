"""The words of which names of outcomes are made; the report reads them too, and knows nothing of the model."""

ALL = "all"  # lenders
NOT = "not_"  # before a lender's name: all but this one
MINUS = " minus "  # between two outcomes: their difference
