"""A plugin of mypy: the built-in sum() may add whole numbers and arrays, not floats.

From Python 3.12 on sum() carries along what rounding loses, so floats come to another last bit than under 3.11, and a
study's bytes would hang on the interpreter. math.fsum() rounds once, everywhere alike and in any order. Since sum() is
overloaded, mypy takes a refused call for one that fits no overload, and says that it "expected Iterable[bool]".
"""

from __future__ import annotations

from collections.abc import Callable

from mypy.maptype import map_instance_to_supertype
from mypy.plugin import FunctionContext, Plugin
from mypy.types import Instance, TupleType, Type, UnionType, get_proper_type


class ExactSums(Plugin):
    """Looks at what every call of sum() adds."""

    def get_function_hook(self, fullname: str) -> Callable[[FunctionContext], Type] | None:
        """Return the check for sum() and nothing for other functions."""
        return _without_floats if fullname == "builtins.sum" else None


def _without_floats(call: FunctionContext) -> Type:
    if any(_may_be_float(_item_of(kind)) for kinds in call.arg_types[:1] for kind in kinds):
        call.api.fail("sum() of floats: use math.fsum()", call.context)
    return call.default_return_type


def _item_of(kind: Type) -> Type:
    """Return the type of what an iterable gives; the type itself where that is not known."""
    kind = get_proper_type(kind)
    if isinstance(kind, TupleType):
        return UnionType(kind.items)
    if isinstance(kind, Instance):
        for above in kind.type.mro:
            if above.fullname == "typing.Iterable":
                return map_instance_to_supertype(kind, above).args[0]
    return kind


def _may_be_float(kind: Type) -> bool:
    kind = get_proper_type(kind)
    if isinstance(kind, UnionType):
        return any(_may_be_float(each) for each in kind.items)
    return isinstance(kind, Instance) and kind.type.fullname == "builtins.float"


def plugin(_version: str) -> type[Plugin]:
    """Return the plugin; mypy looks for a function of this name."""
    return ExactSums
