"""The only module that uses Numba: `@rule` compiles one case, `@kernel` compiles a pass over many.

Compiled code is kept on disk by the hash of all sources that it can reach (`sim.reach`), because Numba's own cache does
not notice that a rule in another file was edited; `sim.kernel_files` holds every file against its hash before it is
loaded. Numba's settings for the process, which other programs share, are neither changed nor needed. Set
``NUMBA_DISABLE_JIT=1`` to step through rules and kernels in a debugger; the results are the same bits.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import inspect
import logging
import os
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from types import FunctionType
from typing import Any, ParamSpec, TypeVar, cast

import numba
import numpy as np
from numba.core.compiler import CompileResult
from numba.core.registry import CPUDispatcher
from numba.core.serialize import dumps
from numba.core.sigutils import normalize_signature

from sim.kernel_files import KernelFiles, warn_once
from sim.reach import UnknownReachError, hash_of_reach
from sim.sources import hash_of_code

# Listener when a function begins to be compiled (False) and when that is done (True), by its name.
Listener = Callable[[str, bool], None]
LOG = logging.getLogger("sluice")
# Of a form that Python does not call: what would take its objects apart is most of a kernel's code.
WITHOUT_WRAPPERS = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


# What compiled code never sees, folders and files: editing these, or adding an instrument, compiles nothing anew.
UNCOMPILED = (
    "lenders",
    "books",
    "observe",
    "policies",
    "shocks",
    "supervisor",
    "economy/cycles.py",
    "economy/population.py",
    "economy/spillovers.py",
    "economy/world.py",
    "market.py",
    "mesa_agents.py",
    "people/person.py",
    "scope.py",
    "scoring/anchoring.py",
    "scoring/design.py",
    "scoring/learning.py",
    "scoring/outcomes.py",
    "scoring/quality.py",
    "scoring/review.py",
    "scoring/scorecard.py",
)


def source_hash() -> str:
    """Return the hash of the code of every Python source of the model, in a fixed order; comments are no part of it."""
    return _hash_of_sources(())


def compiled_source_hash() -> str:
    """Return the hash of the sources that compiled code is made from, and of some more: the rest of the model apart."""
    return _hash_of_sources(UNCOMPILED)


def _hash_of_sources(left_out: tuple[str, ...]) -> str:
    here = Path(__file__).resolve().parent
    digest = hashlib.sha256()
    for path in sorted(
        (*here.rglob("*.py"), *here.rglob("*.toml")), key=lambda found: found.relative_to(here).as_posix()
    ):
        relative = path.relative_to(here)
        if relative.parts[0] in left_out or relative.as_posix() in left_out:
            continue
        digest.update(relative.as_posix().encode())
        digest.update(b"\0")
        digest.update(hash_of_code(path))
    return digest.hexdigest()


def cache_folder() -> Path:
    """Return the folder of compiled kernels, of all versions of the sources."""
    base = os.environ.get("SLUICE_CACHE") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "sluice" / "kernels"


_kept: dict[str, _Kept] = {}  # of all functions that are compiled when they are called
_listeners: list[Listener] = []


def compiled_functions() -> tuple[str, ...]:
    """Return the names of all functions that have been defined to be compiled, as module.function."""
    return tuple(_kept)


def functions_to_compile() -> tuple[str, ...]:
    """Return the names of those of which no compiled form is kept: never compiled, or something they use has changed.

    What tables they will be called with is not known here, so that a field which moved in a table is seen only then.
    """
    return tuple(name for name, kept in _kept.items() if not kept.is_any_kept())


@contextlib.contextmanager
def reporting(listener: Listener) -> Iterator[None]:
    """Report every function of the block that is compiled anew; what is found compiled is not reported."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def _report(name: str, is_done: bool) -> None:
    """Call the listener; without one, write to the log why the first month takes long."""
    for listener in _listeners:
        listener(name, is_done)
    if not _listeners:
        _say_once()
        LOG.info("%s %s", "compiled" if is_done else "compiling", name)


@functools.cache
def _say_once() -> None:
    LOG.warning("compiling the model, once for these sources: that takes up to a minute, and is kept for the next time")


@functools.cache
def _kernels() -> Path:
    """Return the folder of compiled kernels as it was named when the first function of this process was defined."""
    return cache_folder()


@functools.cache
def _versions() -> str:
    return str([metadata.version(name) for name in ("numba", "llvmlite", "numpy")])


class _Kept:
    """Where the dispatcher of one of our functions finds and leaves compiled code; Numba's own settings stay as found.

    It stands in place of Numba's cache of a function, whose methods it has: that keeps one folder for the whole
    process, believes what it reads, and looks at the source of the function alone.
    """

    def __init__(self, function: FunctionType, options: dict[str, Any], source: Path) -> None:
        """Look at no file yet; `source` is the file in which the function is written."""
        self.function, self.options = function, options
        # Kept apart by where sources lie, since compiled code names them: two checkouts may share a cache.
        folder = f"{source.parent.name}_{hashlib.sha256(str(source.parent).encode()).hexdigest()[:16]}"
        self.python = f"py{sys.version_info[0]}{sys.version_info[1]}{getattr(sys, 'abiflags', '')}"
        self.name = f"{source.stem}.{function.__qualname__}"
        self.cache_path = str(_kernels() / folder)

    def load_overload(self, signature: Any, target: Any) -> Any:
        """Return the compiled form of a signature, or None where there is none."""
        target.refresh()
        files = self._files()
        form = None if files is None else files.load(self._key(signature, target.codegen()))
        if form is None:
            _report(self.name, is_done=False)
            return None
        return CompileResult._rebuild(target, *form)

    def save_overload(self, signature: Any, compiled: Any) -> None:
        """Keep the compiled form of a signature, unless it holds addresses of this process."""
        _report(self.name, is_done=True)
        files = self._files()
        if files is None or compiled.lifted or compiled.library.has_dynamic_globals:
            return
        files.save(self._key(signature, compiled.codegen), compiled._reduce())

    def flush(self) -> None:
        """Forget every compiled form."""
        files = self._files()
        if files is not None:
            files.forget()

    def is_any_kept(self) -> bool:
        """Return whether there is a compiled form that is still right."""
        files = self._files()
        return files is not None and files.is_any_kept()

    def _files(self) -> KernelFiles | None:
        """Return the files of all that is compiled from just these sources, or None where that cannot be told."""
        try:
            reach = hash_of_reach(self.function)
        except UnknownReachError as problem:
            warn_once(f"{self.name} is compiled at every start, since it uses {problem}")
            return None
        options = sorted((name, value) for name, value in self.options.items() if name not in WITHOUT_WRAPPERS)
        stamp = (_versions(), str(options), reach)
        return KernelFiles(Path(self.cache_path), f"{self.name}.{self.python}", stamp, dumps)

    def _key(self, signature: Any, codegen: Any) -> tuple[Any, ...]:
        """Return what a compiled form depends on beside its sources: types, processor, and whether Python calls it."""
        arguments, returned = normalize_signature(signature)
        fields = tuple(line for kind in arguments for line in _fields_of(kind))
        is_inside = self.options.items() >= WITHOUT_WRAPPERS.items()
        return (arguments, returned), fields, codegen.magic_tuple(), is_inside


def _fields_of(kind: Any) -> Iterator[tuple[str, ...]]:
    """Yield the names of the fields of named tuples: to Numba, two of the same types may change places unnoticed."""
    if isinstance(kind, numba.types.BaseNamedTuple):
        made_by = kind.instance_class
        yield made_by.__module__, made_by.__qualname__, *kind.fields
    if isinstance(kind, numba.types.BaseTuple):
        for inner in dict.fromkeys(kind):
            yield from _fields_of(inner)


class _Compiled(CPUDispatcher):
    """A function compiled for the types it is called with: one form for Python, one for other compiled functions."""

    def __init__(self, py_func: Any, locals: Any = None, targetoptions: Any = None, **others: Any) -> None:  # noqa: A002
        """Compile nothing yet; the arguments are Numba's own."""
        super().__init__(py_func, locals, targetoptions, **others)
        self.inside = CPUDispatcher(py_func, locals, {**targetoptions, **WITHOUT_WRAPPERS}, **others)

    def get_call_template(self, args: Any, kws: Any) -> Any:
        """Compile the form for other compiled functions, once for all widths and values of whole numbers."""
        _, folded = self.fold_argument_types(args, kws)
        return self.inside.get_call_template([_widened(kind) for kind in folded], {})

    def get_overload(self, sig: Any) -> Any:
        """Return the form for other compiled functions."""
        return self.inside.get_overload(sig)


def _widened(kind: Any) -> Any:
    """Return the type of a whole number at 64 bits, and not of one value; every other type as it is."""
    kind = numba.types.unliteral(kind)
    return numba.types.int64 if isinstance(kind, numba.types.Integer) and kind.signed else kind


def _compiled(function: Callable[Parameters, Result], **options: Any) -> Callable[Parameters, Result]:
    """Return a function that is compiled for the types it is called with, and kept; itself where that is switched off.

    Neither the optimisation level nor the vector mathematics library that somebody has chosen for the process matters
    to the bits: rules and kernels ask no library for mathematics, and may not be reordered.
    """
    if numba.config.DISABLE_JIT:
        return function
    compiled = _Compiled(function, targetoptions={"nopython": True, "boundscheck": None, **options})
    source = Path(inspect.getfile(function)).resolve()
    if source.is_file():  # what was typed into a prompt is not kept
        for form in (compiled, compiled.inside):
            form._cache = _Kept(cast("FunctionType", function), form.targetoptions, source)
        _kept[compiled._cache.name] = compiled._cache
    return cast("Callable[Parameters, Result]", compiled)


def rule(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile a pure scalar function; kernels and their reference call it, so that they agree to the bit."""
    return _compiled(function, inline="never", error_model="python")


def inlined_rule(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile a rule that is copied into its callers, so that a loop over rows can use vector instructions.

    Where the caller names a constant, such as a purpose, the copy is worked out for it.
    """
    return _compiled(function, forceinline=True, error_model="numpy")


def kernel(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile a serial pass over a range of rows that releases the interpreter lock.

    Reference counting is off inside kernels (it made the settling pass ten times slower), so a kernel must not
    allocate: scratch space is handed in. A kernel that another calls is always copied into it: passing the tables of
    people costs hundreds of words a call, and left to itself the compiler decides by size.
    """
    return _compiled(function, nogil=True, error_model="numpy", _nrt=False, forceinline=True)


@kernel
def row_number(row: int) -> int:
    """Return the number of a row as one that cannot be negative, so that no access asks whether it counts from the end.

    Only to index with: an unsigned and a signed number together make a float in compiled code.
    """
    return np.uint64(row)  # type: ignore[return-value]


@kernel
def wide(value: int) -> int:
    """Return a stored whole number at the 64 bits that rules compute with; arrays keep most numbers in fewer.

    A plain `int` would keep the few bits inside compiled code, and every rule would be compiled once for each width.
    """
    return int(np.int64(value))
