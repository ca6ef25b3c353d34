"""Some people's loans and lines side by side: what is in the tables, each in its row and column, and nothing else."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.codes import EMPTY, NO_LINE
from sim.observe.side_by_side import lines_at, loans_at, people_at, standing
from sim.state import columns_of
from tests.people.made_market import made_market
from tests.people.side_by_side import tables_of

LENDERS = 4


@given(seed=st.integers(0, 20), data=st.data())
def test_each_person_has_their_rows_in_the_order_of_the_table(seed: int, data: st.DataObject) -> None:
    people = tables_of(made_market(seed, size=12, lenders=LENDERS).people)
    rows = np.array(data.draw(st.lists(st.integers(0, 11), max_size=12)), dtype=np.int64)
    found = people_at(people, rows, LENDERS)
    for place, row in enumerate(rows.tolist()):
        assert found.borrowers.savings[place] == people.borrowers.savings[row]
        own = slice(people.loans.first[row], people.loans.first[row + 1])
        for name, values in columns_of(people.loans).items():
            expected = values[own].tolist()
            blank = [-1 if name in ("lender", "partner") else 0] * (found.loans.status.shape[1] - len(expected))
            assert columns_of(found.loans)[name][place].tolist() == expected + blank, name
        held = range(people.lines.first[row], people.lines.first[row + 1])
        by_lender = {int(people.lines.lender[each]): each for each in held}
        for lender in range(LENDERS):
            limit = people.lines.limit[by_lender[lender]] if lender in by_lender else 0
            status = people.lines.status[by_lender[lender]] if lender in by_lender else NO_LINE
            assert (found.lines.limit[place, lender], found.lines.status[place, lender]) == (limit, status)
    assert found.lines.lender.tolist() == [list(range(LENDERS))] * len(rows)


def test_what_ended_leaves_no_gap_among_what_stands() -> None:
    people = tables_of(made_market(3, size=40, lenders=LENDERS).people)
    before = loans_at(people.loans, np.arange(40))
    ended = before._replace(status=np.where(before.lender == 1, -1, before.status).astype(np.int8))
    left = standing(ended)
    for row in range(40):
        stands = ended.status[row] > EMPTY
        assert left.principal[row][left.status[row] > EMPTY].tolist() == before.principal[row][stands].tolist()
    assert (np.diff((left.status > EMPTY).astype(int), axis=1) <= 0).all(), "blanks come last"
    assert (ended.status < EMPTY).any()


def test_nobody_beside_nobody() -> None:
    people = tables_of(made_market(3, size=5, lenders=LENDERS).people)
    nobody = np.zeros(0, dtype=np.int64)
    assert loans_at(people.loans, nobody).status.shape == (0, 1)
    assert lines_at(people.lines, nobody, LENDERS).status.shape == (0, LENDERS)
