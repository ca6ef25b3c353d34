"""Reads the conditions by which rows of a table are chosen, and refuses a slip in them before any file is read.

A condition is (column, operator, value). A list of conditions must hold together; of a list of such lists, one must.
An expression of Arrow is taken as it is, once it has been tried on the table's columns.
"""

from __future__ import annotations

import math
import numbers
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from experiments.refusal import Refusal, nearest, shown

COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
MEMBERSHIPS = ("in", "not in")
OPERATORS = (*COMPARISONS, *MEMBERSHIPS)
# What is often typed for an operator, where the nearest spelling would mislead.
MEANT = {"=>": ">=", "=<": "<=", "<>": "!=", "is": "==", "equals": "==", "eq": "==", "ne": "!=", "lt": "<", "gt": ">"}
MEANT |= {"le": "<=", "ge": ">=", "between": ">= and <=, in two conditions", "isin": "in", "notin": "not in"}
EXAMPLE = '[("month", ">=", 24), ("arm", "in", ["baseline"])]'
LISTS = (list, tuple, set, frozenset, range)
ONES = (str, bytes, numbers.Number, np.generic)  # of which a list is written by brackets around one


def read_filters(table: str, filters: object, columns: pa.Schema) -> pc.Expression | None:
    """Return the conditions as one expression over a table's columns, or None where there is none to meet.

    Raises Refusal that names the table and the column, the rule that a condition breaks, and what was given.
    """
    if filters is None:
        return None
    if isinstance(filters, pc.Expression):
        return _tried(table, filters, columns)
    if not isinstance(filters, list):
        raise Refusal(f"{table}: filters are a list of conditions such as {EXAMPLE}, was {shown(filters)}")
    if not filters:
        return None
    either = filters if all(isinstance(part, list) and _holds_conditions(part) for part in filters) else [filters]
    found = [_all_of([_condition(table, one, columns) for one in together]) for together in either]
    together = found[0]
    for other in found[1:]:
        together = together | other
    return _tried(table, together, columns)


def _holds_conditions(part: Sequence[object]) -> bool:
    return bool(part) and all(isinstance(one, tuple | list) for one in part)


def _all_of(conditions: Sequence[pc.Expression]) -> pc.Expression:
    found = conditions[0]
    for condition in conditions[1:]:
        found = found & condition
    return found


def _condition(table: str, condition: object, columns: pa.Schema) -> pc.Expression:
    if not isinstance(condition, tuple | list) or len(condition) != 3:
        raise Refusal(
            f"{table}: a condition is a column, an operator and a value, all in one list such as {EXAMPLE}; "
            f"was {shown(condition)}"
        )
    column, asked, value = condition
    if not isinstance(column, str) or column not in columns.names:
        raise Refusal(f"{table}.{column}: no such column; {nearest(str(column), columns.names)}")
    if not isinstance(asked, str) or asked not in OPERATORS:
        meant = MEANT.get(str(asked).strip().lower())
        hint = f"write {meant}" if meant else f"operators are {', '.join(OPERATORS)}"
        raise Refusal(f"{table}.{column}: no such operator; {hint}; was {shown(asked)}")
    kind = columns.field(column).type
    if asked in COMPARISONS:
        return COMPARISONS[asked](pc.field(column), _value(table, column, kind, value))
    listed = _listed(value)
    if listed is None:
        example = f"[{shown(value)}]" if isinstance(value, ONES) else '["baseline", "capped"]'
        raise Refusal(
            f"{table}.{column}: after {asked!r} comes a list of values, such as {example}, was {shown(value)}"
        )
    values = [_value(table, column, kind, one) for one in listed]
    is_among = pc.field(column).isin(_array(table, column, kind, values))
    return ~is_among if asked == "not in" else is_among


def _listed(value: Any) -> list[Any] | None:
    """Return the values of a list, an array, a range, a Series or an Index, or None where it is none of them."""
    if isinstance(value, LISTS):
        return list(value)
    if getattr(value, "ndim", None) == 1 and callable(getattr(value, "tolist", None)):
        return list(value.tolist())
    return None


def _array(table: str, column: str, kind: pa.DataType, values: list[Any]) -> pa.Array:
    """Return values as Arrow compares them; refuse those that are not of one sort."""
    try:
        return pa.array(values, type=None if values else kind)
    except (pa.ArrowException, OverflowError) as problem:
        raise Refusal(
            f"{table}.{column}: the values of a list are of one sort, and Arrow says {str(problem).splitlines()[0]}, "
            f"was {shown(values)}"
        ) from None


def _value(table: str, column: str, kind: pa.DataType, value: object) -> Any:
    """Return a value that can be compared with a column of this type; refuse text for a number, and the like."""
    plain = value.item() if isinstance(value, np.generic) else value
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    if plain is None or (isinstance(plain, float) and math.isnan(plain)):
        raise Refusal(
            f"{table}.{column}: nothing equals a value that is not there; "
            f"pyarrow.compute.field({column!r}).is_null() as filters chooses such rows, was {shown(value)}"
        )
    wanted, is_met = _wanted(kind, plain)
    if not is_met:
        raise Refusal(f"{table}.{column}: holds {wanted}, and is compared with nothing else, was {shown(value)}")
    return plain


def _wanted(kind: pa.DataType, value: object) -> tuple[str, bool]:
    """Return in words what a column holds, and whether a value is of that sort."""
    if pa.types.is_boolean(kind):
        return "true or false", isinstance(value, bool)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return "numbers of 64 bits", is_number and (not isinstance(value, int) or abs(value) < 2**63)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return "texts", isinstance(value, str)
    return str(kind), True


def _tried(table: str, expression: pc.Expression, columns: pa.Schema) -> pc.Expression:
    """Return an expression that has been tried on no rows of the table; refuse one that does not fit its columns."""
    try:
        columns.empty_table().filter(expression)
    except (pa.ArrowException, OverflowError) as problem:
        raise Refusal(f"{table}: filters do not fit its columns: {str(problem).splitlines()[0]}") from None
    return expression
