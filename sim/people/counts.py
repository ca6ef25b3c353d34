"""Where the kernels count: columns of the tallies and bits of the flags, by name."""

from __future__ import annotations

from sim.codes import BUCKETS
from sim.counted import FLAG, FLOW, GROUP_FLOW, HOUSEHOLD_FLOW, LIQUIDITY_FLOW, OFFER_COUNTS

# where a loan leaves its bucket for (last axis of roll_count and roll_amount)
PAID_OFF_COLUMN = BUCKETS
CHARGED_OFF_COLUMN = BUCKETS + 1

# per lender
NEW_APPLICATIONS = FLOW["new_applications"]
LINE_APPLICATIONS = FLOW["line_applications"]
NEW_APPROVALS = FLOW["new_approvals"]
LINE_APPROVALS = FLOW["line_approvals"]
ORIGINATIONS = FLOW["originations"]
ORIGINATIONS_PARTNER = FLOW["originations_partner"]
REFINANCED = FLOW["refinanced"]
CAPITALISED = FLOW["capitalised"]
ORIGINATIONS_APR = FLOW["originations_apr"]
ORIGINATIONS_COUNT = FLOW["originations_count"]
INTEREST = FLOW["interest"]
INTEREST_PARTNER = FLOW["interest_partner"]
PRINCIPAL = FLOW["principal"]
PRINCIPAL_PARTNER = FLOW["principal_partner"]
CHARGE_OFFS = FLOW["charge_offs"]
CHARGE_OFFS_PARTNER = FLOW["charge_offs_partner"]
RECOVERIES = FLOW["recoveries"]
RECOVERIES_PARTNER = FLOW["recoveries_partner"]
BUYERS_RECOVERIES = FLOW["buyers_recoveries"]
BUYERS_CLAIMS = FLOW["buyers_claims"]
CLAIMS_FOR_SALE = FLOW["claims_for_sale"]
DEFAULTS = FLOW["defaults"]
DEFAULTS_BY_CHOICE = FLOW["defaults_by_choice"]
LAST_BUCKET_ROLLED = FLOW["opening_last_bucket_rolled"]
CUSTOMERS = FLOW["customers"]
LOANS = FLOW["loans"]
PRODUCTIVE_LOANS = FLOW["productive_loans"]
OPEN_LINES = FLOW["open_lines"]
LINE_LIMITS = FLOW["line_limits"]
UNUSED_LINES = FLOW["unused_lines"]
LINES_CUT = FLOW["lines_cut"]
LIMITS_CUT = FLOW["limits_cut"]
LINES_FROZEN = FLOW["lines_frozen"]

# per group of people
G_INDEBTED = GROUP_FLOW["indebted"]
G_APPLICATIONS = GROUP_FLOW["applications"]
G_APPROVALS = GROUP_FLOW["approvals"]
G_ORIGINATIONS = GROUP_FLOW["originations"]
G_ORIGINATIONS_APR = GROUP_FLOW["originations_apr"]
G_DEBT = GROUP_FLOW["debt"]
G_DEBT_30 = GROUP_FLOW["debt_dpd30"]
G_DEBT_90 = GROUP_FLOW["debt_dpd90"]
G_DEFAULTS = GROUP_FLOW["defaults"]
G_HARDSHIP = GROUP_FLOW["hardship"]
G_INFORMAL = GROUP_FLOW["informal_debt"]
G_CONSUMPTION = GROUP_FLOW["consumption"]
G_NO_SLOT = GROUP_FLOW["no_slot"]

# of all households
H_CONSUMPTION = HOUSEHOLD_FLOW["consumption"]
H_LONG_TERM_SAVING = HOUSEHOLD_FLOW["long_term_saving"]
H_INFORMAL_LENT = HOUSEHOLD_FLOW["informal_lent"]
H_INFORMAL_INTEREST = HOUSEHOLD_FLOW["informal_interest"]
H_INFORMAL_PRINCIPAL = HOUSEHOLD_FLOW["informal_principal"]
H_INFORMAL_WRITTEN_OFF = HOUSEHOLD_FLOW["informal_written_off"]
H_INFORMAL_DEFAULTS = HOUSEHOLD_FLOW["informal_defaults"]
H_SAVINGS = HOUSEHOLD_FLOW["savings"]
H_INFORMAL_DEBT = HOUSEHOLD_FLOW["informal_debt"]
H_HARDSHIP = HOUSEHOLD_FLOW["hardship_people"]
H_INFORMAL_WANTED = HOUSEHOLD_FLOW["informal_wanted"]

# of people followed by their liquidity
L_PEOPLE = LIQUIDITY_FLOW["people"]
L_INCOME = LIQUIDITY_FLOW["normal_income"]
L_CONSUMPTION = LIQUIDITY_FLOW["consumption"]
L_SAVINGS = LIQUIDITY_FLOW["savings"]
L_DEBT = LIQUIDITY_FLOW["debt"]
L_INFORMAL_DEBT = LIQUIDITY_FLOW["informal_debt"]
L_APPLIED = LIQUIDITY_FLOW["applied"]
L_APPROVED = LIQUIDITY_FLOW["approved"]
L_MOVED = LIQUIDITY_FLOW["moved_lender"]
L_LINE_CUT = LIQUIDITY_FLOW["refused_line_cut"]
L_INFORMAL = LIQUIDITY_FLOW["informal"]
L_HARDSHIP = LIQUIDITY_FLOW["hardship"]
L_LATE = LIQUIDITY_FLOW["late"]

# bits of what a person went through
F_APPLIED_BEFORE = FLAG["applied_before"]
F_APPROVED_BEFORE = FLAG["approved_before"]
F_APPLIED = FLAG["applied"]
F_APPROVED = FLAG["approved"]
F_OWN_POLICY = FLAG["refused_own_policy"]
F_RATE_CAP = FLAG["refused_rate_cap"]
F_BORROWER_CAP = FLAG["refused_borrower_cap"]
F_DEBT_SERVICE = FLAG["refused_debt_service"]
F_LENDER_COUNT = FLAG["refused_lender_count"]
F_ELIGIBILITY = FLAG["refused_eligibility"]
F_BUDGET = FLAG["refused_budget"]
F_NO_SLOT = FLAG["refused_no_slot"]
F_DECLINED = FLAG["declined_price"]
F_LATE = FLAG["late"]
F_DEFAULT = FLAG["default"]
F_INFORMAL = FLAG["informal"]
F_HARDSHIP = FLAG["hardship"]
F_MOVED = FLAG["moved_lender"]
F_LINE_CUT = FLAG["refused_line_cut"]

# last axis of partner_flow and of vintage_flow
LENT, INTEREST_PART, PRINCIPAL_PART, CHARGED_OFF_PART, RECOVERED_PART = range(5)
V_LENT, V_30, V_60, V_90, V_CHARGED_OFF = range(5)

# of offers, by arm
O_OFFERS, O_ACCEPTED, O_OFFERED, O_LOANS, O_LENT, O_BADS, O_BAD_OWED, O_OPEN, O_OWED, O_ACCRUED = range(
    len(OFFER_COUNTS)
)
