"""Where there is nothing to divide by, nothing is compared, and every table and sentence says so."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from experiments.compare.by_month import profiles
from experiments.compare.effects import compare
from experiments.compare.pairs import paired
from experiments.compare.sameness import SameMarkets
from experiments.compose.study import StudyConfig, compose_study
from experiments.validate import Target, validate, words

NOTHING = float("nan")


@pytest.fixture(scope="module")
def study() -> StudyConfig:
    return compose_study(
        [
            *("study=baseline", "months=8", "study.announce_month=2", "study.replicates=3", "study.horizons=['1-4']"),
            "study.secondary=[lender.micro_lender.mean_apr,lender.bank.mean_apr,lender.micro_lender.originations_fen]",
            "+study.arms.cap=['economy.policy_rate_apr=0.02']",
        ]
    )


def lender_rows(micro_closes: dict[int, int]) -> pd.DataFrame:
    """A bank, and a micro-lender that the arm shuts from a month on, which differs by replicate."""
    rows = []
    for arm in ("baseline", "cap"):
        for replicate in range(3):
            for month in range(8):
                shut = arm == "cap" and month >= micro_closes.get(replicate, 99)
                for lender, kind, price in (("a", "bank", 0.10), ("m", "micro_lender", 0.30 + 0.01 * month)):
                    lent = 0 if shut and kind == "micro_lender" else 100
                    charges = round(lent * (price - 0.02 * (arm == "cap") + 0.01 * replicate), 6)
                    key = {"scenario": "calm", "arm": arm, "replicate": replicate, "month": month}
                    made = {"originations_fen": lent, "refinanced_fen": 0, "yearly_charges_fen": charges}
                    rows.append({**key, "lender": lender, "kind": kind, **made})
    return pd.DataFrame(rows)


def effects_of(study: StudyConfig, closes: dict[int, int]) -> tuple[dict[str, dict], pd.DataFrame]:
    effects, differences = compare(study, {"lender": lender_rows(closes)})
    return {row["outcome"].removeprefix("lender."): row for row in effects.to_pylist()}, differences.to_pandas()


def test_a_lender_that_is_shut_has_no_change_of_price(study: StudyConfig) -> None:
    found, differences = effects_of(study, {0: 3, 1: 3, 2: 3})
    price = found["micro_lender.mean_apr"]
    assert (price["mean"], price["low"], price["p"], price["baseline_mean"]) == (None, None, None, None)
    assert (price["method"], price["replicates"], price["pairs_without_value"]) == ("none", 0, 3)
    assert price["warning"].endswith("there is nothing to divide by in the arm")
    assert found["bank.mean_apr"]["mean"] == pytest.approx(-0.02)
    assert found["micro_lender.originations_fen"]["mean"] == -100.0, "an amount of nothing is nothing"
    assert "lender.micro_lender.mean_apr" not in set(differences["outcome"])


def test_pairs_without_a_value_are_left_out_and_counted(study: StudyConfig) -> None:
    found, differences = effects_of(study, {1: 3})
    price = found["micro_lender.mean_apr"]
    assert (price["replicates"], price["pairs_without_value"], price["months_without_value"]) == (2, 1, 0)
    assert price["mean"] == pytest.approx(-0.02)
    assert "1 of 3 pairs not compared: there is nothing to divide by in the arm" in price["warning"]
    assert "missing" not in price["warning"], "the runs are there"
    rows = differences[differences["outcome"] == "lender.micro_lender.mean_apr"]
    assert rows["replicate"].tolist() == [0, 2]


def test_pairs_that_could_not_be_compared_may_be_other_markets(study: StudyConfig) -> None:
    """Two pairs are one market each; in the third the arm shuts the micro-lender, and then "identical" is not true."""
    rows = lender_rows({1: 3})
    keys = ["replicate", "month", "lender"]
    baseline = rows[rows["arm"] == "baseline"].set_index(keys)["yearly_charges_fen"]
    there = pd.MultiIndex.from_frame(rows[keys])
    rows["yearly_charges_fen"] = baseline.loc[there].to_numpy() * (rows["originations_fen"] > 0)
    for same, method in ((frozenset({0, 2}), "no spread"), (frozenset({0, 1, 2}), "identical")):
        effects, _ = compare(study, {"lender": rows}, SameMarkets({("calm", "cap"): same}))
        price = next(row for row in effects.to_pylist() if row["outcome"] == "lender.micro_lender.mean_apr")
        assert (price["mean"], price["replicates"], price["method"]) == (0.0, 2, method)


def test_arms_are_compared_in_the_months_in_which_both_have_a_value(study: StudyConfig) -> None:
    """Shut from month 5 on: of months 3 to 6 two are left, and prices that rise by the month do not enter."""
    found, _ = effects_of(study, {0: 5, 1: 5, 2: 5})
    price = found["micro_lender.mean_apr"]
    assert price["mean"] == pytest.approx(-0.02), "not the -0.03 of means over other months"
    assert price["baseline_mean"] == pytest.approx((0.33 + 0.34) / 2 + 0.01)
    assert (price["replicates"], price["months_without_value"]) == (3, 6)
    assert "6 months of 3 pairs left out" in price["warning"]


def test_months_are_paired_by_hand() -> None:
    index = pd.MultiIndex.from_product([[0, 1, 2], [5, 6]], names=["replicate", "month"])
    changed = pd.Series([1.0, NOTHING, NOTHING, NOTHING, 3.0, 5.0], index=index)
    unchanged = pd.Series([4.0, 9.0, 2.0, 2.0, 1.0], index=index[:5])
    found = paired(changed, unchanged)
    assert found["changed"].tolist()[::2] == [1.0, 3.0]
    assert found["unchanged"].tolist()[::2] == [4.0, 1.0]
    assert math.isnan(found.loc[1, "changed"])
    assert found["one_sided"].tolist() == [1, 2, 1]
    assert found["months_changed"].tolist() == [1, 0, 2]
    assert paired(changed.loc[[0]], unchanged.loc[[1]]).empty, "no replicate that both have"


def test_a_month_without_a_value_is_a_row_without_a_mean(study: StudyConfig) -> None:
    table = profiles(study, {"lender": lender_rows({0: 5, 1: 5, 2: 5})}).to_pandas()
    micro = table[table["outcome"] == "lender.micro_lender.mean_apr"].set_index("month")
    assert micro.index.tolist() == list(range(8)), "so that a line has a gap"
    assert micro["replicates"].tolist() == [3] * 5 + [0] * 3
    assert micro["mean"].isna().tolist() == [False] * 5 + [True] * 3


def test_a_kind_without_arrears_has_no_value_and_does_not_pass() -> None:
    rows = pd.DataFrame(
        [
            {"replicate": replicate, "month": month, "kind": kind, "dpd30_fen": 2 * late, "dpd90_fen": late}
            for replicate in range(2)
            for month in range(60)
            for kind, late in (("bank", 3 + replicate), ("platform", 0))
        ]
    )
    bank, platform = validate(rows, [Target("dpd90_over_dpd30", ("bank", "platform"), 0.4, 0.6, "x")])
    assert (bank.mean, bank.passes) == (0.5, True)
    assert math.isnan(platform.mean)
    assert not platform.passes
    assert words(platform).endswith("nothing to divide by  NO VALUE")
    assert words(bank).endswith("ok")


def test_validation_reads_managed_loans_and_no_own_parts() -> None:
    """Own parts of 90 and 10 would weigh the lenders 9 to 1; they manage the same."""
    rows = pd.DataFrame(
        [
            {"replicate": 0, "month": 1, "kind": "bank", "loans_fen": own, "managed_loans_fen": 100, "dpd30_fen": late}
            for own, late in ((90, 1), (10, 5))
        ]
    )
    (found,) = validate(rows, [Target("dpd30_share", ("bank",), 0.0, 1.0, "x")])
    assert found.mean == pytest.approx(6 / 200)
