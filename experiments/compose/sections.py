"""Builds the checks from the model's own parameter lists: types, closed ranges, finite numbers, no unknown keys.

Every section of sim/params.py, and every policy and shock, is a NamedTuple whose fields carry a Quantity. Each
becomes a pydantic model here, at the boundary; what leaves is the NamedTuple itself, so the model never meets
pydantic.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, create_model

from experiments.compose.meant import advice
from experiments.refusal import Refusal, nearest, shown
from sim.parameters.books import ALLOWANCE_STANDARDS
from sim.parameters.limits import CUT_SCOPES
from sim.parameters.supervision import INDICATORS, RULE_ANSWERS
from sim.params import LENDER_KINDS, Quantity, quantities

Section = TypeVar("Section", bound=tuple[Any, ...])

# Fields whose few allowed texts are known: (section, field) -> texts.
CHOICES: dict[tuple[str, str], tuple[str, ...]] = {
    ("LenderParameters", "kind"): LENDER_KINDS,
    ("ProvisionParameters", "standard"): ALLOWANCE_STANDARDS,
    ("QuietCutParameters", "scope"): CUT_SCOPES,
    ("RegulatorRuleParameters", "indicator"): ("", *INDICATORS),
    ("RegulatorRuleParameters", "above_means"): RULE_ANSWERS,
}
SHOWN_ERRORS = 8


def read_section(section: type[Section], values: object, path: str) -> Section:
    """Return the checked, frozen section made of `values`; raise Refusal naming every key that breaks a rule."""
    if not isinstance(values, Mapping):
        raise Refusal(f"{path or 'the configuration'}: must hold keys and values, was {shown(values)}")
    try:
        checked = model_of(section).model_validate(dict(values))
    except ValidationError as problem:
        raise Refusal(_message(section, problem, path)) from None
    return _frozen(section, checked)


@cache
def model_of(section: type[tuple[Any, ...]]) -> type[BaseModel]:
    """Return the pydantic model that checks one section and all sections inside it."""
    defaults: dict[str, Any] = getattr(section, "_field_defaults")  # noqa: B009  (NamedTuple classes have no own type)
    bounds = quantities(section)
    fields: dict[str, Any] = {}
    for name, hint in _hints(section).items():
        allowed = CHOICES.get((section.__name__, name))
        kind = Literal[allowed] if allowed else _checked(hint, bounds.get(name))
        default = defaults.get(name, ...)
        if is_section(hint) and default is not ...:
            fields[name] = (kind, Field(default_factory=model_of(hint)))
        else:
            fields[name] = (kind, default)
    config = ConfigDict(extra="forbid", frozen=True, strict=True, validate_default=False, protected_namespaces=())
    return create_model(section.__name__, __config__=config, **fields)


def is_section(hint: object) -> bool:
    """Return whether a type is a section: a NamedTuple with named, typed fields."""
    return isinstance(hint, type) and issubclass(hint, tuple) and hasattr(hint, "_fields")


def _checked(hint: Any, quantity: Quantity | None) -> Any:
    """Return the strict, bounded type of a field."""
    if is_section(hint):
        return model_of(hint)
    if get_origin(hint) is tuple:
        items = tuple(part if part is Ellipsis else _checked(part, quantity) for part in get_args(hint))
        kind: Any = tuple.__class_getitem__(items)
        return Annotated[kind, BeforeValidator(_as_tuple)]
    rules: dict[str, Any] = {}
    if quantity is not None and hint in (int, float):
        rules = {"ge": quantity.low, "le": quantity.high}
    if hint is float:
        return Annotated[float, Field(allow_inf_nan=False, **rules)]
    return Annotated[hint, Field(**rules)] if rules else hint


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


@cache
def _hints(section: type[tuple[Any, ...]]) -> dict[str, Any]:
    return get_type_hints(section)


def _frozen(section: type[Section], checked: BaseModel) -> Section:
    """Turn a checked pydantic model back into the NamedTuple it was built from."""
    hints = _hints(section)
    values = {}
    for name in getattr(section, "_fields"):  # noqa: B009
        values[name] = _frozen_value(hints[name], getattr(checked, name))
    return section(**values)


def _frozen_value(hint: Any, value: Any) -> Any:
    if isinstance(value, BaseModel):
        return _frozen(hint, value)
    if isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
        return tuple(_frozen(get_args(hint)[0], item) for item in value)
    return value


def _message(section: type[tuple[Any, ...]], problem: ValidationError, path: str) -> str:
    lines = [_line(section, error, path) for error in problem.errors(include_url=False)]
    more = [f"... and {len(lines) - SHOWN_ERRORS} more"] if len(lines) > SHOWN_ERRORS else []
    return "\n".join(lines[:SHOWN_ERRORS] + more)


def _line(section: type[tuple[Any, ...]], error: Any, path: str) -> str:
    """Say one error as key, rule, and what it was."""
    location = [str(part) for part in error["loc"]]
    key = ".".join([path, *location] if path else location)
    was = shown(error["input"])
    kind = error["type"]
    if kind == "extra_forbidden":
        return f"{key}: unknown key; {nearest(location[-1], fields_at(section, location[:-1]))}; was {was}"
    if kind == "missing":
        return f"{key}: must be given"
    if kind == "literal_error":
        return f"{key}: must be one of {error['ctx']['expected']}, was {was}"
    meant = advice(key, error["input"], _quantity_at(section, location), whole=kind.startswith("int_"))
    return f"{key}: {_rule(section, location, kind, error['msg'])}, was {was}{meant}"


def _rule(section: type[tuple[Any, ...]], location: list[str], kind: str, fallback: str) -> str:
    quantity = _quantity_at(section, location)
    if kind in ("greater_than_equal", "less_than_equal") and quantity is not None:
        return f"must lie in {_range(quantity)}"
    rules = {
        "finite_number": "must be a finite number",
        "float_type": "must be a number",
        "int_type": "must be a whole number",
        "int_from_float": "must be a whole number",
        "string_type": "must be a text",
        "bool_type": "must be true or false",
        "tuple_type": "must be a list",
        "model_type": "must hold keys and values",
        "model_attributes_type": "must hold keys and values",
    }
    rule = rules.get(kind, fallback)
    if quantity is not None and kind in ("float_type", "int_type", "finite_number"):
        return f"{rule} in {_range(quantity)}"
    return rule


def _range(quantity: Quantity) -> str:
    return f"{quantity.low:.12g} to {quantity.high:.12g} ({quantity.unit})"


def fields_at(section: type[tuple[Any, ...]], location: Iterable[str]) -> tuple[str, ...]:
    """Return the field names of the section found by following `location` from `section`."""
    inner = _section_at(section, location)
    return tuple(getattr(inner, "_fields", ()))


def _section_at(section: type[tuple[Any, ...]], location: Iterable[str]) -> type[tuple[Any, ...]] | None:
    found: Any = section
    for name in location:
        if get_origin(found) is tuple and name.isdigit():
            found = get_args(found)[0]  # a place in a list of sections
        else:
            found = _hints(found).get(name) if is_section(found) else None
    return found if is_section(found) else None


def _quantity_at(section: type[tuple[Any, ...]], location: list[str]) -> Quantity | None:
    """Return the metadata of the field at `location`; an index into a list belongs to the field before it."""
    while location and location[-1].isdigit():
        location = location[:-1]
    inner = _section_at(section, location[:-1]) if location else None
    return quantities(inner).get(location[-1]) if inner is not None else None
