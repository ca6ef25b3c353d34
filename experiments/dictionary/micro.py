"""The dictionary of the micro tables, which exist when people are followed: `panel` and `tape`."""

from __future__ import annotations

from experiments.dictionary.words import BAND, BUCKET, IN_MONTH, MONTH, MONTHS, NAME, YES, Described, Words

PERSON: Words = ("row, from 0", "The person, the same one in every arm and scenario of a replicate.")

MICRO_TABLES: dict[str, Described] = {
    "panel": Described(
        "one person in one month, at the month's end or over the month",
        {
            **IN_MONTH,
            "borrower": PERSON,
            "income_quintile": (NAME, "Income group, fixed at birth."),
            "region": (NAME, "Region, fixed at birth."),
            "sector": (NAME, "Sector of work, fixed at birth."),
            "age_band": (NAME, "Age group, fixed at birth."),
            "employed": (YES, "Whether the person has work."),
            "income_fen": "Wages, benefits, support and sales of the month.",
            "savings_fen": "Savings.",
            "consumption_fen": "Consumption of the month.",
            "debt_fen": "Principal of all open loans.",
            "debt_platform_fen": "The part of it that platforms lent.",
            "debt_bank_fen": "The part of it that banks lent.",
            "debt_consumer_finance_fen": "The part of it that consumer finance companies lent.",
            "debt_micro_lender_fen": "The part of it that micro-lenders lent.",
            "claims_fen": "Charged-off principal that is still collected.",
            "lenders_owed": ("lenders", "How many lenders the person has an open loan from."),
            "unused_lines_fen": "What could still be drawn on open lines.",
            "applied": (YES, "Whether the person wanted credit and turned to a lender, or would have but for a slot."),
            "applied_to": (NAME, "The lender of the month's last application, or none."),
            "wanted_fen": "What was asked for.",
            "approved": (YES, "Whether a loan was granted."),
            "borrowed_fen": "New money.",
            "refusal": (NAME, "Why the month's last application that came to nothing did, or none."),
            "late_bucket": (BUCKET, "Of the latest open loan; 2 and more are 30 days late."),
            "defaulted": (YES, "Whether a loan was charged off this month."),
            "hardship": (YES, "Whether the person could not pay for all essentials."),
            "informal_debt_fen": "Debt to the informal lender.",
        },
    ),
    "tape": Described(
        "one loan in one month",
        {
            **IN_MONTH,
            "loan_id": ("number", "The loan, the same one in every month of a run."),
            "borrower": PERSON,
            "lender": (NAME, "The lender that made the loan."),
            "partner": (NAME, "The bank with a part in it, or none."),
            "partner_share": "The partner's part of the principal.",
            "origination_month": (MONTH, "Month of the run in which it was made; negative in the warm-up."),
            "months_on_book": (MONTHS, "Months since it was made."),
            "term_months": (MONTHS, "Term of the contract."),
            "purpose": (NAME, "What it was taken for."),
            "risk_band": (BAND, "Band by the lender's card when it was made."),
            "apr": ("rate a year", "All-in price."),
            "original_fen": "Principal when it was made.",
            "instalment_fen": "Monthly instalment.",
            "balance_fen": "Principal outstanding; after charge-off what is claimed.",
            "days_past_due_bucket": (BUCKET, "Oldest unpaid instalment 30(b-1)+1 to 30b days late; 0 is none."),
            "worst_bucket": (BUCKET, "The highest bucket so far."),
            "status": (NAME, "current, late, charged_off, paid_off, refinanced or claim_ended."),
            "principal_paid_fen": "Principal paid in the month, by refinancing too.",
            "charged_off_fen": "Principal charged off in the month.",
            "recovered_fen": "Recovered in the month on a claim; the last month of collection is not seen.",
        },
    ),
}
