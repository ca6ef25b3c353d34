"""Compiled code is kept by the hash of the sources it can depend on: none may be missing from that hash."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import sim
from sim.compiling import UNCOMPILED, compiled_source_hash, source_hash

HOME = Path(sim.__file__).parent
DECORATED = re.compile(r"^@(rule|kernel|inlined_rule)$", re.MULTILINE)


def file_of(module: str) -> Path | None:
    path = HOME.joinpath(*module.split(".")[1:])
    return path.with_suffix(".py") if path.with_suffix(".py").exists() else None


def imports_of(path: Path) -> set[Path]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("sim"):
            names = [node.module, *(f"{node.module}.{name.name}" for name in node.names)]
            found |= {file for file in map(file_of, names) if file is not None}
    return found


def test_no_compiled_function_can_see_a_source_that_its_cache_does_not_watch():
    waiting = [path for path in HOME.rglob("*.py") if DECORATED.search(path.read_text(encoding="utf-8"))]
    assert len(waiting) > 20
    seen: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen.add(path)
            waiting += imports_of(path)
    left_out = {path for name in UNCOMPILED for path in (HOME / name, *(HOME / name).rglob("*.py"))}
    assert all((HOME / name).exists() for name in UNCOMPILED)
    assert not seen & left_out


@pytest.mark.parametrize(
    ("name", "compiles_anew"),
    [("rules/new.py", True), ("policies/new.py", False), ("scoring/features.py", True), ("scoring/learning.py", False)],
)
def test_a_new_instrument_compiles_nothing_anew_and_a_new_rule_does(monkeypatch, tmp_path, name, compiles_anew):
    for path in HOME.rglob("*.py"):
        copy = tmp_path / path.relative_to(HOME)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    monkeypatch.setattr("sim.compiling.__file__", str(tmp_path / "compiling.py"))
    before = compiled_source_hash(), source_hash()
    (tmp_path / name).write_text("RATE = 1\n", encoding="utf-8")
    assert (compiled_source_hash() != before[0]) == compiles_anew
    assert source_hash() != before[1]


# What a vector library for mathematics, or another optimisation level, would compute with other last bits.
LIBRARY_MATHEMATICS = {
    "exp",
    "expm1",
    "log",
    "log1p",
    "log2",
    "log10",
    "pow",
    "power",
    "sin",
    "cos",
    "tan",
    "tanh",
    "erf",
}


def test_compiled_code_asks_no_library_for_mathematics():
    """So the bits do not hang on settings of the compiler that belong to the whole process, and are left as found."""
    compiled = [path for path in HOME.rglob("*.py") if DECORATED.search(path.read_text(encoding="utf-8"))]
    for path in compiled:
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(function, ast.FunctionDef) or not any(
                isinstance(one, ast.Name) and one.id in ("rule", "kernel", "inlined_rule")
                for one in function.decorator_list
            ):
                continue
            for node in ast.walk(function):
                assert not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Pow), (path, node.lineno)
                assert not isinstance(node, ast.Attribute) or node.attr not in LIBRARY_MATHEMATICS, (path, node.lineno)
    assert "fastmath" not in (HOME / "compiling.py").read_text(encoding="utf-8")
