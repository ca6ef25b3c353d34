"""Runs that are one market until some month run it once, and share nothing else: who is given what, and who dies."""

from collections import Counter, deque
from functools import cache
from pathlib import Path

import pytest

from experiments.compose.plan import plan
from experiments.compose.run import Run
from experiments.compose.study import compose_study
from experiments.execute.pool import by_shared_warm_up
from experiments.execute.scheduling import Worker, next_run
from sim.past import months_shared
from tests.market.small_market import small
from tests.studies.commands import Sluice, table_hashes

ARMS = [
    "study=tightening",
    "months=40",  # the package of rules is phased in by then
    "study.horizons=[1-12]",
    "study.primary=[]",
    "study.secondary=[market.approvals]",
    "shock.unemployment.start_month=5",
    "policy.joint_lending_floor.effective_month=25",
    "policy.capital_adequacy.effective_month=25",
    "policy.rate_cap.effective_month=25",
    "policy.credit_registry.effective_month=25",
]


def warm_ups(sluice: Sluice) -> Counter[str]:
    lines = (sluice.faults / "warm-ups").read_text().splitlines()
    return Counter(line.split()[0] for line in lines)


# --- what is shared ---------------------------------------------------------------------------------------------------
def test_arms_and_scenarios_of_a_replicate_share_a_warm_up() -> None:
    runs = plan(compose_study(["scale=smoke", "study.replicates=2"]))
    assert len({run.identity for run in runs}) == len(runs) == 12
    shared = by_shared_warm_up(runs)
    assert [len(together) for together in shared.values()] == [6, 6]
    for together in shared.values():
        assert len({run.replicate for run in together}) == 1
        assert {run.arm for run in together} == {"baseline", "tightening", "placebo"}
        assert {run.scenario for run in together} == {"calm", "shock"}
        assert {run.divergence_month for run in together} == {24}, "nothing differs before the announcement"


def test_arms_part_when_the_first_of_them_does() -> None:
    runs = plan(compose_study(["scale=smoke", "study.replicates=1", "shock.unemployment.start_month=11"]))
    assert {run.divergence_month for run in runs} == {11}


def test_a_market_alone_shares_nothing() -> None:
    assert months_shared([small()]) == 0
    assert months_shared([small(months=18), small(months=18)]) == 17


@pytest.mark.parametrize("other", ["seed=2", "economy.policy_rate_apr=0.03", "population.size=2001"])
def test_another_seed_or_parameter_is_another_warm_up(other: str) -> None:
    ours, theirs = (plan(compose_study(["scale=smoke", *more])) for more in ([], [other]))
    assert {run.shared_warm_up for run in ours}.isdisjoint(run.shared_warm_up for run in theirs)


@pytest.mark.slow
@pytest.mark.parametrize("executor", ["serial", "processes"])
def test_every_warm_up_is_run_once(sluice: Sluice, executor: str) -> None:
    replicates = 1 if executor == "serial" else 3
    ended = sluice.run(*ARMS, f"study.replicates={replicates}", f"executor={executor}")
    assert ended.returncode == 0, ended.stderr
    assert len(sluice.finished()) == 6 * replicates
    completed = warm_ups(sluice)
    assert completed.keys() == {str(replicate) for replicate in range(replicates)}
    # A worker that has nothing else left may join another's warm-up, at the end of the study only.
    assert sum(completed.values()) in range(replicates, replicates + (1 if executor == "serial" else 2))


@pytest.mark.slow
def test_killed_run_takes_no_other_along_and_the_bytes_are_those_of_a_calm_study(
    sluice: Sluice, tmp_path: Path, sources: Path
) -> None:
    calm = Sluice(tmp_path / "calm", sources)
    assert calm.run(*ARMS, "study.replicates=2", "executor=serial").returncode == 0
    (sluice.faults / "kill-1").write_text("2")
    ended = sluice.run(*ARMS, "study.replicates=2")
    assert ended.returncode == 0, ended.stderr
    assert table_hashes(sluice.manifest()) == table_hashes(calm.manifest())
    assert warm_ups(sluice)["1"] > warm_ups(calm)["1"], "the warm-up was lost with the worker and was run again"


@pytest.mark.slow
def test_all_runs_of_a_replicate_that_kills_are_set_aside_and_the_rest_go_on(sluice: Sluice) -> None:
    (sluice.faults / "kill-1").write_text("99")
    ended = sluice.run(*ARMS, "study.replicates=3")
    assert ended.returncode == 1
    assert len(sluice.finished()) == 12
    missing = sluice.manifest()["missing"]
    assert isinstance(missing, list)
    assert len(missing) == 6
    assert {each["reason"] for each in missing} == {"its worker was killed 3 times"}


# --- who is given what ------------------------------------------------------------------------------------------------
def runs_of(**sizes: int) -> dict[str, deque[Run]]:
    config = small()
    return by_shared_warm_up(
        [
            Run(f"arm {number}", "calm", 0, 1, config, f"{shared_warm_up}{number}", shared_warm_up, 0)
            for shared_warm_up, count in sizes.items()
            for number in range(count)
        ]
    )


def worker(shared_warm_up: str = "", has_warmed_up: bool = True, run: Run | None = None) -> Worker:
    made = Worker()
    made.shared_warm_up, made.has_warmed_up, made.run = shared_warm_up, has_warmed_up, run
    return made


@cache
def busy() -> Run:
    return runs_of(z=1)["z"][0]


def given(waiting: dict[str, deque[Run]], idle: Worker, *others: Worker) -> str | None:
    run = next_run(waiting, idle, [idle, *others])
    return run.identity if run else None


def test_a_worker_stays_with_its_warm_up() -> None:
    waiting = runs_of(a=1, b=2)
    assert given(waiting, worker("b")) == "b0"
    assert given(waiting, worker("b")) == "b1"
    assert given(waiting, worker("b")) == "a0"
    assert given(waiting, worker("a")) is None


def test_a_new_worker_begins_a_warm_up_that_nobody_has() -> None:
    waiting = runs_of(a=2, b=3, c=1)
    assert given(waiting, worker(), worker("a", run=busy()), worker("b")) == "c0"


def test_workers_share_a_warm_up_rather_than_idle() -> None:
    waiting = runs_of(a=6)
    pool = [worker() for _ in range(4)]
    for each in pool:
        run = next_run(waiting, each, pool)
        assert run is not None
        each.run, each.shared_warm_up, each.has_warmed_up = run, run.shared_warm_up, False
    assert sum(len(left) for left in waiting.values()) == 2


def test_a_newcomer_leaves_alone_what_the_holder_can_begin_sooner() -> None:
    assert given(runs_of(a=1), worker(), worker("a", run=busy())) is None
    assert given(runs_of(a=2), worker(), worker("a", run=busy())) == "a0"
    assert given(runs_of(a=1), worker(), worker("a", has_warmed_up=False, run=busy())) == "a0"
    assert given(runs_of(a=2, b=3), worker(), worker("a", run=busy()), worker("b", run=busy())) == "b0"
