"""What a page is made of: sections that hold texts, figures, tables and lists."""

from __future__ import annotations

from typing import NamedTuple


class Text(NamedTuple):
    """A paragraph."""

    text: str
    kind: str = "text"


class Note(NamedTuple):
    """A paragraph set apart: a warning, or the word that something is absent."""

    text: str
    kind: str = "note"


class Points(NamedTuple):
    """A list of sentences, numbered if their order matters."""

    items: tuple[str, ...]
    numbered: bool = False
    kind: str = "points"


class Command(NamedTuple):
    """Lines to type in a terminal."""

    text: str
    kind: str = "command"


class Figure(NamedTuple):
    """A picture as inline SVG, the same in words for those who cannot see it, and what to look for."""

    svg: str
    alt: str
    caption: str
    kind: str = "figure"


class Table(NamedTuple):
    """Rows of text under a head; numeric columns are set flush right; a folded table opens on a click."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()
    strong_rows: tuple[int, ...] = ()
    folded: bool = False
    kind: str = "table"


Block = Text | Note | Points | Command | Figure | Table


class Section(NamedTuple):
    """A titled part of the page with its anchor for the table of contents."""

    anchor: str
    title: str
    blocks: tuple[Block, ...]
