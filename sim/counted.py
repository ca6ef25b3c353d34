"""What the passes over people count: the columns of the tallies, in order, and the bits of a person's flags."""

from __future__ import annotations

from sim.codes import AGE_BANDS, QUINTILES, REGIONS, SECTORS

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
    "bad_owed",  # fen of principal owed on them then
    "open",  # loans at month end
    "owed",  # fen of principal on them
    "accrued",  # fen of a month's interest on those less than 90 days late
)

# --- what the passes over people count, per lender (columns of Tallies.flow) ------------------------------------------
FLOWS = (
    "new_applications",
    "new_approvals",
    "line_applications",
    "line_approvals",
    "originations",  # fen; whole loans, partner's part, refinanced loans and interest lent on top included
    "refinanced",  # fen of originations that repaid an older loan here, its interest included
    "originations_partner",
    "originations_apr",  # of loans made, sum of amount_fen * apr_bp // 10000: for the mean price taken
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
    "capitalised",  # fen of originations that is the interest of a postponed month, lent on top of an older loan
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
