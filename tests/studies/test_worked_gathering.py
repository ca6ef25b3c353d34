"""What a study gathers from 36 runs made by hand, against the same worked out run by run and person by person."""

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from experiments.compare.gather import RUNS_AT_ONCE
from experiments.compare.sameness import same_markets
from experiments.compose.run import Run
from experiments.keep.files import sha256_of, write_sealed
from experiments.keep.runs import RECORD, CompletedRun
from sim.observe.flags import flags
from tests.studies.made_runs import (
    ANNOUNCED,
    ARMS,
    LOST,
    MONTHS,
    PERSONS,
    REPLICATES,
    SCENARIOS,
    WEIGHTS,
    Key,
    Made,
    base_level,
    effect,
    gathered,
    keys,
    level,
    made_study,
    reason_of,
    segment_cells,
    words_of,
)

WINDOW = range(ANNOUNCED + 1, ANNOUNCED + 4)


def complete(scenario: str, arm: str) -> list[int]:
    """Return the replicates that both the arm and its baseline have."""
    return [one for one in range(REPLICATES) if not {(scenario, arm, one), (scenario, "baseline", one)} & LOST]


PAIRS = [(scenario, arm, complete(scenario, arm)) for scenario in SCENARIOS for arm in ARMS[1:]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return gathered(tmp_path_factory.mktemp("made"))


def where(made: Made, table: str, **wanted: object) -> list[dict[str, object]]:
    return [row for row in made.table(table) if all(row[key] == value for key, value in wanted.items())]


def only(made: Made, table: str, **wanted: object) -> dict[str, object]:
    (row,) = where(made, table, **wanted)
    return row


def known_interval(values: list[float]) -> tuple[float, float]:
    return stats.t.interval(0.95, len(values) - 1, np.mean(values), stats.sem(values))


def test_tables_of_runs_stand_one_below_the_other_in_the_order_of_the_plan(made: Made) -> None:
    present = [key for key in keys() if key not in LOST]
    assert len(present) > RUNS_AT_ONCE
    rows = made.table("market")
    assert [(row["scenario"], row["arm"], row["replicate"]) for row in rows[::MONTHS]] == present
    assert [row["debt_fen"] for row in rows] == [level(key) * weight for key in present for weight in WEIGHTS]
    assert list(rows[0])[:3] == ["arm", "scenario", "replicate"]


def test_records_are_of_the_bytes_that_lie_there(made: Made) -> None:
    assert set(made.written) == {
        f"tables/{name}.parquet"
        for name in ("market", "segment", "transitions", "effects", "differences", "profiles", "group_effects", "moves")
    }
    for name, record in made.written.items():
        path = made.folder / name
        assert (record.sha256, record.bytes) == (sha256_of(path), path.stat().st_size)
        assert record.rows == len(made.table(path.stem))


@pytest.mark.parametrize(("scenario", "arm", "replicates"), PAIRS)
def test_effects_are_of_each_arm_and_its_own_baseline(
    made: Made, scenario: str, arm: str, replicates: list[int]
) -> None:
    for horizon, weight in (("1-3", 3.0), ("end", 40.0)):
        selection = {"outcome": "market.debt_fen", "horizon": horizon, "arm": arm, "scenario": scenario}
        changes = [weight * effect((scenario, arm, one)) for one in replicates]
        levels = [weight * base_level((scenario, arm, one)) for one in replicates]
        found = where(made, "differences", **selection)
        assert [row["replicate"] for row in found] == replicates
        assert [row["difference"] for row in found] == pytest.approx(changes)
        assert [row["baseline_level"] for row in found] == pytest.approx(levels)
        row = only(made, "effects", **selection)
        assert row["mean"] == pytest.approx(np.mean(changes))
        assert row["baseline_mean"] == pytest.approx(np.mean(levels))
        assert row["sd"] == pytest.approx(np.std(changes, ddof=1))
        assert (row["low"], row["high"]) == pytest.approx(known_interval(changes))
        assert (row["replicates"], row["placebo"], row["primary"]) == (len(replicates), arm == "placebo", False)
        missing = REPLICATES - len(replicates)
        assert (f"{missing} of {REPLICATES} pairs missing" in row["warning"]) == (missing > 0)


@pytest.mark.parametrize(("scenario", "arm", "replicates"), PAIRS)
def test_profiles_are_of_each_month(made: Made, scenario: str, arm: str, replicates: list[int]) -> None:
    rows = where(made, "profiles", outcome="market.debt_fen", arm=arm, scenario=scenario)
    assert [row["month"] for row in rows] == list(range(MONTHS))
    assert [row["months_since_announcement"] for row in rows] == [month - ANNOUNCED for month in range(MONTHS)]
    for row, weight in zip(rows, WEIGHTS, strict=True):
        changes = [float(weight * effect((scenario, arm, one))) for one in replicates]
        assert row["mean"] == pytest.approx(np.mean(changes))
        assert (row["low"], row["high"]) == pytest.approx(known_interval(changes))
        assert (row["replicates"], row["method"], row["placebo"]) == (len(replicates), "t", arm == "placebo")


@pytest.mark.parametrize(("scenario", "arm", "replicates"), PAIRS)
def test_groups_of_all_runs_are_compared(made: Made, scenario: str, arm: str, replicates: list[int]) -> None:
    def share(key: Key, group: str) -> float:
        cells = [cell for cell in segment_cells(key) if cell[0] in WINDOW and cell[1] == group]
        return sum(cell[3] for cell in cells) / sum(cell[2] for cell in cells)

    for group in ("1", "2"):
        before = [share((scenario, "baseline", one), group) for one in replicates]
        changes = [share((scenario, arm, one), group) - was for one, was in zip(replicates, before, strict=True)]
        selection = {"measure": "approval_share", "dimension": "region", "value": group, "horizon": "1-3"}
        row = only(made, "group_effects", arm=arm, scenario=scenario, **selection)
        assert row["mean"] == pytest.approx(np.mean(changes))
        assert row["baseline_mean"] == pytest.approx(np.mean(before))
        assert (row["low"], row["high"]) == pytest.approx(known_interval(changes))
        assert (row["replicates"], row["placebo"]) == (len(replicates), arm == "placebo")


def access(word: int) -> str:
    if word & flags["approved_before"]:
        return "kept" if word & flags["approved"] else "lost" if word & flags["applied"] else "stopped"
    return "gained" if word & flags["approved"] else "never"


@pytest.mark.parametrize(("scenario", "arm", "replicates"), PAIRS)
def test_people_are_compared_with_themselves_in_the_baseline_of_their_replicate(
    made: Made, scenario: str, arm: str, replicates: list[int]
) -> None:
    rows = where(made, "transitions", scenario=scenario, arm=arm)
    assert sorted({int(row["replicate"]) for row in rows}) == replicates
    for one in replicates:
        before, after = words_of((scenario, "baseline", one)), words_of((scenario, arm, one))
        lots: Counter[tuple[str, ...]] = Counter()
        for person, (old, new) in enumerate(zip(before, after, strict=True)):
            states = [("access", access(old), access(new))]
            was, turned = ("default" if word & flags["default"] else "no default" for word in (old, new))
            states.append(("default", was, turned))
            for topic, old_state, new_state in states:
                lots[topic, "all", "all", old_state, new_state] += 1
                lots[topic, "region", str(person % 2), old_state, new_state] += 1
            if access(new) == "lost" != access(old):
                reason = reason_of(person, (scenario, arm, one))
                lots["last_refusal", "all", "all", access(old), reason] += 1
        found = Counter(
            {
                (
                    str(row["topic"]),
                    str(row["dimension"]),
                    str(row["value"]),
                    str(row["from_state"]),
                    str(row["change"] if row["topic"] == "last_refusal" else row["to_state"]),
                ): int(row["borrowers"])
                for row in rows
                if row["replicate"] == one and row["topic"] in ("access", "default", "last_refusal")
            }
        )
        assert found == lots
        assert all(row["placebo"] == (arm == "placebo") for row in rows)


def spared(scenario: str, arm: str, one: int) -> float:
    before, after = words_of((scenario, "baseline", one)), words_of((scenario, arm, one))
    bit = flags["default"]
    return 1_000 * sum(bool(old & bit) and not new & bit for old, new in zip(before, after, strict=True)) / PERSONS


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_moves_are_means_over_pairs_with_the_placebo_of_the_same_replicates_beside(made: Made, scenario: str) -> None:
    mine, beside = (
        {one: spared(scenario, arm, one) for one in complete(scenario, arm)} for arm in ("capped", "placebo")
    )
    selection = {"topic": "default", "change": "spared", "dimension": "all", "scenario": scenario}
    row = only(made, "moves", arm="capped", **selection)
    assert len(set(mine.values())) > 1
    assert (row["mean"], row["replicates"]) == (pytest.approx(np.mean(list(mine.values()))), len(mine))
    assert (row["low"], row["high"]) == pytest.approx(known_interval(list(mine.values())))
    assert row["placebo_mean"] == pytest.approx(np.mean(list(beside.values())))
    beyond = [mine[one] - beside[one] for one in mine]
    assert row["beyond_placebo_mean"] == pytest.approx(np.mean(beyond))
    assert (row["beyond_placebo_low"], row["beyond_placebo_high"]) == pytest.approx(known_interval(beyond))


def test_a_rare_count_that_is_equal_in_all_pairs_is_bounded_and_not_called_identical(made: Made) -> None:
    rows = where(made, "effects", outcome="market.informal_defaults", scenario="calm", horizon="1-3")
    assert [row["method"] for row in rows] == ["count bound", "count bound"]
    for row in rows:
        assert row["mean"] == 0.0
        exact = (stats.chi2.ppf(0.9875, 20) - stats.chi2.ppf(0.0125, 18)) / 2 / 18  # 9 events in 6 pairs, 3 months
        spread = stats.t.ppf(0.975, 5) * math.sqrt(2 * np.var([0, 3, 0, 3, 0, 3], ddof=1) / 6) / 3
        assert row["high"] == row["count_high"] == pytest.approx(max(exact, spread))
        assert row["p"] is row["is_precise"] is None
    months = where(made, "profiles", outcome="market.informal_defaults", scenario="calm", arm="capped")
    assert {row["method"] for row in months} == {"count bound"}
    assert all(row["low"] < 0.0 < row["high"] for row in months)


def test_arms_are_called_identical_where_their_tables_are_equal_or_their_warm_up_was_run_once(tmp_path: Path) -> None:
    """All runs of the placebo but one hold the tables of the baseline; what is shared ends with month 2."""

    def held_by(key: Key) -> Key:
        return (key[0], "baseline", key[2]) if key[1] == "placebo" and key != ("shock", "placebo", 0) else key

    made = gathered(tmp_path, 2, held_by, divergence_month=3)
    rare = {
        (row["scenario"], row["arm"], row["horizon"]): row
        for row in where(made, "effects", outcome="market.informal_defaults")
    }
    assert {cell: row["method"] for cell, row in rare.items() if cell[2] == "end"} == {
        ("calm", "capped", "end"): "count bound",
        ("calm", "placebo", "end"): "identical",
        ("shock", "capped", "end"): "single",
        ("shock", "placebo", "end"): "count bound",
    }
    same = rare["calm", "placebo", "1-3"]
    assert same["low"] is same["high"] is same["p"] is same["sd"] is None
    assert rare["calm", "capped", "1-3"]["method"] == "count bound", "the horizon reaches beyond the shared warm-up"
    debt = {row["scenario"]: row for row in where(made, "effects", outcome="market.debt_fen", arm="placebo")}
    assert (debt["calm"]["method"], debt["shock"]["method"]) == ("identical", "t")
    months = where(made, "profiles", outcome="market.informal_defaults", scenario="calm", arm="capped")
    assert [row["method"] for row in months] == ["identical"] * 3 + ["count bound"] * 4
    assert all((row["low"] is None) == (row["method"] == "identical") for row in months)
    groups = where(made, "group_effects", measure="hardship_share", horizon="end", value="1")
    assert {(row["scenario"], row["arm"]): row["method"] for row in groups} == {
        ("calm", "capped"): "no spread",
        ("calm", "placebo"): "identical",
        ("shock", "capped"): "single",
        ("shock", "placebo"): "no spread",
    }


def run_of(arm: str, replicate: int, identity: str, shared_warm_up: str = "one", month: int = 5) -> Run:
    config = made_study().markets["calm", "baseline"]
    return Run(
        arm, "calm", replicate, 1, config, identity=identity, shared_warm_up=shared_warm_up, divergence_month=month
    )


@pytest.mark.parametrize(
    ("mine", "held", "replicates"),
    [
        ("ab", "xy", {0, 1}),  # the very runs of the baseline
        ("cb", "xyz", {1}),
        ("cd", "xyxy", {0, 1}),  # other configurations, equal tables
        ("cd", "xyyx", set()),  # equal to those of the other replicate
    ],
)
def test_runs_are_the_same_market_by_identity_or_by_their_tables(
    tmp_path: Path, mine: str, held: str, replicates: set[int]
) -> None:
    kept = kept_runs(tmp_path, dict(zip("abcd", held, strict=False)))
    runs = [run_of("baseline", at, "ab"[at]) for at in (0, 1)] + [run_of("placebo", at, mine[at]) for at in (0, 1)]
    found = same_markets(made_study(), tmp_path, runs, kept)
    assert set(found.replicates.get(("calm", "placebo"), ())) == replicates
    assert found.are_same("calm", "placebo", [0, 1]) == (replicates == {0, 1})
    assert not found.are_same("shock", "placebo", [0])
    assert not found.are_same("calm", "placebo", []), "no pair proves nothing"


def kept_runs(root: Path, held: dict[str, str]) -> dict[str, CompletedRun]:
    """Write what the records of runs say of their one table, by identity."""
    for name, table in held.items():
        (root / "runs" / name).mkdir(parents=True)
        write_sealed(root / "runs" / name / RECORD, {"files": {"market.parquet": {"sha256": table}}})
    return {name: CompletedRun(name, "", 0.0) for name in held}


def test_arm_and_baseline_part_in_the_first_month_in_which_any_replicate_may(tmp_path: Path) -> None:
    kept = kept_runs(tmp_path, dict(zip("abcd", "abcd", strict=True)))
    base = [run_of("baseline", 0, "a", "one", 9), run_of("baseline", 1, "b", "two", 9)]
    for shared_warm_up, month in (("two", 4), ("else", 0)):
        capped = [run_of("capped", 0, "c", "one", 4), run_of("capped", 1, "d", shared_warm_up)]
        found = same_markets(made_study(), tmp_path, [*base, *capped], kept)
        assert found.parting_month("calm", "capped") == month
        assert found.parting_month("calm", "placebo") == 0
        assert not found.replicates
