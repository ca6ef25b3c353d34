"""Difference-in-differences as a command, on a made study whose panel has a planted effect and a spillover."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import experiments
from experiments import verify
from experiments.analyses.difference_in_differences.command import main
from experiments.keep.files import read_sealed, write_sealed, write_table
from sim.observe.columns import MICRO_SCHEMAS

PEOPLE, MONTHS, EVENT, REPLICATES = 40, 20, 10, 3
EFFECT, SPILLOVER = -5_000, 1_000  # fen
FEW = [
    "difference_in_differences.outcomes=[debt_fen,approved]",
    "difference_in_differences.before_months=6",
    "difference_in_differences.after_months=8",
]


def made_panel(arm: str, replicate: int) -> pd.DataFrame:
    chance = np.random.Generator(np.random.Philox(replicate))
    month, person = (grid.ravel() for grid in np.meshgrid(range(MONTHS), range(PEOPLE), indexing="ij"))
    blank = {name: "none" if kind == "str" else 0 for name, kind in MICRO_SCHEMAS["panel"].items()}
    rows = pd.DataFrame({**blank, "month": month, "borrower": person}, index=range(len(month)))
    noise = chance.integers(-300, 300, size=len(rows)) + 100 * person
    treated, after = person < PEOPLE // 2, month >= EVENT
    made = np.where(treated, EFFECT, SPILLOVER) * after if arm == "cut" else 0
    rows["debt_fen"] = 100_000 + noise + made
    rows["approved"] = chance.integers(0, 2, size=len(rows))
    return rows.assign(arm=arm, scenario="calm", replicate=replicate)


def made_tape(arm: str, replicate: int) -> pd.DataFrame:
    blank = {name: "none" if kind == "str" else 0 for name, kind in MICRO_SCHEMAS["tape"].items()}
    rows = pd.DataFrame({**blank, "borrower": range(PEOPLE), "month": EVENT - 1}, index=range(PEOPLE))
    rows["lender"] = np.where(rows["borrower"] < PEOPLE // 2, "platform_a", "bank_a")
    return rows.assign(status="current", apr=0.2, arm=arm, scenario="calm", replicate=replicate)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = tmp_path / "study"
    (folder / "tables").mkdir(parents=True)
    files = {}
    for name, made in (("panel", made_panel), ("tape", made_tape)):
        parts = [made(arm, replicate) for arm in ("baseline", "cut", "placebo") for replicate in range(REPLICATES)]
        rows = pa.Table.from_pandas(pd.concat(parts), preserve_index=False)
        files[f"tables/{name}.parquet"] = write_table(folder / "tables" / f"{name}.parquet", rows)._asdict()
    manifest = {
        "study": "made",
        "identity": "0",
        "seed": 1,
        "arms": ["baseline", "cut", "placebo"],
        "scenarios": ["calm"],
        "baseline": "baseline",
        "placebo": "placebo",
        "announce_month": EVENT,
        "status": "complete",
        "runs": [],
        "files": files,
    }
    write_sealed(folder / "manifest.json", manifest)
    write_sealed(folder / "study.json", {"identity": "0"})
    return folder


def beside(study: Path) -> Path:
    return study.with_name("study-difference_in_differences-customers")


def table(study: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(beside(study) / "tables" / f"{name}.parquet")


def test_the_planted_effect_and_the_bias_of_a_spillover_are_found(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(study), *FEW]) == 0
    bias = table(study, "bias").set_index("outcome")
    debt = bias.loc["debt_fen"]
    assert debt["true_effect"] == EFFECT
    assert debt["spillover"] == SPILLOVER
    assert debt["bias"] == pytest.approx(-SPILLOVER, abs=100), "controls gained, so the loss looks larger"
    assert debt["bias_low"] < debt["bias"] < debt["bias_high"]
    assert debt["covered_share"] == 0.0
    assert debt["replicates"] == REPLICATES
    assert bias.loc["approved", "true_effect"] == 0.0
    assert bias.loc["approved", "bias"] == pytest.approx(bias.loc["approved", "other_trend"])
    events = table(study, "event_study")
    debts = events[events["outcome"] == "debt_fen"].groupby("months_since_event")["effect"].mean()
    assert debts.loc[-6:-2].abs().max() < 400
    assert (debts.loc[0:] + 6_000).abs().max() < 400
    assert "debt_fen: estimated" in capsys.readouterr().out
    page = (beside(study) / "report.html").read_text()
    assert "20 in the first replicate" in page
    assert "<script" not in page
    manifest = read_sealed(beside(study) / "manifest.json")
    assert manifest["of"] == {"study": "made", "identity": "0"}


def test_the_study_is_only_read_and_both_folders_verify(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(study.rglob("*"))
    assert main([str(study), *FEW]) == 0
    assert sorted(study.rglob("*")) == before
    for folder in (study, beside(study)):
        assert verify.main([str(folder)]) == 0, capsys.readouterr().err
        assert "foreign" not in capsys.readouterr().err
    assert experiments.open(study.parent).tables == ("panel", "tape"), "the analysis beside it is left out"
    assert main([str(study), *FEW, f"out={study / 'inside'}"]) == 2
    assert "must lie outside the study's folder" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["manifest.json", "tables/panel.parquet"])
def test_an_altered_study_is_not_believed(study: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    content = bytearray((study / name).read_bytes())
    content[len(content) // 2] ^= 1
    (study / name).write_bytes(bytes(content))
    assert main([str(study), *FEW]) in (1, 2)
    assert Path(name).name in capsys.readouterr().err
    assert not beside(study).exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("difference_in_differences.arm=cuts", "the nearest valid name is cut"),
        ("difference_in_differences.arm=placebo", "arm: not in this study"),
        ("difference_in_differences.scenario=calms", "the nearest valid name is calm"),
        ("difference_in_differences.outcomes=[debts_fen]", "the nearest valid name is debt_fen"),
        ("difference_in_differences.outcomes=[]", "must name at least one column"),
        ("difference_in_differences.before_months=11", "must be at most 10"),
        ("difference_in_differences.after_months=99", "must be at most 10"),
        ("difference_in_differences.treated.lender=platform_z", "the nearest valid name is platform_a"),
        ("difference_in_differences.treated.above_apr=0.9", "leaves 0 people as treated"),
        ("difference_in_differences.treated.lender=''", "leaves 0 people as controls"),
        ("population.size=5", "unknown key; only difference_in_differences="),
    ],
)
def test_what_the_study_does_not_hold_is_refused(
    study: Path, text: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    own = [other for other in FEW if other.partition("=")[0] != text.partition("=")[0]]
    assert main([str(study), *own, text]) == 2
    assert words in capsys.readouterr().err


def test_a_study_that_followed_nobody_is_refused(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    manifest = read_sealed(study / "manifest.json")
    write_sealed(study / "manifest.json", {**manifest, "files": {}})
    assert main([str(study)]) == 2
    assert "observe.panel_people=2000" in capsys.readouterr().err
    assert main([]) == 2
    assert "give the folder of one finished study, gave 0" in capsys.readouterr().err
