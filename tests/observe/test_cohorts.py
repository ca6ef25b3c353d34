"""Cohorts on a handful of people whose loans are written out: who belongs, and whose default counts once."""

import pytest

from sim.codes import CHARGED_OFF, OPEN, PURCHASE, SHORTFALL
from sim.observe.cohorts import COHORT_GROUPS, Cohorts
from sim.parameters.world import ObserveParameters
from sim.state import People
from tests.people.side_by_side import blank_side_by_side, tables_of

FIRST, SECOND, THIRD = 0, 1, 2
ANNOUNCED = 3
OBSERVE = ObserveParameters(baseline_until=ANNOUNCED, cohort_months=4)


def owe(people: People, person: int, slot: int, lender: int, purpose: int = PURCHASE, bucket: int = 0) -> None:
    loans = people.loans
    loans.status[person, slot], loans.lender[person, slot] = OPEN, lender
    loans.purpose[person, slot], loans.bucket[person, slot] = purpose, bucket
    loans.principal[person, slot], loans.band[person, slot] = 1_000 * (slot + 1), person


@pytest.fixture
def people() -> People:
    """0 owes one; 1 two, rolled over; 2 three, not; 3 two and late; 4 the other two; 5 three, rolled over."""
    made = blank_side_by_side(6, 3)
    owe(made, 0, 0, FIRST)
    owe(made, 1, 0, FIRST, SHORTFALL)
    owe(made, 1, 1, SECOND)
    for slot, lender in enumerate((FIRST, SECOND, THIRD)):
        owe(made, 2, slot, lender)
        owe(made, 5, slot, lender, SHORTFALL)
    owe(made, 3, 0, FIRST)
    owe(made, 3, 1, SECOND, bucket=4)
    owe(made, 4, 0, SECOND)
    owe(made, 4, 1, THIRD)
    return made


def followed(people: People) -> Cohorts:
    cohorts = Cohorts(["first", "second", "third"], OBSERVE)
    assert list(cohorts.rows(ANNOUNCED - 1, lambda: tables_of(people))) == []
    return cohorts


def found(cohorts: Cohorts, people: People, month: int = ANNOUNCED) -> dict[tuple[str, str, str], dict[str, int]]:
    rows = cohorts.rows(month, lambda: tables_of(people))
    return {(row["lender"], row["dimension"], row["value"]): row for row in rows}


def test_a_cohort_owes_the_lender_and_another_and_has_not_defaulted(people: People) -> None:
    rows = found(followed(people), people)
    assert len(rows) == 3 * sum(len(values) for values in COHORT_GROUPS.values())
    sizes = {key: row["people"] for key, row in rows.items()}
    assert sizes["first", "all", "all"] == 3
    assert (sizes["first", "lenders_owed", "2"], sizes["first", "lenders_owed", "3_or_more"]) == (1, 2)
    assert (sizes["first", "rolled_over", "yes"], sizes["first", "rolled_over", "no"]) == (2, 1)
    assert sizes["first", "rolled_over_lenders_owed", "3_or_more"] == 1
    assert (sizes["first", "score", "low"], sizes["first", "score", "high"]) == (1, 2), (
        "person 5 is in the riskiest band"
    )
    assert (sizes["second", "all", "all"], sizes["third", "all", "all"]) == (4, 3)
    assert rows["first", "all", "all"]["owed_elsewhere_fen"] == 2_000 + 2 * (2_000 + 3_000)


def test_a_default_at_another_lender_counts_once_in_the_month_it_is_seen(people: People) -> None:
    cohorts = followed(people)
    people.loans.bucket[5, 1] = 4
    assert found(cohorts, people)["first", "all", "all"]["defaults_elsewhere"] == 1
    people.loans.status[5, 1] = CHARGED_OFF
    people.loans.bucket[5, 2] = 4
    people.loans.bucket[1, 0] = 4
    rows = found(cohorts, people, ANNOUNCED + 1)
    assert rows["first", "all", "all"]["defaults_elsewhere"] == 0, "person 5 had defaulted at another before"
    assert rows["first", "all", "all"]["lenders_defaulted_elsewhere"] == 1, "but not yet at the third lender"
    assert rows["first", "all", "all"]["lenders_defaulted_elsewhere_mean"] == 1 / 3
    assert rows["second", "all", "all"]["lenders_defaulted_elsewhere"] == 2
    assert rows["first", "all", "all"]["defaults_here"] == 1
    assert rows["second", "all", "all"]["defaults_elsewhere"] == 2, "persons 1 and 5, as seen from the second lender"
    assert rows["first", "rolled_over", "yes"]["defaults_here_share"] == 0.5


@pytest.mark.parametrize("month", [ANNOUNCED - 2, ANNOUNCED + 5])
def test_nothing_is_looked_at_outside_the_months_to_follow(people: People, month: int) -> None:
    assert found(followed(people), people, month) == {}


def test_nobody_is_followed_by_default(people: People) -> None:
    cohorts = Cohorts(["first"], ObserveParameters())
    assert all(list(cohorts.rows(month, lambda: tables_of(people))) == [] for month in range(60))


def test_a_market_without_debt_has_empty_cohorts() -> None:
    nobody = blank_side_by_side(3, 2)
    cohorts = Cohorts(["first", "second"], OBSERVE)
    list(cohorts.rows(ANNOUNCED - 1, lambda: tables_of(nobody)))
    rows = list(cohorts.rows(ANNOUNCED, lambda: tables_of(nobody)))
    assert {row["people"] for row in rows} == {0}
    assert {row["defaults_elsewhere_share"] for row in rows} == {None}, "a share of nobody"
