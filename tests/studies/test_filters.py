"""Conditions that choose rows are read before any file: a slip is reported as such, never as a damaged table."""

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from experiments.keep.filters import OPERATORS, read_filters
from experiments.refusal import Refusal

TABLE = pa.table(
    {
        "arm": pa.array(["baseline", "baseline", "capped"]).dictionary_encode(),
        "month": pa.array([23, 24, 24], pa.int16()),
        "apr": [0.1, None, 0.3],
        "kind": ["bank", "platform", "bank"],
        "is_narrow": [True, False, False],
    }
)


def rows(filters: object) -> list[int]:
    found = read_filters("market", filters, TABLE.schema)
    numbered = TABLE.append_column("row", pa.array(range(TABLE.num_rows)))
    return (numbered if found is None else numbered.filter(found))["row"].to_pylist()


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (None, [0, 1, 2]),
        ([], [0, 1, 2]),
        ([("month", ">=", 24)], [1, 2]),
        ([("month", ">", 23.5)], [1, 2]),
        ([("month", "=", np.int64(23))], [0]),
        ([("month", "in", np.array([23, 25]))], [0]),
        ([("month", "in", range(24))], [0]),
        ([("month", "not in", range(24, 30))], [0]),
        ([("month", "in", pd.Series([23, 25], index=["x", "y"]))], [0]),
        ([("arm", "in", pd.Index(["capped"]))], [2]),
        ([("arm", "in", pd.Series(["capped"], dtype="category"))], [2]),
        ([("month", "==", 24), ("arm", "in", ["capped", "placebo"])], [2]),
        ([("arm", "not in", ("baseline",))], [2]),
        ([("arm", "!=", "baseline")], [2]),
        ([("kind", "in", [])], []),
        ([[("month", "==", 23)], [("kind", "==", "platform"), ("month", "==", 24)]], [0, 1]),
        ([("apr", "<", math.inf)], [0, 2]),
        ([("is_narrow", "==", True)], [0]),
        (pc.field("apr").is_null(), [1]),
    ],
)
def test_conditions_choose_rows(filters: object, expected: list[int]) -> None:
    assert rows(filters) == expected


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ([("month", "==", "24")], r"market\.month: holds numbers.*was '24'"),
        ([("month", "in", [24, "25"])], r"market\.month: holds numbers.*was '25'"),
        ([("month", "==", True)], r"market\.month: holds numbers.*was True"),
        ([("month", "==", 10**30)], r"market\.month: holds numbers of 64 bits"),
        ([("kind", "==", 3)], r"market\.kind: holds texts.*was 3"),
        ([("arm", ">", 0.5)], r"market\.arm: holds texts.*was 0\.5"),
        ([("is_narrow", "==", 1)], r"market\.is_narrow: holds true or false.*was 1"),
        ([("month", "=>", 24)], r"market\.month: no such operator; write >=; was '=>'"),
        ([("month", "between", (1, 2))], r"no such operator; write >= and <=, in two conditions; was 'between'"),
        ([("month", "~", 24)], r"no such operator; operators are ==, =, !=, <, <=, >, >=, in, not in; was '~'"),
        ([("month", ["=="], 24)], "no such operator"),
        ([("arm", "in", "baseline")], r"after 'in' comes a list of values, such as \['baseline'\], was 'baseline'"),
        ([("arm", "not in", "baseline")], "after 'not in' comes a list"),
        ([("month", "in", 24)], r"such as \[24\], was 24"),
        ([("month", "in", (month for month in (1, 2)))], r"such as \[\"baseline\", \"capped\"\], was <generator"),
        ([("month", "in", {24: "x"})], r"such as \[\"baseline\", \"capped\"\], was \{24: 'x'\}"),
        ([("month", "in", np.array(24))], "after 'in' comes a list of values"),
        ([("month", "in", np.array([[24]]))], "after 'in' comes a list of values"),
        ([("month", "in", pd.Series([24, math.nan]))], "nothing equals a value that is not there"),
        ([("month", np.array(["==", "!="]), 24)], r"market\.month: no such operator; operators are ==.*was array"),
        ([("month", pd.Series(["=="]), 24)], "no such operator"),
        ([("apr", "==", Fraction(1, 3))], r"market\.apr: holds numbers of 64 bits.*was Fraction\(1, 3\)"),
        ([("apr", "in", [Fraction(1, 3)])], r"market\.apr: holds numbers of 64 bits"),
        ([("apr", "in", [2**60 + 1, 2.5])], r"market\.apr: the values of a list are of one sort.*was \[1152921"),
        ([("mont", "==", 24)], r"market\.mont: no such column; the nearest valid name is month"),
        ([(3, "==", 24)], r"market\.3: no such column"),
        ([("month", "==")], "a condition is a column, an operator and a value"),
        (["month", "==", 24], r"a condition is a column, an operator and a value.*was 'month'"),
        ([[]], "a condition is a column, an operator and a value"),
        (("month", "==", 24), r"filters are a list of conditions such as \[\(\"month\", \">=\", 24\)"),
        ("month == 24", "filters are a list of conditions"),
        ({"month": 24}, "filters are a list of conditions"),
        ([("apr", "==", None)], r"pyarrow\.compute\.field\('apr'\)\.is_null\(\)"),
        ([("apr", "==", math.nan)], "nothing equals a value that is not there"),
        (pc.field("mont") == 24, "filters do not fit its columns: No match"),
        (pc.field("month") == "24", "filters do not fit its columns"),
    ],
)
def test_a_slip_is_reported_with_the_column_the_rule_and_what_was_given(filters: object, message: str) -> None:
    with pytest.raises(Refusal, match=message) as refused:
        read_filters("market", filters, TABLE.schema)
    assert "torn" not in str(refused.value)


@pytest.mark.parametrize("asked", OPERATORS)
def test_every_operator_agrees_with_python(asked: str) -> None:
    if asked in ("in", "not in"):
        expected = [row for row, month in enumerate(TABLE["month"].to_pylist()) if (month in [24]) == (asked == "in")]
        assert rows([("month", asked, [24])]) == expected
        return
    sign = "==" if asked == "=" else asked
    expected = [row for row, month in enumerate(TABLE["month"].to_pylist()) if eval(f"{month} {sign} 24")]  # noqa: S307
    assert rows([("month", asked, 24)]) == expected
