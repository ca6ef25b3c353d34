"""What a lender may do beside its scorecard: sections of LenderParameters, all off by default."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from sim.parameters.quantity import ASSUMED, Quantity


class RationingParameters(NamedTuple):
    """A dated cut of new lending at random: it falls on safe and risky alike, so the mix of customers stays."""

    from_month: Annotated[int, Quantity("month, negative in the warm-up", -240, 600, "the study's choice")] = 0
    until_month: Annotated[int, Quantity("month, exclusive", -240, 600, "the study's choice")] = 600
    refused_share: Annotated[
        float,
        Quantity("share of loans granted that are then refused at random", 0.0, 1.0, "0 switches it off; the choice"),
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
        Quantity("correlation of an officer's view with true reliability; 0 = decides at random", 0.0, 1.0, "assumed"),
    ] = 0.5
    refuse_below: Annotated[
        float, Quantity("standard score of the view under which the card's yes becomes a no", -10.0, 10.0, "assumed")
    ] = -0.5
    accept_above: Annotated[
        float,
        Quantity("standard score over which the card's no becomes the smallest loan", -10.0, 10.0, "assumed"),
    ] = 1.0


class CompetitionParameters(NamedTuple):
    """How a lender sets its markup by the demand that it faces, instead of by a number of its own."""

    believed_price_weight: Annotated[
        float,
        Quantity(
            "utility per unit of yearly rate in people's choice, as the lender believes; 0 = its markup is a number",
            0.0,
            1_000.0,
            "the choice; the logit markup is that of Berry (1994)",
        ),
    ] = 0.0
    review_months: Annotated[int, Quantity("months between reviews of the markup", 1, 120, ASSUMED)] = 3
    memory_months: Annotated[int, Quantity("months of applications that are looked at", 1, 120, ASSUMED)] = 12
    largest_markup_apr: Annotated[float, Quantity("yearly rate", 0.0, 1.0, ASSUMED)] = 0.3


class RelabellingParameters(NamedTuple):
    """How a lender declares loans to consumers as working capital where the law weighs that less."""

    declared_share: Annotated[
        float, Quantity("share of consumer loans declared as working capital, 0 = honest", 0.0, 1.0, "the choice")
    ] = 0.0
    honest_months: Annotated[int, Quantity("months without it once it has been found", 0, 600, ASSUMED)] = 24
    from_month: Annotated[int, Quantity("month after the warm-up", 0, 600, "the study's choice")] = 0
