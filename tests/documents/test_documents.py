"""What the documents say is held against the sources: examples run, names exist, links lead somewhere."""

import doctest
import importlib
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
NAMES = [path.relative_to(ROOT).as_posix() for path in DOCUMENTS]
WITH_EXAMPLES = [name for name in NAMES if ">>> " in (ROOT / name).read_text()]
SOURCE_FOLDERS = ("sim", "experiments", "configs", "tests")
IGNORED_NAMES = {"report.html", "config.yaml", "manifest.json", "log.jsonl", "market.png", "effects.png"}


def prose(name: str) -> str:
    """Return a document without its blocks of code."""
    return re.sub(r"```.*?```", "", (ROOT / name).read_text(), flags=re.DOTALL)


def quoted(name: str) -> set[str]:
    """Return what a document's prose sets in code letters."""
    return set(re.findall(r"`([^`\n]+)`", prose(name)))


def headings(path: Path) -> set[str]:
    """Return the anchors of a document's headings."""
    found = re.findall(r"^#+ (.+)$", path.read_text(), flags=re.MULTILINE)
    return {re.sub(r"[^a-z0-9 _-]", "", heading.lower()).replace(" ", "-") for heading in found}


@cache
def sources() -> str:
    """Return all sources as one text."""
    found = [path for folder in SOURCE_FOLDERS for path in sorted((ROOT / folder).rglob("*"))]
    files = [path for path in found if path.suffix in (".py", ".yaml", ".toml", ".csv") and path != Path(__file__)]
    return "\n".join(path.read_text() for path in files)


@cache
def words() -> frozenset[str]:
    """Return every word of the sources; to search them for one name after another takes long."""
    return frozenset(re.findall(r"\w+", sources()))


def resolves(dotted: str) -> bool:
    """Return whether a dotted name is a module or something inside one."""
    parts = dotted.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_give_what_the_page_says(name: str) -> None:
    result = doctest.testfile(str(ROOT / name), module_relative=False, encoding="utf-8")
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_to_files_and_headings_of_the_project(name: str) -> None:
    here = ROOT / name
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(name)):
        assert "://" not in target, f"{name} leads out of the project: {target}"
        file, _, anchor = target.partition("#")
        path = (here.parent / file).resolve() if file else here
        assert path.exists(), f"{name} links to {target}, which is not there"
        assert not anchor or anchor in headings(path), f"{name} links to {target}: no such heading"


@pytest.mark.parametrize("name", NAMES)
def test_names_of_functions_parameters_and_files_exist(name: str) -> None:
    for text in quoted(name) - IGNORED_NAMES:
        if re.fullmatch(r"(sim|experiments)(\.\w+)+", text):
            assert resolves(text), f"{name} names {text}, which is not there"
        elif re.fullmatch(r"(sim|experiments|configs|tests|docs)/[\w./]+", text):
            assert (ROOT / text).exists(), f"{name} names the path {text}, which is not there"
        elif "::" in text:
            path, test = text.split("::")
            assert f"def {test}(" in (ROOT / path).read_text(), f"{name} promises {text}, which is not there"
        elif re.fullmatch(r"[a-z]+(_[a-z0-9]+)+", text):
            assert text in words(), f"{name} names {text}, which no source holds"
        elif re.fullmatch(r"[A-Z][A-Za-z]+\.[a-z_]+", text):
            owner, member = text.split(".")
            assert re.search(rf"class {owner}\b", sources()), f"{name} names {text}: no such class"
            assert member in words(), f"{name} names {text}: no such member"


def test_every_instrument_has_its_page() -> None:
    instruments = {path.stem for path in (ROOT / "configs" / "policy").glob("*.yaml")}
    pages = {path.stem for path in (ROOT / "docs" / "policies").glob("*.md")} - {"README"}
    assert pages == instruments


def test_every_shock_has_its_page() -> None:
    shocks = {path.stem for path in (ROOT / "configs" / "shock").glob("*.yaml")}
    pages = {path.stem for path in (ROOT / "docs" / "shocks").glob("*.md")} - {"README"}
    assert pages == shocks
