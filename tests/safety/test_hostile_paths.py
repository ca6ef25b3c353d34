"""A folder of results that cannot be, or leads elsewhere, is refused with one message before anything is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.compose.plan import plan
from experiments.compose.run import Run
from experiments.compose.study import StudyConfig, compose_study
from experiments.keep.files import CorruptResult, read_json
from experiments.keep.folder import folder_for, opened
from experiments.keep.study_files import LOCK
from experiments.keep.study_folder import StudyOwner
from experiments.refusal import Refusal


@pytest.fixture(scope="module")
def study() -> StudyConfig:
    return compose_study(["study=baseline", "population.size=300", "months=30", "study.replicates=1"])


def refused(study: StudyConfig, out: str) -> str:
    """Return the one message with which a folder is refused."""
    with pytest.raises(Refusal) as output, opened(folder_for(study._replace(out=out)), StudyOwner(study)):
        raise AssertionError("opened")
    assert "\n" not in str(output.value)
    return str(output.value)


def test_folder_that_no_file_system_can_hold_is_refused(study: StudyConfig, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "round").symlink_to(tmp_path / "round")
    for out, rule in (
        (f"{tmp_path}/{'x' * 300}", "cannot be written"),
        (f"{tmp_path}/a\0b", "cannot be written"),
        ("~nobody-of-that-name/x", "cannot be written"),
        (f"{tmp_path}/file", "must be a folder"),
        (f"{tmp_path}/file/x", "is a file"),
        (f"{tmp_path}/round/x", "out:"),
    ):
        assert rule in refused(study, out)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "round"]


@pytest.mark.parametrize("name", [LOCK, "log.jsonl", "runs", "tables"])
def test_folder_in_which_a_link_leads_out_is_refused_and_what_it_leads_to_is_left_alone(
    study: StudyConfig, tmp_path: Path, name: str
) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("precious")
    out = tmp_path / "out"
    with opened(out, StudyOwner(study)):
        pass
    planted = out / name
    if planted.is_dir():
        planted.rmdir()
        planted.symlink_to(precious)
    else:
        planted.unlink(missing_ok=True)
        planted.symlink_to(precious / "file")
    assert f"{name} in it is a link" in refused(study, str(out))
    assert (precious / "file").read_text() == "precious"
    assert [path.name for path in precious.iterdir()] == ["file"]


def test_arms_whose_names_make_one_folder_name_have_folders_of_their_own_when_they_differ() -> None:
    names = ("a b", "a-b", "A-B", "a.b")
    arms = {name: [f"economy.policy_rate_apr=0.0{index + 1}"] for index, name in enumerate(names)}
    study = compose_study(["study=baseline", "study.replicates=2"])
    market = study.markets["calm", "baseline"]
    markets = {
        ("calm", name): market._replace(economy=market.economy._replace(policy_rate_apr=0.01 * (index + 1)))
        for index, name in enumerate(names)
    }
    settings = study.settings._replace(arms=arms, baseline="a b")
    runs: tuple[Run, ...] = plan(study._replace(settings=settings, markets=markets))
    assert len({run.folder for run in runs}) == len(runs) == 8
    assert len({run.folder.casefold() for run in runs}) == 8


def test_results_nested_too_deep_or_naming_what_a_terminal_obeys_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_text("[" * 200_000 + "]" * 200_000)
    with pytest.raises(CorruptResult, match="not readable as JSON"):
        read_json(path)
    assert str(CorruptResult("\x1b[2J: is missing")) == "\\x1b[2J: is missing"
