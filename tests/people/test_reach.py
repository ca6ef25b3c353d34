"""Compiled code is made again when anything changes that it is made from, and only then."""

from __future__ import annotations

import importlib
import math
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import sim.market  # noqa: F401  (so that every function is defined)
from sim import compiling, draws, kernel_files
from sim.reach import UnknownReachError, hash_of_reach

RATES = '''\
"""Numbers and tables."""

from enum import IntEnum
from typing import NamedTuple

import numpy as np

RATE = 2  # percent
FLOOR = 5
CAPS = (100, 200)
STEPS = np.array([1, 2, 4])
UNUSED = 1


class Kind(IntEnum):
    CASH = 3
    CARD = 4


class Loan(NamedTuple):
    principal: int
    paid: int
'''
RULES = '''\
"""Rules of one case."""

from sim.compiling import inlined_rule, rule
from trial.rates import CAPS, FLOOR, RATE, STEPS, Kind


@rule
def interest(principal):
    """Return interest."""
    return principal * RATE  # a month


@rule
def fee(kind):
    """Return the fee of a kind."""
    return FLOOR if kind == Kind.CARD else 0


@inlined_rule
def capped(amount):
    """Return an amount within caps."""
    return min(amount, CAPS[1])


@rule
def step(number):
    """Return a step."""
    return STEPS[number]


@rule
def late(days, grace=3):
    """Return whether a bill is late."""
    return 1 if days > grace else 0
'''
KERNELS = '''\
"""Passes over rows."""

from sim.compiling import kernel
from trial import rates
from trial.rates import Loan
from trial.rules import capped, fee, interest, late, step


@kernel
def owed(loan):
    """Return what is owed."""
    return loan.principal - loan.paid + interest(loan.principal)


@kernel
def add_owed(rows, loan):
    """Return what all rows owe."""
    total = 0
    for row in range(rows):
        total += owed(Loan(loan.principal + row, loan.paid)) + rates.FLOOR
    return total


@kernel
def add_fees(rows):
    """Return all fees."""
    total = 0
    for row in range(rows):
        total += capped(100 * fee(row)) + late(row)
    return total


@kernel
def add_steps(rows):
    """Return all steps."""
    total = 0
    for row in range(rows):
        total += step(row)
    return total
'''
SOURCES = {"rates.py": RATES, "rules.py": RULES, "kernels.py": KERNELS}
OWED = {"kernels.add_owed", "kernels.owed"}
FEES = {"kernels.add_fees"}
EVERYTHING = {
    *OWED,
    *FEES,
    "kernels.add_steps",
    *(f"rules.{name}" for name in ("interest", "fee", "capped", "step", "late")),
}


class Trial:
    """A package of rules and kernels, written to a folder, edited, and loaded as a new process would load it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "trial"
        self.folder.mkdir()
        (self.folder / "__init__.py").touch()
        for name, text in SOURCES.items():
            (self.folder / name).write_text(text, encoding="utf-8")

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, "the edit must be made, once"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def run(self) -> tuple[set[str], list[int], list[int]]:
        """Return what was compiled, the results, and those of the same functions in plain Python."""
        kernels = self.load()
        compiled: list[str] = []
        with compiling.reporting(lambda name, is_done: compiled.append(name) if is_done else None):
            results = answers(kernels, lambda function: function)
        return set(compiled), results, answers(kernels, lambda function: function.py_func)

    def load(self) -> ModuleType:
        for name in [name for name in sys.modules if name.partition(".")[0] == "trial"]:
            del sys.modules[name]
        importlib.invalidate_caches()
        return importlib.import_module("trial.kernels")


def answers(kernels: ModuleType, form: Callable) -> list[int]:
    loan = kernels.Loan(principal=1000, paid=300)
    return [form(kernels.add_owed)(4, loan), form(kernels.add_fees)(8), form(kernels.add_steps)(3)]


@pytest.fixture
def trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trial:
    monkeypatch.setattr(compiling, "_kernels", lambda: tmp_path / "kernels")
    monkeypatch.setattr(compiling, "_kept", {})
    monkeypatch.setattr(kernel_files, "_LOGGED", set())
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # two versions of a file are written within one second
    monkeypatch.syspath_prepend(str(tmp_path))
    return Trial(tmp_path)


def test_what_was_compiled_is_found_by_the_next_process(trial: Trial) -> None:
    trial.load()
    assert set(compiling.functions_to_compile()) == EVERYTHING
    compiled, results, plain = trial.run()
    assert compiled == EVERYTHING
    assert results == plain
    assert compiling.functions_to_compile() == ()
    assert trial.run() == (set(), results, plain)


EDITS = {
    "a rule": ("rules.py", "principal * RATE", "principal * RATE + 1", {"rules.interest", *OWED}),
    "a rule that is copied into its callers": ("rules.py", "min(amount, C", "max(amount, C", {"rules.capped", *FEES}),
    "a kernel that another calls": ("kernels.py", "loan.paid +", "2 * loan.paid +", OWED),
    "a kernel that none calls": ("kernels.py", "total += step(row)", "total += step(row) + 1", {"kernels.add_steps"}),
    "a number": ("rates.py", "RATE = 2 ", "RATE = 7 ", {"rules.interest", *OWED}),
    "a number that one reads by its module": (
        "rates.py",
        "FLOOR = 5",
        "FLOOR = 6",
        {"rules.fee", "kernels.add_owed", *FEES},
    ),
    "a number in a tuple": ("rates.py", "(100, 200)", "(100, 300)", {"rules.capped", *FEES}),
    "a number in an array": ("rates.py", "[1, 2, 4]", "[1, 2, 5]", {"rules.step", "kernels.add_steps"}),
    "a member of an enumeration": ("rates.py", "CARD = 4", "CARD = 6", {"rules.fee", *FEES}),
    "a value by default": ("rules.py", "grace=3", "grace=4", {"rules.late", *FEES}),
    "two fields of one type that change places": (
        "rates.py",
        "    principal: int\n    paid: int\n",
        "    paid: int\n    principal: int\n",
        OWED,
    ),
    "how a rule is compiled": (
        "rules.py",
        "@rule\ndef interest",
        "@inlined_rule\ndef interest",
        {"rules.interest", *OWED},
    ),
    "another rule under the same name": (
        "rules.py",
        "@rule\ndef fee(kind):",
        "@rule\ndef once(principal):\n    return principal\n\n\ninterest = once\n\n\n@rule\ndef fee(kind):",
        {"rules.once", *OWED},
    ),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_compiles_what_uses_it_and_nothing_else(trial: Trial, edit: str) -> None:
    name, old, new, users = EDITS[edit]
    trial.run()
    before = trial.run()
    assert before[0] == set()
    trial.edit(name, old, new)
    trial.load()
    foreseen = set(compiling.functions_to_compile())
    assert foreseen == users or (edit.startswith("two fields") and foreseen < users)
    compiled, results, plain = trial.run()
    assert compiled == users
    assert results == plain, "a result of code that is out of date"
    trial.edit(name, new, old)
    assert trial.run() == before, "what was compiled before the edit is still there"


WORDS = {
    "a comment": ("rules.py", "# a month", "# a month, in percent"),
    "a docstring": ("rules.py", '"""Return interest."""', '"""Return interest.\n\n    In fen.\n    """'),
    "words of a file": ("kernels.py", '"""Passes over rows."""', "# Passes.\n# Over rows.\n"),
    "layout": ("rules.py", "    return principal * RATE", "    return (\n\n        principal * RATE\n    )"),
    "a number that nobody reads": ("rates.py", "UNUSED = 1", "UNUSED = 2"),
    "an import": ("rates.py", "import numpy as np", "import math\nimport numpy as np"),
}


@pytest.mark.parametrize("edit", WORDS)
def test_words_and_what_nobody_reads_compile_nothing(trial: Trial, edit: str) -> None:
    trial.run()
    before = trial.run()
    trial.edit(*WORDS[edit])
    trial.load()
    assert set(compiling.functions_to_compile()) == set()
    assert trial.run() == before


def test_what_no_hash_can_be_told_of_is_compiled_at_every_start(trial: Trial, caplog: pytest.LogCaptureFixture) -> None:
    trial.edit("rates.py", "UNUSED = 1", "from numba import int64")
    trial.edit("rules.py", "Kind\n", "Kind, int64\n")
    trial.edit("rules.py", "return STEPS[number]", "return int64(STEPS[number])")
    users = {"rules.step", "kernels.add_steps"}
    assert trial.run()[0] == EVERYTHING
    assert trial.run()[0] == users
    assert set(compiling.functions_to_compile()) == users
    said = "rules.step is compiled at every start, since it uses int64 of type numba.core.types.scalars.Integer"
    assert caplog.messages.count(said) == 1


def test_a_class_that_is_no_longer_there_costs_a_compilation(trial: Trial) -> None:
    trial.run()
    for name in ("rates.py", "kernels.py"):
        path = trial.folder / name
        path.write_text(path.read_text(encoding="utf-8").replace("Loan", "Credit"), encoding="utf-8")
    trial.edit("kernels.py", "import Credit", "import Credit, Credit as Loan")
    compiled, results, plain = trial.run()
    assert compiled == OWED
    assert results == plain


def reader_of(value: object) -> Callable[[], object]:
    """Return a function that reads a value from its module."""
    names: dict[str, object] = {"VALUE": value, "__name__": "somewhere"}
    exec("def read():\n    return VALUE", names)  # noqa: S102
    read = names["read"]
    assert callable(read)
    return read


NUMBERS = st.one_of(st.booleans(), st.integers(-3, 3), st.sampled_from([0.0, -0.0, 1.0, 0.1, math.nan, math.inf]))
VALUES = st.one_of(
    NUMBERS,
    st.none(),
    st.text(max_size=2),
    st.tuples(NUMBERS),
    NUMBERS.map(np.float64),
    st.integers(0, 3).map(np.uint64),
    st.lists(st.integers(0, 2), max_size=2).map(lambda numbers: np.array(numbers, dtype=np.int64)),
    st.lists(st.integers(0, 2), max_size=2).map(lambda numbers: np.array(numbers, dtype=np.int32)),
)


def identity(value: object) -> object:
    """Return what two values have in common if compiled code cannot tell them apart."""
    if isinstance(value, np.ndarray):
        return value.dtype, value.tolist()
    if isinstance(value, tuple):
        return tuple(map(identity, value))
    return type(value), repr(value)


@given(VALUES, VALUES)
@example(1, True)
@example(1, 1.0)
@example(0.0, -0.0)
@example(np.float64(1.0), 1.0)
def test_the_hash_is_the_same_for_the_same_value_alone(one: object, other: object) -> None:
    is_same = hash_of_reach(reader_of(one)) == hash_of_reach(reader_of(other))
    assert is_same == (identity(one) == identity(other))


def test_functions_that_call_each_other_have_a_hash() -> None:
    names: dict[str, object] = {"__name__": "somewhere"}
    exec("def even(n):\n    return n == 0 or odd(n - 1)\ndef odd(n):\n    return n != 0 and even(n - 1)", names)  # noqa: S102
    assert hash_of_reach(names["even"]) != hash_of_reach(names["odd"])


def test_an_object_of_an_unknown_kind_has_no_hash() -> None:
    with pytest.raises(UnknownReachError, match=r"of type builtins\.dict"):
        hash_of_reach(reader_of({}))


def test_every_function_of_the_model_has_a_hash_that_its_numbers_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    before = {name: hash_of_reach(kept.function) for name, kept in compiling._kept.items()}
    assert len(set(before.values())) == len(before) > 100
    monkeypatch.setattr(draws, "UNIT", draws.UNIT / 2)
    changed = {name for name, kept in compiling._kept.items() if hash_of_reach(kept.function) != before[name]}
    assert {"draws.uniform", "draws.fill_uniforms", "settlement.settle_rows", "job.earn_rows"} <= changed
    assert not changed & {"draws.philox_words", "compiling.wide", "elementary.exponential", "money.monthly_interest"}
