"""Names in any script work as they stand, name arms and folders of their own, and come back as they were typed."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.compose.any_script import in_ascii, is_name, slug
from experiments.compose.overrides import out_override, read_override
from experiments.compose.run import Run
from experiments.compose.study import compose_study
from experiments.execute.several_studies import expanded
from experiments.keep.folder import folder_for
from experiments.refusal import Refusal
from experiments.report.wording import plain
from tests.studies.fake_study import hashes, run_study, study_in
from tests.variants import fast_first

NAMES = [
    "价格上限",
    "Zinsdeckel für alle",
    "потолок ставки",
    "سقف السعر",
    "金利の上限",
    "ब्याज सीमा",
    "อัตราดอกเบี้ย",
    "José",
    "ΕΠΙΤΟΚΙΟ",
]


@pytest.mark.parametrize("name", fast_first(NAMES, 3))
def test_study_arm_and_scenario_are_named_on_the_command_line_as_they_stand(name: str) -> None:
    arm = name.split()[0]  # Hydra allows no space in a key; in {} it does
    study = compose_study(
        [
            "study=baseline",
            f"study.name={name}",
            f"study.arms.{arm}=['economy.policy_rate_apr=0.05']",
            f"study.arms={{{name}: ['economy.policy_rate_apr=0.06']}}",
            f"study.scenarios={{{name}: []}}",
            f"out=results/{name}",
        ]
    )
    assert study.name == name
    assert {"baseline", arm, name} == set(study.arms)
    assert study.scenarios == ("calm", name)
    assert study.markets[name, name].economy.policy_rate_apr == 0.06
    assert study.out == f"results/{name}"
    assert read_override(out_override(Path(study.out))).value == study.out
    assert plain(name) == name


def test_both_ways_to_write_an_accent_are_one_name() -> None:
    composed, apart = unicodedata.normalize("NFC", "José"), unicodedata.normalize("NFD", "José")
    assert composed != apart
    arms = f"study.arms={{{apart}: ['economy.policy_rate_apr=0.05']}}"
    primary = f"{{outcome: market.approvals, horizon: end, expected_sign: '?', arm: {composed}}}"
    study = compose_study(["study=baseline", arms, f"study.primary=[{primary}]"])
    assert study.arms == ("baseline", composed)
    assert study.settings.primary[0].arm == composed
    assert slug(apart) == slug(composed) == "jose"


def test_a_folder_keeps_the_bytes_that_were_typed() -> None:
    apart = unicodedata.normalize("NFD", "José")
    assert compose_study(["study=baseline", f"out=results/{apart}"]).out == f"results/{apart}"


@pytest.mark.parametrize(
    "name", ["b\u0430seline", "\u03b1lpha", "потолок cap", "a/b", "-a", "a ", "", "x" * 61, "a\u200bb", "😀"]
)
def test_a_name_that_may_pass_for_another_or_is_none_is_refused(name: str) -> None:
    assert not is_name(name)


def test_names_of_folders_differ_where_names_do() -> None:
    made = [slug(name) for name in [*NAMES, "价格下限", "Jose", ""]]
    assert len(set(made)) == len(made) - 1  # José and Jose, distinguished by what follows
    assert all(part.isascii() and 0 < len(part) <= 40 for part in made)
    assert folder_for(study_in(Path("x"), name="价格上限")._replace(out=None)).name.startswith(f"{slug('价格上限')}-")


def test_names_in_quotes_inside_braces_are_recognised() -> None:
    with pytest.raises(Refusal, match="names are written without quotes"):
        read_override("study.arms={'价格': []}")


def test_several_studies_are_expanded_in_any_script() -> None:
    assert expanded(["study.name=价格,José", "seed=1"]) == [
        ["study.name=价格", "seed=1"],
        ["study.name=José", "seed=1"],
    ]


@given(st.text(max_size=40))
def test_what_is_spelled_in_ascii_is_spelled_back(text: str) -> None:
    spelled, back = in_ascii(text)
    assert spelled.isascii()
    assert back({spelled: [spelled, 1]}) == {text: [text, 1]}


def test_a_study_is_carried_out_in_a_folder_of_any_script(tmp_path: Path, fake: None) -> None:
    folder = tmp_path / "José" / "价格上限"
    assert run_study(study_in(folder, archive="none", name="价格上限", arms={"baseline": [], "more": []})) == 0
    assert run_study(study_in(folder, archive="none", name="价格上限", arms={"baseline": [], "more": []})) == 0
    assert hashes(folder)


def test_runs_of_arms_in_any_script_have_folders_of_their_own() -> None:
    run = Run("价格上限", "calm", 0, 1, None, "0" * 64, "", 0)  # type: ignore[arg-type]
    other = run._replace(arm="价格下限")
    assert run.folder != other.folder
    assert run.folder.isascii()
