"""Faults that somebody could have written: one expression of one file changed, found by the file's syntax tree.

Texts, error messages, annotations and default documentation are left alone, because no number depends on them. A fault
replaces one piece of source by another, so that all else in the file stays as it was written.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

COMPARED = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
TURNED_ROUND = {ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Gt: ast.Lt, ast.GtE: ast.LtE}
CALCULATED = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
OPPOSITES = {
    "min": "max",
    "max": "min",
    "any": "all",
    "all": "any",
    "minimum": "maximum",
    "maximum": "minimum",
    "argmin": "argmax",
    "argmax": "argmin",
}
LEFT_ALONE = (ast.JoinedStr, ast.Raise, ast.Assert, ast.AnnAssign)
LEAST_NAMES = 2  # of which one can take another's place


class Fault(NamedTuple):
    """One planted fault."""

    path: str  # of the file, from the root of the repository
    line: int  # the first that changes
    kind: str
    line_text: str  # of that line, without its indent
    becomes: str  # the same line with the fault in it
    source: str  # of the whole file with the fault in it

    @property
    def key(self) -> str:
        """A name that is the same as long as the file is the same."""
        return hashlib.sha256(f"{self.path}\0{self.source}".encode()).hexdigest()[:16]


class Change(NamedTuple):
    """A piece of source, as characters of the file, and the code to stand there instead."""

    first: int
    after: int
    code: str
    kind: str
    is_statement: bool


Function = ast.FunctionDef | ast.AsyncFunctionDef
Signatures = dict[str, tuple[str, ...]]  # annotations of positional parameters, by name of the function


def planted(path: str, source: str, change: Change) -> Fault | None:
    """Return one fault of a file; None when the change is no Python or means the same."""
    bare, enclosed = (
        source[: change.first] + code + source[change.after :] for code in (change.code, f"({change.code})")
    )
    faulty = bare if change.is_statement or meaning_of(bare) == meaning_of(enclosed) else enclosed
    if meaning_of(faulty) in (None, meaning_of(source)):
        return None
    line, before, now = first_difference(source, faulty)
    return Fault(path, line, change.kind, before, now, faulty)


def possible_changes(source: str, signatures: Signatures) -> list[Change]:
    """Return every change of one file that could be a fault, in the order of the file."""
    return list(changes_of(ast.parse(source), source, line_starts(source), signatures))


def meaning_of(source: str) -> str | None:
    """Return what a source means, whatever it looks like; None when it is no Python."""
    try:
        return ast.dump(ast.parse(source))
    except SyntaxError:
        return None


def first_difference(source: str, faulty: str) -> tuple[int, str, str]:
    """Return the number of the first line that differs, and the line of both, without their indent."""
    pairs = zip(source.splitlines(), faulty.splitlines(), strict=False)
    return next((row, left.strip(), right.strip()) for row, (left, right) in enumerate(pairs, 1) if left != right)


def signatures_of(sources: Iterable[str]) -> Signatures:
    """Return the annotations of the parameters of every function whose name means the same in all sources."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for source in sources:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, Function):
                kinds = [ast.unparse(each.annotation) if each.annotation else "" for each in node.args.args]
                is_method = bool(node.args.args) and node.args.args[0].arg in ("self", "cls")
                found.setdefault(node.name, set()).add(tuple(kinds[1:] if is_method else kinds))
    return {name: kinds.pop() for name, kinds in found.items() if len(kinds) == 1}


def line_starts(source: str) -> list[int]:
    """Return the character at which each line begins."""
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return starts


def changes_of(tree: ast.Module, source: str, starts: list[int], signatures: Signatures) -> Iterator[Change]:
    """Yield every change, in the order of the file."""
    lines = source.splitlines()
    keys = keys_of(tree)

    def place(row: int, byte: int) -> int:
        return starts[row - 1] + len(lines[row - 1].encode()[:byte].decode())

    for node, function in code_of(tree, None):
        for other, kind in others_of(node, function, keys, signatures):
            first = place(node.lineno, node.col_offset)
            after = place(node.end_lineno or node.lineno, node.end_col_offset or 0)
            yield Change(first, after, other, kind, isinstance(node, ast.stmt))


def code_of(node: ast.AST, function: Function | None) -> Iterator[tuple[ast.expr | ast.stmt, Function | None]]:
    """Yield the statements and expressions that compute something, with the function they are in."""
    for child in ast.iter_child_nodes(node):
        if is_left_alone(child, node):
            continue
        inside = child if isinstance(child, Function) else function
        if isinstance(child, ast.expr | ast.stmt):
            yield child, inside
        yield from code_of(child, inside)


def is_left_alone(child: ast.AST, parent: ast.AST) -> bool:
    """Return whether a piece of code is no arithmetic: texts, messages, annotations, decorators, imports of types."""
    if isinstance(child, LEFT_ALONE) and not (isinstance(child, ast.AnnAssign) and child.value and in_body(parent)):
        return True
    if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
        return True
    if isinstance(parent, Function):
        return child is parent.returns or child in parent.decorator_list or isinstance(child, ast.arguments)
    if isinstance(parent, ast.AnnAssign):
        return child is parent.annotation
    return isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)


def in_body(parent: ast.AST) -> bool:
    """Return whether statements below this node are carried out, and no fields of a class."""
    return not isinstance(parent, ast.ClassDef)


def others_of(
    node: ast.expr | ast.stmt, function: Function | None, keys: dict[str, list[str]], signatures: Signatures
) -> Iterator[tuple[str, str]]:
    """Yield what could stand in the place of one piece of code, with the kind of the fault."""
    if isinstance(node, ast.Compare):
        yield from compared_otherwise(node)
    elif isinstance(node, ast.BinOp):
        yield from calculated_otherwise(node)
    elif isinstance(node, ast.BoolOp):
        yield from joined_otherwise(node)
    elif isinstance(node, ast.UnaryOp):
        if isinstance(node.op, ast.Not):
            yield ast.unparse(node.operand), "not dropped"
        elif isinstance(node.op, ast.USub) and not isinstance(node.operand, ast.Constant):
            yield ast.unparse(node.operand), "sign dropped"
    elif isinstance(node, ast.Constant):
        yield from counted_otherwise(node)
    elif isinstance(node, ast.Call):
        yield from called_otherwise(node, signatures)
    elif isinstance(node, ast.Subscript):
        yield from another_key(node, keys)
    elif isinstance(node, ast.IfExp):
        yield ast.unparse(ast.IfExp(node.test, node.orelse, node.body)), "choice turned round"
    elif isinstance(node, ast.stmt):
        yield from stated_otherwise(node, function)


def compared_otherwise(node: ast.Compare) -> Iterator[tuple[str, str]]:
    """Yield comparisons with another sign, one at a time."""
    for index, sign in enumerate(node.ops):
        for table, kind in ((COMPARED, "comparison"), (TURNED_ROUND, "comparison turned round")):
            if type(sign) in table:
                signs = [*node.ops[:index], table[type(sign)](), *node.ops[index + 1 :]]
                yield ast.unparse(ast.Compare(node.left, signs, node.comparators)), kind


def calculated_otherwise(node: ast.BinOp) -> Iterator[tuple[str, str]]:
    """Yield another operator, and the expression without its right or left part."""
    if is_text(node.left) or is_text(node.right):
        return
    if type(node.op) in CALCULATED:
        yield ast.unparse(ast.BinOp(node.left, CALCULATED[type(node.op)](), node.right)), "operator"
    if isinstance(node.op, ast.Add | ast.Sub | ast.BitOr | ast.BitAnd):
        yield ast.unparse(node.left), "term dropped"
    elif isinstance(node.op, ast.Mult | ast.Div):
        yield ast.unparse(node.left), "factor dropped"
    if isinstance(node.op, ast.Add):
        yield ast.unparse(node.right), "term dropped"
    elif isinstance(node.op, ast.Mult):
        yield ast.unparse(node.right), "factor dropped"


def is_text(node: ast.expr) -> bool:
    """Return whether a piece of code is a text, whose parts no number depends on."""
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def joined_otherwise(node: ast.BoolOp) -> Iterator[tuple[str, str]]:
    """Yield `and` for `or`, the reverse, and the condition without one of its parts."""
    yield ast.unparse(ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)), "and or"
    for index in range(len(node.values)):
        kept = [*node.values[:index], *node.values[index + 1 :]]
        yield ast.unparse(kept[0] if len(kept) == 1 else ast.BoolOp(node.op, kept)), "condition dropped"


def counted_otherwise(node: ast.Constant) -> Iterator[tuple[str, str]]:
    """Yield a whole number one higher and one lower, another fraction, and the other truth."""
    if isinstance(node.value, bool):
        yield str(not node.value), "constant"
    elif isinstance(node.value, int):
        yield str(node.value + 1), "constant"
        yield str(node.value - 1), "constant"
    elif isinstance(node.value, float):
        yield repr(node.value * 1.1 if node.value else 0.1), "constant"


def called_otherwise(node: ast.Call, signatures: Signatures) -> Iterator[tuple[str, str]]:
    """Yield the opposite function, and arguments of the same type in each other's place."""
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    if name in OPPOSITES:
        other = ast.Name(OPPOSITES[name])
        function = other if isinstance(node.func, ast.Name) else ast.Attribute(node.func.value, other.id)
        yield ast.unparse(ast.Call(function, node.args, node.keywords)), "opposite function"
    kinds = signatures.get(name, ())
    for index in range(min(len(node.args), len(kinds)) - 1):
        left, right = node.args[index], node.args[index + 1]
        if kinds[index] != kinds[index + 1] or isinstance(left, ast.Starred) or isinstance(right, ast.Starred):
            continue
        arguments = [*node.args[:index], right, left, *node.args[index + 2 :]]
        yield ast.unparse(ast.Call(node.func, arguments, node.keywords)), "arguments exchanged"


def another_key(node: ast.Subscript, keys: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    """Yield the next key that the file asks of the same table."""
    if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str) and isinstance(node.ctx, ast.Load):
        known = keys[ast.unparse(node.value)]
        if len(known) >= LEAST_NAMES:
            other = known[(known.index(node.slice.value) + 1) % len(known)]
            yield ast.unparse(ast.Subscript(node.value, ast.Constant(other), node.ctx)), "key"


def keys_of(tree: ast.Module) -> dict[str, list[str]]:
    """Return the texts by which a file reads each table, in the order of the file."""
    keys: dict[str, list[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            known = keys.setdefault(ast.unparse(node.value), [])
            if isinstance(node.slice.value, str) and node.slice.value not in known:
                known.append(node.slice.value)
    return keys


def stated_otherwise(node: ast.stmt, function: Function | None) -> Iterator[tuple[str, str]]:
    """Yield statements left out, and the return of another variable of the same type."""
    if isinstance(node, ast.AugAssign):
        yield "pass", "statement dropped"
        if type(node.op) in CALCULATED:
            yield ast.unparse(ast.AugAssign(node.target, CALCULATED[type(node.op)](), node.value)), "operator"
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield "pass", "statement dropped"
    elif isinstance(node, ast.If) and not node.orelse:
        yield from never(node)
    elif isinstance(node, ast.Return) and isinstance(node.value, ast.Name) and function is not None:
        for name in of_the_same_type(node.value.id, function):
            yield f"return {name}", "another variable returned"


def never(node: ast.If) -> Iterator[tuple[str, str]]:
    """Yield an early return that is never taken."""
    if len(node.body) == 1 and isinstance(node.body[0], ast.Return | ast.Continue):
        yield "pass", "early return dropped"


def of_the_same_type(name: str, function: Function) -> list[str]:
    """Return parameters of the type of another; of what the function returns when that is no parameter."""
    kinds = {each.arg: ast.unparse(each.annotation) for each in function.args.args if each.annotation}
    returned = ast.unparse(function.returns) if function.returns else ""
    return [other for other, kind in kinds.items() if other != name and kind == kinds.get(name, returned)]
