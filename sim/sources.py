"""What of a source decides results: its code, without comments, lines of text that do nothing, and empty lines.

Docstrings are such lines. A better word in one makes no other run, and compiles nothing anew.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

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
    """Return the hash of the code of a file, read again only when the file has changed."""
    found = path.stat()
    return _hash_of_code(path, found.st_mtime_ns, found.st_size)


@cache
def _hash_of_code(path: Path, _mtime_ns: int, _size: int) -> bytes:
    return hashlib.sha256(code_of(path.read_text(encoding="utf-8")).encode()).digest()
