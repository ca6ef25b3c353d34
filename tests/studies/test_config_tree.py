"""A file in the tree cannot run code, read the environment, or say something else than it seems to."""

import shutil
from pathlib import Path

import pytest

from experiments.compose import tree
from experiments.compose.study import compose
from experiments.refusal import Refusal


@pytest.fixture
def configs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    copy = tmp_path / "configs"
    shutil.copytree(tree.CONFIGS, copy)
    monkeypatch.setattr(tree, "CONFIGS", copy)
    return copy


PLANTED = [
    ("_target_: os.system\n", ["_target_", "name code to run", "line 1, column 1"]),
    ("deep: {deeper: [{_partial_: true}]}\n", ["_partial_", "name code to run"]),
    ("_args_: [touch]\n", ["_args_", "name code to run"]),
    ("hydra: {callbacks: {x: {y: 1}}}\n", ["hydra", "settings of Hydra itself"]),
    ("# @package _global_\nhydra:\n  searchpath: [file:///]\n", ["line 2", "settings of Hydra itself"]),
    ("represents: ${oc.env:HOME}\n", ["only references to other keys"]),
    ("represents: '${oc.env:HOME}'\n", ["only references to other keys"]),
    ("size: 3\nsize: 4\n", ["size", "given twice", "line 2"]),
    ("size: 010\n", ["010", "something else than it seems", "line 1, column 7"]),
    ("size: 12:30\n", ["12:30", "something else"]),
    ("size: 1_000\n", ["1_000", "something else"]),
    ("size: no\n", ["no is read by YAML as something else"]),
    ("size: [1, 2\n", ["planted.yaml", "not readable as YAML", "line"]),
    ("size: !!python/object/apply:os.system ['touch x']\n", ["planted.yaml, line 1", "only plain texts"]),
    ("start: 2021-01-01\n", ["planted.yaml, line 1", "quote dates"]),
    ("- 1\n", ["must hold keys and values"]),
]


@pytest.mark.parametrize(("text", "message"), PLANTED, ids=[text.strip().splitlines()[-1] for text, _ in PLANTED])
def test_planted_file_is_refused_with_its_place(configs: Path, text: str, message: list[str]) -> None:
    (configs / "population" / "planted.yaml").write_text(text)
    with pytest.raises(Refusal) as refused:
        compose(["population=planted"])
    assert [part for part in message if part not in str(refused.value)] == []


def test_planted_callback_does_not_run(configs: Path, tmp_path: Path) -> None:
    touched = tmp_path / "touched"
    text = (configs / "config.yaml").read_text()
    planted = f"hydra:\n  callbacks:\n    x:\n      _target_: pathlib.Path.touch\n      self: {touched}\n"
    (configs / "config.yaml").write_text(text + planted)
    with pytest.raises(Refusal, match="Hydra itself"):
        compose()
    assert not touched.exists()


def test_reference_to_another_key_is_followed(configs: Path) -> None:
    (configs / "population" / "planted.yaml").write_text(
        "# @package population\npeople_per_community: ${calendar.months}\n"
    )
    with pytest.raises(Refusal, match=r"population.people_per_community: must lie in 300 .*was 72"):
        compose(["population=planted"])


def test_file_with_a_value_out_of_bounds_is_refused_like_an_override(configs: Path) -> None:
    (configs / "population" / "planted.yaml").write_text("# @package population\nadopted_share: .nan\n")
    with pytest.raises(Refusal, match=r"population.adopted_share: must be a finite number"):
        compose(["population=planted"])


def test_every_file_of_the_tree_opens_with_what_it_is_and_how_to_run_it() -> None:
    silent = [
        path.name
        for path in tree.CONFIGS.rglob("*.yaml")
        if "# Run it:" not in path.read_text() or path.read_text()[0] != "#"
    ]
    assert silent == []
