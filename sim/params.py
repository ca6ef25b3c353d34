"""Every number of the model that may be set: one field, one number, with its unit, bounds and source.

The sections are NamedTuples: frozen, readable, and the compiled rules can take them as they are; instruments and
shocks, which no compiled rule sees, are frozen dataclasses. The metadata is what the configuration loader checks and
what the report prints. Money is written in yuan here and turned into fen on use.
A source that says "assumed" means nobody measured it: it is a starting value, and a candidate for sensitivity analysis.
The sections are in `sim.parameters`, one file for each part of the market.
"""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

from sim.parameters.books import AuctionParameters, BudgetParameters, PartnerParameters
from sim.parameters.conduct import (
    CompetitionParameters,
    OfficerParameters,
    RationingParameters,
    RelabellingParameters,
)
from sim.parameters.lender import (
    LENDER_KINDS,
    LearningParameters,
    LenderParameters,
    OfferTestParameters,
    StrategyParameters,
)
from sim.parameters.limits import QuietCutParameters, ReviewParameters
from sim.parameters.people import (
    BehaviourParameters,
    ChoiceParameters,
    ContagionParameters,
    DemandParameters,
    InformalParameters,
    PopulationParameters,
    RepaymentParameters,
    SpendingParameters,
    WorkParameters,
)
from sim.parameters.quantity import ASSUMED, OneOf, Quantity, field_defaults, field_names, quantities
from sim.parameters.supervision import DressingParameters, RegulatorRuleParameters, SupervisionParameters
from sim.parameters.world import CalendarParameters, EconomyParameters, ObserveParameters, RegulatorParameters

__all__ = [
    "ASSUMED",
    "LENDER_KINDS",
    "AuctionParameters",
    "BehaviourParameters",
    "BudgetParameters",
    "CalendarParameters",
    "ChoiceParameters",
    "CompetitionParameters",
    "ContagionParameters",
    "DemandParameters",
    "DressingParameters",
    "EconomyParameters",
    "InformalParameters",
    "LearningParameters",
    "LenderParameters",
    "MarketConfig",
    "ObserveParameters",
    "OfferTestParameters",
    "OfficerParameters",
    "OneOf",
    "PartnerParameters",
    "PopulationParameters",
    "Quantity",
    "QuietCutParameters",
    "RationingParameters",
    "RegulatorParameters",
    "RegulatorRuleParameters",
    "RelabellingParameters",
    "RepaymentParameters",
    "ReviewParameters",
    "SpendingParameters",
    "StrategyParameters",
    "SupervisionParameters",
    "WorkParameters",
    "field_defaults",
    "field_names",
    "quantities",
]


class MarketConfig(NamedTuple):
    """All that one run needs, apart from its seed."""

    calendar: CalendarParameters = CalendarParameters()
    population: PopulationParameters = PopulationParameters()
    behaviour: BehaviourParameters = BehaviourParameters()
    lender: tuple[tuple[str, LenderParameters], ...] = ()  # (name, parameters), sorted by id
    economy: EconomyParameters = EconomyParameters()
    regulator: RegulatorParameters = RegulatorParameters()
    auction: AuctionParameters = AuctionParameters()
    observe: ObserveParameters = ObserveParameters()
    policy: tuple[tuple[str, Any], ...] = ()  # (name, Instrument), sorted by name
    shock: tuple[tuple[str, Any], ...] = ()  # (name, Shock), sorted by name
    shards: Annotated[int, Quantity("row ranges", 1, 1024, "results are the same bytes for any number")] = 1
    threads: Annotated[int, Quantity("threads", 1, 256, "results are the same bytes for any number")] = 1
