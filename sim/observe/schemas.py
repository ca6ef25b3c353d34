"""The recorded tables: column by column, with type. Units are in the names: `_fen`, `_share` (0-1), `_apr` (yearly).

What a ratio is made of stands in sim/observe/ratios.py. It has no value, null in a table, where there is nothing to
divide by; every other number has one.
"""

from __future__ import annotations

SCHEMAS: dict[str, dict[str, str]] = {
    "market": {
        "month": "int",
        "date": "str",
        "unemployed": "int",
        "unemployment_share": "float",  # counted among the people of this run, feedback included
        "gap": "float",
        "in_slowdown": "int",  # 1 = the chain of regimes is in a slowdown
        "policy_rate_apr": "float",
        "funding_spread_apr": "float",  # what funders ask of everybody on top, shocks included
        "borrowers": "int",
        "indebted": "int",
        "indebted_share": "float",
        "debt_fen": "int",
        "dpd30_fen": "int",  # of it, more than 30 days late
        "dpd90_fen": "int",
        "applications": "int",
        "approvals": "int",
        "new_applications": "int",  # at lenders: whoever asks two is counted twice
        "new_approvals": "int",
        "line_applications": "int",
        "line_approvals": "int",
        "approval_share": "float",
        "new_approval_share": "float",
        "line_approval_share": "float",
        "originations_fen": "int",
        "refinanced_fen": "int",
        "capitalised_fen": "int",  # interest of postponed months, lent on top of older loans
        "yearly_charges_fen": "int",  # on what was lent, at its all-in price
        "mean_apr": "float",
        "dpd30_share": "float",
        "dpd90_share": "float",
        "defaults": "int",
        "charge_offs_fen": "int",
        "consumption_fen": "int",
        "income_fen": "int",
        "hardship": "int",
        "hardship_share": "float",
        "informal_debt_fen": "int",
        "informal_defaults": "int",
        "no_slot": "int",
        "aware": "int",
        "no_slot_share": "float",  # of applications
        "aware_share": "float",
        "hhi": "float",  # of managed loans, 0-1
    },
    "lender": {
        "month": "int",
        "lender": "str",
        "kind": "str",
        "status": "str",
        "cash_fen": "int",
        "loans_fen": "int",  # own share, before allowance
        "managed_loans_fen": "int",  # whole loans it originated
        "allowance_fen": "int",
        "allowance_five_category_fen": "int",  # by both standards, whichever drives the accounts
        "allowance_ifrs9_fen": "int",
        "stage1_fen": "int",  # own parts by stage of IFRS 9
        "stage2_fen": "int",
        "stage3_fen": "int",
        "provision_coverage_share": "float",  # allowance over own loans more than 90 days late
        "provision_loan_share": "float",
        "claims_fen": "int",  # charged-off principal still collected, off the books; claims sold apart
        "claims_sold_fen": "int",  # own part of claims sold this month
        "sale_proceeds_fen": "int",  # what they brought; refills the allowance beside recoveries
        "lots_sold_fen": "int",  # whole claims of its customers sold in a sale of its own
        "sale_price_share": "float",  # of what is owed, in a sale of its own
        "buyers_claims_fen": "int",  # claims it sold that buyers still collect
        "liabilities_fen": "int",
        "wholesale_fen": "int",
        "deposits_fen": "int",
        "securities_fen": "int",  # notes that others hold on its loans
        "wholesale_apr": "float",  # mean rate of the stock
        "rollover_factor_share": "float",  # what funders' worries leave of the usual rollover, shocks apart
        "equity_fen": "int",
        "risk_weighted_assets_fen": "int",
        "capital_ratio_share": "float",
        "tier2_fen": "int",  # allowance beyond its minimum, up to 1.25% of risk-weighted assets
        "total_capital_share": "float",  # the ratio with tier 2, which neither lender nor supervisor counts
        "customers": "int",
        "open_lines": "int",
        "line_limits_fen": "int",
        "unused_lines_fen": "int",
        "utilisation_share": "float",  # drawn over the limits of open lines
        "lines_cut": "int",  # whose limit the lender lowered this month; legal caps apart
        "limits_cut_fen": "int",
        "lines_frozen": "int",  # this month, of customers who are not late
        "new_applications": "int",
        "new_approvals": "int",
        "line_applications": "int",
        "line_approvals": "int",
        "applications": "int",
        "approvals": "int",
        "approval_share": "float",
        "originations_fen": "int",  # new money, partner's part included
        "refinanced_fen": "int",  # older loans repaid out of new ones
        "capitalised_fen": "int",  # interest of postponed months, lent on top of older loans
        "originations_count": "int",
        "yearly_charges_fen": "int",  # on what was lent, refinanced loans included, at its all-in price
        "mean_ticket_fen": "int",
        "mean_apr": "float",
        "dpd30_fen": "int",  # whole loans
        "dpd60_fen": "int",
        "dpd90_fen": "int",
        "lagged_managed_loans_fen": "int",  # six months before
        "dpd30_share": "float",
        "dpd60_share": "float",
        "dpd90_share": "float",
        "dpd30_lagged_share": "float",
        "dpd90_lagged_share": "float",
        "npl_with_charge_offs_share": "float",  # 90+ and the charge-offs of twelve months over the book with them
        "charge_offs_fen": "int",  # own share
        "managed_charge_offs_fen": "int",
        "managed_charge_offs_12m_fen": "int",  # of twelve months
        "recoveries_fen": "int",
        "defaults": "int",
        "defaults_by_choice": "int",
        "interest_fen": "int",
        "service_fees_fen": "int",
        "funding_cost_fen": "int",
        "opex_fen": "int",
        "acquisition_cost_fen": "int",  # parts of opex that go by account, as they fall due
        "servicing_cost_fen": "int",
        "technology_cost_fen": "int",
        "collection_cost_fen": "int",  # of charged-off claims; part of opex
        "unit_cost_share": "float",  # what technology has left of the cost of an account
        "provisions_fen": "int",
        "profit_fen": "int",
        "fines_fen": "int",  # paid this month; part of next month's profit, and not of what is taxed
        "dividends_fen": "int",
        "capital_raised_fen": "int",  # paid in by owners after the warm-up
        "profit_12m_fen": "int",  # flows of up to twelve months, and month-end balances summed over the same
        "equity_12m_fen": "int",
        "assets_12m_fen": "int",
        "net_income_12m_fen": "int",  # interest and fees less funding cost
        "opex_12m_fen": "int",
        "managed_loans_12m_fen": "int",
        "roe_share": "float",  # profit of twelve months over mean equity
        "roa_share": "float",  # profit of twelve months over mean assets
        "take_rate_share": "float",  # interest and fees less funding cost, of twelve months, over mean managed loans
        "cost_income_share": "float",  # opex of twelve months over interest and fees less funding cost
        "markup_apr": "float",  # strategy included
        "offered_applications": "int",  # in bands that have a price and are served
        "offered_apr": "float",  # mean band price over applications whose band has one and is served
        "headline_apr": "float",  # mean price taken without fees
        "fee_apr": "float",  # the fees of it: the two add up to mean_apr but for rounding
        "binding": "str",
    },
    "bands": {
        "month": "int",
        "lender": "str",
        "band": "int",
        "closed": "str",  # open, or why nobody in it is served: own_policy, rate_cap, no_price
        "offered_apr": "float",  # price of the band, personal offers apart, where it has one
        "applications": "int",  # also people: nobody asks one lender twice in a month
        "approved": "int",
        "declined_price": "int",  # by the person
        "own_policy": "int",
        "rate_cap": "int",
        "no_price": "int",
        "refused_otherwise": "int",  # limits, freezes, and money that ran out
        "refused_fen": "int",  # wanted by all who got nothing, those who declined included
        "taken_fen": "int",  # new money lent
        "taken_apr": "float",  # mean price of it, personal offers included
    },
    "offer_tests": {
        "month": "int",
        "lender": "str",
        "test_group": "str",  # untested, control, dearer, cheaper, wider, narrower
        "offers": "int",  # applications that met a price
        "accepted": "int",
        "offered_apr": "float",  # mean price of all offers
        "loans": "int",
        "lent_fen": "int",
        "bads": "int",  # loans of any month first 90 days late in this one
        "bad_fen": "int",  # owed on them then
        "open_loans": "int",  # at month end
        "owed_fen": "int",
        "accrued_fen": "int",  # a month's interest on what is less than 90 days late
    },
    "refused": {"month": "int", "lender": "str", "constraint": "str", "applications": "int", "amount_fen": "int"},
    "budgets": {
        "month": "int",
        "lender": "str",
        "constraint": "str",  # names as in `refused`; one without a row set no limit
        "room_fen": "int",  # of whole loans, at the month's start; caps by sector or region: for each of them
        "refused_fen": "int",  # of what people were offered, both rounds, because of this constraint
        "binding": "int",  # 1 = it refused something
        "narrowed_by_rules": "int",  # 1 = rules in force leave less room than those before any instrument, books alike
    },
    "segment": {
        "month": "int",
        "dimension": "str",
        "value": "str",
        "borrowers": "int",
        "indebted": "int",
        "applications": "int",
        "approvals": "int",
        "originations_fen": "int",
        "new_yearly_charges_fen": "int",
        "debt_fen": "int",
        "dpd30_fen": "int",
        "dpd90_fen": "int",
        "mean_apr": "float",
        "dpd30_share": "float",
        "dpd90_share": "float",
        "defaults": "int",
        "hardship": "int",
        "hardship_share": "float",
        "informal_debt_fen": "int",
        "consumption_fen": "int",
        "income_fen": "int",
        "unemployed": "int",
    },
    "shape": {  # in months in which books are counted: the last of each quarter
        "month": "int",
        "lender": "str",
        "loans": "int",  # open, whole
        "lent_fen": "int",  # on open loans
        "owed_fen": "int",
        "mean_ticket_fen": "int",  # of open loans when they were lent
        "mean_owed_fen": "int",
        "loans_below_1000": "int",
        "owed_below_1000_fen": "int",
        "loans_below_1000_share": "float",  # of loans by number, by the size they had when lent, in yuan
        "owed_below_1000_share": "float",  # of principal outstanding
        "loans_below_5000": "int",
        "owed_below_5000_fen": "int",
        "loans_below_5000_share": "float",
        "owed_below_5000_share": "float",
        "loans_below_10000": "int",
        "owed_below_10000_fen": "int",
        "loans_below_10000_share": "float",
        "owed_below_10000_share": "float",
        "ticket_gini": "float",  # lower bounds, from classes of size
        "debtors": "int",
        "debt_gini": "float",
        "top_percent_share": "float",  # of the book, owed by the largest hundredth of debtors
        "size_hhi": "float",  # 0-1, of the book by size of debtor, sector and region
        "sector_hhi": "float",
        "region_hhi": "float",
    },
    "liquidity": {  # customers of one lender with an unused line, by what they had saved before the announcement
        "month": "int",
        "tercile": "str",  # low, middle, high, all
        "people": "int",
        "normal_income_fen": "int",
        "consumption_fen": "int",
        "savings_fen": "int",
        "debt_fen": "int",
        "informal_debt_fen": "int",
        "applied": "int",
        "approved": "int",
        "moved_lender": "int",
        "refused_line_cut": "int",
        "informal": "int",
        "hardship": "int",
        "late": "int",
        "consumption_income_share": "float",  # of permanent income at the month's wages
        "informal_income_share": "float",
        "cannot_draw_share": "float",
        "moved_share": "float",
        "hardship_share": "float",
    },
    "cohort": {  # people who owed this lender and others when a policy was announced, see sim/observe/cohorts.py
        "month": "int",
        "lender": "str",
        "dimension": "str",
        "value": "str",
        "people": "int",
        "defaults_elsewhere": "int",  # people who first defaulted at another lender this month
        "defaults_elsewhere_share": "float",
        "lenders_defaulted_elsewhere": "int",  # the same counted at each of the others: one person, two lenders, two
        "lenders_defaulted_elsewhere_mean": "float",  # by people
        "defaults_here": "int",
        "defaults_here_share": "float",
        "owed_elsewhere_fen": "int",
    },
    "thinned": {  # books in which new loans count in part, see sim/observe/thinning.py
        "month": "int",
        "lender": "str",
        "loans_fen": "int",
        "late_fen": "int",  # 30 days and more
        "lagged_loans_fen": "int",  # six months before
    },
    "vintage": {
        "lender": "str",
        "cohort": "int",
        "months_on_book": "int",
        "balance_fen": "int",
        "ever30_fen": "int",
        "ever60_fen": "int",
        "ever90_fen": "int",
        "charged_off_fen": "int",
        "original_fen": "int",  # what was lent in the month of origination; the same at every age
        "capitalised_fen": "int",  # interest that payment holidays have lent on top so far
    },
    "roll": {
        "month": "int",
        "lender": "str",
        "from_bucket": "int",
        "to_bucket": "int",  # 13 = paid off, 14 = charged off
        "loans": "int",
        "balance_fen": "int",
    },
    "resolution": {
        "month": "int",
        "lender": "str",
        "rank": "str",  # note_holders, depositors, wholesale, owners
        "owed_fen": "int",  # when the lender failed
        "paid_fen": "int",  # since then
        "lost_fen": "int",  # known when nothing is left to collect
    },
    "scorecards": {
        "month": "int",
        "lender": "str",
        "card": "str",  # before = the one in force, on loans it had not learned from; after = the refitted one
        "model_version": "int",
        "loans": "int",  # whose performance window has closed
        "bads": "int",
        "predicted_share": "float",
        "realised_share": "float",
        "auc_share": "float",
        "ks_share": "float",
        "brier_score": "float",
        "stranger_loans": "int",  # to people who had no line here before
        "stranger_bads": "int",
        "stranger_predicted_share": "float",
        "stranger_realised_share": "float",
        "population_stability_index": "float",  # applicants by band, open window against closed
        # against the truth: applicants followed by the simulator, those never in debt left out
        "truth_people": "int",
        "truth_auc_share": "float",
        "truth_ks_share": "float",
        "truth_brier_score": "float",
        "approved_people": "int",
        "approved_bads": "int",
        "approved_predicted_share": "float",
        "approved_bad_share": "float",
        "refused_people": "int",
        "refused_bads": "int",
        "refused_predicted_share": "float",
        "refused_bad_share": "float",
        "refused_auc_share": "float",
        "refused_ks_share": "float",
        "refused_brier_score": "float",
        "refused_never_in_debt": "int",
        "refused_strangers": "int",  # those of the refused who had no line there
        "refused_stranger_bads": "int",
        "refused_stranger_predicted_share": "float",
        "refused_stranger_bad_share": "float",
        "compared_people": "int",  # strangers refused in cells where another stranger was lent to
        "compared_excess_share": "float",  # their bad share less that of those lent to in the same cell
    },
    "scorecard_bands": {
        "month": "int",
        "lender": "str",
        "card": "str",
        "band": "int",
        "loans": "int",
        "bads": "int",
        "predicted_share": "float",
        "truth_people": "int",  # applicants followed by the simulator, whatever they were answered
        "truth_bads": "int",
        "truth_predicted_share": "float",
        "refused_people": "int",  # those of them who were refused
        "refused_bads": "int",
        "refused_predicted_share": "float",
    },
    "returns": {  # what lenders told the supervisor of the month, whenever that is read
        "month": "int",
        "lender": "str",
        "told_capital_share": "float",  # noise and dressing included
        "true_capital_share": "float",  # by the books
        "hidden_share": "float",  # of risk-weighted assets, what dressing and purposes declared falsely added
        "minimum_share": "float",
        "loans_fen": "int",
        "bad_fen": "int",  # more than 90 days late
        "inspected": "int",
        "rung": "str",  # none, warning, lending_freeze, capital_plan; after the month
    },
    "actions": {"month": "int", "actor": "str", "act": "str", "target": "str", "reason": "str", "value": "float"},
}
