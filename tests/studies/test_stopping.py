"""The stop rule: when it ends a study, what is refused, and that a killed study ends where a calm one does."""

import json
import math
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from experiments.compare.complete_pairs import half_width
from experiments.compare.declared import confidence_each
from experiments.compare.stopping import Width, look_at, stopped, words
from experiments.compose.stop_settings import StopSettings
from experiments.compose.study import PrimaryOutcome, compose_study
from experiments.keep.files import read_json, read_table
from experiments.refusal import Refusal
from experiments.tables.outcomes import read_horizon
from tests.studies.commands import Sluice, table_hashes
from tests.studies.fake_study import run_study, study_in
from tests.variants import fast_first

ARMS = "study.arms={baseline:[],capped:['policy=[rate_cap]']}"
PRIMARY = (
    "study.primary=[{{outcome:market.approvals,horizon:'1-3',expected_sign:'-',smallest_important_difference:{}}}]"
)
RULE = "study.stop={at_least:2,at_most:10,step:4}"
STUDY = ["months=40", ARMS, "study.horizons=['1-3']", RULE]


def width(half: float, wanted: float, pairs: int = 10) -> Width:
    return Width("market.approvals", "1-3", "capped", "calm", half, wanted, pairs, least_pairs=10)


def test_looks_come_at_every_step_and_at_the_most() -> None:
    assert StopSettings(10, 50, 15).looks() == (10, 25, 40, 50)
    assert StopSettings(4, 4, 5).looks() == (4,)
    assert not StopSettings().is_on


def test_a_look_is_enough_when_every_interval_is_narrow() -> None:
    assert look_at([width(1.0, 1.0), width(0.0, 2.0)], 5).is_enough
    found = look_at([width(1.0, 1.0), width(3.0, 2.0), width(2.0, 1.9)], 5)
    assert (found.narrow, found.effects, found.widest.half_width) == (1, 3, 3.0)
    assert not look_at([width(math.nan, 1.0)], 5).is_enough, "no interval is no narrow interval"


def test_two_pairs_that_happen_to_be_close_are_not_enough_pairs() -> None:
    """Ten replicates in which one arm mostly has no value."""
    assert not look_at([width(0.0, 1.0, pairs=9)], 10).is_enough
    assert look_at([width(0.0, 1.0, pairs=9), width(0.5, 1.0)], 10).widest.pairs == 9


def test_what_the_manifest_says_is_plain_and_put_into_words() -> None:
    enough = stopped([look_at([width(math.nan, 1.0)], 3), look_at([width(0.5, 1.0)], 7)], 0.95)
    assert json.loads(json.dumps(enough, allow_nan=False)) == enough
    assert enough["looks"][0]["widest"]["half_width"] is None
    assert enough["words"].startswith("stopped after 7 replicates: all 1 primary intervals")
    assert "0 of 1" in words(look_at([width(9.0, 1.0)], 11))


def test_intervals_looked_at_allow_for_the_number_of_primary_effects() -> None:
    study = compose_study(["scale=smoke"])  # five outcomes, one arm beside the placebo, two scenarios
    assert confidence_each(study) == pytest.approx(1 - 0.05 / 10)
    values = np.array([1.0, 2.0, 4.0, 8.0])
    known = stats.t.interval(0.995, 3, values.mean(), stats.sem(values))
    assert half_width(values.std(ddof=1), 4, 0.995) == pytest.approx((known[1] - known[0]) / 2)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([ARMS, PRIMARY.format(0.0), RULE], "smallest_important_difference above 0"),
        ([PRIMARY.format(0.1), RULE], "an arm beside the baseline"),
        ([ARMS, PRIMARY.format(0.1), "study.stop={at_least:9,at_most:8}"], "must not exceed at_most 8"),
        ([ARMS, PRIMARY.format(0.1), "study.stop={at_least:1,at_most:8}"], "must lie in 2 to"),
        ([ARMS, PRIMARY.format(0.1), RULE, "study.replicates=4"], "has no effect beside a stop rule"),
    ],
)
def test_a_rule_that_could_not_work_is_refused(texts: list[str], expected: str) -> None:
    with pytest.raises(Refusal, match=expected):
        compose_study(["study=baseline", "study.horizons=['1-3']", *texts])


def stopping_study(folder: Path, **important: float) -> dict[str, object]:
    """Live the small study, whose arms differ in what a lender may lend, under a stop rule of 2 to 6 replicates."""
    names = {"approvals": "market.approvals", "hardship": "market.hardship_share", "debt": "market.debt_fen"}
    primary = tuple(PrimaryOutcome(names[name], "1-3", "?", least) for name, least in important.items())
    stop = StopSettings(at_least=2, at_most=6, step=2)
    study = study_in(folder, primary=primary, stop=stop, horizons=("1-3",), secondary=())
    assert run_study(study._replace(horizons=(read_horizon("1-3", "test"),))) == 0
    return read_json(folder / "manifest.json")


@pytest.mark.usefixtures("fake")
@pytest.mark.parametrize("outcome", fast_first(("debt", "approvals", "hardship"), 1))
def test_arms_that_are_equal_by_chance_stop_no_study(tmp_path: Path, outcome: str) -> None:
    """The arms are other markets: approvals and hardship are equal in all pairs, debt differs by the same amount."""
    manifest = stopping_study(tmp_path / "one", **{outcome: 0.001})
    assert (manifest["replicates"], manifest["stopped"]["reason"]) == (6, "at_most")
    assert [look["narrow"] for look in manifest["stopped"]["looks"]] == [0, 0, 0]
    effect = read_table(tmp_path / "one" / "tables" / "effects.parquet").to_pylist()[0]
    assert effect["sd"] == 0.0
    assert effect["is_precise"] is False
    assert effect["p"] is effect["p_holm"] is None
    assert effect["method"] == ("count bound" if outcome == "approvals" else "no spread")
    assert "though the markets differ" in effect["warning"]
    if outcome != "approvals":
        assert effect["low"] is effect["high"] is effect["simultaneous_half_width"] is None


@pytest.mark.usefixtures("fake")
def test_a_bound_on_counts_may_stop_a_study_and_is_what_the_table_says(tmp_path: Path) -> None:
    manifest = stopping_study(tmp_path / "one", approvals=1e4)
    assert (manifest["replicates"], manifest["stopped"]["reason"]) == (2, "precise")
    effect = read_table(tmp_path / "one" / "tables" / "effects.parquet").to_pylist()[0]
    assert effect["is_precise"] is True
    reach = manifest["stopped"]["looks"][-1]["widest"]["half_width"]
    assert reach == pytest.approx(effect["simultaneous_half_width"], rel=1e-12)
    assert reach == pytest.approx(effect["count_high"]), "one primary effect: the simultaneous bound is the usual one"


@pytest.mark.usefixtures("fake")
def test_an_arm_that_asks_for_the_baselines_market_is_not_waited_for(tmp_path: Path) -> None:
    primary = (PrimaryOutcome("market.approvals", "1-3", "?", 1e4),)
    study = study_in(tmp_path, primary=primary, stop=StopSettings(2, 6, 2), horizons=("1-3",), secondary=())
    arms = {**study.settings.arms, "same": []}
    markets = {**study.markets, ("calm", "same"): study.markets["calm", "baseline"]}
    study = study._replace(
        settings=study.settings._replace(arms=arms), markets=markets, horizons=(read_horizon("1-3", "test"),)
    )
    assert run_study(study) == 0
    manifest = read_json(tmp_path / "manifest.json")
    assert (manifest["replicates"], manifest["stopped"]["reason"]) == (2, "precise")
    assert [look["effects"] for look in manifest["stopped"]["looks"]] == [1]
    effects = {row["arm"]: row for row in read_table(tmp_path / "tables" / "effects.parquet").to_pylist()}
    assert effects["same"]["method"] == "identical"
    assert effects["same"]["is_precise"] is None, "in these pairs it is exactly nothing; there is no interval to judge"
    assert effects["more"]["is_precise"] is True


@pytest.mark.slow
def test_a_study_ends_when_its_intervals_are_narrow(sluice: Sluice) -> None:
    ended = sluice.run(*STUDY, PRIMARY.format(1e9), "executor=serial")
    assert ended.returncode == 0, ended.stderr
    manifest = sluice.manifest()
    assert manifest["replicates"] == 2
    assert manifest["stopped"]["reason"] == "precise"
    assert "stopped after 2 replicates" in ended.stderr
    assert len(sluice.finished()) == 4


@pytest.mark.slow
def test_a_study_that_never_is_precise_ends_at_the_most(sluice: Sluice) -> None:
    assert sluice.run(*STUDY, PRIMARY.format(1e-9), "executor=serial").returncode == 0
    manifest = sluice.manifest()
    assert manifest["replicates"] == 10
    assert manifest["stopped"]["reason"] == "at_most"
    assert [look["replicates"] for look in manifest["stopped"]["looks"]] == [2, 6, 10]


@pytest.mark.slow
def test_a_killed_study_stops_where_an_undisturbed_one_does(sluice: Sluice, tmp_path: Path, sources: Path) -> None:
    calm = Sluice(tmp_path / "calm", sources)
    asked = [*STUDY, PRIMARY.format(0.4)]
    assert calm.run(*asked, "executor=serial").returncode == 0
    assert calm.manifest()["replicates"] == 6, "the rule must have work to do here"
    (sluice.faults / "slow").write_text("0.2")
    process = sluice.start(*asked)
    sluice.await_finished(5, seconds=100)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    (sluice.faults / "slow").unlink()
    time.sleep(1.0)
    assert sluice.run(*asked).returncode == 0
    assert table_hashes(sluice.manifest()) == table_hashes(calm.manifest())
    assert sluice.manifest()["stopped"] == calm.manifest()["stopped"]
    assert calm.run(*asked, "executor=serial").returncode == 0
    events = [json.loads(line)["event"] for line in (calm.out / "log.jsonl").read_text().splitlines()]
    assert events[-1] == "already done", "a study that the rule has ended is only checked"
