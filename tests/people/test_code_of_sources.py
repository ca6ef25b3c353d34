"""Words in a source are no part of its hash, everything else is: held against Python's own tokens."""

from __future__ import annotations

import ast
import io
import tokenize
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.sources import code_of, hash_of_code

SOURCES = sorted(Path(sim.__file__).parent.rglob("*.py"))
WORDS = '''\
"""What a file is for."""

RATE = 1  # a share


def one(x):
    """Say what it does.

    In two lines.
    """
    # why
    names = {"a": "b", "c": (
        "d"
    )}
    text = "a # is no comment" "and goes on"

    return x, names, text
'''
CODE = """\
RATE = 1
def one(x):
    names = {"a": "b", "c": (
        "d"
    )}
    text = "a # is no comment" "and goes on"
    return x, names, text
""".strip()


def test_an_example() -> None:
    assert code_of(WORDS) == CODE


def tokens_of(source: str) -> list[tokenize.TokenInfo]:
    return list(tokenize.generate_tokens(io.StringIO(source).readline))


def statements_that_are_a_text(source: str) -> set[tuple[int, int]]:
    """Where, in lines and columns, a statement is a text and nothing else."""
    return {
        (node.lineno, node.col_offset)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }


def meant(source: str) -> list[str]:
    """The tokens that are left when comments, texts that do nothing and the layout of lines are left out."""
    idle = statements_that_are_a_text(source)
    layout = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    return [one.string for one in tokens_of(source) if one.type not in layout and one.start not in idle]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(Path(sim.__file__).parent).as_posix())
def test_code_is_what_python_s_own_tokens_say(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    code = code_of(source)
    left = [one.string for one in tokens_of_code(code)]
    assert left == meant(source)
    assert code_of(code) == code


def tokens_of_code(code: str) -> list[tokenize.TokenInfo]:
    layout = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    return [one for one in tokens_of(code) if one.type not in layout]


@given(st.integers(0, 10_000), st.sampled_from(["# a word", '"""A word."""']))
def test_a_word_on_a_line_of_its_own_changes_nothing(number: int, word: str) -> None:
    lines = WORDS.splitlines()
    places = [row for row, line in enumerate(lines) if line.startswith(("RATE", "    return", "    text", "def "))]
    row = places[number % len(places)]
    indent = " " * (len(lines[row]) - len(lines[row].lstrip()))
    assert code_of("\n".join([*lines[:row], indent + word, *lines[row:]]) + "\n") == CODE


@given(st.data())
def test_any_other_token_changes_it(data: st.DataObject) -> None:
    idle = statements_that_are_a_text(WORDS)
    places = [one for one in tokens_of_code(WORDS) if one.start not in idle and one.string.strip()]
    token = data.draw(st.sampled_from(places))
    lines = WORDS.splitlines(keepends=True)
    row, column = token.start[0] - 1, token.end[1]
    lines[row] = lines[row][: column - 1] + "~" + lines[row][column:]
    assert code_of("".join(lines)) != CODE


def test_a_text_between_empty_lines_keeps_them(tmp_path: Path) -> None:
    text = 'A = """one\n\n\n   # two   \n"""\n'
    assert code_of(text) == text.rstrip("\n")
    assert code_of('"""What for."""\n\n' + text) == code_of(text)
    path = tmp_path / "a.py"
    path.write_text(text)
    before = hash_of_code(path)
    path.write_text(text + "\n# words\n")
    assert hash_of_code(path) == before
    path.write_text(text.replace("\n\n\n", "\n\n"))
    assert hash_of_code(path) != before
