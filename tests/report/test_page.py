"""The page as a whole: complete, closed to the network, the same each time, and safe against hostile names."""

from __future__ import annotations

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from experiments.keep.drawn import report_problem
from experiments.report import build
from experiments.report.__main__ import main
from experiments.report.blocks import Note
from experiments.report.effects import read_effects
from experiments.report.reading import Study
from experiments.report.sections.answer import five_sentences
from experiments.report.sections.methods import methods_section
from experiments.report.sections.question import question_section
from experiments.report.study_page import SECTIONS
from tests.report.made_study import write_study

LARGEST_PAGE_BYTES = 6_000_000
VOID = {"meta", "use", "path", "br", "img", "input", "link"}
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def page(study_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the page of the made study, which takes long to draw."""
    folder = tmp_path_factory.mktemp("page") / "report.html"
    return build(study_folder, folder).read_text(encoding="utf-8")


class Elements(HTMLParser):
    """Collects start tags with attributes, the text outside styles, and unclosed elements."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, text: str) -> None:
        self.text.append(text)


def elements(page: str) -> Elements:
    found = Elements()
    found.feed(page)
    found.close()
    return found


def assert_closed_to_the_network(page: str) -> None:
    found = elements(page)
    assert found.open == []
    assert not {tag for tag, _ in found.tags} & {"script", "link", "iframe", "object", "embed", "base", "form", "img"}
    for _, attributes in found.tags:
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("href", "src", "action", "xlink:href", "data"):
            assert (attributes.get(name) or "#").startswith("#")
    assert not re.search(r"url\((?!#)|@import|https?:|//[a-z]", page)


def test_page_is_one_closed_file(page: str) -> None:
    assert_closed_to_the_network(page)
    policy = next(attributes["content"] for tag, attributes in elements(page).tags if "http-equiv" in attributes)
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert "script-src" not in policy
    assert len(page.encode()) < LARGEST_PAGE_BYTES


def test_contents_lead_to_every_section(page: str) -> None:
    found = elements(page)
    sections = [attributes["id"] for tag, attributes in found.tags if tag == "section"]
    links = [attributes["href"] for tag, attributes in found.tags if tag == "a"]
    assert len(sections) == len(SECTIONS)
    assert links == [f"#{name}" for name in sections]


def test_every_figure_says_in_words_what_it_shows(page: str) -> None:
    pictures = [attributes for _, attributes in elements(page).tags if attributes.get("role") == "img"]
    assert len(pictures) == page.count("<figure>") == page.count("</figcaption>") > 20
    assert all(len(attributes.get("aria-label") or "") > 20 for attributes in pictures)


def test_identities_are_unique_and_references_resolve(page: str) -> None:
    found = elements(page)
    names = [attributes["id"] for _, attributes in found.tags if attributes.get("id")]
    assert len(names) == len(set(names))
    wanted = set(re.findall(r'href="#([^"]+)"', page)) | set(re.findall(r"url\(#([^)]+)\)", page))
    assert wanted <= set(names)


@pytest.mark.slow
def test_same_tables_give_the_same_bytes(small_folder: Path) -> None:
    first = build(small_folder).read_bytes()
    assert build(small_folder).read_bytes() == first


def test_page_that_is_named_where_it_usually_is_has_its_record_kept(
    small_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = small_folder.parent / small_folder.name / "tables" / ".." / "report.html"
    for out, text in ((None, "<p>drawn before</p>"), (named, "<p>drawn again</p>")):
        monkeypatch.setattr("experiments.report.study_page.render", lambda _study, text=text: text)
        build(small_folder, out)
        assert report_problem(small_folder) == ""
    build(small_folder, small_folder.parent / "elsewhere.html")
    assert report_problem(small_folder) == ""


@pytest.mark.slow  # its twins in tests/safety/test_hostile_names.py are not
def test_hostile_names_are_shown_and_never_run(tmp_path: Path) -> None:
    arms = ("baseline", HOSTILE, "placebo")
    lenders = ((f"{HOSTILE}\x00$x_1^", "platform"), ("'\"><svg onload=alert(2)>", "bank"))
    folder = write_study(
        tmp_path / "study", arms=arms, scenarios=("calm", "--><b>"), replicates=2, months=30, lenders=lenders
    )
    page = build(folder).read_text(encoding="utf-8")
    assert_closed_to_the_network(page)
    assert "<script" not in page
    assert "<svg onload" not in page
    assert HOSTILE in "".join(elements(page).text)


@pytest.mark.slow
def test_command_draws_again_and_refuses_what_is_no_study(
    small_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(small_folder)]) == 0
    assert capsys.readouterr().out.strip() == str(small_folder / "report.html")
    (tmp_path / "manifest.json").write_text("[1, 2", encoding="utf-8")
    for folder, reason in ((tmp_path / "nowhere", "no such folder"), (tmp_path, "not readable as JSON")):
        assert main([str(folder)]) == 2
        message = capsys.readouterr().err
        assert reason in message
        assert str(folder) in message
        assert message.count("\n") == 1


@pytest.mark.slow
def test_page_of_an_altered_folder_says_so_first(small_folder: Path) -> None:
    """A table may be replaced by another whole one, and the manifest by hand: both are drawn, and not to be quoted."""
    assert "Do not quote this page" not in build(small_folder).read_text(encoding="utf-8")
    shutil.copy(small_folder / "tables" / "roll.parquet", small_folder / "tables" / "vintage.parquet")
    manifest = small_folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"seed": ', '"seed": 1'), encoding="utf-8")
    study = Study(small_folder)
    assert study.altered == ("manifest.json", "tables/vintage.parquet")
    output = question_section(study).blocks[0]
    assert isinstance(output, Note)
    assert output.text.startswith("Do not quote this page: not as the study wrote them are manifest.json and tables/")


def test_torn_table_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_study(tmp_path / "study", arms=("baseline",), scenarios=("calm",), replicates=1, months=6)
    (folder / "tables" / "market.parquet").write_bytes(b"PAR1 torn")
    assert main([str(folder)]) == 2
    assert "market.parquet" in capsys.readouterr().err
    assert not (folder / "report.html").exists()


def test_methods_say_which_tables_weigh_months_alike_and_which_weigh_large_ones_more(small_folder: Path) -> None:
    points = [item for block in methods_section(Study(small_folder)).blocks for item in getattr(block, "items", ())]
    (output,) = [item for item in points if "put together over months" in item]
    assert "effects table" in output.partition("same weight")[0]
    assert "group_effects" in output.partition("same weight")[2]


def test_page_holds_the_five_sentences(study_folder: Path, page: str) -> None:
    study = Study(study_folder)
    for sentence in five_sentences(study, read_effects(study)):
        assert f"<li>{sentence}</li>" in page.replace("&#39;", "'")


def test_equal_arms_are_called_identical(study_folder: Path, page: str) -> None:
    placebo = [effect for effect in read_effects(Study(study_folder)) if effect.arm == "placebo"]
    assert placebo
    assert all(effect.identical and effect.verdict in ("identical", "no sign declared") for effect in placebo)
    assert page.count("identical") >= len(placebo)
