"""Effects by month, by group and by person, on tables small enough to work out by hand."""

import math

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy import stats

from experiments.compare.by_group import effects_by_group
from experiments.compare.by_month import PROFILES, profiles
from experiments.compare.by_person import Pair, transitions
from experiments.compare.intervals import mean_intervals, paired_intervals
from experiments.compare.moves import moves
from experiments.compare.sameness import NONE_KNOWN, SameMarkets
from experiments.compare.statistics import paired_effect
from experiments.compose.study import StudyConfig, compose_study
from experiments.tables.moves import per_thousand
from sim.observe.flags import flags


@pytest.fixture(scope="module")
def study() -> StudyConfig:
    return compose_study(
        [
            "study=baseline",
            "months=6",
            "study.announce_month=2",
            "study.replicates=3",
            "study.horizons=['1-3']",
            "study.secondary=[market.approvals]",
            "study.arms={baseline:[],other:['economy.policy_rate_apr=0.02'],placebo:[]}",
            "study.placebo=placebo",
        ]
    )


def test_intervals_of_columns_are_those_of_each_column_alone() -> None:
    chance = np.random.Generator(np.random.Philox(2))
    values = np.column_stack(
        [chance.normal(size=6), chance.normal(3.0, 2.0, size=6), np.zeros(6), np.full(6, math.nan)]
    )
    values[4, 0] = math.nan
    found = mean_intervals(values)
    for column in range(2):
        alone = paired_effect(list(values[:, column]), [0.0] * 6, "x")
        assert (found.mean[column], found.low[column]) == pytest.approx((alone.mean, alone.low))
        known = values[:, column][np.isfinite(values[:, column])]
        assert stats.t.interval(0.95, known.size - 1, known.mean(), stats.sem(known)) == pytest.approx(
            (found.low[column], found.high[column])
        )
    assert found.mean[2] == 0.0
    assert np.isnan([found.low[2], found.high[2]]).all(), "equal values make no interval"
    assert math.isnan(found.mean[3])
    assert found.replicates.tolist() == [5, 6, 6, 0]
    assert found.method.tolist() == ["t", "t", "no spread", "none"]


def test_paired_columns_are_compared_as_each_alone() -> None:
    changed = np.array([[1.0, 0.3, 5.0, 2.0, 7.0], [4.0, 0.8, 6.0, 3.0, math.nan], [9.0, 0.5, 7.0, 1.0, math.nan]])
    unchanged = np.array([[0.5, 0.1 + 0.2, 2.0, 2.0, 6.0], [1.0, 0.7 + 0.1, 3.0, 3.0, 1.0], [2.0, 0.5, 4.0, 1.0, 2.0]])
    same = np.array([False, False, False, True, True])
    found = paired_intervals(changed, unchanged, same)
    assert found.method.tolist() == ["t", "no spread", "no spread", "identical", "single"]
    assert found.replicates.tolist() == [3, 3, 3, 3, 1]
    assert found.mean == pytest.approx([3.5, 0.0, 3.0, 0.0, 1.0], abs=1e-12)
    for column in range(5):
        alone = paired_effect(list(changed[:, column]), list(unchanged[:, column]), "x", is_same_market=same[column])
        assert alone.method == found.method[column]
        assert (found.low[column], found.high[column]) == pytest.approx((alone.low, alone.high), nan_ok=True)
    counted = paired_intervals(changed[:, 2:4], unchanged[:, 2:4], same[2:4], event_months=1)
    assert counted.method.tolist() == ["count bound", "identical"]
    bound = paired_effect(list(changed[:, 2]), list(unchanged[:, 2]), "x", event_months=1)
    assert (counted.low[0], counted.high[0]) == pytest.approx((bound.low, bound.high))
    assert math.isnan(counted.low[1])


def test_profiles_are_paired_differences_month_by_month(study: StudyConfig) -> None:
    rows = [
        {
            "scenario": "calm",
            "arm": arm,
            "replicate": replicate,
            "month": month,
            "approvals": 100 + 10 * replicate + (effect * (month - 1) * (1 + replicate) if month >= 2 else 0),
        }
        for arm, effect in (("baseline", 0), ("other", 100), ("placebo", 0))
        for replicate in range(3)
        for month in range(6)
        if (arm, replicate, month) != ("other", 2, 5)
    ]
    same = SameMarkets({("calm", "placebo"): frozenset({0, 1, 2})}, {("calm", "other"): 2})
    found = profiles(study, {"market": pd.DataFrame(rows)}, same).to_pandas().set_index(["arm", "month"])
    other = found.loc["other"]
    assert other["months_since_announcement"].tolist() == [-2, -1, 0, 1, 2, 3]
    assert other["mean"].tolist() == [0.0, 0.0, 200.0, 400.0, 600.0, 600.0]
    assert other["replicates"].tolist() == [3, 3, 3, 3, 3, 2], "a month in which one pair has no value keeps the others"
    assert other["method"].tolist() == ["identical", "identical", "t", "t", "t", "t"]
    assert np.isnan([other.loc[0, "low"], other.loc[0, "high"]]).all()
    assert set(found.loc["placebo", "method"]) == {"identical"}
    unknown = profiles(study, {"market": pd.DataFrame(rows)}).to_pandas()
    assert set(unknown.loc[unknown["mean"] == 0.0, "method"]) == {"count bound"}, "equal numbers are no same market"
    known = stats.t.interval(0.95, 2, 200.0, stats.sem([100.0, 200.0, 300.0]))
    assert (other.loc[2, "low"], other.loc[2, "high"]) == pytest.approx(known)
    assert found.loc["placebo"]["placebo"].all()


def test_groups_are_compared_by_what_they_were_in_each_run(study: StudyConfig) -> None:
    rows = [
        {
            "scenario": "calm",
            "arm": arm,
            "replicate": replicate,
            "month": month,
            "dimension": "income_quintile",
            "value": value,
            "borrowers": 50,
            "applications": 10 * month,
            "approvals": (5 - lost) * month,
            "hardship": month,
        }
        for arm, lost in (("baseline", 0), ("other", 1), ("placebo", 0))
        for replicate in range(3)
        for month in range(6)
        for value in ("1", "2")
    ]
    found = effects_by_group(study, [pd.DataFrame(rows)]).to_pandas().set_index(["measure", "arm", "value"])
    access = found.loc[("approval_share", "other", "1")]
    assert (access["mean"], access["baseline_mean"], access["replicates"]) == (pytest.approx(-0.1), 0.5, 3)
    hardship = found.loc[("hardship_share", "other", "2")]
    assert (hardship["mean"], hardship["method"]) == (0.0, "no spread")
    assert math.isnan(hardship["low"])
    assert (access["method"], math.isnan(access["low"])) == ("no spread", True), "the same fall in every pair"
    assert hardship["baseline_mean"] == pytest.approx(0.02 * 4), "months 3 to 5, by people"
    assert set(found.index.get_level_values("measure")) == {"approval_share", "hardship_share"}


def test_a_group_without_anything_to_divide_by_has_no_effect_and_says_in_how_many_pairs(study: StudyConfig) -> None:
    rows = [
        {
            "scenario": "calm",
            "arm": arm,
            "replicate": replicate,
            "month": month,
            "dimension": "income_quintile",
            "value": value,
            "borrowers": 50,
            "applications": 0 if value == "2" and arm == "other" and replicate < 2 else 10,
            "approvals": 0 if value == "2" and arm == "other" and replicate < 2 else 5,
        }
        for arm in ("baseline", "other", "placebo")
        for replicate in range(3)
        for month in range(6)
        for value in ("1", "2")
    ]
    found = effects_by_group(study, [pd.DataFrame(rows)]).to_pandas().set_index(["measure", "arm", "value"])
    one, none = found.loc[("approval_share", "other", "1")], found.loc[("approval_share", "other", "2")]
    assert (one["replicates"], one["pairs_without_value"]) == (3, 0)
    assert (none["replicates"], none["pairs_without_value"], none["baseline_mean"]) == (1, 2, 0.5)


SERVED, INFORMAL, NONE = flags["applied"] | flags["approved"], flags["informal"], flags["applied"]
PEOPLE = [  # in the baseline: flags and lender; in the arm: the same; what it is called
    (SERVED, "a", SERVED, "a", "same_lender"),
    (SERVED, "a", SERVED, "b", "moved"),
    (SERVED, "a", INFORMAL, "none", "to_informal"),
    (SERVED, "b", NONE, "none", "lost"),
    (INFORMAL, "none", SERVED, "a", "from_informal"),
    (INFORMAL, "none", NONE, "none", "left_informal"),
    (NONE, "none", SERVED, "b", "gained"),
    (NONE, "none", INFORMAL, "none", "turned_informal"),
    (NONE, "none", NONE, "none", "unchanged"),
    (SERVED | INFORMAL, "b", SERVED, "b", "same_lender"),
]


def people(words: list[int], lenders: list[str]) -> pa.Table:
    return pa.table({"flags": pa.array(words, pa.int32()), "served_by": pa.array(lenders).dictionary_encode()})


BEFORE = people([row[0] for row in PEOPLE], [row[1] for row in PEOPLE])
AFTER = people([row[2] for row in PEOPLE], [row[3] for row in PEOPLE])


def test_where_people_borrow_is_compared_person_by_person() -> None:
    counted = transitions([Pair("other", "calm", 0, False, AFTER, BEFORE)], flags).to_pandas()
    source = counted[counted["topic"] == "source"]
    expected = pd.Series([row[4] for row in PEOPLE]).value_counts()
    assert source.groupby("change")["borrowers"].sum().to_dict() == expected.to_dict()
    moved = counted[counted["topic"] == "served_by"]
    assert moved[["from_state", "to_state", "change", "borrowers"]].values.tolist() == [["a", "b", "moved", 1]]


def test_moves_come_with_intervals_and_the_placebo_beside(study: StudyConfig) -> None:
    pairs = [
        Pair(arm, "calm", replicate, arm == "placebo", changed, BEFORE)
        for replicate in range(3)
        for arm, changed in (
            ("other", AFTER if replicate else BEFORE),
            ("placebo", AFTER if replicate == 2 else BEFORE),
        )
    ]
    table = moves(
        study, [per_thousand(transitions([pair], flags).to_pandas()) for pair in pairs], NONE_KNOWN
    ).to_pandas()
    found = table[(table["topic"] == "source") & (table["change"] == "moved")].set_index("arm")
    other = found.loc["other"]
    assert other["mean"] == pytest.approx(1000.0 * (0.0 + 0.1 + 0.1) / 3)
    assert other["placebo_mean"] == pytest.approx(1000.0 * 0.1 / 3)
    assert other["beyond_placebo_mean"] == pytest.approx(1000.0 * 0.1 / 3)
    known = stats.t.interval(0.95, 2, 100.0 / 3, stats.sem([0.0, 100.0, 0.0]))
    assert (other["beyond_placebo_low"], other["beyond_placebo_high"]) == pytest.approx(known)
    assert math.isnan(found.loc["placebo", "beyond_placebo_mean"])
    assert moves(study, [], NONE_KNOWN).num_rows == 0


def test_arms_in_which_nobody_moves_have_no_interval_and_are_identical_only_when_they_are(study: StudyConfig) -> None:
    pairs = [
        per_thousand(transitions([Pair(arm, "calm", replicate, False, BEFORE, BEFORE)], flags).to_pandas())
        for replicate in range(3)
        for arm in ("other", "placebo")
    ]
    table = moves(study, pairs, SameMarkets({("calm", "placebo"): frozenset({0, 1, 2})})).to_pandas()
    found = table[(table["topic"] == "default") & (table["change"] == "pushed")].set_index("arm")
    assert found["mean"].tolist() == [0.0, 0.0]
    assert found["low"].isna().all()
    assert found["method"].to_dict() == {"other": "no spread", "placebo": "identical"}
    kept = table[(table["topic"] == "source") & (table["change"] == "same_lender")].set_index("arm")
    assert kept["method"].to_dict() == {"other": "no spread", "placebo": "no spread"}


def test_without_tables_the_profiles_are_an_empty_table_with_its_columns(study: StudyConfig) -> None:
    found = profiles(study, {})
    assert found.num_rows == 0
    assert found.schema == PROFILES
