"""The dictionary of ratios that no run records: outcomes can name them, and they are formed of recorded columns."""

from __future__ import annotations

from experiments.tables.dictionary.words import Words

FORMED: dict[str, dict[str, Words]] = {
    "lender": {
        "new_approval_share": "Approvals over applications of people without a line at the lender.",
        "line_approval_share": "Approvals over applications of people with a line at the lender.",
        "mean_ticket_yuan": "New money over loans made.",
        "dpd90_over_dpd30": ("ratio", "Managed loans more than 90 days late over those more than 30 days late."),
        "charge_offs_yearly_share": "Own part of charge-offs over own loans; a rate a year.",
        "allowance_five_category_share": "What the five-category rules would set aside, over own loans.",
        "allowance_ifrs9_share": "What the stages of IFRS 9 would set aside, over own loans.",
    },
    "segment": {
        "approval_share": "People of the group who got credit over those who wanted it.",
        "indebted_share": "People of the group who owe a lender of the market something.",
        "unemployment_share": "People of the group without work.",
    },
    "thinned": {
        "dpd30_share": "Thinned loans 30 days late and more over thinned loans.",
        "dpd30_lagged_share": "The same over the thinned loans of six months before; may exceed 1.",
    },
    "vintage": {
        "ever30_share": "Ever more than 30 days late, over what was lent.",
        "ever60_share": "The same for 60 days.",
        "ever90_share": "The same for 90 days.",
        "charged_off_share": "Charged off so far, over what was lent.",
    },
}
