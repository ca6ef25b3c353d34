"""The micro tables, for a sample of people: column by column, with type. They exist only when a study asks for them.

`panel` has a row for each borrower and month, `tape` one for each loan and month. Units are in the names, as in
`sim.observe.schemas`; what a column says is said at the month's end, or of the month.
"""

from __future__ import annotations

MICRO_SCHEMAS: dict[str, dict[str, str]] = {
    "panel": {
        "month": "int",
        "borrower": "int",  # the person's row, the same in every arm
        "income_quintile": "str",  # fixed at birth, like the next three
        "region": "str",
        "sector": "str",
        "age_band": "str",
        "employed": "int",
        "income_fen": "int",  # wages, benefits, support and sales of the month
        "savings_fen": "int",
        "consumption_fen": "int",
        "debt_fen": "int",  # principal of all open loans
        "debt_platform_fen": "int",  # by the kind of the lender that made the loan
        "debt_bank_fen": "int",
        "debt_consumer_finance_fen": "int",
        "debt_micro_lender_fen": "int",
        "claims_fen": "int",  # charged-off principal that is still collected
        "lenders_owed": "int",  # with an open loan
        "unused_lines_fen": "int",
        "applied": "int",  # 1 = wanted credit and turned to a lender, or would have but for want of a slot
        "applied_to": "str",  # lender of the month's last application, or none
        "wanted_fen": "int",
        "approved": "int",
        "borrowed_fen": "int",  # new money
        "refusal": "str",  # why the month's last application that came to nothing did, or none
        "late_bucket": "int",  # of the latest open loan; 2 and more = 30 days late
        "defaulted": "int",  # 1 = a loan was charged off this month
        "hardship": "int",  # 1 = could not pay for all essentials
        "informal_debt_fen": "int",
    },
    "tape": {
        "month": "int",
        "loan_id": "int",
        "borrower": "int",
        "lender": "str",  # that made the loan
        "partner": "str",  # bank with a part in it, or none
        "partner_share": "float",
        "origination_month": "int",  # before month 0 for loans made in the warm-up
        "months_on_book": "int",
        "term_months": "int",  # as signed, like the next columns up to signed_instalment_fen
        "purpose": "str",
        "risk_band": "int",  # by the lender's card when it was made, 0 the safest
        "apr": "float",  # all-in price
        "original_fen": "int",
        "refinancing_fen": "int",  # part of original_fen that repaid the loan before it, a month's interest included
        "signed_instalment_fen": "int",
        "instalment_fen": "int",  # now, after payment holidays
        "balance_fen": "int",  # principal outstanding; after charge-off what is claimed
        "days_past_due_bucket": "int",  # b = oldest unpaid instalment 30(b-1)+1 to 30b days late, 0 = none
        "worst_bucket": "int",
        "status": "str",  # current, late, charged_off, paid_off, refinanced, claim_ended
        "postponed": "int",  # 1 = the law let the month pass without a payment
        "postponed_months": "int",  # so far
        "capitalised_fen": "int",  # interest of the month lent on top
        "capitalised_so_far_fen": "int",
        "principal_paid_fen": "int",  # of the month, refinancing included
        "charged_off_fen": "int",  # of the month
        "recovered_fen": "int",  # of the month, on claims; what the last month of collection brings is not seen
    },
}
