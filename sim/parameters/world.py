"""The numbers of the economy and the regulator, of the calendar, and of what is written down."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from sim.parameters.quantity import ASSUMED, Quantity
from sim.parameters.supervision import RegulatorRuleParameters, SupervisionParameters


class CalendarParameters(NamedTuple):
    """When the run starts and how long it lasts."""

    start: str = "2021-01"  # calendar month of month 0, the first that is reported; warm-up lies before it
    months: Annotated[int, Quantity("months", 1, 600, "the study's choice")] = 84
    warm_up_months: Annotated[int, Quantity("months", 0, 240, "longest loan plus collection, twice over")] = 72

    def date_of(self, month: int) -> str:
        """Return the first day of a month of the run, ISO 8601."""
        year, first = (int(part) for part in self.start.split("-")[:2])
        years, month_index = divmod(first - 1 + month, 12)
        return f"{year + years:04d}-{month_index + 1:02d}-01"


class EconomyParameters(NamedTuple):
    """The economy around the market."""

    unemployment_share: Annotated[float, Quantity("share", 0.001, 0.5, "surveyed urban unemployment about 5.2%")] = (
        0.052
    )
    # replayed month by month from path_start on; the last value stays
    unemployment_path: Annotated[tuple[float, ...], Quantity("share", 0.001, 0.5, "the scenario's choice")] = ()
    slowdown_entry_share: Annotated[
        float, Quantity("share a month", 0.0, 1.0, "chance that a slowdown starts; 0 = none")
    ] = 0.0
    slowdown_exit_share: Annotated[
        float, Quantity("share a month", 0.01, 1.0, "mean length of twelve months; assumed")
    ] = 0.083
    slowdown_gap: Annotated[float, Quantity("gap units", -3.0, 0.0, ASSUMED)] = -0.3
    sector_unemployment_ratios: Annotated[
        tuple[float, float, float, float, float, float],
        Quantity(
            "multiple of the mean in calm, in the order of SECTORS",
            0.01,
            20.0,
            "construction high, public low; assumed",
        ),
    ] = (1.0, 1.8, 1.2, 1.0, 0.3, 1.0)
    policy_rate_apr: Annotated[float, Quantity("yearly rate", -0.05, 0.5, "one-year LPR 3.85% in 2020-21")] = 0.0385
    deposit_spread_apr: Annotated[
        float, Quantity("yearly rate under the policy rate", 0.0, 0.2, "deposits near 2%; assumed")
    ] = 0.018
    wage_growth_apr: Annotated[float, Quantity("share a year", -0.5, 0.5, "real; assumed")] = 0.0
    profit_tax_share: Annotated[
        float, Quantity("share of a month's profit", 0.0, 0.9, "Enterprise Income Tax Law: 25%")
    ] = 0.25
    feedback_strength: Annotated[
        float, Quantity("gap units per unit of spending shortfall", 0.0, 20.0, "0 switches it off exactly")
    ] = 0.0
    expansion_gap: Annotated[
        float, Quantity("gap units while there is no slowdown", 0.0, 3.0, "0 = calm between slowdowns")
    ] = 0.0
    path_start: str = ""  # calendar month of the first value of every path, YYYY-MM; empty = month 0
    # The warm-up stands where each path stands in month 0; False = at unemployment_share, policy_rate_apr, no spread.
    warm_up_from_paths: bool = True
    policy_rate_path: Annotated[
        tuple[float, ...],
        Quantity("yearly rate from path_start on; the last stays", -0.05, 0.5, "the scenario's choice"),
    ] = ()
    funding_spread_path: Annotated[
        tuple[float, ...],
        Quantity(
            "yearly rate added for everybody, from path_start on; the last stays", -0.1, 0.5, "the scenario's choice"
        ),
    ] = ()
    funding_spread_sd_apr: Annotated[
        float, Quantity("yearly rate, spread of the noise in the long run; 0 = none", 0.0, 0.1, ASSUMED)
    ] = 0.0
    funding_spread_persistence_share: Annotated[
        float,
        Quantity("part of a month's noise that is left a month later", 0.0, 0.999, "half gone in half a year; assumed"),
    ] = 0.89
    sector_cycle_sd_gap: Annotated[
        float, Quantity("gap units, spread of each sector's own cycle in the long run; 0 = none", 0.0, 2.0, ASSUMED)
    ] = 0.0
    region_cycle_sd_gap: Annotated[
        float, Quantity("gap units, spread of each region's own cycle in the long run; 0 = none", 0.0, 2.0, ASSUMED)
    ] = 0.0
    cycle_persistence_share: Annotated[
        float, Quantity("part of a month's own cycle left a month later", 0.0, 0.999, "half gone in a year; assumed")
    ] = 0.944
    new_year_bonus_months: Annotated[
        float,
        Quantity(
            "months of pay handed over before New Year rather than evenly",
            0.0,
            6.0,
            "a thirteenth month is common; assumed",
        ),
    ] = 0.0
    spending_feedback_strength: Annotated[
        float,
        Quantity("share of purchases per share of spending short of normal", 0.0, 2.0, "0 switches it off exactly"),
    ] = 0.0


class RegulatorParameters(NamedTuple):
    """How the supervisor sees and acts."""

    report_lag_months: Annotated[int, Quantity("months", 0, 24, "monthly returns arrive late; assumed")] = 1
    report_noise: Annotated[float, Quantity("share", 0.0, 1.0, "relative noise of returns; assumed")] = 0.0
    warning_months: Annotated[
        int, Quantity("months in breach", 1, 60, "before a warning becomes a freeze; assumed")
    ] = 3
    minimum_capital_share: Annotated[float, Quantity("share of risk-weighted assets", 0.0, 1.0, "total capital 8%")] = (
        0.08
    )
    minimum_leverage_share: Annotated[
        float, Quantity("equity over all assets, 0 = no rule", 0.0, 1.0, "4% at banks since 2015, from memory")
    ] = 0.0
    minimum_liquidity_share: Annotated[
        float,
        Quantity(
            "cash and collections over what may leave in thirty days, 0 = no rule", 0.0, 20.0, "100% at large banks"
        ),
    ] = 0.0
    licence_capital_yuan: Annotated[
        tuple[float, float, float, float],
        Quantity(
            "yuan of capital of a lender in the whole market, in the order of LENDER_KINDS; 0 = none",
            0.0,
            1e13,
            "consumer finance 1 billion: measures for consumer finance companies, from 2024-04-18, here throughout; "
            "none at the others: assumed, for want of a rule that was verified",
        ),
    ] = (0.0, 0.0, 1e9, 0.0)
    registry_coverage_share: Annotated[
        float, Quantity("share of people whose loans all lenders see", 0.0, 1.0, ASSUMED)
    ] = 0.3
    registry_memory_months: Annotated[int, Quantity("months", 0, 120, "bad record kept five years")] = 60
    disclosure_share: Annotated[float, Quantity("share of the hidden price gap shown to all", 0.0, 1.0, ASSUMED)] = 0.0
    borrower_cap_yuan: Annotated[
        int, Quantity("yuan a person and lender", 1, 10_000_000, "personal consumption line 200,000")
    ] = 200_000
    supervision: SupervisionParameters = SupervisionParameters()
    rule: RegulatorRuleParameters = RegulatorRuleParameters()


class ObserveParameters(NamedTuple):
    """What is written down."""

    baseline_from: Annotated[int, Quantity("month", 0, 600, "window in which a person counts as served before")] = 0
    baseline_until: Annotated[int, Quantity("month, exclusive", 0, 600, "the announcement")] = 24
    outcome_from: Annotated[int, Quantity("month", 0, 600, "window in which a person counts as served after")] = 24
    outcome_until: Annotated[int, Quantity("month, exclusive", 0, 600, "the study's horizon")] = 60
    truth_months: Annotated[
        int,
        Quantity("months an applicant is followed, 0 = nobody is", 0, 60, "as long as the lenders' performance window"),
    ] = 0
    shape_every_months: Annotated[
        int, Quantity("months between counts of every book's shape", 1, 600, "quarters; a count costs time")
    ] = 3
    liquidity_lender: str = ""  # whose customers with an unused line are followed by what they had saved; empty = none
    liquidity_month: Annotated[int, Quantity("month before which they are chosen", 0, 600, "the announcement")] = 24
    cohort_months: Annotated[
        int,
        Quantity(
            "months after baseline_until that debtors of that moment are followed, 0 = nobody is", 0, 60, "choice"
        ),
    ] = 0
    new_loans_share: Annotated[
        float,
        Quantity("what a loan made from baseline_until on counts in thinned books; lends no less", 0.0, 1.0, "choice"),
    ] = 1.0
    panel_people: Annotated[int, Quantity("people", 0, 1_000_000, "rows of the optional borrower panel")] = 0
