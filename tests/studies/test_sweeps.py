"""Sweeps: one arm or scenario becomes many, with names that are safe, and what cannot be meant is refused."""

import shutil
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.compare.declared import primary_effects, swept_words
from experiments.compose import tree
from experiments.compose.any_script import is_name
from experiments.compose.overrides import read_override
from experiments.compose.study import compose_study
from experiments.compose.sweeps import MOST_VERSIONS, SweepSettings, Version, short_keys, versions_of, written
from experiments.refusal import Refusal

CAPPED = {"arm": {"baseline": [], "capped": ["policy=[rate_cap]"]}, "scenario": {"calm": []}}
BASE = ["study=baseline", "scale=smoke"]


def names(sweep: SweepSettings) -> list[str]:
    return [version.name for version in versions_of(sweep, CAPPED)]


def test_one_factor_varies_one_parameter_at_a_time() -> None:
    over = {"policy.rate_cap.max_apr": [0.24, 0.36], "policy.rate_cap.counts_fees": [False]}
    found = versions_of(SweepSettings(arm="capped", over=over), CAPPED)
    assert [version.name for version in found] == [
        "max_apr 0.24",
        "max_apr 0.36",
        "counts_fees false",
    ]
    assert [version.overrides for version in found] == [
        ["policy.rate_cap.max_apr=0.24"],
        ["policy.rate_cap.max_apr=0.36"],
        ["policy.rate_cap.counts_fees=false"],
    ]


def test_a_grid_is_every_combination() -> None:
    over = {"policy.rate_cap.max_apr": [0.24, 0.36], "policy.rate_cap.effective_month": [30, 36, 42]}
    found = versions_of(SweepSettings(kind="grid", arm="capped", over=over), CAPPED)
    assert [tuple(version.values.values()) for version in found] == list(product([0.24, 0.36], [30, 36, 42]))
    assert found[0].name == "max_apr 0.24 effective_month 30"


def test_keys_that_end_alike_are_distinguished() -> None:
    found = short_keys(["policy.rate_cap.announce_month", "policy.disclosure.announce_month", "economy.lpr_apr"])
    assert list(found.values()) == ["rate_cap.announce_month", "disclosure.announce_month", "lpr_apr"]


@pytest.mark.parametrize(
    ("sweep", "expected"),
    [
        (SweepSettings(arm="caped", over={"a": [1]}), "nearest valid name is capped"),
        (SweepSettings(over={"a": [1]}), "either an arm or a scenario"),
        (SweepSettings(arm="capped", scenario="calm", over={"a": [1]}), "either an arm or a scenario"),
        (SweepSettings(arm="capped"), "at least one parameter"),
        (SweepSettings(arm="capped", over={"a.b": []}), "study.sweep.over.a.b: must list at least one value"),
        (SweepSettings(arm="capped", over={"a": [0.2, 0.20]}), "each value once"),
        (SweepSettings(arm="capped", over={"a": [{"b": 1}]}), "a value is a number"),
        (SweepSettings(arm="capped", over={"a": list(range(MOST_VERSIONS + 1))}), "at most 256"),
        (SweepSettings("grid", "capped", over={"a": list(range(17)), "b": list(range(17))}), "was 289"),
    ],
)
def test_what_cannot_be_meant_is_refused(sweep: SweepSettings, expected: str) -> None:
    with pytest.raises(Refusal) as refusal:
        versions_of(sweep, CAPPED)
    assert expected in str(refusal.value)


VALUES = st.one_of(
    st.integers(-(10**9), 10**9),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.text(st.characters(codec="ascii", exclude_characters="$"), max_size=80),
    st.lists(st.sampled_from(["rate_cap", "a b", "../../x", "<script>"]), max_size=4),
)


@given(values=st.lists(VALUES, min_size=1, max_size=6, unique_by=written))
def test_whatever_is_swept_has_a_safe_name_of_its_own(values: list[object]) -> None:
    found = names(SweepSettings(arm="capped", over={"some.key": values}))
    assert all(is_name(name) for name in found)
    assert len(set(found)) == len(values)


@settings(deadline=None)
@given(value=st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(), st.booleans(), st.none()))
def test_a_number_survives_being_written_as_an_override(value: object) -> None:
    assert read_override(f"economy.some_key={written(value)}").value == value


TEXTS = st.characters(codec="ascii", categories=["L", "N", "P", "Zs"], exclude_characters="$\\")


@settings(deadline=None)
@given(text=st.text(TEXTS, max_size=30))
def test_a_text_survives_being_written_as_an_override(text: str) -> None:
    assert read_override(f"economy.some_key={written(text)}").value == text


def test_an_arm_is_replaced_by_its_versions_and_what_is_expected_of_it_is_expected_of_each() -> None:
    study = compose_study(
        [
            *BASE,
            "study.arms={baseline:[],capped:['policy=[rate_cap]'],other:[]}",
            "study.sweep={arm:capped,over:{policy.rate_cap.max_apr:[0.2,0.3]}}",
            "study.primary=[{outcome:market.approvals,horizon:'1-12',expected_sign:'-',arm:capped}]",
        ]
    )
    assert study.arms == ("baseline", "max_apr 0.2", "max_apr 0.3", "other")
    caps = {arm: dict(market.policy) for (_, arm), market in study.markets.items()}
    assert caps["max_apr 0.2"]["rate_cap"].max_apr == 0.2
    assert caps["max_apr 0.3"]["rate_cap"].max_apr == 0.3
    assert [arm for _, _, arm in primary_effects(study)] == ["max_apr 0.2", "max_apr 0.3"]
    assert swept_words(study, "calm", "max_apr 0.3") == "policy.rate_cap.max_apr=0.3"
    assert swept_words(study, "calm", "other") is None


def test_a_scenario_swept_gives_every_world_a_baseline_of_its_own() -> None:
    study = compose_study(
        [
            *BASE,
            "study.arms={baseline:[],capped:['policy=[rate_cap]']}",
            "study.sweep={kind:grid,scenario:calm,over:{economy:[steady,feedback],behaviour.demand.purchase_share:[0.05]}}",
        ]
    )
    worlds = ("economy steady purchase_share 0.05", "economy feedback purchase_share 0.05")
    assert study.scenarios == worlds
    assert set(study.markets) == {(world, arm) for world in worlds for arm in ("baseline", "capped")}
    assert study.versions[0] == Version(
        "scenario", worlds[0], {"economy": "steady", "behaviour.demand.purchase_share": 0.05}
    )


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ("{policy.rate_cap.max_apt:[0.2]}", "the nearest valid name is max_apr"),
        ("{policy.rate_cap.max_apr:[0.2,-1]}", "must lie in"),
        ("{months:[12]}", "changes the market only"),
        ("{hydra.callbacks:[a]}", "hydra"),
        ("{policy.rate_cap._target_:[os.system]}", "may not name code"),
    ],
)
def test_a_swept_key_is_checked_like_any_override(over: str, expected: str) -> None:
    with pytest.raises(Refusal, match=expected):
        compose_study(
            [*BASE, "study.arms={baseline:[],capped:['policy=[rate_cap]']}", f"study.sweep={{arm:capped,over:{over}}}"]
        )


def test_a_placebo_is_not_swept() -> None:
    arms = "study.arms={baseline:[],placebo:[]}"
    with pytest.raises(Refusal, match="the placebo"):
        compose_study([*BASE, arms, "study.placebo=placebo", "study.sweep={arm:placebo,over:{economy:[steady]}}"])


def test_the_study_that_the_guide_writes_is_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (tree.CONFIGS.parent / "docs" / "guide" / "studies.md").read_text(encoding="utf-8")
    written_there = page.split("```yaml\n")[1].split("```")[0]
    copy = shutil.copytree(tree.CONFIGS, tmp_path / "configs")
    (copy / "study" / "my_cap.yaml").write_text(written_there, encoding="utf-8")
    monkeypatch.setattr(tree, "CONFIGS", copy)
    study = compose_study(["study=my_cap", "scale=smoke"])
    assert study.arms == ("baseline", "max_apr 0.24", "max_apr 0.2", "max_apr 0.16", "placebo")
    assert study.settings.most_replicates == 50
    assert len(written_there.strip().splitlines()) <= 24
