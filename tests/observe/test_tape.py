"""What became of a loan in a month, on month ends written out by hand."""

import numpy as np

from sim.codes import CHARGED_OFF, CLAIM_ENDED, OPEN, PAID_OFF, REFINANCED
from sim.observe.builders import Block, Texts
from sim.observe.tape import contracts_of, founded, tape_block
from sim.observe.tape import month_of as month_between
from sim.rules.repayment import level_instalment
from sim.state import People
from tests.people.side_by_side import blank_side_by_side, tables_of

WARM_UP, NOW = 12, 5  # the month is the seventeenth since the warm-up began
ROW = np.array([0])  # the one person there is


def put(
    people: People, column: int, principal: int, status: int = OPEN, month: int = 0, left: int = 6, bucket: int = 0
) -> None:
    """Give the one person a loan; those of a month end are of different months."""
    loans = people.loans
    loans.status[0, column], loans.principal[0, column], loans.original[0, column] = status, principal, 1_000
    loans.origination_month[0, column], loans.instalments_left[0, column] = month or 13 + column, left
    loans.bucket[0, column], loans.lender[0, column], loans.instalment[0, column] = bucket, 0, 100


def month_of(*month_ends: People) -> list[dict[str, object]]:
    """Rows of the last month; the loans of the first month end were signed in it."""
    first, *later = [tables_of(people).loans for people in month_ends]
    loans = founded(contracts_of(first, ROW))
    for now in later:
        month = month_between(loans, now, ROW)
        loans = month.now
    return rows_of(tape_block(NOW, ["only"], WARM_UP, month))


def rows_of(block: Block) -> list[dict[str, object]]:
    columns = {
        name: [column.texts[code] for code in column.codes] if isinstance(column, Texts) else column.tolist()
        for name, column in block.items()
    }
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def told(before: People, after: People) -> list[tuple[object, ...]]:
    names = ("status", "balance_fen", "principal_paid_fen", "charged_off_fen", "recovered_fen")
    return [tuple(row[name] for name in names) for row in month_of(before, after)]


def test_a_loan_is_paid_down_goes_late_or_is_charged_off() -> None:
    before, after = blank_side_by_side(1, 1), blank_side_by_side(1, 1)
    for slot in range(3):
        put(before, slot, 800)
    put(after, 0, 700, left=5)
    put(after, 1, 800, bucket=1)
    put(after, 2, 800, status=CHARGED_OFF)
    assert told(before, after) == [
        ("current", 700, 100, 0, 0),
        ("late", 800, 0, 0, 0),
        ("charged_off", 800, 0, 800, 0),
    ]


def test_a_loan_says_how_it_ended() -> None:
    before, after = blank_side_by_side(1, 1), blank_side_by_side(1, 1)
    put(before, 0, 300)
    put(before, 1, 200)
    put(after, 0, 0, status=REFINANCED)
    put(after, 1, 0, status=PAID_OFF)
    put(after, 2, 1_000, month=WARM_UP + NOW)
    rows = month_of(before, after)
    assert [(row["status"], row["balance_fen"], row["principal_paid_fen"]) for row in rows] == [
        ("current", 1_000, 0),
        ("refinanced", 0, 300),
        ("paid_off", 0, 200),
    ]
    assert [row["months_on_book"] for row in rows] == [0, 4, 3]
    assert len({row["loan_id"] for row in rows}) == 3


def test_a_claim_is_collected_paid_in_full_or_given_up() -> None:
    before, after = blank_side_by_side(1, 1), blank_side_by_side(1, 1)
    put(before, 0, 500, status=CHARGED_OFF, left=9)
    put(before, 1, 400, status=CHARGED_OFF, left=9)
    put(before, 2, 300, status=CHARGED_OFF, left=1)
    put(after, 0, 450, status=CHARGED_OFF, left=8)
    put(after, 1, 0, status=CLAIM_ENDED, left=8)
    put(after, 2, 0, status=CLAIM_ENDED, left=0)
    assert told(before, after) == [
        ("charged_off", 450, 0, 0, 50),
        ("claim_ended", 0, 0, 0, 400),
        ("claim_ended", 0, 0, 0, 0),
    ]


def one_loan(principal: int, left: int, instalment: int) -> People:
    people = blank_side_by_side(1, 1)
    put(people, 0, principal, left=left)
    people.loans.instalment[0, 0], people.loans.apr_bp[0, 0] = instalment, 2_400
    return people


def test_a_payment_holiday_lends_interest_on_top_and_leaves_what_was_signed() -> None:
    """1,000 fen at 24% a year over six months: a month's interest is 20, two holidays in a row lend 20 and 20."""
    level = level_instalment(1_000, 2_400, 6)
    after_one, after_two = (level_instalment(owed, 2_400, 6) for owed in (1_020, 1_040))
    signed, first, second = one_loan(1_000, 6, level), one_loan(1_020, 6, after_one), one_loan(1_040, 6, after_two)
    paid = one_loan(1_040 + 21 - after_two, 5, after_two)
    for month_ends, postponed, so_far, grown, repaid, instalment in (
        ((signed, first), 1, 1, 20, 0, after_one),
        ((signed, first, second), 1, 2, 20, 0, after_two),
        ((signed, first, second, paid), 0, 2, 0, after_two - 21, after_two),
    ):
        (row,) = month_of(*month_ends)
        assert (row["postponed"], row["postponed_months"]) == (postponed, so_far)
        assert (row["capitalised_fen"], row["capitalised_so_far_fen"]) == (grown, 20 * so_far)
        assert row["principal_paid_fen"] == repaid
        assert (row["original_fen"], row["term_months"], row["signed_instalment_fen"]) == (1_000, 6, level)
        assert row["instalment_fen"] == instalment


def test_a_holiday_without_interest_is_postponed_and_grows_nothing() -> None:
    (row,) = month_of(one_loan(900, 6, 170), one_loan(900, 6, 170))
    assert (row["postponed"], row["capitalised_fen"], row["principal_paid_fen"]) == (1, 0, 0)


def test_a_missed_month_is_no_holiday_and_nor_is_one_paid_in_arrears() -> None:
    before, missed, paid = (one_loan(principal, left, 170) for principal, left in ((900, 6), (900, 6), (748, 5)))
    missed.loans.bucket[0, 0] = 1
    assert [row["postponed"] for row in month_of(before, missed)] == [0]
    paid.loans.bucket[0, 0] = 1
    assert [(row["postponed"], row["principal_paid_fen"]) for row in month_of(before, missed, paid)] == [(0, 152)]


def test_what_a_new_loan_repaid_is_part_of_what_was_signed_for_as_long_as_it_runs() -> None:
    old, topped_up, later = one_loan(300, 3, 110), one_loan(0, 3, 110), blank_side_by_side(1, 1)
    topped_up.loans.status[0, 0] = REFINANCED
    put(topped_up, 1, 1_000, month=WARM_UP + NOW - 1, left=12)
    put(later, 1, 920, month=WARM_UP + NOW - 1, left=11)
    fresh, gone = month_of(old, topped_up)
    assert (fresh["original_fen"], fresh["refinancing_fen"]) == (1_000, 306), "300 and a month of 24% a year"
    assert (gone["status"], gone["principal_paid_fen"], gone["refinancing_fen"]) == ("refinanced", 300, 0)
    (running,) = month_of(old, topped_up, later)
    assert (running["refinancing_fen"], running["term_months"]) == (306, 12)


def test_whoever_repaid_nothing_with_a_new_loan_is_not_said_to_have() -> None:
    """Of two people one pays off an old loan in the month in which the other draws a new one."""
    before, after = blank_side_by_side(2, 1), blank_side_by_side(2, 1)
    for people, status, principal in ((before, OPEN, 300), (after, REFINANCED, 0)):
        put(people, 0, principal, status=status)
        people.loans.apr_bp[0, 0] = 2_400
    for person in range(2):
        after.loans.status[person, 1], after.loans.lender[person, 1] = OPEN, 0
        after.loans.principal[person, 1] = after.loans.original[person, 1] = 1_000
        after.loans.origination_month[person, 1] = WARM_UP + NOW
    both = np.array([0, 1])
    month = month_between(founded(contracts_of(tables_of(before).loans, both)), tables_of(after).loans, both)
    rows = rows_of(tape_block(NOW, ["only"], WARM_UP, month))
    assert [(row["borrower"], row["status"], row["refinancing_fen"]) for row in rows] == [
        (0, "current", 306),
        (1, "current", 0),
        (0, "refinanced", 0),
    ]
