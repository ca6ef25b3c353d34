"""What became of a loan in a month, on slots written out by hand."""

import numpy as np

from sim.codes import CHARGED_OFF, EMPTY, OPEN
from sim.observe.blocks import Texts
from sim.observe.tape import STATUSES, contracts_of, tape_block, term_months
from sim.rules.repayment import level_instalment
from sim.state import People, blank_people

WARM_UP, NOW = 12, 5  # the month is the seventeenth since the warm-up began
ROWS = np.array([40])  # the one person followed


def put(
    people: People, slot: int, principal: int, status: int = OPEN, month: int = 15, left: int = 6, bucket: int = 0
) -> None:
    loans = people.loans
    loans.status[0, slot], loans.principal[0, slot], loans.original[0, slot] = status, principal, 1_000
    loans.origination_month[0, slot], loans.instalments_left[0, slot] = month, left
    loans.bucket[0, slot], loans.lender[0, slot], loans.instalment[0, slot] = bucket, 0, 100


def month_of(before: People, after: People) -> list[dict[str, object]]:
    block = tape_block(NOW, ROWS, ["only"], WARM_UP, contracts_of(before.loans), after.loans)
    columns = {
        name: [column.texts[place] for place in column.places] if isinstance(column, Texts) else column.tolist()
        for name, column in block.items()
    }
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def told(before: People, after: People) -> list[tuple[object, ...]]:
    names = ("status", "balance_fen", "principal_paid_fen", "charged_off_fen", "recovered_fen")
    return [tuple(row[name] for name in names) for row in month_of(before, after)]


def test_a_loan_is_paid_down_goes_late_or_is_charged_off() -> None:
    before, after = blank_people(1, 1), blank_people(1, 1)
    for slot in range(3):
        put(before, slot, 800)
    put(after, 0, 700)
    put(after, 1, 800, bucket=1)
    put(after, 2, 800, status=CHARGED_OFF)
    assert told(before, after) == [
        ("current", 700, 100, 0, 0),
        ("late", 800, 0, 0, 0),
        ("charged_off", 800, 0, 800, 0),
    ]


def test_a_new_loan_in_the_slot_of_an_old_one_has_refinanced_it() -> None:
    before, after = blank_people(1, 1), blank_people(1, 1)
    put(before, 0, 300)
    put(before, 1, 200)
    put(after, 0, 1_000, month=WARM_UP + NOW)
    rows = month_of(before, after)
    assert [(row["status"], row["balance_fen"], row["principal_paid_fen"]) for row in rows] == [
        ("current", 1_000, 0),
        ("refinanced", 0, 300),
        ("paid_off", 0, 200),
    ]
    assert [row["months_on_book"] for row in rows] == [0, 2, 2]
    assert len({row["loan_id"] for row in rows}) == 3
    assert {row["borrower"] for row in rows} == {40}


def test_a_claim_is_collected_paid_in_full_or_given_up() -> None:
    before, after = blank_people(1, 1), blank_people(1, 1)
    put(before, 0, 500, status=CHARGED_OFF, left=9)
    put(before, 1, 400, status=CHARGED_OFF, left=9)
    put(before, 2, 300, status=CHARGED_OFF, left=1)
    put(after, 0, 450, status=CHARGED_OFF, left=8)
    assert (after.loans.status[0, 1:] == EMPTY).all()
    assert told(before, after) == [
        ("charged_off", 450, 0, 0, 50),
        ("claim_ended", 0, 0, 0, 400),
        ("claim_ended", 0, 0, 0, 0),
    ]


def test_terms_are_read_back_from_instalments() -> None:
    made = [
        (principal, apr, term) for principal in (20_000, 7_000_000) for apr in (0, 700, 3_600) for term in (3, 12, 24)
    ]
    instalments = np.array([level_instalment(*each) for each in made])
    principal, apr, term = np.array(made).T
    assert term_months(principal, instalments, apr).tolist() == term.tolist()
    assert len(STATUSES) == len(set(STATUSES))
