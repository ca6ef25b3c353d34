"""What the compiled form of a function is made from: its own code, and all that this code calls or reads.

That is what compiled code is kept by. A rule that was edited is compiled again together with everything that uses it,
and nothing else is. Comments, docstrings and the layout of a source are no part of it, since the compiler reads none.
"""

from __future__ import annotations

import builtins
import dis
import enum
import hashlib
import inspect
from collections.abc import Iterator
from functools import cache
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple

import numpy as np

# What compiled code may use of other programs: it changes with their version alone, or with Python's.
VERSIONED = frozenset({"builtins", "cmath", "math", "numba", "numpy", "operator"})


READS = ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_DEREF", "LOAD_CLASSDEREF")


class UnknownReachError(TypeError):
    """A function reads something of which no hash can be told."""


class Code(NamedTuple):
    """What one function does, and the global names it reads, each with the attributes that follow it."""

    instructions: str
    names: tuple[tuple[str, ...], ...]


def hash_of_reach(function: FunctionType) -> str:
    """Return the hash of a function's code and of everything that it calls or reads, however far away.

    `UnknownReachError` is raised where one of these is neither a number, a text, an array, a tuple, a class, a module
    nor a function.
    """
    lines = {f"of {_name_of(function)}"}
    waiting, seen = [function], {function}
    while waiting:
        reader = waiting.pop()
        code = _code_of(reader.__code__)
        lines.add(f"{_name_of(reader)} does {code.instructions}")
        for name, value in _reads_of(reader, code):
            callee = _function_of(value)
            if callee is None:
                lines.add(f"{_name_of(reader)} reads {name} = {_described(value)}")
                continue
            instructions = hashlib.sha256(_code_of(callee.__code__).instructions.encode()).hexdigest()
            compiled_with = getattr(value, "targetoptions", None)
            lines.add(f"{_name_of(reader)} calls {name} = {_name_of(callee)} {instructions} {compiled_with!r}")
            if callee not in seen:
                seen.add(callee)
                waiting.append(callee)
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def _name_of(function: FunctionType) -> str:
    return f"{function.__module__}.{function.__qualname__}"


def _function_of(value: object) -> FunctionType | None:
    """Return the Python function that a value stands for, compiled or not; None for what comes with a version."""
    function = getattr(value, "py_func", value)
    if isinstance(function, FunctionType) and not _is_versioned(function.__module__):
        return function
    return None


def _is_versioned(module: str | None) -> bool:
    return module is not None and module.partition(".")[0] in VERSIONED


@cache
def _code_of(code: CodeType) -> Code:
    """Return what a function does, whatever the numbers of its lines; its names of arguments count, as keywords."""
    arguments = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    said = [repr((arguments, code.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS)))]
    names: dict[tuple[str, ...], None] = {}
    chain: tuple[str, ...] = ()
    for step in dis.get_instructions(code):
        value = step.argval
        if isinstance(value, CodeType):
            inner = _code_of(value)
            names |= dict.fromkeys(inner.names)
            value = inner.instructions
        elif isinstance(value, frozenset):
            value = sorted(value, key=repr)
        said.append(f"{step.opname} {type(value).__name__} {value!r}")
        if chain and step.opname in ("LOAD_ATTR", "LOAD_METHOD"):
            chain += (str(value),)
            continue
        if chain:
            names[chain] = None
        chain = (str(value),) if step.opname in READS else ()
    return Code("\n".join(said), tuple(names))


def _reads_of(function: FunctionType, code: Code) -> Iterator[tuple[str, object]]:
    """Yield what a function reads from outside, and the values that its arguments have by default."""
    enclosed = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    for first, *attributes in code.names:
        name = first
        if first in enclosed:
            value = _content(enclosed[first])
        elif first in function.__globals__:
            value = function.__globals__[first]
        elif hasattr(builtins, first):
            value = getattr(builtins, first)
        else:
            continue  # a variable of a comprehension, or what will be refused when it is compiled
        for attribute in attributes:
            if not isinstance(value, ModuleType) or _is_versioned(value.__name__) or not hasattr(value, attribute):
                break
            value, name = getattr(value, attribute), f"{name}.{attribute}"
        yield name, value
    yield "defaults", function.__defaults__ or ()
    yield "keyword defaults", tuple(sorted((function.__kwdefaults__ or {}).items()))


def _content(cell: CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:
        raise UnknownReachError("a variable that has no value yet") from None


def _described(value: Any) -> str:
    """Return a text that is another one whenever compiled code would be, were this value read by it."""
    kind = type(value)
    if value is None or kind in (bool, int, float, complex, str, bytes):
        return repr(value)
    if isinstance(value, enum.Enum):
        return f"{_path(kind)}.{value.name} = {_described(value.value)}"
    if isinstance(value, np.generic):
        return f"{value.dtype.str} {value.tobytes().hex()}"
    if isinstance(value, np.ndarray) and not value.dtype.hasobject:
        digest = hashlib.sha256(value.tobytes()).hexdigest()
        return f"{value.dtype.descr} {value.shape} {value.flags.c_contiguous} {digest}"
    if isinstance(value, tuple):
        return f"{_described(kind)} ({', '.join(map(_described, value))})"
    if isinstance(value, ModuleType) and _is_versioned(value.__name__):
        return value.__name__
    if _is_versioned(getattr(value, "__module__", None)) and hasattr(value, "__qualname__"):
        return _path(value)
    if isinstance(value, np.ufunc):
        return f"numpy.{value.__name__}"
    if isinstance(value, type):
        return f"{_path(value)} {_described_class(value)}"
    raise UnknownReachError(f"{value!r} of type {_path(kind)}")


def _path(value: Any) -> str:
    return f"{value.__module__}.{value.__qualname__}"


def _described_class(value: type) -> str:
    """Return the members of an enumeration, or the fields of a named tuple and the values they have by default."""
    if issubclass(value, enum.Enum):
        return repr([(name, _described(member.value)) for name, member in value.__members__.items()])
    fields = getattr(value, "_fields", None)
    if issubclass(value, tuple) and fields is not None:
        defaults = sorted(getattr(value, "_field_defaults", {}).items())
        return repr((fields, [(name, _described(default)) for name, default in defaults]))
    raise UnknownReachError(f"the class {_path(value)}")
