"""The numbers of a lender's books: sections of LenderParameters, documented like all parameters."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from sim.parameters.quantity import ASSUMED, OneOf, Quantity

FIVE_CATEGORY, IFRS9 = "five_category", "ifrs9"
OFF = "0 switches it off; any other value is assumed"


class ProvisionParameters(NamedTuple):
    """Which allowance drives the accounts; the other one is computed beside it and shown."""

    standard: Annotated[str, OneOf((FIVE_CATEGORY, IFRS9))] = FIVE_CATEGORY
    prior_months: Annotated[
        float,
        Quantity("months of own experience", 0.0, 120.0, "weight of assumed roll rates in a young book; assumed"),
    ] = 3.0


class FunderParameters(NamedTuple):
    """How wholesale funders answer what they see of a lender; slopes of 0 leave them calm whatever happens."""

    capital_rollover_slope: Annotated[
        float, Quantity("rollover lost per unit of capital shortfall", 0.0, 100.0, OFF)
    ] = 0.0
    npl_rollover_slope: Annotated[
        float, Quantity("rollover lost per unit of loans over 90 days late, beyond the calm share", 0.0, 100.0, OFF)
    ] = 0.0
    rumour_rollover_slope: Annotated[
        float, Quantity("rollover lost per unit of people who have heard the rumour", 0.0, 100.0, OFF)
    ] = 0.0
    capital_spread_slope_apr: Annotated[
        float, Quantity("yearly rate per unit of capital shortfall", 0.0, 10.0, OFF)
    ] = 0.0
    npl_spread_slope_apr: Annotated[
        float, Quantity("yearly rate per unit of loans over 90 days late, beyond the calm share", 0.0, 10.0, OFF)
    ] = 0.0
    rumour_spread_slope_apr: Annotated[
        float, Quantity("yearly rate per unit of people who have heard the rumour", 0.0, 10.0, OFF)
    ] = 0.0
    calm_npl_share: Annotated[
        float, Quantity("share of own loans", 0.0, 1.0, "over 90 days late without worrying funders; assumed")
    ] = 0.03
    widest_spread_apr: Annotated[
        float,
        Quantity("yearly rate", 0.0, 1.0, "most that worries add; consumer-loan securities paid 2.7% to 6.5% in 2021"),
    ] = 0.04


class EfficiencyParameters(NamedTuple):
    """What accounts cost beside the share of the book in `opex_apr`, and what technology does about it."""

    acquisition_cost_yuan: Annotated[float, Quantity("yuan a new account", 0.0, 100_000.0, OFF)] = 0.0
    servicing_cost_yuan: Annotated[float, Quantity("yuan a month and customer who owes", 0.0, 10_000.0, OFF)] = 0.0
    technology_apr: Annotated[float, Quantity("share of managed loans spent a year", 0.0, 1.0, OFF)] = 0.0
    technology_gain_share: Annotated[
        float,
        Quantity("share by which an account gets cheaper a year, while 1% of loans is spent", 0.0, 1.0, "assumed"),
    ] = 0.1
    unit_cost_floor_share: Annotated[
        float, Quantity("share of the first cost of an account", 0.0, 1.0, "least it can fall to; assumed")
    ] = 0.3
    collection_cost_apr: Annotated[
        float, Quantity("share of charged-off claims a year, if every debtor were reached each month", 0.0, 10.0, OFF)
    ] = 0.0


class SecuritiesParameters(NamedTuple):
    """Notes that a lender sells on its loans once a quarter."""

    pool_share: Annotated[float, Quantity("share of current loans in no pool, a quarter", 0.0, 1.0, OFF)] = 0.0
    first_loss_share: Annotated[
        float, Quantity("share of the pool that bears losses first and is kept", 0.0, 1.0, "assumed")
    ] = 0.10
    vertical_share: Annotated[
        float,
        Quantity(
            "share of the notes that is kept",
            0.0,
            1.0,
            "at least 5% of the deal (announcement 21 of 2013, from memory)",
        ),
    ] = 0.05
    price_share: Annotated[float, Quantity("share of par", 0.01, 1.0, "sold at par; assumed")] = 1.0
    spread_apr: Annotated[
        float, Quantity("yearly rate over the policy rate", -0.1, 1.0, "AAA notes on consumer loans 2.7-6.0% in 2021")
    ] = 0.005


class DisposalParameters(NamedTuple):
    """When a lender sells charged-off claims."""

    sell_after_months: Annotated[
        int, Quantity("months since charge-off; 0 = never sells", 0, 60, "0 keeps all claims; others are assumed")
    ] = 0
    reserve_share: Annotated[
        float, Quantity("share of what is owed", 0.0, 1.0, "least price at which it sells; assumed")
    ] = 0.0
    from_month: Annotated[int, Quantity("month", 0, 600, "first month in which it may sell; the study's choice")] = 0


class AuctionParameters(NamedTuple):
    """What buyers of charged-off personal claims pay."""

    price_share: Annotated[
        float,
        Quantity(
            "share of what is owed, for a small lot of the reference age", 0.0, 1.0, "4.1% in 2025Q1, claims registry"
        ),
    ] = 0.041
    depth_yuan: Annotated[
        float, Quantity("yuan a person in the market: claims on offer that halve the price", 0.01, 1e6, "assumed")
    ] = 20.0
    age_discount_share: Annotated[float, Quantity("share a month since charge-off", 0.0, 1.0, "assumed")] = 0.02
    reference_age_months: Annotated[int, Quantity("months since charge-off", 0, 60, "assumed")] = 12


class BudgetParameters(NamedTuple):
    """A lender's own limits on its lending beside capital, funding and growth; by default none is set."""

    leverage_target_share: Annotated[
        float, Quantity("share of equity in all assets kept by own policy", 0.0, 1.0, OFF)
    ] = 0.0
    leverage_buffer_share: Annotated[
        float, Quantity("share above the rule kept by own policy, where there is a rule", 0.0, 1.0, ASSUMED)
    ] = 0.005
    liquidity_target_share: Annotated[
        float, Quantity("cash and collections over what may leave in thirty days, by own policy", 0.0, 20.0, OFF)
    ] = 0.0
    liquidity_buffer_share: Annotated[
        float, Quantity("share above the rule kept by own policy, where there is a rule", 0.0, 20.0, ASSUMED)
    ] = 0.1
    deposit_runoff_share: Annotated[
        float,
        Quantity("share of deposits that may leave in thirty days", 0.0, 1.0, "stable retail deposits, Basel III"),
    ] = 0.05
    line_buffer_share: Annotated[
        float, Quantity("share of undrawn lines that capital policy counts as loans", 0.0, 1.0, OFF)
    ] = 0.0
    sector_cap_share: Annotated[
        float, Quantity("share of a month's budget for people of one sector, 1 = no cap", 0.0, 1.0, "the choice")
    ] = 1.0
    region_cap_share: Annotated[
        float, Quantity("share of a month's budget for people of one region, 1 = no cap", 0.0, 1.0, "the choice")
    ] = 1.0
    partner_cap_share: Annotated[
        float, Quantity("share of a month's budget lent with one partner, 1 = no cap", 0.0, 1.0, "the choice")
    ] = 1.0
    quota_window_months: Annotated[
        int, Quantity("months within which unused quota carries over, 0 = no quota", 0, 120, "the choice")
    ] = 0
    quota_growth_share: Annotated[
        float, Quantity("share of the book a month beside what was repaid", -1.0, 5.0, "the choice")
    ] = 0.0

    @property
    def caps_flow(self) -> bool:
        """Whether new flow to a sector or a region is capped."""
        return self.sector_cap_share < 1.0 or self.region_cap_share < 1.0


class PartnerParameters(NamedTuple):
    """One of several partner banks of an originator."""

    bank: str  # its name
    weight: Annotated[
        float, Quantity("share of joint loans, relative to the other partners'", 0.0, 1e6, "the choice")
    ] = 1.0
    service_fee_share: Annotated[
        float, Quantity("share of this partner's interest paid to the originator", 0.0, 1.0, ASSUMED)
    ] = 0.25
    until_month: Annotated[
        int, Quantity("month from which it makes no new joint loans, 999 = it stays", 0, 999, "the study's choice")
    ] = 999
