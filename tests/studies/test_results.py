"""A finished study is one query away: Arrow, pandas and SQL, every file checked before it is believed."""

import contextlib
import platform
import shutil
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

import experiments
from experiments import machine, verify
from experiments.compose.plan import plan
from experiments.keep.files import CorruptResult, write_json, write_sealed, write_table
from experiments.keep.query import connection
from experiments.refusal import Refusal
from tests.studies.fake_study import RUNS, composed, fake_market, flip, run_study, study_in

duckdb = pytest.importorskip("duckdb")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two finished studies side by side."""
    folder = tmp_path_factory.mktemp("studies")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "sim.market", fake_market())
        assert run_study(study_in(folder / "a")) == 0
        assert run_study(study_in(folder / "b", replicates=3)) == 0
    return folder


@pytest.fixture
def copied(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder / "a", tmp_path / "a"))


def test_tables_come_as_arrow_and_pandas(folder: Path) -> None:
    results = experiments.open(folder / "a")
    assert results.tables == tuple(sorted(path.stem for path in folder.glob("a/tables/*.parquet")))
    assert {"differences", "effects", "lender", "market", "transitions"} <= set(results.tables)
    assert isinstance(results.table("market"), pa.Table)
    assert results.table("market").column_names[:4] == ["arm", "scenario", "replicate", "month"]
    assert results.table("market").num_rows == RUNS * 30
    assert isinstance(results.frame("market"), pd.DataFrame)
    assert results.effects.equals(results.frame("effects"))
    assert results.study == "baseline"
    assert results.manifest["status"] == "complete"
    assert "4 runs" in repr(results)


def test_columns_and_rows_are_chosen(folder: Path) -> None:
    results = experiments.open(folder / "a")
    asked = [("lender", "==", "bank_a"), ("month", "in", [3, 4]), ("arm", "==", "more")]
    frame = results.frame("lender", columns=["replicate", "month", "mean_apr"], filters=asked)
    assert list(frame.columns) == ["replicate", "month", "mean_apr"]
    assert sorted(zip(frame["replicate"], frame["month"], strict=True)) == [(0, 3), (0, 4), (1, 3), (1, 4)]


def test_query_agrees_with_pandas(folder: Path) -> None:
    results = experiments.open(folder / "a")
    found = results.query("select arm, avg(mean_apr) as apr from lender group by arm order by arm").df()
    by_hand = results.frame("lender").groupby("arm")["mean_apr"].mean()
    assert list(found["arm"]) == list(by_hand.index)
    assert found["apr"].to_numpy() == pytest.approx(by_hand.to_numpy(), rel=1e-12)
    joined = results.query(
        "select count(*) from market m join lender l using (arm, scenario, replicate, month) where l.kind = 'bank'"
    )
    assert joined.fetchall() == [(RUNS * 30 * 2,)]


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('/etc/hostname')",
        "select * from '{folder}/a/tables/market.parquet'",
        "copy market to '{folder}/stolen.csv'",
        "attach '{folder}/stolen.db'",
        "install httpfs",
        "set enable_external_access=true",
    ],
)
def test_query_touches_nothing_but_the_tables(folder: Path, sql: str) -> None:
    with pytest.raises((duckdb.PermissionException, duckdb.InvalidInputException)):
        experiments.open(folder / "a").query(sql.format(folder=folder)).fetchall()
    assert list(folder.glob("stolen*")) == []


def test_query_without_its_library_names_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(Refusal, match=r"pip install -e '\.\[query\]'"):
        experiments.open(folder / "a").query("select 1")


def test_several_studies_are_one_set_of_tables(folder: Path) -> None:
    for results in (experiments.open(folder), experiments.open_many([folder / "a", folder / "b"])):
        counts = results.frame("market").groupby("study").size().to_dict()
        assert counts == {"a": RUNS * 30, "b": 6 * 30}
        found = results.query("select study, count(*) from market group by study order by study").fetchall()
        assert found == [("a", RUNS * 30), ("b", 6 * 30)]
        assert results.frame("market", columns=["study", "arm"]).columns.tolist() == ["study", "arm"]
        assert results.frame("market", columns=["arm"]).columns.tolist() == ["arm"]
        assert set(results.manifest) == {"a", "b"}
        with pytest.raises(Refusal, match="one study at a time"):
            results.verify()


def test_folder_given_twice_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    with pytest.raises(Refusal, match="each folder once, and a was given twice"):
        experiments.open_many([folder / "a", "a"])


def test_runs_and_their_people_are_found(folder: Path) -> None:
    results = experiments.open(folder / "a")
    assert len(results.runs) == RUNS
    assert set(results.runs.columns) >= {"study", "arm", "scenario", "replicate", "identity", "folder", "record_hash"}
    assert results.people("more", "calm", 1).num_rows == 300
    with pytest.raises(Refusal, match="people: no run mor / calm / 1; the nearest valid name is more / calm / 1"):
        results.people("mor", "calm", 1)


def test_columns_are_described_with_unit_and_meaning(folder: Path) -> None:
    for name in experiments.open(folder / "a").tables:
        shown = experiments.open(folder / "a").schema(name)
        assert list(shown.columns) == ["name", "type", "unit", "meaning", "made_of"]
        assert list(shown["name"]) == experiments.open(folder / "a").table(name).column_names
        assert (shown["meaning"] != "").all()


def test_mistakes_are_one_message_with_the_nearest_name(folder: Path, tmp_path: Path) -> None:
    results = experiments.open(folder / "a")
    with pytest.raises(Refusal, match="lendr: no such table; the nearest valid name is lender"):
        results.table("lendr")
    with pytest.raises(Refusal, match=r"lender\.mean_ap: no such column; the nearest valid name is mean_apr"):
        results.frame("lender", columns=["mean_ap"])
    with pytest.raises(Refusal, match=r"market\.mont: no such column"):
        results.frame("market", filters=[("mont", "==", 1)])
    with pytest.raises(Refusal, match=r"market\.month: holds numbers"):
        results.frame("market", filters=[("month", "==", "1")])
    with pytest.raises(Refusal, match=r"market: columns are a list of names, such as \['arm'\], was 'arm'"):
        results.frame("market", columns="arm")
    with pytest.raises(Refusal, match="no such folder"):
        experiments.open(tmp_path / "nowhere")
    with pytest.raises(Refusal, match=r"manifest\.json: is missing"):
        experiments.open(tmp_path)
    with pytest.raises(Refusal, match="at least one folder"):
        experiments.open_many([])
    with pytest.raises(AttributeError, match="no attribute 'opne'"):
        experiments.opne  # noqa: B018


def test_study_that_has_not_finished_says_so(copied: Path) -> None:
    (copied / "manifest.json").unlink()
    with pytest.raises(Refusal, match="the study has not finished; the command that began it continues it"):
        experiments.open(copied)


def test_folder_of_studies_leaves_out_analyses_and_what_has_not_finished(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a", "b", "begun", "torn"):
        shutil.copytree(folder / ("a" if name == "a" else "b"), tmp_path / name)
    (tmp_path / "begun" / "manifest.json").unlink()
    (tmp_path / "frontier").mkdir()
    write_sealed(tmp_path / "frontier" / "manifest.json", {"tool": "frontier", "files": {}, "runs": []})
    write_json(tmp_path / "torn" / "manifest.json", {"files": {}, "runs": []})
    with pytest.raises(CorruptResult, match=r"torn/manifest\.json: is torn or altered"):
        experiments.open(tmp_path)
    shutil.rmtree(tmp_path / "torn")
    capsys.readouterr()

    results = experiments.open(tmp_path)
    assert set(results.manifest) == {"a", "b"}
    assert results.left_out == {"begun": "it has not finished", "frontier": "it is an analysis, by frontier"}
    output = capsys.readouterr().err
    for name, why in results.left_out.items():
        assert f"{tmp_path / name}: left out, {why}" in output
        assert f"left out {name}, {why}" in repr(results)

    for name in ("a", "b"):
        shutil.rmtree(tmp_path / name)
    with pytest.raises(Refusal, match="holds no finished study"):
        experiments.open(tmp_path)
    assert experiments.open(tmp_path / "frontier").tables == (), "asked for by name, an analysis is opened"


@pytest.mark.parametrize("part", [0.02, 0.3, 0.6, 0.99])
def test_flipped_bit_is_noticed_by_every_way_of_reading(copied: Path, part: float) -> None:
    flip(copied / "tables" / "market.parquet", part)
    results = experiments.open(copied)
    for read in (results.table, results.frame, lambda name: results.query(f"select * from {name}")):
        with pytest.raises(CorruptResult, match=r"market\.parquet: is torn or altered"):
            read("market")
    assert experiments.open(copied).table("lender").num_rows > 0


def test_flipped_bit_inside_a_page_is_noticed_by_queries_too(tmp_path: Path) -> None:
    """The database's own reader of files, as a control, believes the altered page."""
    path = tmp_path / "market.parquet"
    write_table(path, pa.table({"debt_fen": [index * 7919 % 104729 for index in range(50_000)]}))
    total = connection({"market": [(None, path)]}).sql("select sum(debt_fen) from market").fetchall()
    for position in range(2_000, path.stat().st_size - 2_000, 500):
        whole = path.read_bytes()
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
        with pytest.raises(duckdb.Error, match="CRC checksum verification failed"):
            connection({"market": [(None, path)]}).sql("select sum(debt_fen) from market").fetchall()
        with contextlib.suppress(duckdb.Error):
            if duckdb.sql(f"select sum(debt_fen) from '{path}'").fetchall() != total:
                return  # a wrong sum, and no word of it
        path.write_bytes(whole)
    raise AssertionError("the control has noticed every flipped bit")


def test_altered_manifest_is_not_believed(copied: Path) -> None:
    path = copied / "manifest.json"
    path.write_text(path.read_text().replace('"status": "complete"', '"status": "completed"'))
    with pytest.raises(CorruptResult, match=r"manifest\.json: is torn or altered"):
        experiments.open(copied)


@pytest.mark.usefixtures("fake")
def test_verify_from_python_chooses_runs_by_chance_and_repeats_by_seed(folder: Path) -> None:
    results = experiments.open(folder / "b")
    first = results.verify(rerun=2, seed=7)
    assert (first.is_well, first.problems, first.foreign) == (True, (), ())
    assert len(set(first.rerun)) == 2
    assert results.verify(rerun=2, seed=7).rerun == first.rerun
    assert len({results.verify(rerun=1).rerun for _ in range(12)}) > 1, "some of twelve choices among six runs differ"
    assert set(results.verify(rerun=99).rerun) == set(results.runs["folder"])


@pytest.mark.usefixtures("fake")
def test_rerun_of_a_run_that_lost_a_table_says_so(copied: Path) -> None:
    lost = next((copied / "runs").glob("*/market.parquet"))
    lost.unlink()
    output = verify.main([str(copied), "--rerun", "99"])
    assert output == 1


@pytest.mark.usefixtures("fake")
def test_rerun_names_the_table_whose_bytes_differ(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    market = fake_market()
    honest = market.Record.people
    monkeypatch.setattr(
        market.Record, "people", lambda self: honest(self).set_column(0, "flags", pa.array([7] * 300, pa.int32()))
    )
    found = experiments.open(copied).verify(rerun=1)
    assert [problem.rpartition("/")[2] for problem in found.problems] == [
        "people.parquet: run again, it gave other bytes"
    ]


@pytest.mark.usefixtures("fake")
def test_rerun_under_another_python_says_so_and_calls_nothing_different(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here = machine.deciding_versions()
    assert here["python"] == f"{sys.version_info.major}.{sys.version_info.minor}"
    monkeypatch.setattr(verify, "deciding_versions", lambda: {**here, "python": "3.99"})
    assert verify.main([str(folder / "a"), "--rerun", "2"]) == 1
    output = capsys.readouterr()
    assert f"python is 3.99 here and was {here['python']}" in output.err
    assert "are as written" in output.out
    assert "differ" not in output.out + output.err
    assert verify.main([str(folder / "a")]) == 0, "files are what they are under any Python"


def test_another_python_makes_another_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that nothing run under one is taken over, or continued, under another."""
    before = [run.identity for run in plan(composed())]
    monkeypatch.setattr(platform, "python_version", lambda: "3.99.1")
    after = [run.identity for run in plan(composed())]
    assert not set(before) & set(after)
    monkeypatch.setattr(platform, "python_version", lambda: "3.99.7")
    assert [run.identity for run in plan(composed())] == after
