"""Outcomes, effects and transitions on tables small enough to work out by hand."""

import pandas as pd
import pyarrow as pa
import pytest

from experiments.compare.by_person import Pair, transitions
from experiments.compare.effects import _warning, compare
from experiments.compare.sameness import SameMarkets
from experiments.compare.statistics import paired_effect
from experiments.compose.study import compose_study
from experiments.refusal import Refusal
from experiments.tables.outcomes import read_horizon, read_outcome
from sim.observe.flags import flags

KEYS = {"scenario": "calm", "arm": "baseline", "replicate": 0}


def lender_rows() -> pd.DataFrame:
    """Two months of two banks and a platform, whose own parts say nothing of what they manage."""
    rows = [  # month, lender, kind, own part, managed, of it 90 days late, price, headline, lent
        (0, "a", "bank", 100, 1_000, 100, 0.30, 0.20, 10),
        (0, "b", "bank", 300, 3_000, 60, 0.10, 0.08, 30),
        (0, "c", "platform", 600, 500, 250, 0.20, 0.10, 60),
        (1, "a", "bank", 0, 0, 0, None, None, 0),
        (1, "b", "bank", 300, 3_000, 180, 0.10, 0.08, 20),
        (1, "c", "platform", 0, 0, 0, None, None, 0),
    ]
    names = ("month", "lender", "kind", "loans_fen", "managed_loans_fen", "dpd90_fen", "mean_apr", "headline_apr")
    found = pd.DataFrame([{**KEYS, **dict(zip((*names, "originations_fen"), row, strict=True))} for row in rows])
    below = found["managed_loans_fen"].where(found["managed_loans_fen"] > 0)
    charges = (found["mean_apr"].fillna(0.0) * found["originations_fen"]).round().astype(int)
    return found.assign(dpd90_share=found["dpd90_fen"] / below, refinanced_fen=0, yearly_charges_fen=charges)


@pytest.mark.parametrize(
    ("outcome", "first", "second"),
    [
        ("lender.bank.loans_fen", 400.0, 300.0),
        ("lender.bank.dpd90_share", (100 + 60) / 4_000, 0.06),
        ("lender.b.dpd90_share", 0.02, 0.06),
        ("lender.all.dpd90_share", (100 + 60 + 250) / 4_500, 0.06),
        ("lender.platform.dpd90_share", 0.50, None),
        ("lender.bank.mean_apr", (3 + 3) / 40, 0.10),
        ("lender.all.mean_apr", (3 + 3 + 12) / 100, 0.10),
        ("lender.all.headline_apr", (2 + 2.4 + 6) / 100, 0.08),
        ("lender.platform.headline_apr", 0.10, None),
    ],
)
def test_outcome_of_several_lenders_is_the_ratio_of_their_sums(
    outcome: str, first: float, second: float | None
) -> None:
    monthly = list(read_outcome(outcome, "x").monthly({"lender": lender_rows()}))
    assert monthly[0] == pytest.approx(first)
    assert monthly[1] == pytest.approx(second) if second is not None else pd.isna(monthly[1])


def test_all_lenders_but_one_and_the_difference_of_two_outcomes() -> None:
    tables = {"lender": lender_rows()}
    assert list(read_outcome("lender.not_c.loans_fen", "x").monthly(tables)) == [400.0, 300.0]
    gap = read_outcome("lender.platform.loans_fen minus lender.bank.loans_fen", "x")
    assert gap.is_in(tables)
    assert list(gap.monthly(tables)) == [200.0, -300.0]


def test_a_cohort_is_weighed_by_its_people() -> None:
    group = {**KEYS, "month": 30, "lender": "a", "dimension": "score", "value": "low"}
    rows = [
        {**group, "people": 40, "defaults_elsewhere": 4, "defaults_elsewhere_share": 0.1},
        {**group, "lender": "b", "people": 0, "defaults_elsewhere": 0, "defaults_elsewhere_share": None},
    ]
    name = "cohort.{}.score.low.defaults_elsewhere_share"
    tables = {"cohort": pd.DataFrame(rows)}
    assert list(read_outcome(name.format("all"), "x").monthly(tables)) == [0.1]
    assert read_outcome(name.format("b"), "x").monthly(tables).isna().all(), "nobody, so no share"


def test_a_vintage_belongs_to_the_month_in_which_it_has_its_age() -> None:
    rows = [
        {**KEYS, "lender": name, "cohort": cohort, "months_on_book": age, "ever30_fen": late, "original_fen": lent}
        for name, cohort, age, late, lent in (("a", 3, 6, 10, 100), ("b", 3, 6, 30, 300), ("a", 4, 5, 99, 100))
    ]
    monthly = read_outcome("vintage.all.6.ever30_share", "x").monthly({"vintage": pd.DataFrame(rows)})
    assert monthly.to_dict() == {("calm", "baseline", 0, 9): 0.1}


def test_cards_are_weighed_by_those_they_judged() -> None:
    rows = [
        {
            **KEYS,
            "month": 11,
            "lender": name,
            "card": card,
            "loans": 9,
            "refused_people": people,
            "refused_bads": bads,
            "refused_predicted_share": predicted,
        }
        for name, card, people, bads, predicted in (
            ("a", "before", 10, 1, 0.2),
            ("b", "before", 30, 9, 0.4),
            ("c", "before", 0, 0, None),
            ("b", "after", 30, 27, 0.9),
        )
    ]
    tables = {"scorecards": pd.DataFrame(rows)}
    found = {
        column: list(read_outcome(f"scorecards.all.before.{column}", "x").monthly(tables))
        for column in ("refused_bad_share", "refused_predicted_share")
    }
    assert found["refused_bad_share"] == [pytest.approx(10 / 40)]
    assert found["refused_predicted_share"] == [pytest.approx((10 * 0.2 + 30 * 0.4) / 40)]


@pytest.mark.parametrize(
    "name", ["scorecards.all.before.auc_share", "scorecards.not_a.after.model_version", "shape.all.size_hhi"]
)
def test_what_stands_for_one_lender_alone_is_refused_for_several(name: str) -> None:
    with pytest.raises(Refusal, match=r"x: .*must name one lender, since .*; was '(all|not_a)'"):
        read_outcome(name, "x")
    assert read_outcome(name.replace(".all.", ".a.").replace(".not_a.", ".a."), "x").column in name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cohort.a.scores.low.people", "score"),
        ("cohort.a.score.lo.people", "low"),
        ("vintage.all.48.ever30_share", "months_on_book"),
        ("scorecards.all.befor.loans", "before"),
        ("market.approvals minus market.aproval_share", "approval_share"),
        ("lenders.all.loans_fen", "scorecards.<lender>.<card>.<column>"),
    ],
)
def test_a_name_that_means_nothing_is_refused_with_the_nearest(name: str, expected: str) -> None:
    with pytest.raises(Refusal) as refusal:
        read_outcome(name, "study.primary")
    assert expected in str(refusal.value)


def test_an_expectation_may_be_of_one_arm_only() -> None:
    study = compose_study(
        [
            "study=baseline",
            "months=10",
            "study.announce_month=2",
            "study.replicates=3",
            "study.horizons=['1-3']",
            "study.arms={baseline:[],other:[],third:[]}",
            "study.primary=[{outcome:market.approvals,horizon:'1-3',expected_sign:'-',arm:other}]",
        ]
    )
    rows = study_tables(-5)["market"]
    third = rows[rows["arm"] == "other"].assign(arm="third")
    effects = compare(study, {"market": pd.concat([rows, third])})[0].to_pandas().set_index("arm")
    assert effects["expected_sign"].fillna("").to_dict() == {"other": "-", "third": ""}
    assert effects["primary"].to_dict() == {"other": True, "third": False}


def test_outcome_over_months_is_their_mean_without_months_that_have_none() -> None:
    tables = {"lender": lender_rows()}
    assert list(read_outcome("lender.bank.loans_fen", "x").over(tables, range(2))) == [350.0]
    assert list(read_outcome("lender.platform.dpd90_share", "x").over(tables, range(2))) == [0.50]


def test_horizons_count_from_the_announcement_and_end_with_the_run() -> None:
    assert read_horizon("1-12", "x").months(24, 84) == range(25, 37)
    assert read_horizon("13-24", "x").months(70, 84) == range(83, 84)
    assert read_horizon("end", "x").months(24, 84) == range(83, 84)
    assert list(read_horizon("13-24", "x").months(80, 84)) == []


def study_tables(difference: int) -> dict[str, pd.DataFrame]:
    rows = [
        {"scenario": "calm", "arm": arm, "replicate": replicate, "month": month, "approvals": 100 + replicate + extra}
        for arm, extra in (("baseline", 0), ("other", difference))
        for replicate in range(3)
        for month in range(10)
        if (arm, replicate) != ("other", 2)
    ]
    return {"market": pd.DataFrame(rows)}


@pytest.mark.parametrize(
    ("difference", "same", "method"),
    [
        (-5, {}, "count bound"),
        (0, {}, "count bound"),
        (0, {("calm", "other"): frozenset({0, 1})}, "identical"),
        (0, {("calm", "other"): frozenset({0, 2})}, "count bound"),
        (0, {("shock", "other"): frozenset({0, 1}), ("calm", "third"): frozenset({0, 1})}, "count bound"),
        (-5, {("calm", "other"): frozenset({0, 1})}, "count bound"),
    ],
)
def test_effects_are_paired_differences_of_complete_pairs(
    difference: int, same: dict[tuple[str, str], frozenset[int]], method: str
) -> None:
    study = compose_study(
        [
            "study=baseline",
            "months=10",
            "study.announce_month=2",
            "study.replicates=3",
            "study.horizons=['1-3',end]",
            "study.secondary=[market.approvals]",
            "+study.arms.other=['economy.policy_rate_apr=0.02']",
        ]
    )
    effects, differences = compare(study, study_tables(difference), SameMarkets(same))
    rows = effects.to_pylist()
    assert [(row["horizon"], row["mean"], row["replicates"], row["method"]) for row in rows] == [
        ("1-3", difference, 2, method),
        ("end", difference, 2, method),
    ]
    assert all(row["p"] is None for row in rows)
    assert ("the markets differ" in rows[0]["warning"]) == (method != "identical")
    assert rows[0]["baseline_mean"] == 100.5
    assert "1 of 3 pairs missing" in rows[0]["warning"]
    assert differences.num_rows == 4
    assert set(differences.column("difference").to_pylist()) == {difference}


def test_what_was_declared_and_cannot_be_compared_is_a_row_and_counts_in_the_family() -> None:
    study = compose_study(
        [
            "study=baseline",
            "months=10",
            "study.announce_month=2",
            "study.replicates=3",
            "study.horizons=['1-3','20-30']",
            "study.primary=[{outcome:market.approvals,horizon:'1-3',expected_sign:'-'},{outcome:market.approvals,horizon:'20-30',expected_sign:'-'}]",
            "+study.arms.other=['economy.policy_rate_apr=0.02']",
        ]
    )
    tested, untested = compare(study, study_tables(-5) | {"market": noisy(study_tables(-5)["market"])})[0].to_pylist()
    assert (untested["horizon"], untested["method"], untested["replicates"]) == ("20-30", "none", 0)
    assert untested["mean"] is untested["p"] is untested["p_holm"] is None
    assert untested["warning"] == "declared and not compared: none of its months is within the run of 10 months"
    assert tested["p_holm"] == pytest.approx(2 * tested["p"]), "two were declared"


@pytest.mark.parametrize(
    ("outcome", "why"),
    [
        ("lender.all.charge_offs_fen", "the table lender is not kept"),
        ("market.approvals minus liquidity.all.people", "the table liquidity is not kept"),
        ("market.debt_fen", "a column that it is read from is not kept"),
    ],
)
def test_what_was_declared_of_a_table_that_is_not_kept_says_so(outcome: str, why: str) -> None:
    study = compose_study(
        [
            *("study=baseline", "months=10", "study.announce_month=2", "study.replicates=3", "study.horizons=['1-3']"),
            f"study.primary=[{{outcome:'{outcome}',horizon:'1-3',expected_sign:'-'}}]",
            *("study.secondary=[]", "+study.arms.other=['economy.policy_rate_apr=0.02']"),
        ]
    )
    (untested,) = compare(study, study_tables(-5))[0].to_pylist()
    assert untested["warning"] == f"declared and not compared: {why}"


def noisy(rows: pd.DataFrame) -> pd.DataFrame:
    """Let the arms differ by another number in each replicate."""
    return rows.assign(approvals=rows["approvals"] - 20 * rows["replicate"] * (rows["arm"] == "other"))


def word(*names: str) -> int:
    return sum(flags[name] for name in names)


BEFORE = ("applied_before", "approved_before")
PEOPLE = [  # (in the baseline, in the arm, from, to)
    (word(*BEFORE, "applied", "approved"), word(*BEFORE, "applied"), "kept", "lost"),
    (word(*BEFORE, "applied", "approved"), word(*BEFORE), "kept", "stopped"),
    (word(*BEFORE, "applied"), word(*BEFORE, "applied", "approved"), "lost", "kept"),
    (word("applied", "approved"), word("applied"), "gained", "never"),
    (word("applied"), word("applied", "approved"), "never", "gained"),
    (word(), word(), "never", "never"),
]


def table(words: list[int]) -> pa.Table:
    return pa.table({"flags": pa.array(words, pa.int32()), "income_quintile": pa.array([1, 1, 1, 2, 2, 2], pa.int8())})


def test_every_person_is_counted_once_in_every_dimension() -> None:
    before, after = table([row[0] for row in PEOPLE]), table([row[1] for row in PEOPLE])
    counted = transitions([Pair("other", "calm", 0, False, after, before)], flags).to_pandas()
    everyone = counted[(counted["topic"] == "access") & (counted["dimension"] == "all")]
    found = {(row.from_state, row.to_state): row.borrowers for row in everyone.itertuples()}
    assert found == {(row[2], row[3]): 1 for row in PEOPLE}
    assert set(counted.groupby(["topic", "dimension"])["borrowers"].sum()) == {6}
    poorest = counted[
        (counted["topic"] == "access") & (counted["dimension"] == "income_quintile") & (counted["value"] == "1")
    ]
    assert sorted(poorest["change"]) == ["kept", "lost", "stopped"]


def test_those_who_lost_credit_are_counted_by_why_they_were_last_refused() -> None:
    before, after = table([row[0] for row in PEOPLE]), table([row[1] for row in PEOPLE])
    reasons = pa.array(["debt_service", "own_policy", "rate_cap", "own_policy", "frozen", "not_applied"])
    after = after.append_column("last_refusal", reasons.dictionary_encode())
    counted = transitions([Pair("other", "calm", 0, False, after, before)], flags).to_pandas()
    rows = counted[counted["topic"] == "last_refusal"]
    assert rows[["from_state", "to_state", "change", "borrowers"]].values.tolist() == [
        ["kept", "lost", "debt_service", 1]
    ]


@pytest.mark.parametrize("named", ["neither", "the arm", "the baseline"])
def test_moves_between_lenders_are_counted_only_where_both_arms_know_who_served_whom(named: str) -> None:
    before, after = table([row[0] for row in PEOPLE]), table([row[1] for row in PEOPLE])
    names = pa.array(["bank_a"] * 6).dictionary_encode()
    after = after.append_column("served_by", names) if named == "the arm" else after
    before = before.append_column("served_by", names) if named == "the baseline" else before
    counted = transitions([Pair("other", "calm", 0, False, after, before)], flags).to_pandas()
    assert "served_by" not in set(counted["topic"])
    assert set(counted.groupby(["topic", "dimension"])["borrowers"].sum()) == {6}


def test_defaults_are_spared_pushed_both_or_neither() -> None:
    default = flags["default"]
    before, after = table([default, 0, default, 0, 0, 0]), table([0, default, default, 0, 0, 0])
    counted = transitions([Pair("other", "calm", 0, False, after, before)], flags).to_pandas()
    rows = counted[(counted["topic"] == "default") & (counted["dimension"] == "all")]
    assert dict(zip(rows["change"], rows["borrowers"], strict=True)) == {
        "spared": 1,
        "pushed": 1,
        "both": 1,
        "neither": 3,
    }


def test_arms_with_other_people_are_refused() -> None:
    with pytest.raises(ValueError, match="same people"):
        transitions([Pair("other", "calm", 0, False, table([0] * 6), table([0] * 6).slice(1))], flags)


@pytest.mark.parametrize("text", ["12-1", "5", "a-3", "3-b", "-", "1-", "-4", "1-2-3", "½-3", ""])
def test_what_is_no_pair_of_months_in_order_is_no_horizon(text: str) -> None:
    with pytest.raises(Refusal, match=r'^here: a horizon is "end" or months such as "1-12", was '):
        read_horizon(text, "here")


def test_a_horizon_is_read_by_its_months() -> None:
    assert read_horizon("3-12", "here") == ("3-12", 3, 12)
    assert read_horizon("7-7", "here") == ("7-7", 7, 7)


@pytest.mark.parametrize(
    ("replicates", "skewness", "is_said"), [(5, 1.1, True), (5, -1.1, True), (4, 1.1, False), (5, 1.0, False)]
)
def test_skewness_is_said_where_there_are_replicates_enough_to_tell(
    replicates: int, skewness: float, is_said: bool
) -> None:
    some = paired_effect([float(number) for number in range(replicates)], [0.0] * replicates, "made")
    effect = some._replace(skewness=skewness, bootstrap_low=float("nan"))
    pairs = pd.DataFrame({"one_sided": [0] * replicates})
    output = _warning(effect, pairs, replicates) or ""
    assert ("skewed, with too few different values for a bootstrap-t interval" in output) == is_said
