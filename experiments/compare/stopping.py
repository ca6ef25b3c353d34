"""When a study has run enough replicates: fixed-width sequential stopping on its primary outcomes.

After `at_least` replicates, and after every `step` more, the intervals of all primary effects are looked at. The study
ends when each is at most its smallest important difference to either side, or at `at_most` replicates. The intervals
looked at are simultaneous (Bonferroni over all primary effects) t intervals, wider than those of one effect alone.

What is guaranteed: the rule looks at spreads only, never at a mean, so it cannot be used to wait for a wanted result,
and as the width asked for shrinks the coverage tends to its nominal level (Chow and Robbins 1965, "On the asymptotic
theory of fixed-width sequential confidence intervals for the mean"). What is not: with few replicates a spread that
happens to look small stops a study early, so intervals cover a little less than stated; `at_least` bounds that, and
asks for as many pairs with a value of every effect. Where nothing varies at all there is no interval, and a study never
ends by one that is not there; counts have a bound once an event has been seen. An arm that asks for the baseline's very
market has nothing to be known, and is not waited for. With skewed differences mean and spread go together, and the loss
is larger: the guard against skewness is shown beside.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

PRECISE, AT_MOST = "precise", "at_most"


class Width(NamedTuple):
    """How wide the simultaneous interval of one primary effect is, beside what is wanted."""

    outcome: str
    horizon: str
    arm: str
    scenario: str
    half_width: float  # how far it reaches; NaN where there is none: fewer than two pairs, or no spread
    wanted: float  # the smallest important difference
    pairs: int  # that have a value in both arms
    least_pairs: int  # fewer do not show how much pairs vary

    @property
    def is_narrow(self) -> bool:
        """Whether the interval of enough pairs reaches at most the smallest important difference to either side."""
        return self.excess <= 1.0

    @property
    def excess(self) -> float:
        """The half width in smallest important differences; infinite while there is none, or too few pairs."""
        is_known = math.isfinite(self.half_width) and self.pairs >= self.least_pairs
        return self.half_width / self.wanted if is_known else math.inf


class Look(NamedTuple):
    """What one look at the intervals found."""

    replicates: int
    narrow: int
    effects: int
    widest: Width

    @property
    def is_enough(self) -> bool:
        """Whether every interval is narrow."""
        return self.narrow == self.effects


def look_at(widths: Sequence[Width], replicates: int) -> Look:
    """Return what is found after so many replicates; at least one effect must be looked at."""
    widest = max(widths, key=lambda width: width.excess)
    return Look(replicates, sum(width.is_narrow for width in widths), len(widths), widest)


def stopped(looks: Sequence[Look], confidence_each: float) -> dict[str, Any]:
    """Return for the manifest why a study stopped, and what every look found."""
    last = looks[-1]
    return {
        "reason": PRECISE if last.is_enough else AT_MOST,
        "words": words(last),
        "replicates": last.replicates,
        "confidence_each": confidence_each,
        "looks": [
            {
                "replicates": look.replicates,
                "narrow": look.narrow,
                "effects": look.effects,
                "widest": {key: _plain(value) for key, value in look.widest._asdict().items()},
            }
            for look in looks
        ],
    }


def words(last: Look) -> str:
    """State why a study stopped after its last look."""
    if last.is_enough:
        return (
            f"stopped after {last.replicates} replicates: all {last.effects} primary intervals reach at most their "
            "smallest important difference to either side"
        )
    return (
        f"stopped at the most replicates allowed, {last.replicates}: {last.narrow} of {last.effects} primary "
        "intervals reach at most their smallest important difference to either side"
    )


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
