"""The small values that rules, lenders and the regulator speak in; the glossary of the model.

Only plain numbers and NamedTuples: no arrays of people, no chance, no behaviour.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple, TypeVar

from sim.codes import (
    ANY_NUMBER_OF_LENDERS,
    ANY_TERM_MONTHS,
    FROZEN,
    NEVER,
    NO_INCOME_CAP_MONTHS,
    NO_LIMIT,
    NO_LPR_MULTIPLE,
    NO_RATE_CAP_BP,
    NO_SERVICE_CAP_SHARE,
    NO_WEIGHT,
    NOT_POSTPONED,
    NOTHING_SOLD,
    REGION_SECTORS,
    REGIONS,
)

Number = TypeVar("Number", int, float)
AtMost = Annotated[Number, min]
AtLeast = Annotated[Number, max]


class Rules(NamedTuple):
    """The rules in force this month for one kind of lender. Money in fen, rates in basis points.

    Of two rules of one name the stricter holds: the lower where it is `AtMost`, the higher where it is `AtLeast`.
    """

    max_apr_bp: AtMost[int]  # all-in price ceiling; a very large number = none
    borrower_cap_fen: AtMost[int]  # one person at one lender
    minimum_capital_share: AtLeast[float]  # total capital over risk-weighted assets
    own_share_floor: AtLeast[float]  # least share the originator keeps of each joint loan
    disclosure_share: AtLeast[float]  # part of the hidden price gap that is shown to everybody
    registry_coverage_share: AtLeast[float]  # share of people whose loans elsewhere this lender sees
    registry_memory_months: AtLeast[int]  # months a default stays on record
    coverage_floor_share: AtLeast[float] = 0.0  # least allowance over own loans more than 90 days late
    loan_provision_floor_share: AtLeast[float] = 0.0  # least allowance over own loans
    # on a contract or a person; every default is no rule at all
    max_headline_apr_bp: AtMost[int] = NO_RATE_CAP_BP  # ceiling on the price without fees
    max_unguaranteed_apr_bp: AtMost[int] = NO_RATE_CAP_BP  # ceiling on the price without a guarantor's fee
    max_lpr_multiple: AtMost[float] = NO_LPR_MULTIPLE  # all-in ceiling, times the loan prime rate
    max_headline_lpr_multiple: AtMost[float] = NO_LPR_MULTIPLE
    max_unguaranteed_lpr_multiple: AtMost[float] = NO_LPR_MULTIPLE
    borrower_cap_income_months: AtMost[float] = (
        NO_INCOME_CAP_MONTHS  # one person at one lender, months of income believed in
    )
    debt_service_share: AtMost[float] = (
        NO_SERVICE_CAP_SHARE  # instalments that the lender sees, over the income it believes in
    )
    most_lenders: AtMost[int] = ANY_NUMBER_OF_LENDERS  # that one person may owe at once, as the registry shows them
    needs_income: AtLeast[int] = 0  # 1 = nothing is lent to people without work
    youngest_age_band: AtLeast[int] = 0  # index in AGE_BANDS
    longest_term_months: AtMost[int] = ANY_TERM_MONTHS  # of new loans
    postponement: AtLeast[int] = NOT_POSTPONED  # of instalments of those without work
    collection_effort_share: AtMost[float] = 1.0  # most debtors that may be reached in a month
    literacy_taught_share: AtLeast[float] = 0.0  # part of what people do not understand of prices that they are taught
    rumours_doubted_share: AtLeast[float] = 0.0  # part of the word about a lender that is no longer believed
    minimum_leverage_share: AtLeast[float] = 0.0  # equity over all assets
    minimum_liquidity_share: AtLeast[float] = 0.0  # cash and collections over what may leave within thirty days
    # Books and budgets of lenders: buffers, funding, partners, concentration, quotas, weights.
    conservation_buffer_share: AtLeast[float] = 0.0  # of risk-weighted assets, on top of the minimum
    countercyclical_buffer_share: AtLeast[float] = 0.0  # on top of both
    licence_capital_yuan: AtLeast[float] = 0.0  # least equity of a lender in the whole market
    wholesale_multiple: AtMost[float] = NO_LIMIT  # most wholesale funding over equity
    securities_multiple: AtMost[float] = NO_LIMIT  # most securities sold over equity
    single_partner_share: AtMost[float] = NO_LIMIT  # most a bank lends beside one originator, over its tier 1
    joint_loan_share: AtMost[float] = 1.0  # most of a bank's loans that may be parts of joint loans
    sector_flow_share: AtMost[float] = 1.0  # most of a month's budget for people of one sector
    region_flow_share: AtMost[float] = 1.0  # most of a month's budget for people of one region
    large_exposure_share: AtMost[float] = NO_LIMIT  # most one person owes, over the lender's equity
    growth_quota_share: AtMost[float] = NO_LIMIT  # of the book a month, beside what was repaid
    growth_quota_months: AtMost[int] = 120  # within which unused quota carries over
    soft_limit_default_share: AtMost[float] = 1.0  # loans riskier than this are held to the next share
    soft_limit_quota_share: AtMost[float] = 1.0  # of what is lent in the window
    soft_limit_months: AtMost[int] = 120
    risk_weight_share: AtLeast[float] = NO_WEIGHT  # of consumer loans
    productive_weight_share: AtLeast[float] = NO_WEIGHT  # of loans for working capital


class Rulebook(NamedTuple):
    """The rules of one month, by kind of lender, and the instruments that have been announced."""

    month: int
    rules: tuple[tuple[str, Rules], ...]  # (kind, rules) in the order of LENDER_KINDS
    in_force: tuple[str, ...]
    announced: tuple[str, ...]
    ahead: tuple[tuple[str, Rules], ...] = ()  # what all that is announced will come to, by kind; () = the same

    def of(self, kind: str) -> Rules:
        """Return the rules for one kind of lender."""
        return dict(self.rules)[kind]

    def ahead_of(self, kind: str) -> Rules:
        """Return the rules that one kind of lender must expect, by all that has been announced."""
        return dict(self.ahead or self.rules)[kind]


class ShockEffects(NamedTuple):
    """What shocks do this month to people and lenders beyond the numbers of the economy; ones and noughts = nothing."""

    income_factors: tuple[float, ...]  # by region and sector, shape (REGION_SECTORS,): what is left of a wage
    separation_factors: tuple[float, ...]  # likewise: how many times as many jobs are lost
    collection_factors: tuple[float, ...]  # by lender in order of id: what is left of the effort to collect
    data_seen_shares: tuple[float, ...]  # by lender: how much of what others know of an applicant reaches it
    fraud_shares: tuple[float, ...]  # by lender: of first loans, taken by people who mean not to repay
    exits: tuple[int, ...]  # by lender: 1 = it closes for good


def no_shock_effects(lenders: int) -> ShockEffects:
    """Return the shock_effects of a month in which nothing befalls so many lenders."""
    whole, none = (1.0,) * lenders, (0.0,) * lenders
    return ShockEffects((1.0,) * REGION_SECTORS, (1.0,) * REGION_SECTORS, whole, whole, none, (0,) * lenders)


class Economy(NamedTuple):
    """The state of the world this month, shocks included."""

    month: int  # from 0; negative during warm-up
    date: str  # ISO first day of the month
    gap: float  # output gap in model units; 0 = calm
    unemployment_share: float  # expected share of the reference path, feedback left out
    separation_shares: tuple[float, ...]  # by sector, a month
    finding_share: float
    wage_index: float
    season_factor: float  # multiplies purchases
    policy_rate_apr: float
    deposit_apr: float
    funding_spread_apr: float  # added to every lender's own spread
    rollover_factors: tuple[float, ...]  # by lender in order of id; 1 = calm, 0 = nobody renews
    rumour_seed_shares: tuple[float, ...]  # by lender: share of people told from outside this month
    shock_effects: ShockEffects
    region_separation_factors: tuple[float, ...] = (1.0,) * len(REGIONS)  # multiply the sectors' separation shares
    bonus_factor: float = 1.0  # multiplies wages, nothing else; 1 on average over a year
    in_slowdown: int = 0  # 1 = the chain of regimes is in a slowdown


class OfferTest(NamedTuple):
    """How a lender tries other prices and limits on some applicants this month."""

    share: float = 0.0  # of applications; 0 = everybody gets the price of the band
    price_step_bp: int = 0
    limit_step_share: float = 0.0
    least_apr_bp: int = 1  # no personal price goes below it, nor above the next
    most_apr_bp: int = 0


NO_OFFER_TEST = OfferTest()


class Headroom(NamedTuple):
    """How much a lender may still lend this month under one constraint, in fen of whole loans."""

    constraint: int  # one of BUDGET_OUTCOMES
    amount_fen: int


class LineCuts(NamedTuple):
    """What a lender takes back from existing customers this month. Shares are of a limit unless said otherwise."""

    may: int = 0  # 0 = nothing below can touch a line
    sees_band: int = 0  # 1 = the behavioural score is asked for
    quiet_share: float = 0.0  # the programme's part of this month
    freeze_share: float = 0.0  # of the customers in its scope
    customer_share: float = 1.0  # of the customers in its scope, those whose limit is cut
    unused_only: int = 0
    from_band: int = 0
    opened_before: int = 0  # month, counted from the start of the warm-up; later lines are left alone
    late_share: float = 0.0
    debt_share: float = 0.0
    debt_months: float = 0.0  # of income, owed elsewhere
    band_share: float = 0.0
    band_from: int = 0


class Offer(NamedTuple):
    """A lender's terms for the month, fixed before anybody applies."""

    lender: int  # index in order of id
    open: bool  # False: frozen or in resolution
    apr_bp: tuple[int, ...]  # all-in price by band; in closed ones what explored strangers are asked, 0 = nobody is
    closed: tuple[int, ...]  # by band: 0 open, else RATE_CAP or NO_PRICE
    typical_apr: float  # advertised all-in price of a typical open band
    typical_headline_apr: float  # the same without fees
    new_cutoff_band: int
    line_cutoff_band: int
    limit_months: tuple[float, ...]  # by band, months of proxy income
    largest_limit_fen: int
    limit_raise_share: float
    cuts: LineCuts
    partners: tuple[int, ...]  # indexes of the banks it lends with this month, one for each joint loan; () = alone
    partner_share_bp: int  # share of each new joint loan
    rules: Rules
    sold_before: int = NOTHING_SOLD  # claims charged off before this month, from the start of the warm-up, are sold
    sale_age_months: int = NEVER  # since charge-off; older claims are for sale
    test: OfferTest = NO_OFFER_TEST
    signal_noise: float = 1.0  # of what its data show of people's reliability
    rationed_share: float = 0.0  # of loans granted, refused at random
    rationed_in_need_share: float = 0.0  # the same, for those who borrow to pay bills
    shut_ground: int = FROZEN  # told to those who ask while it is not open
    collection_factor: float = 1.0  # what is left of the effort to collect
    data_seen_share: float = 1.0  # how much of what others know of an applicant reaches it
    fraud_share: float = 0.0  # of first loans, taken by people who mean not to repay


class Allocation(NamedTuple):
    """What a lender did with one round of applications: all priorities below the cutoff are approved."""

    lender: int
    cutoff: int  # first priority refused; PRIORITIES = everybody approved
    binding: int  # constraint that bound, or NOT_APPLIED when none did
    approved_fen: int
    refused_fen: int
    stratum_cutoffs: tuple[int, ...] = ()  # by stratum, never above `cutoff`; () = the same for all
    stratum_bindings: tuple[int, ...] = ()
    partners: tuple[int, ...] = ()  # partner bank by priority, or one for all; () = it lends alone


class Act(NamedTuple):
    """One line of the log of what the regulator or a lender did, and why."""

    month: int
    actor: str
    act: str
    target: str
    reason: str
    value: float
