"""A study in a file of one's own runs like one of the tree, and may not do more than describe a study."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from experiments.compose.overrides import Override
from experiments.compose.own_study import read_asked, store
from experiments.compose.study import compose_study
from experiments.compose.warnings import unusual_settings
from experiments.refusal import Refusal

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guide" / "own_study.md"
STUDY = """\
# What would a cap of 18% on prices do?
calendar:
  months: 48
observe:
  outcome_until: 48
study:
  name: price cap
  question: Does a cap of 18% on prices lock people out?
  announce_month: 24
  arms:
    baseline: []
    cap: ["policy=[rate_cap]", policy.rate_cap.max_apr=0.18]
    placebo: [lender.platform_a.budget_extra_fen=1, "lender.platform_a.budget_extra_from_month=${study.announce_month}"]
  placebo: placebo
  horizons: ["1-12", end]
  primary:
    - {outcome: market.approval_share, horizon: "1-12", expected_sign: "-", smallest_important_difference: 0.02}
"""


def test_own_study_is_composed_like_one_of_the_tree_with_scale_and_overrides_after_it(tmp_path: Path) -> None:
    path = tmp_path / "my study.yaml"
    path.write_text(STUDY)
    study = compose_study(
        [f"study_file={path}", "scale=smoke", "study.replicates=3", "policy.rate_cap.effective_month=27"]
    )
    assert study.name == "price cap"
    assert study.arms == ("baseline", "cap", "placebo")
    assert study.settings.replicates == 3
    assert study.markets["calm", "baseline"].population.size == 2000
    assert study.markets["calm", "baseline"].calendar.months == 48
    cap = dict(study.markets["calm", "cap"].policy)["rate_cap"]
    assert (cap.max_apr, cap.effective_month) == (0.18, 27)
    assert dict(study.markets["calm", "placebo"].lender)["platform_a"].budget_extra_from_month == 24


def test_study_of_the_guide_has_at_most_twenty_lines_and_raises_no_flag(tmp_path: Path) -> None:
    text = GUIDE.read_text(encoding="utf-8").partition("```yaml\n")[2].partition("```")[0]
    assert 0 < len(text.splitlines()) <= 20
    (tmp_path / "my_study.yaml").write_text(text)
    study = compose_study([f"study_file={tmp_path / 'my_study.yaml'}"])
    assert study.arms == ("baseline", "cap_18", "cap_30", "placebo")
    assert unusual_settings(study) == ()


def test_what_was_checked_is_what_is_composed_and_a_changed_file_is_another_study(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(STUDY)
    first = store(path)
    assert store(path) == first
    path.write_text(STUDY.replace("48", "50"))
    assert store(path) != first


REFUSED = [
    ("", ["is empty"]),
    ("calendar: {months: 3}\n", ["study: must be given"]),
    ("study: tightening\n", ["study: must be given"]),
    ("# @package policy\n" + STUDY, ["package", "_global_"]),
    ("defaults: [override /economy: steady]\n" + STUDY, ["defaults", "arms and scenarios"]),
    ("out: ../../x\n" + STUDY, ["own.yaml, line 1, column 1", "out", "sets the study, the seed and the market"]),
    ("executor: {kind: serial}\n" + STUDY, ["executor"]),
    ("report: {draw: false}\n" + STUDY, ["report"]),
    ("polcy: {}\n" + STUDY, ["polcy", "nearest valid name is policy"]),
    ("hydra: {searchpath: [x]}\n" + STUDY, ["own.yaml, line 1", "settings of Hydra"]),
    (STUDY + "  _target_: os.system\n", ["_target_", "name code to run"]),
    ("x: [\n", ["own.yaml, line 2", "not readable"]),
]


@pytest.mark.parametrize(("text", "message"), REFUSED, ids=[message[0] for _, message in REFUSED])
def test_file_that_is_more_or_less_than_a_study_is_refused_with_its_place(
    tmp_path: Path, text: str, message: list[str]
) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(text)
    with pytest.raises(Refusal) as refused:
        store(path)
    assert [part for part in message if part not in str(refused.value)] == []
    assert "\n" not in str(refused.value)


def test_code_named_in_an_arm_or_scenario_of_the_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    for planted, message in (
        ("economy._target_=os.system", "name code to run"),
        ("+hydra.callbacks={}", "Hydra itself"),
        ("out=elsewhere", "changes the market only"),
        ("study_file=other.yaml", "changes the market only"),
        ("executor.kind=serial", "changes the market only"),
    ):
        path.write_text(STUDY.replace("policy.rate_cap.max_apr=0.18", f"'{planted}'"))
        with pytest.raises(Refusal, match=message) as refused:
            compose_study([f"study_file={path}"])
        assert "study.arms.cap" in str(refused.value)


def test_path_that_leads_to_no_study_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(STUDY)
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "large.yaml").write_text("#" * 300_000)
    (tmp_path / "latin.yaml").write_bytes(b"a: \xff\n")
    os.mkfifo(tmp_path / "pipe.yaml")
    for name, message in (
        ("mien.yaml", "nearest valid name is mine.yaml"),
        ("folder.yaml", "no file that can be read"),
        ("pipe.yaml", "no file that can be read"),
        ("large.yaml", "at most 262144 bytes"),
        ("latin.yaml", "no UTF-8 at byte 3"),
        ("x" * 300 + ".yaml", "study_file"),
    ):
        with pytest.raises(Refusal, match=message) as refused:
            read_asked([f"study_file={tmp_path / name}"])
        assert "\n" not in str(refused.value)
    for text, message in (
        ("study_file=", "path of a file"),
        ("study_file=a\0b", "path"),
        ("study_file=/dev/zero", "yaml"),
    ):
        with pytest.raises(Refusal, match=message):
            read_asked([text])


def test_one_study_at_a_time(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(STUDY)
    asked = f"study_file={tmp_path / 'a.yaml'}"
    for texts in ([asked, "study=baseline"], [asked, asked]):
        with pytest.raises(Refusal, match="one study at a time"):
            read_asked(texts)
    *_, chosen = read_asked(["seed=2", asked])
    assert isinstance(chosen, Override)
    assert chosen.key == "study"
