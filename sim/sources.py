"""What of a source decides results: its code, without comments, lines of text that do nothing, and empty lines.

Docstrings are such lines. A better word in one makes no other run, and compiles nothing anew.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

# What the code of a file consists of, as far as it matters here; a text may go over several lines.
PIECES = re.compile(
    r"""
    (?P<comment> \# [^\n]*)
    | (?P<text> \"{3} (?: \\. | [^\\] )*? \"{3} | '{3} (?: \\. | [^\\] )*? '{3}
              | " (?: \\. | [^"\\] )* " | ' (?: \\. | [^'\\] )* ')
    | (?P<opening> [(\[{])
    | (?P<closing> [)\]}])
    """,
    re.DOTALL | re.VERBOSE,
)
WORDS_OF_COLUMNS = ("row", "unit", "meaning", "label", "short", "if_none")  # of a table, in sim/observe/columns
EMPTY_LINES = re.compile(r"[ \t]*\n(?:[ \t]*\n)*")
BEGINS_A_LINE = re.compile(r"(?<!\\)\n[ \t]*\Z")
ENDS_A_LINE = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\n|\Z)")


def code_of(source: str) -> str:
    """Return a source without comments, empty lines, and statements that are a text and nothing else."""
    kept: list[str] = []
    code = ""  # since the last text that is kept; empty lines inside a text are part of it
    depth = end = 0
    for piece in PIECES.finditer(source):
        code += source[end : piece.start()]
        end = piece.end()
        if piece["opening"] or piece["closing"]:
            depth += 1 if piece["opening"] else -1
            code += piece[0]
        elif piece["text"]:
            is_first = not kept and not code.strip()
            begins_a_line = is_first or BEGINS_A_LINE.search(code)
            if depth or not begins_a_line or not ENDS_A_LINE.match(source, end):
                kept += [EMPTY_LINES.sub("\n", code), piece[0]]
                code = ""
    kept.append(EMPTY_LINES.sub("\n", code + source[end:]))
    return "".join(kept).strip("\n")


def hash_of_code(path: Path) -> bytes:
    """Return the hash of what decides results in a file, read again only when the file has changed.

    Of a Python file that is its code; of the columns of a table it is names, types and what ratios are made of.
    """
    found = path.stat()
    return _hash_of_code(path, found.st_mtime_ns, found.st_size)


@cache
def _hash_of_code(path: Path, _mtime_ns: int, _size: int) -> bytes:
    text = path.read_text(encoding="utf-8")
    return hashlib.sha256((code_of(text) if path.suffix == ".py" else declared_in(text)).encode()).digest()


def declared_in(text: str) -> str:
    """Return what a TOML file of columns declares, without words."""
    document = tomllib.loads(text)
    kept: dict[str, Any] = {key: value for key, value in document.items() if key not in WORDS_OF_COLUMNS}
    for part in ("columns", "formed"):
        lines = document.get(part, {}).items()
        kept[part] = [
            (name, {} if isinstance(line, str) else {k: v for k, v in line.items() if k not in WORDS_OF_COLUMNS})
            for name, line in lines
        ]
    return json.dumps(kept, sort_keys=True)
