"""Where the mean and the interval of an effect come from, in the words that tables and the report use."""

from __future__ import annotations

# Replicates below which results are called exploratory, since nominal 95% intervals cover too little. Assumed: the
# usual rule of thumb for t intervals; how far coverage falls short hangs on the outcome's skewness.
EXPLORATORY_BELOW = 30

NONE = "none"  # no pair has a value
SINGLE = "single"  # one pair gives no interval
IDENTICAL = "identical"  # in every pair the arms are the same market
NO_SPREAD = "no spread"  # the differences are all equal, the markets are not
COUNT_BOUND = "count bound"  # the same of a count, whose interval is a bound for counts
T = "t"
T_AND_COUNT_BOUND = "t, count bound beside"
T_AND_BOOTSTRAP = "t, bootstrap-t beside"
T_AND_BOTH = "t, bootstrap-t and count bound beside"
