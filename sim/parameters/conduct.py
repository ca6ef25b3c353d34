"""What a lender may do beside its scorecard: sections of LenderParameters, both off by default."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from sim.parameters.quantity import Quantity


class RationingParameters(NamedTuple):
    """A dated cut of new lending by lot: it falls on safe and risky alike, so the mix of customers stays as it was."""

    from_month: Annotated[int, Quantity("month, negative in the warm-up", -240, 600, "the study's choice")] = 0
    until_month: Annotated[int, Quantity("month, exclusive", -240, 600, "the study's choice")] = 600
    refused_share: Annotated[
        float,
        Quantity("share of loans granted that are then refused by lot", 0.0, 1.0, "0 switches it off; the choice"),
    ] = 0.0
    refused_in_need_share: Annotated[
        float, Quantity("the same, for those who borrow to pay bills they are short of", 0.0, 1.0, "the choice")
    ] = 0.0

    def in_force(self, month: int) -> RationingParameters:
        """Return what holds in a month: this, or nothing."""
        return self if self.from_month <= month < self.until_month else RationingParameters()


class OfficerParameters(NamedTuple):
    """Loan officers who may overrule the scorecard on strangers, because they see what no cell shows."""

    override_share: Annotated[
        float,
        Quantity("share of strangers' applications an officer decides", 0.0, 1.0, "0 switches it off; the choice"),
    ] = 0.0
    insight_share: Annotated[
        float,
        Quantity("correlation of an officer's view with true reliability; 0 = decides by lot", 0.0, 1.0, "assumed"),
    ] = 0.5
    refuse_below: Annotated[
        float, Quantity("standard score of the view under which the card's yes becomes a no", -10.0, 10.0, "assumed")
    ] = -0.5
    accept_above: Annotated[
        float,
        Quantity("standard score over which the card's no becomes the smallest loan", -10.0, 10.0, "assumed"),
    ] = 1.0
