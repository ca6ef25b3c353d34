"""Several whole studies by one command, and what is estimated beforehand of one."""

import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from experiments.compose.overrides import out_override, read_override
from experiments.compose.plan import plan
from experiments.compose.study import StudyConfig, compose_study
from experiments.execute.dry_run import check_disk
from experiments.execute.estimate import REFERENCE, forecast, seconds_of
from experiments.execute.pool import by_shared_warm_up
from experiments.execute.several_studies import carry_out_studies, expanded
from experiments.execute.timing import TimedMarket, rates_of
from experiments.refusal import Refusal
from experiments.run import main
from experiments.terminal.command_line import command_here
from tests.studies.commands import Sluice, await_that

QUICK = REFERENCE._replace(month_seconds=1.0, person_month_seconds=0.0, run_seconds=10.0)


# --- several studies --------------------------------------------------------------------------------------------------
def test_values_are_combined_as_hydra_does() -> None:
    found = expanded(["study=baseline,rumour", "seed=range(1,3)", "policy=[rate_cap]"])
    assert found == [
        [f"study={study}", f"seed={seed}", "policy=[rate_cap]"] for study in ("baseline", "rumour") for seed in (1, 2)
    ]


@pytest.mark.parametrize("text", ["study=glob(*)", "seed", "a=${oc.env:HOME}"])
def test_what_cannot_be_expanded_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        expanded([text])


@pytest.mark.slow
def test_each_study_has_a_folder_and_a_mistake_in_the_last_stops_the_first(sluice: Sluice) -> None:
    asked = ["-m", "seed=1,2", "study.replicates=2", "executor=serial"]
    ended = sluice.run(*asked)
    assert ended.returncode == 0, ended.stderr
    listed = json.loads((sluice.out / "studies.json").read_text())["studies"]
    assert len(listed) == 2
    for each in listed:
        manifest = json.loads((sluice.out / each["folder"] / "manifest.json").read_text())
        assert f"seed={manifest['seed']}" in each["overrides"]
        assert f"study.replicates={manifest['replicates']}" in each["overrides"]
    again = sluice.run(*asked)
    assert again.returncode == 0, again.stderr
    assert "2 of 2 runs were completed before" in again.stderr
    refused = sluice.call([*sluice.command("-m", "seed=1,-2"), f"out={sluice.folder / 'other'}"])
    assert refused.returncode == 2
    assert not (sluice.folder / "other").exists()


ONE = ["seed=1,2", "study=baseline", "population.size=300", "months=30", "report.draw=false"]


def never(*_: object) -> int:
    raise AssertionError("nothing may be computed")


@pytest.mark.parametrize(
    "fault", ["a file", "a study", "other studies", "a damaged list", "a file above", "a long name"]
)
def test_place_that_is_no_good_is_refused_before_anything_is_computed(tmp_path: Path, fault: str) -> None:
    out = tmp_path / "out"
    if fault in ("a study", "other studies", "a damaged list"):
        out.mkdir()
    if fault == "a file":
        out.write_text("years of work")
    elif fault == "a file above":
        out = Path(__file__) / "out"
    elif fault == "a long name":
        out = tmp_path / ("x" * 300)
    elif fault == "a study":
        (out / "study.json").write_text("{}")
    elif fault == "other studies":
        (out / "studies.json").write_text(json.dumps({"studies": [{"folder": "a", "overrides": []}]}))
    else:
        (out / "studies.json").write_text("{")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(Refusal, match=r"^out: "):
        carry_out_studies([*ONE, f"out={out}"], [], never)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_folders_and_the_command_that_continues_them_all(tmp_path: Path) -> None:
    """The place may have a name that an override needs in quotes, and the shell in others."""
    folder = tmp_path / "it's, mine"
    calls: list[tuple[list[str], str]] = []

    def main(texts: Sequence[str], again: str) -> int:
        calls.append((list(texts), again))
        return 130

    for _ in range(2):
        assert carry_out_studies([*ONE, out_override(folder)], [], main) == 130
    assert len(calls) == 2, "after Ctrl-C no other study is begun"
    listed = json.loads((folder / "studies.json").read_text())["studies"]
    assert len(listed) == 2
    for texts, again in calls:
        assert read_override(texts[-1]).value == str(folder / listed[0]["folder"])
        assert again == command_here("run", "-m", *ONE, out_override(folder))


@pytest.mark.slow
def test_ctrl_c_prints_the_command_that_goes_on_with_all_of_them(sluice: Sluice) -> None:
    (sluice.faults / "slow").write_text("0.4")
    process = sluice.start("-m", "seed=1,2", "study.replicates=4", "executor=serial")
    await_that(lambda: list(sluice.out.glob("01-*/runs/*/run.json")), "no run was finished")
    process.send_signal(signal.SIGINT)
    _, output = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in output
    (sluice.faults / "slow").unlink()
    ended = sluice.call(["sh", "-c", output.splitlines()[-1]])  # as it was printed
    assert ended.returncode == 0, ended.stderr
    assert len(list(sluice.out.glob("*/manifest.json"))) == 2


@pytest.mark.slow
def test_a_launcher_of_hydra_can_run_whole_studies(sluice: Sluice, sources: Path) -> None:
    """As the guide tells it: an app of one's own, whose task is one study."""
    script = sluice.folder / "studies.py"
    script.write_text(
        "import hydra\n"
        "from hydra.core.hydra_config import HydraConfig\n"
        "from experiments.run import main\n\n"
        "@hydra.main(version_base='1.3', config_path=None)\n"
        "def study(_):\n"
        "    job = HydraConfig.get()\n"
        f"    main([*job.overrides.task, 'out={sluice.folder}/study-' + str(job.job.num), 'executor=serial'])\n\n"
        "study()\n"
    )
    base = ["+study=baseline", "+population.size=300", "+months=30", "+report.draw=false", "+study.replicates=1"]
    ended = sluice.call([sys.executable, str(script), "-m", *base, "+seed=1,2"])
    assert ended.returncode == 0, ended.stderr
    manifests = [json.loads((sluice.folder / f"study-{number}" / "manifest.json").read_text()) for number in (0, 1)]
    assert [manifest["seed"] for manifest in manifests] == [1, 2]


def test_a_flag_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--dry-rum"]) == 2
    assert "--dry-rum: no such flag; the nearest valid name is --dry-run" in capsys.readouterr().err


# --- what is estimated beforehand
# ---------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def study() -> StudyConfig:
    return compose_study(["scale=smoke", "study.replicates=4"])


def test_workers_share_warm_ups_in_the_forecast_as_in_a_study(study: StudyConfig) -> None:
    runs = plan(study)
    shared_warm_up, own = 72 + 24, (72 - 24) + 10.0  # months of a second each, and what every run adds
    assert seconds_of(runs, 1, QUICK) == pytest.approx(4 * shared_warm_up + 24 * own)
    assert seconds_of(runs, 2, QUICK) == pytest.approx((4 * shared_warm_up + 24 * own) / 2)
    first = [run for run in runs if run.replicate == 0]
    assert len(by_shared_warm_up(first)) == 1
    assert seconds_of(first, 2, QUICK) == pytest.approx(shared_warm_up + 3 * own), (
        "the second worker runs the warm-up too"
    )
    assert seconds_of([], 2, QUICK) == 0.0


def test_more_people_replicates_and_fewer_workers_need_more(study: StudyConfig) -> None:
    runs = plan(study)
    serial = study._replace(executor=study.executor._replace(kind="serial"))
    base = forecast(study, runs, len(runs), REFERENCE)
    half = forecast(study, runs[: len(runs) // 2], len(runs) // 2, REFERENCE)
    alone = forecast(serial, runs, len(runs), REFERENCE)
    assert half.seconds < base.seconds
    assert half.disk_bytes == pytest.approx(base.disk_bytes / 2)
    assert alone.workers == 1
    assert forecast(study, [], len(runs), REFERENCE).seconds < base.seconds


def test_two_sizes_tell_what_hangs_on_people() -> None:
    small, large = (
        TimedMarket(people, 60, 0.01 + 2e-7 * people, 0.3, 600_000, 4 * people) for people in (2_000, 20_000)
    )
    found = rates_of([[small, large]], 2.0)
    assert found.month_seconds == pytest.approx(0.01)
    assert found.person_month_seconds == pytest.approx(2e-7)
    assert found.table_bytes_a_month == pytest.approx(10_000)
    assert found.people_bytes == pytest.approx(4.0)
    alone = rates_of([[small]], 2.0)
    assert alone.month_seconds == pytest.approx(small.month_seconds)


def test_a_full_disk_is_refused_beforehand_unless_allowed(study: StudyConfig, tmp_path: Path) -> None:
    needed = forecast(study, plan(study), 24, REFERENCE)._replace(disk_bytes=1e18)
    with pytest.raises(Refusal, match=r"executor\.allow_above_limits=true"):
        check_disk(study, needed, tmp_path / "not" / "there")
    check_disk(study._replace(executor=study.executor._replace(allow_above_limits=True)), needed, tmp_path)


@pytest.mark.slow
def test_a_dry_run_prints_the_plan_and_makes_no_folder(sluice: Sluice, sources: Path) -> None:
    texts = [
        "months=40",
        "study.arms={baseline:[],twin:[],capped:['policy=[rate_cap]']}",
        "study.replicates=3",
        "--dry-run",
    ]
    (stamp,) = sources.glob("cache/sluice/kernels/ready-*")
    aside = stamp.rename(stamp.with_name("set-aside"))  # so that nothing is tried out on the fake market
    try:
        ended = sluice.run(*texts, "executor=serial")
    finally:
        aside.rename(stamp)
    assert ended.returncode == 0, ended.stderr
    assert not sluice.out.exists()
    lines = {line.split("  ")[0]: line for line in ended.stdout.splitlines()}
    assert "baseline, twin, capped" in lines["arms"]
    assert "6 different ones, 0 finished already" in lines["runs"]
    assert {"time", "memory", "disk", "compiling"} <= set(lines)


@pytest.mark.slow
def test_a_dry_run_refuses_the_folder_of_another_study(sluice: Sluice) -> None:
    assert sluice.run("study.replicates=1", "executor=serial").returncode == 0
    other = sluice.run("study.replicates=1", "seed=9", "--dry-run")
    assert other.returncode == 2
    assert "cannot be continued: it holds this study with other settings: seed was 1 and is 9" in other.stderr


@pytest.mark.slow
def test_a_trial_on_this_machine_gives_rates_that_can_be_believed() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "experiments.run",
            "scale=smoke",
            "months=44",
            "study.horizons=['1-3']",
            "study.primary=[]",
            "executor.workers=1",
            "--dry-run",
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    assert "runs " in done.stdout
