"""Golden records: what named markets gave is kept, and a number that moves is told in the changelog."""

import json
from pathlib import Path

import pytest

from tests.golden.markets import MARKETS
from tests.golden.records import FILE, record_of, seal_of

CHANGELOG = Path(__file__).resolve().parents[2] / "CHANGELOG.md"
RECORDS = json.loads(FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", MARKETS)
def test_market_gives_what_it_gave(name):
    kept, now = RECORDS[name], record_of(name)
    assert now["headlines"] == kept["headlines"]
    changed = [column for column, value in kept["columns"].items() if now["columns"].get(column) != value]
    assert changed == [], "a column that is new since then is no regression; one that is gone or moved is"


def test_markets_are_different_and_none_is_left_without_a_record():
    assert list(RECORDS) == list(MARKETS)
    assert len({record["record"] for record in RECORDS.values()}) == len(MARKETS)
    assert all(len(record["headlines"]) >= 30 for record in RECORDS.values())


def test_changelog_tells_why_the_records_are_what_they_are():
    """Whoever makes the records again has to write a line on it: the seal of the file stands in the changelog."""
    lines = [line for line in CHANGELOG.read_text(encoding="utf-8").splitlines() if seal_of(RECORDS) in line]
    assert lines, f"CHANGELOG.md has no line with the seal {seal_of(RECORDS)}"
    assert "Regression" in lines[0] or "Golden records" in lines[0]
