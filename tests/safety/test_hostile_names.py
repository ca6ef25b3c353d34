"""Hostile names and labels are refused with one message, or come out of the pipeline as letters and nothing else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

from experiments.compose.any_script import is_name, slug
from experiments.compose.market import MEMBER_NAME, document_of, read_market
from experiments.compose.overrides import read_override
from experiments.compose.study import compose, compose_study
from experiments.keep.files import append_line
from experiments.refusal import Refusal, unprintable
from experiments.report import build
from experiments.verify import main as verify
from tests.report.made_study import write_study
from tests.safety.payloads import PAYLOADS
from tests.studies.commands import Sluice
from tests.studies.conftest import sluice as sluice
from tests.studies.conftest import sources as sources

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DATES = ["policy.rate_cap.effective_month=26"]
FORBIDDEN = {"script", "iframe", "object", "embed", "base", "form", "img", "link", "input", "video", "audio"}
LEGAL_AS_NAME = {"device"}  # NUL is a word where it is no file
LEGAL_AS_ARM = {*LEGAL_AS_NAME, "right to left"}  # a name of an arm may be in any script
SHOWABLE = {name: text for name, text in PAYLOADS.items() if not unprintable(text) and "${" not in text}


class Elements(HTMLParser):
    """Collects start tags with their attributes, and the title."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def assert_inert(page: str) -> None:
    """No script, no handler, no way out of the page, and the policy that would forbid them all the same."""
    found = Elements(page).tags
    assert not {tag for tag, _ in found} & FORBIDDEN
    for _, attributes in found:
        assert not [name for name in attributes if name.startswith("on") or name in ("srcdoc", "autofocus")]
        for name in ("href", "src", "action", "xlink:href", "data", "formaction"):
            assert (attributes.get(name) or "#").startswith("#")
    policies = [attributes["content"] for tag, attributes in found if tag == "meta" and "http-equiv" in attributes]
    assert policies == [
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    ]
    assert page.count("<style>") == 1
    assert unprintable(page.replace("\n", "")) == ""
    page.encode()


def test_there_are_forty_payloads_and_no_two_alike() -> None:
    assert len(set(PAYLOADS.values())) == len(PAYLOADS) >= 40


@pytest.mark.parametrize("name", PAYLOADS)
def test_no_payload_is_a_name_of_an_arm_scenario_lender_policy_or_shock(name: str) -> None:
    assert is_name(PAYLOADS[name]) == (name in LEGAL_AS_ARM)
    assert (MEMBER_NAME.fullmatch(PAYLOADS[name]) is None) == (name not in LEGAL_AS_NAME)


@pytest.mark.parametrize("name", PAYLOADS)
def test_folder_of_a_run_has_letters_digits_and_dashes_whatever_the_name(name: str) -> None:
    made = slug(PAYLOADS[name])
    assert 0 < len(made) <= 40
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@pytest.mark.parametrize("group", ["lender", "policy", "shock"])
def test_member_with_a_hostile_name_is_refused_with_one_message(group: str) -> None:
    config = compose(["policy=[rate_cap]", "shock=[unemployment]", "lender=[bank_a]"])
    for name, text in PAYLOADS.items():
        if name in LEGAL_AS_NAME:
            continue
        document = document_of(config)
        (member,) = document[group].values()
        document[group] = {text: member}
        with pytest.raises(Refusal, match=f"{group}: a name is a letter") as refused:
            read_market(document)
        assert "\n" not in str(refused.value)
        assert unprintable(str(refused.value)) == ""


@pytest.mark.parametrize("name", ["all", "not_bank_a", "bank", "micro_lender"])
def test_lender_named_like_a_group_of_lenders_is_refused(name: str) -> None:
    document = document_of(compose(["lender=[bank_a]"]))
    document["lender"] = {name: document["lender"]["bank_a"]}
    with pytest.raises(Refusal, match=f"lender.{name}: {name} means other lenders"):
        read_market(document)


@pytest.mark.parametrize("name", PAYLOADS)
def test_every_line_of_a_log_is_one_object_however_lines_are_counted(tmp_path: Path, name: str) -> None:
    for event in ("start", "done"):
        append_line(tmp_path / "log.jsonl", {"event": event, "overrides": [PAYLOADS[name]]})
    text = (tmp_path / "log.jsonl").read_text(encoding="ascii")
    assert [json.loads(line)["event"] for line in text.splitlines()] == ["start", "done"]


@pytest.mark.parametrize("name", sorted(set(PAYLOADS) - set(SHOWABLE)))
def test_letters_that_hide_or_command_are_refused_in_every_text(name: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_override(f"study.question='{PAYLOADS[name]}'")
    assert "\n" not in str(refused.value)


def own_study(folder: Path, **changes: object) -> Path:
    """Write a study with hostile words where words are free, or where `changes` puts them."""
    study = {
        "name": PAYLOADS["script"],
        "question": " ".join(SHOWABLE.values()),
        "announce_month": 24,
        "arms": {
            "baseline": [],
            "NUL": ["policy=[rate_cap]", *DATES],
            "x" * 60: ["policy=[rate_cap]", "policy.rate_cap.max_apr=0.2", *DATES],
        },
        "horizons": ["1-3", "end"],
        **changes,
    }
    path = folder / "$(touch run) <b>.yaml"
    path.write_text(yaml.safe_dump({"study": study}, allow_unicode=True), encoding="utf-8")
    return path


@pytest.mark.parametrize("group", ["arms", "scenarios"])
@pytest.mark.parametrize("name", ["script", "way up", "sheet", "alike", "long", "lines"])
def test_hostile_arm_or_scenario_is_refused_with_one_message(tmp_path: Path, group: str, name: str) -> None:
    asked = {"baseline": [], PAYLOADS[name]: []}
    with pytest.raises(Refusal) as refused:
        compose_study([f"study_file={own_study(tmp_path, **{group: asked})}"])
    assert "\n" not in str(refused.value)
    assert "a name is up to 60" in str(refused.value) or "U+000D" in str(refused.value)


@pytest.mark.parametrize("name", ["long", "terminal", "turned", "separator of lines", "half a letter"])
def test_study_with_a_name_that_no_line_can_hold_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "own.yaml"
    output = json.dumps(PAYLOADS[name])  # escapes, which YAML reads as JSON does
    path.write_text(f'study: {{name: {output}, question: "?", arms: {{baseline: []}}}}\n')
    with pytest.raises(Refusal, match=r"study.name|U\+"):
        compose_study([f"study_file={path}"])


@pytest.mark.slow
def test_whole_pipeline_keeps_hostile_words_as_words(tmp_path: Path, sluice: Sluice) -> None:
    command = sluice.command(
        "scale=smoke", "report.draw=true", f"policy.rate_cap.source='{SHOWABLE['script in capitals']}'"
    )
    command = [text for text in command if not text.startswith("study=")]
    command.insert(3, f"study_file={own_study(tmp_path)}")
    before = {path.relative_to(tmp_path).parts[0] for path in tmp_path.iterdir()}
    done = sluice.call(command)
    assert done.returncode == 0, done.stderr
    assert {path.relative_to(tmp_path).parts[0] for path in tmp_path.iterdir()} == before | {"out", ".runs"}
    assert all(path.resolve().is_relative_to(sluice.out.resolve()) for path in sluice.out.rglob("*"))
    for line in (sluice.out / "log.jsonl").read_text().splitlines():
        assert isinstance(json.loads(line), dict)
    assert verify([str(sluice.out)]) == 0
    page = (sluice.out / "report.html").read_text(encoding="utf-8")
    assert_inert(page)
    for word in ("&lt;script&gt;document.title", "{{ 7*7 }}", "=HYPERLINK", "x&#39;; DROP TABLE"):
        assert word in page
    assert "49" not in page.split("DROP TABLE")[0].split("7*7")[1][:40]


def hostile_folder(folder: Path, words: list[str]) -> Path:
    """Write a study folder that somebody tampered with: hostile words wherever manifest and tables hold text."""
    arms, scenarios, lenders = ("baseline", words[0]), (words[2],), ((words[3], "platform"), (words[4], words[5]))
    write_study(folder, arms=arms, scenarios=scenarios, replicates=2, months=18, lenders=lenders)
    manifest = json.loads((folder / "manifest.json").read_text())
    flag = dict.fromkeys(("kind", "setting", "value", "usual", "why"), " ".join(words))
    manifest.update(
        study=words[0],
        question=" ".join(words),
        flags=[{**flag, "where": words}],
        versions=dict(zip(words, words, strict=True)),
        missing=[{"run": text, "reason": text} for text in words],
        command=" ".join(words),
    )
    manifest["parameters"] += [
        {"name": text, "value": text, "unit": text, "low": 0, "high": 1, "source": text} for text in words
    ]
    manifest["timeline"] += [
        {"kind": "announced", "name": text, "month": 10, "arm": words[0]} for text in words[:3]
    ] + [{"kind": "shock", "name": words[4], "month": 16, "until": 20, "scenario": words[2], "words": words[5]}]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    append_line(folder / "log.jsonl", {"event": "start", "overrides": words})
    return folder


@pytest.mark.slow  # a whole page each; test_page.py holds a page with hostile names in the fast run
@pytest.mark.parametrize("turn", range(0, 40, 8))
def test_report_of_a_tampered_folder_shows_hostile_words_and_runs_none(tmp_path: Path, turn: int) -> None:
    words = [text.encode("utf-8", "replace").decode() for text in PAYLOADS.values()]
    page = build(hostile_folder(tmp_path / "study", words[turn:] + words[:turn])).read_text(encoding="utf-8")
    assert_inert(page)


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="needs a browser")
def test_browser_runs_nothing_of_a_tampered_folder(tmp_path: Path) -> None:
    words = [text.encode("utf-8", "replace").decode() for text in PAYLOADS.values()]
    page = build(hostile_folder(tmp_path / "study", words))
    control = tmp_path / "control.html"
    control.write_text("<title>still</title><script>document.title='run'</script>")
    assert "<title>run</title>" in rendered(control, tmp_path), "the browser runs what it is given"
    assert "<title>run</title>" not in rendered(page, tmp_path)
    without_policy = tmp_path / "without_policy.html"
    without_policy.write_text(
        page.read_text(encoding="utf-8").replace("Content-Security-Policy", "x"), encoding="utf-8"
    )
    assert "<title>run</title>" not in rendered(without_policy, tmp_path), "escaping alone suffices"


def rendered(page: Path, home: Path) -> str:
    """Return what a browser without a network makes of a page."""
    command = [
        str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
        "--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={home / 'profile'}",
        "--virtual-time-budget=3000", "--dump-dom", page.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=300, check=True, env={**os.environ, "HOME": str(home)}
    )
    return done.stdout
