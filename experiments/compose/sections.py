"""Builds the checks from the model's own parameter lists: types, closed ranges, finite numbers, no unknown keys.

Every section of sim/params.py is a NamedTuple and every policy and shock a frozen dataclass, and their fields carry a
Quantity or OneOf. Pydantic checks keys and values here, at the boundary; what leaves is the section itself, so the
model never meets pydantic. A section is read through its keys alone: pydantic's own reading of a NamedTuple would also
take a list of values by their positions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError, create_model

from experiments.compose.meant import advice
from experiments.refusal import Refusal, nearest, shown
from sim.params import OneOf, Quantity, field_defaults, field_names, quantities

Section = TypeVar("Section")

KEYS = ConfigDict(extra="forbid", strict=True, protected_namespaces=())
SHOWN_ERRORS = 8


def read_section(section: type[Section], values: object, path: str) -> Section:
    """Return the checked, frozen section made of `values`; raise Refusal naming every key that breaks a rule."""
    if not isinstance(values, Mapping):
        raise Refusal(f"{path or 'the configuration'}: must hold keys and values, was {shown(values)}")
    adapter: Callable[[Any], TypeAdapter[Section]] = _adapter  # a cache is typed to take no class
    try:
        return adapter(section).validate_python(dict(values))
    except ValidationError as problem:
        raise Refusal(_message(section, problem, path)) from None


@cache
def _adapter(section: Any) -> TypeAdapter[Any]:
    return TypeAdapter(_checked(section))


@cache
def _checked(hint: Any, quantity: Quantity | None = None) -> Any:
    """Return the strict, bounded type that reads a field or a section."""
    if get_origin(hint) is Annotated:
        kind, note = get_args(hint)
        return Literal[note.texts] if isinstance(note, OneOf) else _checked(kind, note)
    if get_origin(hint) is tuple:
        items = tuple(part if part is Ellipsis else _checked(part, quantity) for part in get_args(hint))
        kind = tuple.__class_getitem__(items)
        return Annotated[kind, BeforeValidator(_as_tuple)]
    if is_section(hint):
        return Annotated[_keys_of(hint), AfterValidator(lambda given: hint(**_given(given)))]
    bounds: dict[str, Any] = {"allow_inf_nan": False} if hint is float else {}
    if quantity is not None and hint in (int, float):
        bounds |= {"ge": quantity.low, "le": quantity.high}
    return Annotated[hint, Field(**bounds)] if bounds else hint


def _keys_of(section: type[Any]) -> Any:
    """Return the model of what may be given of a section; what is not given is left to the section's own defaults."""
    hints, defaults = get_type_hints(section, include_extras=True), field_defaults(section)
    fields: dict[str, Any] = {
        name: (_checked(hints[name]), None if name in defaults else ...) for name in field_names(section)
    }
    return create_model(section.__name__, __config__=KEYS, **fields)


def _given(model: Any) -> dict[str, Any]:
    return {name: getattr(model, name) for name in model.model_fields_set}


def is_section(hint: object) -> bool:
    """Return whether a type is a section, with named, typed fields."""
    return isinstance(hint, type) and bool(field_names(hint))


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


@cache
def _hints(section: Any) -> dict[str, Any]:
    return get_type_hints(section)


def _message(section: type[Any], problem: ValidationError, path: str) -> str:
    lines = [_line(section, error, path) for error in problem.errors(include_url=False)]
    more = [f"... and {len(lines) - SHOWN_ERRORS} more"] if len(lines) > SHOWN_ERRORS else []
    return "\n".join(lines[:SHOWN_ERRORS] + more)


def _line(section: type[Any], error: Any, path: str) -> str:
    """State one error as key, rule, and what it was."""
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


def _rule(section: type[Any], location: list[str], kind: str, fallback: str) -> str:
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


def fields_at(section: type[Any], location: Iterable[str]) -> tuple[str, ...]:
    """Return the field names of the section found by following `location` from `section`."""
    return field_names(_section_at(section, location))


def _section_at(section: type[Any], location: Iterable[str]) -> Any:
    found: Any = section
    for name in location:
        if get_origin(found) is tuple and name.isdigit():
            found = get_args(found)[0]  # a position in a list of sections
        else:
            found = _hints(found).get(name) if is_section(found) else None
    return found if is_section(found) else None


def _quantity_at(section: type[Any], location: list[str]) -> Quantity | None:
    """Return the metadata of the field at `location`; an index into a list belongs to the field before it."""
    while location and location[-1].isdigit():
        location = location[:-1]
    inner = _section_at(section, location[:-1]) if location else None
    return quantities(inner).get(location[-1]) if inner is not None else None
