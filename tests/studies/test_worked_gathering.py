"""What a study gathers from 36 runs made by hand, against the same worked out run by run and person by person."""

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from experiments.gather import RUNS_AT_ONCE
from experiments.store import sha256_of
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
        place = {"outcome": "market.debt_fen", "horizon": horizon, "arm": arm, "scenario": scenario}
        changes = [weight * effect((scenario, arm, one)) for one in replicates]
        levels = [weight * base_level((scenario, arm, one)) for one in replicates]
        found = where(made, "differences", **place)
        assert [row["replicate"] for row in found] == replicates
        assert [row["difference"] for row in found] == pytest.approx(changes)
        assert [row["baseline_level"] for row in found] == pytest.approx(levels)
        row = only(made, "effects", **place)
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
        place = {"measure": "approval_share", "dimension": "region", "value": group, "horizon": "1-3"}
        row = only(made, "group_effects", arm=arm, scenario=scenario, **place)
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
    place = {"topic": "default", "change": "spared", "dimension": "all", "scenario": scenario}
    row = only(made, "moves", arm="capped", **place)
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


def test_arms_are_called_identical_where_their_records_are_equal(tmp_path: Path) -> None:
    """The placebo's records are said to be the baseline's; the cap's debt differs, whatever its record says."""
    made = gathered(tmp_path, record_hash=lambda key: repr(key) if key[1] == "capped" else repr((key[0], key[2])))
    rare = {row["arm"]: row for row in where(made, "effects", outcome="market.informal_defaults", scenario="calm")}
    assert rare["placebo"]["method"] == "identical"
    assert rare["placebo"]["low"] is rare["placebo"]["high"] is None
    assert rare["capped"]["method"] == "count bound"
    debt = only(made, "effects", outcome="market.debt_fen", arm="placebo", scenario="calm", horizon="end")
    assert debt["method"] == "t", "numbers that differ are never called identical"


def test_one_other_record_among_the_replicates_is_enough_not_to_be_identical(tmp_path: Path) -> None:
    def record_hash(key: Key) -> str:
        return repr((key[0], key[2], key == ("calm", "placebo", 3)))

    made = gathered(tmp_path, record_hash=record_hash)
    rows = where(made, "effects", outcome="market.informal_defaults", arm="placebo", horizon="end")
    assert {row["scenario"]: row["method"] for row in rows} == {"calm": "count bound", "shock": "identical"}


def test_no_hash_is_no_equal_hash(tmp_path: Path) -> None:
    made = gathered(tmp_path, record_hash=lambda key: "")
    assert not where(made, "effects", method="identical")


def test_months_of_a_past_that_was_lived_once_are_identical_where_nothing_differs(tmp_path: Path) -> None:
    made = gathered(tmp_path, trunk_month=3)
    rows = where(made, "profiles", outcome="market.informal_defaults", scenario="calm", arm="capped")
    assert [row["method"] for row in rows] == ["identical"] * 3 + ["count bound"] * 4
    assert all(row["low"] is None for row in rows[:3])
    ends = where(made, "effects", outcome="market.informal_defaults", scenario="calm", arm="capped")
    assert {row["method"] for row in ends} == {"count bound"}, "the horizons reach beyond the shared past"
