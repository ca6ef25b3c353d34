"""The small values that rules, lenders and the regulator speak in; the glossary of the model.

Only plain numbers and NamedTuples: no arrays of people, no chance, no behaviour.
"""

from __future__ import annotations

from typing import NamedTuple

# --- shapes -----------------------------------------------------------------------------------------------------------
LOAN_SLOTS = 4  # nobody holds more open or charged-off contracts at once
MOST_LENDERS = 15  # bits of `reached_by`, and half those of `aware_of`
SLOTS_AT_ONE_LENDER = 2  # a third draw at one lender tops up a loan there, and leaves room for others; assumed
BANDS = 20  # risk bands of every scorecard, 0 the safest
PRIORITY_STEPS = 64  # places within a band, by keyed draw, when money is short
PRIORITIES = BANDS * PRIORITY_STEPS
BUCKETS = 13  # 0 current, b = oldest unpaid instalment 30(b-1)+1 to 30b days late, up to 360 days
VINTAGE_MONTHS = 48  # months on book that are followed
LAG_MONTHS = 6  # of the lagged denominators: a loan 30 to 90 days late was lent about half a year ago
SECTORS = ("manufacturing", "construction", "trade_and_catering", "services", "public", "self_employed")
SELF_EMPLOYED = 5
REGIONS = ("east", "central", "west", "northeast")
AGE_BANDS = ("18-24", "25-34", "35-44", "45-59", "60+")
QUINTILES = ("1", "2", "3", "4", "5")
LOTS = len(REGIONS) * len(SECTORS)  # of applications, by region and sector, where either is capped; else one lot
NO_LIMIT = 1e9  # a share or a multiple that nothing reaches
NO_WEIGHT = -1.0  # the rules leave a lender's own risk weight as it is

# --- codes ------------------------------------------------------------------------------------------------------------
NOBODY = -1  # no lender, no partner, no slot
ALL_SLOTS_TAKEN = -2  # a lender could be asked, were there room for one more contract
NEVER = 999  # months since something that has not happened
NOTHING_SOLD = -NEVER  # no claim was charged off before this month

# loan slot
EMPTY, OPEN, CHARGED_OFF = 0, 1, 2
# credit line
NO_LINE, LINE_OPEN, LINE_FROZEN, LINE_BARRED = 0, 1, 2, 3
# status of a lender
OPERATING, RESOLUTION = "open", "resolution"
# purpose of credit
NO_NEED, SHORTFALL, PURCHASE, WORKING_CAPITAL, RUSH, FRAUD = 0, 1, 2, 3, 4, 5
PURPOSES_OF_CREDIT = ("none", "shortfall", "purchase", "working_capital", "rush", "fraud")

# why an application ended as it did; the same codes name the constraint that refused it
(
    NOT_APPLIED,
    PENDING,
    APPROVED,
    OWN_POLICY,
    RATE_CAP,
    NO_ROOT,
    LIMIT,
    BORROWER_CAP,
    NO_SLOT,
    FROZEN,
    DECLINED_PRICE,
    CAPITAL,
    CAPITAL_RULE,
    FUNDING,
    PARTNER,
    PLAN,
    LEVERAGE,
    LEVERAGE_RULE,
    LIQUIDITY,
    LIQUIDITY_RULE,
    SECTOR_CAP,
    REGION_CAP,
    PARTNER_CAP,
    CAPITAL_BUFFER,
    FUNDING_LEVERAGE,
    SINGLE_PARTNER_RULE,
    JOINT_LOAN_RULE,
    SECTOR_RULE,
    REGION_RULE,
    GROWTH_QUOTA_RULE,
    SOFT_LIMIT_RULE,
    GROWTH_QUOTA,
    NO_LENDER,
    LINE_CUT,
    DEBT_SERVICE,
    LENDER_COUNT,
    ELIGIBILITY,
    NO_LICENCE,
) = range(38)
OUTCOMES = (
    "not_applied",
    "pending",
    "approved",
    "own_policy",
    "rate_cap",
    "no_price",
    "limit",
    "borrower_cap",
    "no_slot",
    "frozen",
    "declined_price",
    "capital_policy",
    "capital_rule",
    "funding",
    "partner",
    "growth_plan",
    "leverage_policy",
    "leverage_rule",
    "liquidity_policy",
    "liquidity_rule",
    "sector_cap",
    "region_cap",
    "partner_cap",
    "capital_buffer",
    "funding_leverage",
    "single_partner_rule",
    "joint_loan_rule",
    "sector_rule",
    "region_rule",
    "growth_quota_rule",
    "soft_limit_rule",
    "growth_quota",
    "no_lender",
    "line_cut",  # the lender has cut or frozen the line since the person last asked
    "debt_service",  # the legal cap on instalments over income
    "lender_count",  # the legal cap on the number of lenders
    "eligibility",  # the law forbids loans to such a person
    "no_licence",  # the lender is in resolution
)
BUDGET_OUTCOMES = tuple(range(CAPITAL, GROWTH_QUOTA + 1))

# --- rules on a contract or a person where there is none, and the ways in which instalments are postponed -------------
NO_RATE_CAP_BP = 1_000_000  # 10,000% a year: no price comes near it
NO_LPR_MULTIPLE = 1_000.0
NO_INCOME_CAP_MONTHS = 1_200.0
NO_SERVICE_CAP_SHARE = 100.0
ANY_NUMBER_OF_LENDERS = 100
ANY_TERM_MONTHS = 120
NOT_POSTPONED, POSTPONED_WITH_INTEREST, POSTPONED_WITHOUT_INTEREST = 0, 1, 2

# --- personal offers: the arms of a lender's trial, and what is counted of each (axes of Tallies.offer_test) ----------
UNTESTED, CONTROL, DEARER, CHEAPER, WIDER, NARROWER = range(6)
OFFER_ARMS = ("untested", "control", "dearer", "cheaper", "wider", "narrower")
OFFER_COUNTS = (
    "offers",  # applications that met a price: accepted, or declined for it
    "accepted",  # by the person; the lender's money may still have run out
    "offered_bp",  # sum of the prices of all offers
    "loans",
    "lent",  # fen of new money
    "bads",  # loans first 90 days late, counted in the month they are
)

# --- what the passes over people count, per lender (columns of Tallies.flow) ------------------------------------------
FLOWS = (
    "new_applications",
    "new_approvals",
    "line_applications",
    "line_approvals",
    "originations",  # fen; whole loans, partner's part and refinanced loans included
    "refinanced",  # fen of originations that repaid an older loan here, its interest included
    "originations_partner",
    "originations_apr",  # sum of amount_fen * apr_bp // 10000: for the mean price taken
    "originations_count",
    "interest",  # fen paid by customers, late fees included
    "interest_partner",
    "principal",
    "principal_partner",
    "charge_offs",
    "charge_offs_partner",
    "recoveries",
    "recoveries_partner",
    "defaults",  # loans charged off
    "defaults_by_choice",
    "opening_last_bucket_rolled",  # fen: opening balance in the last bucket that rolled on
    "customers",  # stock: people with an open loan here
    "loans",  # stock: open loans
    "open_lines",
    "line_limits",  # stock, fen
    "unused_lines",  # stock, fen
    "lines_cut",  # whose limit the lender lowered this month; legal caps apart
    "limits_cut",  # fen
    "lines_frozen",  # of customers who are not late
    "aware",  # stock: people who have heard a rumour about this lender
    "buyers_recoveries",  # fen collected on claims that the lender has sold; no part of "recoveries"
    "buyers_claims",  # stock: fen of such claims still collected; no part of Tallies.claims
    "claims_for_sale",  # stock: fen of its claims that are old enough to be sold, partners' parts included
    "productive_loans",  # stock: fen of open loans taken for working capital, partners' parts included
)
FLOW = {name: index for index, name in enumerate(FLOWS)}

# --- what the passes count per group of people (columns of Tallies.group) ---------------------------------------------
GROUP_FLOWS = (
    "borrowers",
    "adopted",
    "indebted",
    "applications",
    "approvals",
    "originations",
    "originations_apr",
    "debt",
    "debt_dpd30",
    "debt_dpd90",
    "defaults",
    "hardship",
    "informal_debt",
    "consumption",
    "income",
    "unemployed",
    "no_slot",
)
GROUP_FLOW = {name: index for index, name in enumerate(GROUP_FLOWS)}
GROUPS = len(QUINTILES) * len(REGIONS) * len(SECTORS) * len(AGE_BANDS)

# --- household flows of the month, fen (Tallies.household): each has a payer and a payee ------------------------------
HOUSEHOLD_FLOWS = (
    "wages",  # firms -> households
    "benefits",  # government -> households
    "support",  # government -> households (family and minimum living guarantee)
    "sales",  # firms -> households: revenue of the self-employed from working capital
    "consumption",  # households -> firms: essentials, emergencies, purchases, working capital, discretionary
    "long_term_saving",  # households -> funders
    "informal_lent",  # informal lender -> households
    "informal_interest",  # households -> informal lender
    "informal_principal",
    "informal_written_off",  # not cash
    "informal_defaults",  # people
    "savings",  # stock at month end
    "informal_debt",  # stock at month end
    "hardship_people",
    "informal_wanted",
)
HOUSEHOLD_FLOW = {name: index for index, name in enumerate(HOUSEHOLD_FLOWS)}


# --- what happened to a person in the observation windows (bits of Borrowers.flags) -----------------------------------
FLAGS = (
    "applied_before",
    "approved_before",
    "applied",
    "approved",
    "refused_own_policy",
    "refused_rate_cap",
    "refused_borrower_cap",
    "refused_budget",
    "refused_no_slot",
    "declined_price",
    "late",
    "default",
    "informal",
    "hardship",
    "moved_lender",  # approved at a lender other than the one asked first
    "refused_line_cut",
    "refused_debt_service",
    "refused_lender_count",
    "refused_eligibility",
)
FLAG = {name: 1 << index for index, name in enumerate(FLAGS)}

# --- what became of watched applicants (columns of Tallies.cell_truth): by group, then by outcome ---------------------
TRUTH_GROUPS = ("approved", "refused", "declined")  # declined: by the person, for its price
TRUTH_OUTCOMES = ("good", "bad", "never_in_debt")
TRUTH_COLUMNS = len(TRUTH_GROUPS) * len(TRUTH_OUTCOMES)


# --- the shape of a book: loans and borrowers by size (yuan), customers by where they work and live ------------------
SIZE_BOUNDS_YUAN = (500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000)  # a class ends below its bound
SIZES = len(SIZE_BOUNDS_YUAN) + 1
PLACES = len(REGIONS) * len(SECTORS)

# --- what is counted of people followed by their liquidity (columns of Tallies.liquidity) ----------------------------
LIQUIDITY_TERCILES = ("low", "middle", "high")  # terciles of savings in months of income; 0 in the state = not followed
LIQUIDITY_FLOWS = (
    "people",
    "normal_income",  # fen
    "consumption",
    "savings",
    "debt",
    "informal_debt",
    "applied",
    "approved",
    "moved_lender",
    "refused_line_cut",
    "informal",
    "hardship",
    "late",
)
LIQUIDITY_FLOW = {name: index for index, name in enumerate(LIQUIDITY_FLOWS)}


class Rules(NamedTuple):
    """The rules in force this month for one kind of lender. Money in fen, rates in basis points."""

    max_apr_bp: int  # all-in price ceiling; a very large number = none
    borrower_cap_fen: int  # one person at one lender
    minimum_capital_share: float  # total capital over risk-weighted assets
    own_share_floor: float  # least share the originator keeps of each joint loan
    disclosure_share: float  # part of the hidden price gap that is shown to everybody
    registry_coverage_share: float  # share of people whose loans elsewhere this lender sees
    registry_memory_months: int  # months a default stays on record
    coverage_floor_share: float = 0.0  # least allowance over own loans more than 90 days late
    loan_provision_floor_share: float = 0.0  # least allowance over own loans
    # on a contract or a person; every default is no rule at all
    max_headline_apr_bp: int = NO_RATE_CAP_BP  # ceiling on the price without fees
    max_unguaranteed_apr_bp: int = NO_RATE_CAP_BP  # ceiling on the price without a guarantor's fee
    max_lpr_multiple: float = NO_LPR_MULTIPLE  # all-in ceiling, times the loan prime rate
    max_headline_lpr_multiple: float = NO_LPR_MULTIPLE
    max_unguaranteed_lpr_multiple: float = NO_LPR_MULTIPLE
    borrower_cap_income_months: float = NO_INCOME_CAP_MONTHS  # one person at one lender, months of income believed in
    debt_service_share: float = NO_SERVICE_CAP_SHARE  # instalments that the lender sees, over the income it believes in
    most_lenders: int = ANY_NUMBER_OF_LENDERS  # that one person may owe at once, as the registry shows them
    needs_income: int = 0  # 1 = nothing is lent to people without work
    youngest_age_band: int = 0  # place in AGE_BANDS
    longest_term_months: int = ANY_TERM_MONTHS  # of new loans
    postponement: int = NOT_POSTPONED  # of instalments of those without work
    collection_effort_share: float = 1.0  # most debtors that may be reached in a month
    literacy_taught_share: float = 0.0  # part of what people do not understand of prices that they are taught
    rumours_doubted_share: float = 0.0  # part of the word about a lender that is no longer believed
    minimum_leverage_share: float = 0.0  # equity over all assets
    minimum_liquidity_share: float = 0.0  # cash and collections over what may leave within thirty days
    # Books and budgets of lenders: buffers, funding, partners, concentration, quotas, weights.
    conservation_buffer_share: float = 0.0  # of risk-weighted assets, on top of the minimum
    countercyclical_buffer_share: float = 0.0  # on top of both
    licence_capital_yuan: float = 0.0  # least equity of a lender in the whole market
    wholesale_multiple: float = NO_LIMIT  # most wholesale funding over equity
    securities_multiple: float = NO_LIMIT  # most securities sold over equity
    single_partner_share: float = NO_LIMIT  # most a bank lends beside one originator, over its tier 1
    joint_loan_share: float = 1.0  # most of a bank's loans that may be parts of joint loans
    sector_flow_share: float = 1.0  # most of a month's budget for people of one sector
    region_flow_share: float = 1.0  # most of a month's budget for people of one region
    large_exposure_share: float = NO_LIMIT  # most one person owes, over the lender's equity
    growth_quota_share: float = NO_LIMIT  # of the book a month, beside what was repaid
    growth_quota_months: int = 120  # within which unused quota carries over
    soft_limit_default_share: float = 1.0  # loans riskier than this are held to the next share
    soft_limit_quota_share: float = 1.0  # of what is lent in the window
    soft_limit_months: int = 120
    risk_weight_share: float = NO_WEIGHT  # of consumer loans
    productive_weight_share: float = NO_WEIGHT  # of loans for working capital


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


class Strains(NamedTuple):
    """What shocks do this month to people and lenders beyond the numbers of the economy; ones and noughts = nothing."""

    income_factors: tuple[float, ...]  # by place, of PLACES: what is left of a wage
    separation_factors: tuple[float, ...]  # by place: how many times as many jobs are lost
    collection_factors: tuple[float, ...]  # by lender in order of id: what is left of the effort to collect
    data_seen_shares: tuple[float, ...]  # by lender: how much of what others know of an applicant reaches it
    fraud_shares: tuple[float, ...]  # by lender: of first loans, taken by people who mean not to repay
    exits: tuple[int, ...]  # by lender: 1 = it closes for good


def calm_strains(lenders: int) -> Strains:
    """Return the strains of a month in which nothing befalls so many lenders."""
    whole, none = (1.0,) * lenders, (0.0,) * lenders
    return Strains((1.0,) * PLACES, (1.0,) * PLACES, whole, whole, none, (0,) * lenders)


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
    strains: Strains
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
    apr_bp: tuple[int, ...]  # all-in price by band; 0 where the band is closed
    closed: tuple[int, ...]  # by band: 0 open, else RATE_CAP or NO_ROOT
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
    rationed_share: float = 0.0  # of loans granted, refused by lot
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
    lot_cutoffs: tuple[int, ...] = ()  # by lot, never above `cutoff`; () = the same for all
    lot_bindings: tuple[int, ...] = ()
    partners: tuple[int, ...] = ()  # partner bank by priority, or one for all; () = it lends alone


class Act(NamedTuple):
    """One line of the log of what the regulator or a lender did, and why."""

    month: int
    actor: str
    act: str
    target: str
    reason: str
    value: float
