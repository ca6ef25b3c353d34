"""Outcomes of all tables in the words of a report."""

import pytest

from experiments.report.effects import outcome_words


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("market.dpd30_share", "30+ days past due"),
        ("lender.not_bank_a.mean_apr", "mean price of new loans, all but bank a"),
        ("vintage.all.6.ever30_share", "ever 30+ days late after 6 months, all lenders"),
        (
            "cohort.platform_a.rolled_over.yes.defaults_elsewhere_share",
            "first defaults at other lenders a month, debtors of platform a, rolled over: yes",
        ),
        ("shape.bank_a.debtors", "debtors, book of bank a"),
        ("liquidity.all.applied", "applied, all people followed"),
        ("liquidity.low.applied", "applied, people with low savings"),
        ("cohort.bank_a.all.all.people", "people, debtors of bank a"),
        ("thinned.all.dpd30_share", "30+ days past due, new loans counted in part, all lenders"),
        (
            "cohort.bank_a.score.low.people minus cohort.bank_a.score.high.people",
            "people, debtors of bank a, score: low less score: high",
        ),
        (
            "scorecards.all.before.refused_bad_share minus scorecards.all.before.refused_predicted_share",
            (
                "bad share of the refused, card of all lenders less "
                "bad share predicted of the refused, card of all lenders"
            ),
        ),
    ],
)
def test_outcomes_are_said_in_words(outcome: str, words: str) -> None:
    assert outcome_words(outcome) == words
