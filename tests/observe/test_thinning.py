"""Thinned books of two lenders, worked by hand: new loans count in part, and nothing else is touched."""

from sim.codes import OPEN
from sim.observe.thinning import LAG_MONTHS, ThinnedBooks
from sim.parameters.world import ObserveParameters
from sim.state import People
from tests.people.side_by_side import blank_side_by_side, tables_of

ANNOUNCED, WARM_UP = 8, 12
OBSERVE = ObserveParameters(baseline_until=ANNOUNCED, cohort_months=3, new_loans_share=0.5)


def lend(people: People, person: int, lender: int, principal: int, month: int, bucket: int = 0) -> None:
    loans = people.loans
    loans.status[person, 0], loans.lender[person, 0], loans.principal[person, 0] = OPEN, lender, principal
    loans.origination_month[person, 0], loans.bucket[person, 0] = WARM_UP + month, bucket


def found(observe: ObserveParameters) -> list[dict[str, int | str]]:
    people = blank_side_by_side(4, 2)
    books = ThinnedBooks(["first", "second"], observe, WARM_UP)
    lend(people, 0, 0, 1_000, 0, bucket=2)
    lend(people, 1, 1, 400, 1, bucket=1)
    for month in range(ANNOUNCED):
        assert list(books.rows(month, lambda: tables_of(people))) == []
    lend(people, 2, 0, 600, ANNOUNCED, bucket=3)
    return list(books.rows(ANNOUNCED, lambda: tables_of(people)))


def test_a_new_loan_counts_half_above_and_below_the_line_and_never_in_the_lagged_book() -> None:
    first, second = found(OBSERVE)
    assert first == {"month": 8, "lender": "first", "loans_fen": 1_300, "late_fen": 1_300, "lagged_loans_fen": 1_000}
    assert second == {"month": 8, "lender": "second", "loans_fen": 400, "late_fen": 0, "lagged_loans_fen": 400}


def test_by_default_a_loan_counts_as_one_and_nobody_looks() -> None:
    assert found(OBSERVE._replace(new_loans_share=1.0))[0]["loans_fen"] == 1_600
    assert found(ObserveParameters(baseline_until=ANNOUNCED)) == []


def test_without_a_book_so_long_before_there_is_no_row() -> None:
    people = blank_side_by_side(2, 1)
    lend(people, 0, 0, 100, 0)
    late = ThinnedBooks(["first"], OBSERVE._replace(baseline_until=LAG_MONTHS - 1), WARM_UP)
    months = {month: len(list(late.rows(month, lambda: tables_of(people)))) for month in range(LAG_MONTHS + 2)}
    assert months == {0: 0, 1: 0, 2: 0, 3: 0, 4: 0, 5: 0, 6: 1, 7: 1}
