"""What a command prints to be typed again is read, by a shell and by Sluice, as what was meant."""

import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments import seeds, verify
from experiments.compose.overrides import names_out, out_override, read_override
from experiments.execute.executors.base import NoWorker
from experiments.keep.files import write_json
from experiments.terminal.command_line import FAILED, INTERRUPTED, command_here, command_of
from tests.studies.fake_study import run_study, study_in

# Controls, and `${`, which asks for another value, are refused wherever a path is read.
PATHS = st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters="$"), min_size=1, max_size=12)


@given(st.lists(st.text(st.characters(exclude_characters="\0"), max_size=8), max_size=3))
def test_shell_reads_a_printed_command_as_its_texts(texts: list[str]) -> None:
    assert shlex.split(command_of("run", *texts)) == [".venv/bin/sluice", "run", *texts]
    assert shlex.split(command_here("reverse_stress", *texts))[-1 - len(texts) :] == ["reverse-stress", *texts]


@given(
    st.lists(
        st.sampled_from(["a", "1", "no", "'", '"', "\\", ",", " ", "=", "[b]", "{", "(", "#", "é", "."]), min_size=1
    )
)
def test_path_of_hard_letters_is_read_back(parts: list[str]) -> None:
    folder = Path("".join(parts))
    assert read_override(out_override(folder)).value == str(folder)


@given(PATHS)
def test_any_path_is_read_back(text: str) -> None:
    assert read_override(out_override(Path(text))).value == str(Path(text))


def test_plain_path_is_printed_as_it_is() -> None:
    written = command_of("run", "seed=2", out_override(Path("results/a")))
    assert written == ".venv/bin/sluice run seed=2 out=results/a"


@pytest.mark.parametrize(("text", "is_so"), [("out=a", True), ("++out=a", True), ("outer=a", False), ("seed=1", False)])
def test_override_that_names_the_folder_is_known(text: str, is_so: bool) -> None:
    assert names_out(text) == is_so


@pytest.mark.usefixtures("fake")
def test_other_seeds_are_continued_by_their_own_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "it's mine"
    assert run_study(study_in(folder)) == 0
    output = []
    monkeypatch.setattr(seeds, "carry_out_study", lambda *given: output.append(given[-1]) or INTERRUPTED)
    asked = [str(folder), "--others", "2", "--workers", "1"]
    assert seeds.main(asked) == INTERRUPTED
    assert output == [command_here("seeds", *asked)] * len(output)


@pytest.mark.usefixtures("fake")
def test_full_disk_ends_the_other_seeds_with_one_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_study(study_in(tmp_path / "a")) == 0

    def full(*_: object) -> int:
        write_json(tmp_path / "none" / "a.json", {})
        return 0

    monkeypatch.setattr(seeds, "carry_out_study", full)
    assert seeds.main([str(tmp_path / "a"), "--others", "1"]) == 1
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.usefixtures("fake")
@pytest.mark.parametrize("problem", [NoWorker("executor: a worker cannot be started"), MemoryError("at 4096 bytes")])
def test_other_seeds_and_runs_run_again_end_with_one_line(
    problem: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:
        raise problem

    assert run_study(study_in(tmp_path / "a")) == 0
    capsys.readouterr()
    monkeypatch.setattr(seeds, "carry_out_study", refuse)
    assert seeds.main([str(tmp_path / "a"), "--others", "1"]) == FAILED
    output = capsys.readouterr().err.splitlines()
    assert str(problem) in output[0]
    assert output[1:] == ["what is finished is kept; when that is put right, the same command continues"]
    monkeypatch.setattr(verify, "run_market", refuse)
    assert verify.main([str(tmp_path / "a"), "--rerun", "1"]) == FAILED
    assert capsys.readouterr().err.count(str(problem)) == 1
