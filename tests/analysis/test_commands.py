"""The commands of analysis from end to end on a market of dice whose answers are known; stopped and continued."""

import importlib.util
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import experiments
from experiments import report, verify
from experiments.analyses.frontier import command as frontier
from experiments.analyses.reverse_stress import command as reverse_stress
from experiments.analyses.sensitivity import command as sensitivity
from experiments.execute import runner
from experiments.keep.files import CorruptResult, read_table
from experiments.refusal import Refusal
from tests.variants import fast_first

FAKE = Path(__file__).resolve().parents[1] / "studies" / "fake" / "fake_market.py"
FEW = ["population.size=300", "months=6", "executor=serial", "study.replicates=2"]
EXTRA = "lender.platform_a.budget_extra_fen"
SENSITIVITY = [
    f"sensitivity.parameters=[{{path:{EXTRA},low:0,high:3000}},{{path:behaviour.spending.spend_share,low:0.1,high:0.2}}]",
    "sensitivity.outcomes=[{outcome:market.debt_fen,first_month:2}]",
    "sensitivity.assumed_in=[]",
    "sensitivity.trajectories=2",
    "sensitivity.keep=1",
    "sensitivity.base_points=4",
    "sensitivity.resamples=20",
]
REVERSE = [
    f"reverse_stress.parameter={{path:{EXTRA},low:0,high:10000}}",
    "reverse_stress.market=[]",
    "reverse_stress.tolerance=700",
    "reverse_stress.limit={measure:{outcome:market.debt_fen,statistic:maximum},value:300005000,broken:above}",
]
FRONTIER = [
    "frontier.market=[]",
    "frontier.axes=[{path:policy.rate_cap.max_apr,low:0.1,high:0.3,points:2}]",
    "frontier.access={outcome:market.approvals,statistic:sum}",
    "frontier.loss={outcome:market.debt_fen,statistic:last}",
    "frontier.rule=['policy=[rate_cap]','policy.rate_cap.announce_month=2','policy.rate_cap.effective_month=3']",
]


@pytest.fixture
def faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A market of dice in the place of the real one, and the folder of its faults."""
    found = importlib.util.spec_from_file_location("sim.market", FAKE)
    assert found is not None
    assert found.loader is not None
    fake = importlib.util.module_from_spec(found)
    found.loader.exec_module(fake)
    monkeypatch.setitem(sys.modules, "sim.market", fake)
    folder = tmp_path / "faults"
    folder.mkdir()
    monkeypatch.setenv("SLUICE_FAKE_FAULTS", str(folder))
    return folder


@pytest.fixture
def asked(
    faults: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[[Callable[[list[str]], int], list[str], str, int], str]:
    def ask(main: Callable[[list[str]], int], texts: list[str], out: str, code: int = 0) -> str:
        found = main([*FEW, *texts, f"out={tmp_path / out}"])
        output = capsys.readouterr()
        assert found == code, output.err
        return output.out + output.err

    return ask


def table(out: Path, name: str) -> pd.DataFrame:
    return read_table(out / "tables" / f"{name}.parquet").to_pandas()


def hashes(out: Path) -> dict[str, str]:
    files = json.loads((out / "manifest.json").read_text())["files"]
    return {name: record["sha256"] for name, record in files.items() if not name.startswith(("runs/", "report"))}


@pytest.mark.slow
def test_sensitivity_finds_the_one_number_that_matters_and_goes_on_after_a_fault(
    asked, faults, tmp_path, capsys
) -> None:
    (faults / "raise-1").touch()
    output = asked(sensitivity.main, SENSITIVITY, "a", 1)
    assert "replicate 1: ArithmeticError: planted in replicate 1" in output
    assert "nothing is concluded" in output
    assert f"out={tmp_path / 'a'}" in output, "the command that goes on from here"
    assert not (tmp_path / "a" / "manifest.json").exists()
    kept = len(list((tmp_path / "a" / "runs").glob("*/run.json")))
    assert kept > 0
    (faults / "raise-1").unlink()
    output = asked(sensitivity.main, SENSITIVITY, "a")
    assert f"screening: {kept} of {2 * kept} runs to do" in output

    found = table(tmp_path / "a", "screening").set_index("parameter")
    assert found.loc[EXTRA, "importance"] == pytest.approx(3000.0)
    assert found.loc["behaviour.spending.spend_share", "importance"] == 0.0
    assert found["kept"].to_dict() == {EXTRA: True, "behaviour.spending.spend_share": False, "(dummy)": False}
    page = (tmp_path / "a" / "report.html").read_text()
    assert "<script" not in page
    assert EXTRA in page
    assert (tmp_path / "a" / "figure.png").stat().st_size > 1_000
    assert verify.main([str(tmp_path / "a")]) == 0, capsys.readouterr().err
    opened = experiments.open(tmp_path / "a")
    assert set(opened.tables) == {path.stem for path in (tmp_path / "a" / "tables").iterdir()}
    assert opened.frame("screening").equals(table(tmp_path / "a", "screening"))
    assert len(opened.runs) == len(list((tmp_path / "a" / "runs").iterdir()))
    with pytest.raises(Refusal, match=r"holds an analysis, whose page is drawn by experiments\.sensitivity"):
        report.build(tmp_path / "a")

    output = asked(sensitivity.main, [*SENSITIVITY, "archive=none"], "b")
    assert f"screening: {2 * kept} of {2 * kept} runs to do" in output
    assert hashes(tmp_path / "a") == hashes(tmp_path / "b"), "stopped or not"


@pytest.mark.slow
def test_reverse_stress_finds_the_breaking_value_and_keeps_to_its_folder(asked, tmp_path) -> None:
    output = asked(reverse_stress.main, REVERSE, "r")
    assert f"first at {EXTRA} between" in output
    for bracket in table(tmp_path / "r", "brackets").itertuples():
        assert bracket.status == "found"
        assert bracket.low <= 5000 < bracket.high <= bracket.low + 700
        assert bracket.held_beyond == 0
    path = table(tmp_path / "r", "path")
    assert set(path["place"]) == {"lower end of the range", "just below", "broken"}
    below = path[path["place"] == "just below"]["outcome"].max()
    assert path["outcome"].max() > 300_005_000 >= below

    before = hashes(tmp_path / "r")
    assert "grid: 0 of" in asked(reverse_stress.main, REVERSE, "r")
    assert hashes(tmp_path / "r") == before
    output = asked(reverse_stress.main, [*REVERSE, "reverse_stress.tolerance=600"], "r", 2)
    assert "cannot be continued: it holds this analysis with other settings" in output


@pytest.mark.parametrize(
    ("value", "words"),
    fast_first([(1, "already at the lower end"), (400_000_000, f"at no value tried, up to {EXTRA} = 10000")], 1),
)
def test_reverse_stress_says_when_there_is_nothing_to_find(asked, value, words) -> None:
    texts = [*REVERSE, "reverse_stress.grid_points=2", f"reverse_stress.limit.value={value}"]
    assert words in asked(reverse_stress.main, texts, "n")


def test_frontier_compares_every_point_with_the_market_without_the_rule(asked, tmp_path) -> None:
    asked(frontier.main, FRONTIER, "f")
    found = table(tmp_path / "f", "frontier").set_index("point")
    assert list(found.index) == ["without the rule", "max_apr 0.1", "max_apr 0.3"]
    assert (found["access_difference"].iloc[1:] < 0).all()
    assert found["loss_difference"].tolist() == pytest.approx([0.0, *[-0.1 * 300_000_000] * 2])
    assert not found["dominated"].any(), "less access for less loss"
    assert len(table(tmp_path / "f", "values")) == 6


def test_a_foreign_folder_and_a_file_are_refused(asked, tmp_path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").touch()
    assert "is not empty and holds no analysis" in asked(frontier.main, FRONTIER, "full", 2)
    (tmp_path / "file").touch()
    assert "must be a folder" in asked(frontier.main, FRONTIER, "file", 2)
    assert not (tmp_path / ".runs").exists(), "refused before anything is made beside it"


@pytest.mark.slow
def test_a_finished_analysis_keeps_its_results_and_its_folder(asked, tmp_path, monkeypatch, capsys) -> None:
    """As a study does: they are replaced when new ones are there, not when the same analysis is begun again."""
    asked(frontier.main, FRONTIER, "k")
    before = hashes(tmp_path / "k")
    output = asked(reverse_stress.main, REVERSE, "k", 2)
    assert "cannot be continued: it holds frontier-rate_cap, another study or analysis" in output

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(runner, "carry_out_all", stopped)
        assert "stopped; 6 runs are kept" in asked(frontier.main, FRONTIER, "k", 130)
    assert verify.main([str(tmp_path / "k")]) == 0, capsys.readouterr().err
    assert hashes(tmp_path / "k") == before


@pytest.mark.slow
def test_what_a_killed_writer_left_in_a_new_folder_is_swept(asked, tmp_path) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / ".partial-study.json-1").touch()
    asked(frontier.main, FRONTIER, "p")
    assert list((tmp_path / "p").glob(".partial-*")) == []


@pytest.mark.slow
def test_a_link_that_leads_out_of_the_folder_is_refused(asked, tmp_path) -> None:
    asked(frontier.main, FRONTIER, "l")
    shutil.move(tmp_path / "l" / "tables", tmp_path / "elsewhere")
    (tmp_path / "l" / "tables").symlink_to(tmp_path / "elsewhere")
    assert "tables in it is a link" in asked(frontier.main, FRONTIER, "l", 2)


@pytest.mark.slow
def test_runs_that_another_analysis_finished_are_not_run_again(asked, tmp_path, capsys) -> None:
    asked(frontier.main, FRONTIER, "f")
    assert "grid: 0 of 6 runs to do" in asked(frontier.main, FRONTIER, "g")
    assert hashes(tmp_path / "f") == hashes(tmp_path / "g")
    assert verify.main([str(tmp_path / "g")]) == 0, capsys.readouterr().err


@pytest.mark.slow
def test_an_altered_manifest_is_noticed(asked, tmp_path) -> None:
    asked(frontier.main, FRONTIER, "m")
    path = tmp_path / "m" / "manifest.json"
    path.write_text(path.read_text().replace('"seed": 1', '"seed": 2'))
    assert verify.main([str(tmp_path / "m")]) == 1
    with pytest.raises(CorruptResult, match=r"manifest\.json: is torn or altered"):
        experiments.open(tmp_path / "m")


def test_a_disk_without_room_stops_at_the_first_run_and_says_so(asked, tmp_path, monkeypatch) -> None:
    ran = []

    def full(runs, folder, settings, done, failed, say):
        for run in runs:
            ran.append(run)
            failed(
                run, "Traceback\nexperiments.keep.files.Unwritable: people.parquet: cannot be written: No space left"
            )

    monkeypatch.setattr(runner, "carry_out_all", full)
    output = asked(frontier.main, FRONTIER, "full", 1)
    assert "people.parquet: cannot be written: No space left" in output
    assert len(ran) == 1
    assert "0 runs are kept" in output


@pytest.mark.slow
def test_ctrl_c_keeps_what_is_finished_and_says_how_to_go_on(asked, tmp_path, monkeypatch) -> None:
    market = sys.modules["sim.market"].CreditMarket
    run_to_the_end = market.run
    runs = iter(range(100))

    def impatient(self):
        if next(runs) == 2:
            raise KeyboardInterrupt
        run_to_the_end(self)

    monkeypatch.setattr(market, "run", impatient)
    output = asked(frontier.main, FRONTIER, "c", 130)
    assert "stopped; 2 runs are kept. To continue:" in output
    assert f"sluice frontier {' '.join(FEW)}" in output
    assert not (tmp_path / "c" / "manifest.json").exists()
    assert "grid: 4 of 6 runs to do" in asked(frontier.main, FRONTIER, "c")
