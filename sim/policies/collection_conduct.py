"""How hard old claims may be collected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sim.params import Quantity
from sim.policies.base import Instrument, join
from sim.values import Rules


@dataclass(frozen=True, slots=True)
class CollectionConduct(Instrument):
    """Collectors may reach no more than a share of debtors a month: fewer calls, by day, and to nobody else."""

    max_effort: Annotated[
        float, Quantity("share of debtors reached a month", 0.0, 1.0, "what conduct rules cost is not known; assumed")
    ] = 0.15
    source: str = (
        "Guidelines for post-loan collection of internet finance (GB/T 45251 of 2025, from memory) and the consumer "
        "protection measures of the Banking and Insurance Regulatory Commission (order 9 of 2022): collection within "
        "hours, contacts and numbers of calls; the share reached under them is assumed"
    )
    verified: bool = False

    IDLE = {"max_effort": 1.0}
    STRICT = {"max_effort": 0.0}
    TRACE = ""  # it refuses nothing
    ACTS_THROUGH = ("recoveries on old claims, and the cost of collection",)

    def describe(self) -> str:
        """Return the rule in words."""
        return f"collectors reach at most {self.max_effort:.0%} of debtors a month"

    def amend(self, rules: Rules, kind: str, month: int) -> Rules:
        """Return the rules with less effort in collection."""
        if not self.binds(kind, month):
            return rules
        return join(rules, collection_effort_share=self.max_effort)
