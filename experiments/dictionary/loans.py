"""The dictionary of tables about loans, scorecards and single people."""

from __future__ import annotations

from experiments.dictionary.words import (
    BAND,
    BUCKET,
    INDEX,
    LOANS,
    MONTH,
    MONTHS,
    NAME,
    OF_LENDER,
    PEOPLE,
    Described,
)

LOAN_TABLES: dict[str, Described] = {
    "vintage": Described(
        "all loans that one lender made in one month, seen one month later in their lives",
        {
            "lender": OF_LENDER["lender"],
            "cohort": (MONTH, "Month in which they were made."),
            "months_on_book": (MONTHS, "Months since then."),
            "balance_fen": "Principal outstanding.",
            "ever30_fen": "Principal of those ever more than 30 days late, when they first were.",
            "ever60_fen": "The same for 60 days.",
            "ever90_fen": "The same for 90 days.",
            "charged_off_fen": "Principal charged off so far.",
            "original_fen": "What was lent.",
        },
    ),
    "roll": Described(
        "one month of the loans that moved from one class of lateness to another",
        {
            **OF_LENDER,
            "from_bucket": (BUCKET, "Class at the month's start; 0 is current."),
            "to_bucket": (BUCKET, "Class at its end; 13 = paid off, 14 = charged off."),
            "loans": (LOANS, "How many moved so, or stayed."),
            "balance_fen": "Their principal at the month's start.",
        },
    ),
    "shape": Described(
        "one lender's book in the last month of a quarter, by size; only where books are counted",
        {
            **OF_LENDER,
            "loans": (LOANS, "Open loans, whole."),
            "mean_ticket_fen": "Mean amount of open loans when they were lent.",
            "mean_owed_fen": "Mean principal outstanding of open loans.",
            "loans_below_1000_share": "Loans that were below 1,000 yuan when lent, by number.",
            "owed_below_1000_share": "Loans below 1,000 yuan, by principal outstanding.",
            "loans_below_5000_share": "Loans that were below 5,000 yuan when lent, by number.",
            "owed_below_5000_share": "Loans below 5,000 yuan, by principal outstanding.",
            "loans_below_10000_share": "Loans that were below 10,000 yuan when lent, by number.",
            "owed_below_10000_share": "Loans below 10,000 yuan, by principal outstanding.",
            "ticket_gini": (INDEX + ", 0-1", "Gini of amounts lent: a lower bound, from classes of size."),
            "debtors": (PEOPLE, "People who owe the lender something."),
            "debt_gini": (INDEX + ", 0-1", "Gini of what they owe: a lower bound, from classes of size."),
            "top_percent_share": "Of the book, owed by the largest hundredth of debtors.",
            "size_hhi": (INDEX + ", 0-1", "Herfindahl index of the book over sizes of debtors."),
            "sector_hhi": (INDEX + ", 0-1", "The same over sectors of work."),
            "region_hhi": (INDEX + ", 0-1", "The same over regions."),
        },
    ),
    "thinned": Described(
        "one month of a book in which new loans count in part, to show what growth does to a ratio",
        {
            **OF_LENDER,
            "loans_fen": "Loans as thinned.",
            "late_fen": "Those 30 days late and more.",
            "lagged_loans_fen": "Loans as thinned six months before.",
        },
    ),
    "scorecards": Described(
        "one review of a lender's scorecard, on loans whose performance window has closed and against the truth",
        {
            **OF_LENDER,
            "card": (NAME, "before = the card in force, on loans it had not learned from; after = the refitted one."),
            "model_version": ("number", "Which card of this lender."),
            "loans": (LOANS, "Loans whose performance window has closed."),
            "bads": (LOANS, "Those 90 days late within it."),
            "predicted_share": "Bad share that the card expected.",
            "realised_share": "Bad share that came.",
            "auc_share": "Chance that the card ranks a bad loan as riskier than a good one; one half is a coin.",
            "ks_share": "Widest gap between the distributions of good and bad loans over scores.",
            "brier_score": ("squared error, 0-1", "Mean squared error of the card's probabilities."),
            "stranger_loans": (LOANS, "Loans to people who had no line here before."),
            "stranger_predicted_share": "Bad share expected of these.",
            "stranger_realised_share": "Bad share of these.",
            "population_stability_index": (INDEX, "How far applicants over bands have moved, open window to closed."),
            "truth_people": (PEOPLE, "Applicants the simulator followed, those never in debt left out."),
            "truth_auc_share": "AUC over all of these, the refused included.",
            "truth_brier_score": ("squared error, 0-1", "Brier score over all of these."),
            "approved_people": (PEOPLE, "Those of them who were lent to."),
            "approved_predicted_share": "Bad share expected of these.",
            "approved_bad_share": "Bad share of these.",
            "refused_people": (PEOPLE, "Those of them who were refused and borrowed elsewhere."),
            "refused_predicted_share": "Bad share expected of these.",
            "refused_bad_share": "Bad share of these, wherever they borrowed.",
            "refused_never_in_debt": (PEOPLE, "Refused people who never borrowed, so that nobody can know."),
            "compared_people": (PEOPLE, "Strangers refused in cells where another stranger was lent to."),
            "compared_excess_share": "Their bad share less that of those lent to in the same cell; may be negative.",
        },
    ),
    "scorecard_bands": Described(
        "one band of one review of a lender's scorecard",
        {
            **OF_LENDER,
            "card": (NAME, "before or after, as in the table scorecards."),
            "band": (BAND, "Class of risk by this card."),
            "loans": (LOANS, "Loans whose performance window has closed."),
            "bads": (LOANS, "Those 90 days late within it."),
            "predicted_share": "Bad share that the card expected.",
        },
    ),
}

# One file beside the tables of every run; studies count it and do not gather it.
PEOPLE_WORDS = Described(
    "one person of one run; row i is the same person, with the same luck, in every arm",
    {
        "flags": ("bits", "What happened in the months observed before and after the announcement, one bit each."),
        "last_refusal": (NAME, "Why the last application that came to nothing did; not_applied where none did."),
        "last_refused_by": (NAME, "The lender of it; none where nobody could be asked."),
        "last_refusal_month": (MONTH, "Its month, negative in the warm-up; missing where there was none."),
        "income_quintile": ("place, from 0", "Income group: the place of its name in the table segment."),
        "region": ("place, from 0", "Region, likewise."),
        "sector": ("place, from 0", "Sector of work, likewise."),
        "age_band": ("place, from 0", "Age group, likewise."),
    },
)
PEOPLE_TYPES = {
    "flags": "int",
    "last_refusal": "str",
    "last_refused_by": "str",
    "last_refusal_month": "int",
    "income_quintile": "int",
    "region": "int",
    "sector": "int",
    "age_band": "int",
}
