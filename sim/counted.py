"""What the passes over people count: the columns of the tallies, in order, and the bits of a person's flags."""

from __future__ import annotations

from enum import auto

from sim.codes import AGE_BANDS, BUCKETS, QUINTILES, REGIONS, SECTORS, Code


class Bit(Code):
    """Bits of a word, from the lowest on."""

    @staticmethod
    def _generate_next_value_(_name: str, _start: int, count: int, _last: list[int]) -> int:
        return 1 << count


# where a loan leaves its bucket for (last axis of Tallies.roll_count and roll_amount)
PAID_OFF_COLUMN = BUCKETS
CHARGED_OFF_COLUMN = BUCKETS + 1


# --- personal offers: the arms of a lender's offer test, and what is counted of each (axes of Tallies.offer_test) -----
UNTESTED, CONTROL, DEARER, CHEAPER, WIDER, NARROWER = range(6)
OFFER_ARMS = ("untested", "control", "dearer", "cheaper", "wider", "narrower")


class OfferCount(Code):
    """What is counted of each arm of an offer test."""

    OFFERS = auto()  # applications that met a price: accepted, or declined for it
    ACCEPTED = auto()  # by the person; the lender's money may still have run out
    OFFERED_BP = auto()  # sum of the prices of all offers
    LOANS = auto()
    LENT = auto()  # fen of new money
    BADS = auto()  # loans first 90 days late, counted in the month they are
    BAD_OWED = auto()  # fen of principal owed on them then
    OPEN = auto()  # loans at month end
    OWED = auto()  # fen of principal on them
    ACCRUED = auto()  # fen of a month's interest on those less than 90 days late


# --- what the passes over people count, per lender (columns of Tallies.flow) ------------------------------------------


class Flow(Code):
    """What is counted per lender, in fen unless said otherwise."""

    NEW_APPLICATIONS = auto()
    NEW_APPROVALS = auto()
    LINE_APPLICATIONS = auto()
    LINE_APPROVALS = auto()
    ORIGINATIONS = auto()  # fen; whole loans, partner's part, refinanced loans and interest lent on top included
    REFINANCED = auto()  # fen of originations that repaid an older loan here, its interest included
    ORIGINATIONS_PARTNER = auto()
    ORIGINATIONS_APR = auto()  # of loans made, sum of amount_fen * apr_bp // 10000: for the mean price taken
    ORIGINATIONS_COUNT = auto()
    INTEREST = auto()  # fen paid by customers, late fees included
    INTEREST_PARTNER = auto()
    PRINCIPAL = auto()
    PRINCIPAL_PARTNER = auto()
    CHARGE_OFFS = auto()
    CHARGE_OFFS_PARTNER = auto()
    RECOVERIES = auto()
    RECOVERIES_PARTNER = auto()
    DEFAULTS = auto()  # loans charged off
    DEFAULTS_BY_CHOICE = auto()
    OPENING_LAST_BUCKET_ROLLED = auto()  # fen: opening balance in the last bucket that rolled on
    CUSTOMERS = auto()  # stock: people with an open loan here
    LOANS = auto()  # stock: open loans
    OPEN_LINES = auto()
    LINE_LIMITS = auto()  # stock, fen
    UNUSED_LINES = auto()  # stock, fen
    LINES_CUT = auto()  # whose limit the lender lowered this month; legal caps apart
    LIMITS_CUT = auto()  # fen
    LINES_FROZEN = auto()  # of customers who are not late
    AWARE = auto()  # stock: people who have heard a rumour about this lender
    BUYERS_RECOVERIES = auto()  # fen collected on claims that the lender has sold; no part of "recoveries"
    BUYERS_CLAIMS = auto()  # stock: fen of such claims still collected; no part of Tallies.claims
    CLAIMS_FOR_SALE = auto()  # stock: fen of its claims that are old enough to be sold, partners' parts included
    PRODUCTIVE_LOANS = auto()  # stock: fen of open loans taken for working capital, partners' parts included
    CAPITALISED = auto()  # fen of originations that is the interest of a postponed month, lent on top of an older loan


# --- what the passes count per group of people (columns of Tallies.group) ---------------------------------------------


class GroupFlow(Code):
    """What is counted per group of people."""

    BORROWERS = auto()
    ADOPTED = auto()
    INDEBTED = auto()
    APPLICATIONS = auto()
    APPROVALS = auto()
    ORIGINATIONS = auto()
    ORIGINATIONS_APR = auto()
    DEBT = auto()
    DEBT_DPD30 = auto()
    DEBT_DPD90 = auto()
    DEFAULTS = auto()  # loans charged off
    HARDSHIP = auto()
    INFORMAL_DEBT = auto()
    CONSUMPTION = auto()
    INCOME = auto()
    UNEMPLOYED = auto()


GROUPS = len(QUINTILES) * len(REGIONS) * len(SECTORS) * len(AGE_BANDS)

# --- household flows of the month, fen (Tallies.household): each has a payer and a payee ------------------------------


class HouseholdFlow(Code):
    """What is counted of all households, in fen unless said otherwise."""

    WAGES = auto()  # firms -> households
    BENEFITS = auto()  # government -> households
    SUPPORT = auto()  # government -> households (family and minimum living guarantee)
    SALES = auto()  # firms -> households: revenue of the self-employed from working capital
    CONSUMPTION = auto()  # households -> firms: essentials, emergencies, purchases, working capital, discretionary
    LONG_TERM_SAVING = auto()  # households -> funders
    INFORMAL_LENT = auto()  # informal lender -> households
    INFORMAL_INTEREST = auto()  # households -> informal lender
    INFORMAL_PRINCIPAL = auto()
    INFORMAL_WRITTEN_OFF = auto()  # not cash
    INFORMAL_DEFAULTS = auto()  # people
    SAVINGS = auto()  # stock at month end
    INFORMAL_DEBT = auto()  # stock at month end
    HARDSHIP_PEOPLE = auto()
    INFORMAL_WANTED = auto()


# --- what happened to a person in the observation windows (bits of Borrowers.flags) -----------------------------------


class Flag(Bit):
    """What happened to a person in the observation windows, a bit each."""

    APPLIED_BEFORE = auto()
    APPROVED_BEFORE = auto()
    APPLIED = auto()
    APPROVED = auto()
    REFUSED_OWN_POLICY = auto()
    REFUSED_RATE_CAP = auto()
    REFUSED_BORROWER_CAP = auto()
    REFUSED_BUDGET = auto()
    DECLINED_PRICE = auto()
    LATE = auto()
    DEFAULT = auto()
    INFORMAL = auto()
    HARDSHIP = auto()
    MOVED_LENDER = auto()  # approved at a lender other than the one asked first
    REFUSED_LINE_CUT = auto()
    REFUSED_DEBT_SERVICE = auto()
    REFUSED_LENDER_COUNT = auto()
    REFUSED_ELIGIBILITY = auto()


# --- what became of watched applicants (columns of Tallies.cell_truth): by group, then by outcome ---------------------
TRUTH_GROUPS = ("approved", "refused", "declined")  # declined: by the person, for its price
TRUTH_OUTCOMES = ("good", "bad", "never_in_debt")
TRUTH_COLUMNS = len(TRUTH_GROUPS) * len(TRUTH_OUTCOMES)


# --- the shape of a book: loans and borrowers by size (yuan), customers by where they work and live ------------------
SIZE_BOUNDS_YUAN = (500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000)  # a class ends below its bound
SIZES = len(SIZE_BOUNDS_YUAN) + 1

# --- what is counted of people followed by their liquidity (columns of Tallies.liquidity) ----------------------------
LIQUIDITY_TERCILES = ("low", "middle", "high")  # terciles of savings in months of income; 0 in the state = not followed


class LiquidityFlow(Code):
    """What is counted of people followed by their liquidity."""

    PEOPLE = auto()
    NORMAL_INCOME = auto()  # fen
    CONSUMPTION = auto()
    SAVINGS = auto()
    DEBT = auto()
    INFORMAL_DEBT = auto()
    APPLIED = auto()
    APPROVED = auto()
    MOVED_LENDER = auto()
    REFUSED_LINE_CUT = auto()
    INFORMAL = auto()
    HARDSHIP = auto()
    LATE = auto()


# --- parts of joint loans, and vintages (last axes of Tallies.partner_flow and vintage_flow) -------------------------
class PartnerFlow(Code):
    """What is counted of the partner's part of joint loans, in fen."""

    LENT = auto()
    INTEREST = auto()
    PRINCIPAL = auto()
    CHARGED_OFF = auto()
    RECOVERED = auto()


class VintageFlow(Code):
    """What is counted of loans by months on book, in fen."""

    LENT = auto()
    EVER30 = auto()  # first 30 days late
    EVER60 = auto()
    EVER90 = auto()
    CHARGED_OFF = auto()
