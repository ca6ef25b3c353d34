"""The numbers of supervision: inspections, upper rungs of the ladder, fines, dressed returns, a rule of its own."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from sim.parameters.quantity import ASSUMED, OneOf, Quantity

BAD_LOANS, LOAN_GROWTH, LOWEST_CAPITAL = INDICATORS = ("bad_loans_share", "loan_growth_share", "lowest_capital_share")
TIGHTEN, RELEASE = "tighten", "release"


class SupervisionParameters(NamedTuple):
    """What supervisors do beyond reading returns, warning and freezing; by default nothing."""

    from_month: Annotated[int, Quantity("month after the warm-up", 0, 600, "the study's choice")] = 0
    inspections_a_year: Annotated[float, Quantity("visits to a lender, 0 = none", 0.0, 12.0, ASSUMED)] = 0.0
    weak_factor: Annotated[float, Quantity("times as many visits to lenders that look weak", 1.0, 12.0, ASSUMED)] = 3.0
    weak_margin_share: Annotated[
        float,
        Quantity("share of risk-weighted assets above the minimum under which a lender looks weak", 0.0, 1.0, ASSUMED),
    ] = 0.01
    relabelling_found_share: Annotated[
        float, Quantity("chance that an inspection sees through purposes declared falsely", 0.0, 1.0, ASSUMED)
    ] = 0.5
    plan_after_months: Annotated[
        int, Quantity("months in breach under a freeze before a capital plan is ordered, 0 = never", 0, 60, ASSUMED)
    ] = 0
    plan_months: Annotated[int, Quantity("months a capital plan may take before the licence goes", 1, 120, ASSUMED)] = (
        12
    )
    clean_returns: Annotated[
        int,
        Quantity("clean returns in a row for one rung down, 0 = the first takes a lender all the way", 0, 24, ASSUMED),
    ] = 0
    breach_fine_share: Annotated[
        float, Quantity("fine at each rung up, share of the capital that is missing", 0.0, 1.0, ASSUMED)
    ] = 0.0
    false_return_fine_share: Annotated[
        float, Quantity("fine for a false return, share of the capital that was made up", 0.0, 1.0, ASSUMED)
    ] = 0.0


class DressingParameters(NamedTuple):
    """How a lender near the limit dresses its returns; by default it does not."""

    hidden_share: Annotated[
        float, Quantity("share of the shortfall that the return hides, 0 = honest", 0.0, 1.0, ASSUMED)
    ] = 0.0
    near_share: Annotated[
        float, Quantity("share of risk-weighted assets above the minimum that it wants to show", 0.0, 0.5, ASSUMED)
    ] = 0.005
    months: Annotated[int, Quantity("returns in a row that it dares to dress", 1, 600, ASSUMED)] = 6
    from_month: Annotated[int, Quantity("month after the warm-up", 0, 600, "the study's choice")] = 0


class RegulatorRuleParameters(NamedTuple):
    """A rule by which the regulator tightens and releases, on what returns say; by default there is none.

    Between the two thresholds nothing changes. A rule that releases above begins tight, one that tightens above loose.
    """

    indicator: Annotated[str, OneOf(("", *INDICATORS))] = ""  # empty = no rule
    above_share: Annotated[float, Quantity("the indicator's share that must be passed", -1.0, 5.0, ASSUMED)] = 0.0
    below_share: Annotated[float, Quantity("the indicator's share that takes it back", -1.0, 5.0, ASSUMED)] = 0.0
    above_means: Annotated[str, OneOf((TIGHTEN, RELEASE))] = TIGHTEN
    from_month: Annotated[int, Quantity("month after the warm-up", 0, 600, "the study's choice")] = 0
    notice_months: Annotated[
        int,
        Quantity(
            "months from a decision to tighten until it binds; releases bind at once", 0, 24, "Basel III: up to 12"
        ),
    ] = 0
    kinds: tuple[str, ...] = ()  # empty = all kinds
    capital_buffer_share: Annotated[
        float, Quantity("share of risk-weighted assets on top while tight", 0.0, 0.2, "Basel III: 0 to 2.5%")
    ] = 0.0
    own_share_floor: Annotated[
        float, Quantity("least own share of each joint loan while tight, 0 = none", 0.0, 1.0, "the 2021 notice: 30%")
    ] = 0.0
