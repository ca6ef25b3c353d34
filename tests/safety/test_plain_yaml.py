"""A YAML file from anybody is read as plain values, or refused in one line with file, line and column."""

from __future__ import annotations

import time

import pytest

from experiments.compose.overrides import read_override, read_overrides
from experiments.compose.safe_yaml import CODE_KEYS, DEEPEST, check_references, check_yaml
from experiments.refusal import Refusal, printable
from tests.safety.payloads import PAYLOADS

BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40))
REFUSED = [
    *(
        (f"study:\n  arms: [{{deep: [{{{key}: x}}]}}]\n", [f"{key}: a config may not name", "line 2"])
        for key in CODE_KEYS
    ),
    ("hydra: {}\n", ["line 1, column 1", "settings of Hydra"]),
    ("hydra.callbacks: {}\n", ["settings of Hydra"]),
    ("hydra/launcher: x\n", ["settings of Hydra"]),
    ("# @package hydra\nrun: {dir: x}\n", ["package 'hydra'", "settings of Hydra"]),
    ("# @package hydra.searchpath\na: 1\n", ["settings of Hydra"]),
    ("# @package policy@hydra\na: 1\n", ["package"]),
    ("defaults: [override hydra/launcher: x]\n", ["line 1", "choose files of this tree"]),
    ("defaults:\n  - /policy@hydra: rate_cap\n", ["line 2", "choose files of this tree"]),
    ("defaults: [../../etc/passwd]\n", ["choose files of this tree"]),
    ("a: ${oc.env:HOME}\n", ["line 1, column 4", "only references to other keys"]),
    ("a: ${oc.decode:1}\n", ["only references"]),
    ("a: ${now:%Y}\n", ["only references"]),
    ("a: ${a${b}}\n", ["only references"]),
    ("a: '\\${oc.env:HOME}'\n", ["only references"]),
    ("${oc.env:HOME}: 1\n", ["only references"]),
    ("a: ${b.c}${b.c}\n", ["one reference in a text"]),
    (BOMB, ["line 1, column 5", "anchors and aliases are refused"]),
    ("a: &a [*a]\n", ["anchors and aliases"]),
    ("a: &x 1\n<<: *x\n", ["anchors and aliases"]),
    ("<<: {a: 1}\n", ["line 1, column 1", "a key is a text"]),
    ("a: " + "[" * 5000 + "]" * 5000 + "\n", ["nested more than 20 deep"]),
    ("a: " + "{b: " * 5000 + "}" * 5000 + "\n", ["nested more than 20 deep"]),
    ("a: 1\na: 2\n", ["line 2, column 1", "given twice"]),
    ("a: 1\n'a': 2\n", ["line 2, column 1", "given twice"]),
    ("b: {a: 1, a: 2}\n", ["given twice"]),
    ("1: x\n", ["line 1, column 1", "a key is a text"]),
    ("null: x\n", ["a key is a text"]),
    ("? [a, b]\n: x\n", ["a key is a text"]),
    *(
        (f"a: {text}\n", [text, "something else than it seems"])
        for text in ("12:30", "010", "no", "Yes", "off", "1_000", "-0777", "1:2:3")
    ),
    ("a: " + "9" * 5000 + "\n", ["at most 40 digits"]),
    ("a: 2021-01-01\n", ["quote dates"]),
    ("a: !!binary aGk=\n", ["only plain texts"]),
    ("a: !!python/name:os.system\n", ["only plain texts"]),
    ("a: !!set {x}\n", ["only plain texts"]),
    ("a:\n\t- 1\n", ["line 2, column 1", "not readable as YAML"]),
    ("a: [1\nb: 2\n", ["line 2", "not readable as YAML"]),
    ("a: 'x\n", ["not readable as YAML"]),
    ("a: b: c\n", ["line 1, column 5", "not readable as YAML"]),
    ("a: 1\n---\nb: 2\n", ["line 2, column 1", "not readable as YAML"]),
    ("a: 1\nb: x\x00y\n", ["line 2, column 5", "not readable as YAML"]),
    ('a: "\\e[2J"\n', ["line 1, column 4", "U+001B"]),
    ('a: "\\uD800"\n', ["U+D800"]),
    ("a: x\u202ey\n", ["U+202E"]),
    ('"a\\nb\\x07": 1\n', ["U+0007"]),
    ("- 1\n", ["must hold keys and values"]),
    ("just words\n", ["must hold keys and values"]),
]


@pytest.mark.parametrize(("text", "expected"), REFUSED, ids=range(len(REFUSED)))
def test_text_is_refused_in_one_line_with_its_place_and_at_once(text: str, expected: list[str]) -> None:
    started = time.process_time()
    with pytest.raises(Refusal) as refused:
        check_yaml(text, "planted.yaml")
    message = str(refused.value)
    assert message.startswith("planted.yaml")
    assert [part for part in expected if part not in message] == []
    assert "\n" not in message
    assert len(message) < 300
    assert time.process_time() - started < 2.0


PLAIN = [
    "",
    "# only a comment\n",
    "a: 1e3\nb: 0.05\nc: true\nd: ''\ne:\n",
    "question: |\n  two lines,\n  a\ttab\n",
    "a: ${b.c}\nb: {c: 1}\n",
    "a: '12:30'\nb: '010'\n",
    "name: \u4e2d\u6587\u3000\u540d\u79f0\n",
]


@pytest.mark.parametrize("text", PLAIN)
def test_plain_values_are_read(text: str) -> None:
    check_yaml(text, "plain.yaml")


def test_depth_is_allowed_up_to_its_limit() -> None:
    check_yaml("a: " + "[" * (DEEPEST - 2) + "1" + "]" * (DEEPEST - 2), "deep.yaml")
    with pytest.raises(Refusal):
        check_yaml("a: " + "[" * DEEPEST + "1" + "]" * DEEPEST, "deep.yaml")


def test_references_to_whole_parts_are_refused_since_copies_of_copies_have_no_end() -> None:
    check_references({"a": "${b.c}", "b": {"c": 1}, "d": "${not.there}"})
    for target in ({"c": 1}, [1]):
        with pytest.raises(Refusal, match=r"a\.x: a reference leads to a single value"):
            check_references({"a": {"x": "${b}"}, "b": target})


OVERRIDES = [
    ("--config-dir=x", "no such flag"),
    ("-cd", "no such flag"),
    ("--multirun", "no such flag"),
    ("--config-path=..", "no such flag"),
    ("hydra.searchpath=[x]", "Hydra itself"),
    ("+hydra.searchpath=[x]", "Hydra itself"),
    ("++hydra.callbacks.x._target_=os.system", "Hydra itself"),
    ("hydra/launcher=basic", "Hydra itself"),
    ("~hydra", "Hydra itself"),
    ("policy@hydra=rate_cap", "may not be placed elsewhere"),
    ("lender.bank_a._target_=os.system", "name code to run"),
    ("lender.bank_a._convert_=all", "name code to run"),
    ("a=${oc.env:HOME}", "only references"),
    ("a=${oc.decode:x}", "only references"),
    ("a=${b}${b}", "one reference"),
    ("population.size=1_000", "without _"),
    ("economy.unemployment_path=[0.1,1_0.0]", "without _"),
    ("a=" + "[" * 3000 + "]" * 3000, "written key=value"),
    ("a=" + "9" * 5000, "written key=value"),
    ("a=" + "b" * 30_000, "at most 20000 letters"),
    ("a\nb=3", "one line"),
    ("a=\x1b[2J", "U+001B"),
    ("a=\udcff", "U+DCFF"),
    ("a=range(1,1000000000)", "one value at a time"),
    ("a=glob(*)", "one value at a time"),
    ("policy=[../../x]", "no such choice"),
    ("policy=[os]", "no such choice"),
    ("study=/etc/passwd", "no such choice"),
]


@pytest.mark.parametrize(("text", "expected"), OVERRIDES, ids=[ascii(text[:30]) for text, _ in OVERRIDES])
def test_override_is_refused_in_one_line(text: str, expected: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_override(text)
    message = str(refused.value)
    assert expected in message
    assert "\n" not in message
    assert len(message) < 400
    assert message == printable(message)


def test_names_with_digits_and_lines_below_are_no_grouped_numbers() -> None:
    texts = ("policy=[china_2016_2025]", "a=r12_000_1", "a='1_000'", "a=[bank_1,x_2_3]", "a=-0.05", "a=1e-3")
    assert [override.key for override in read_overrides(texts)] == ["policy", "a"]


@pytest.mark.parametrize("name", PAYLOADS)
def test_a_message_holds_nothing_that_a_terminal_would_obey(name: str) -> None:
    expected = str(Refusal(f"{PAYLOADS[name]}: refused"))
    assert expected == printable(expected)
    assert all(letter.isprintable() or letter in "\n\u200d\u3000" for letter in expected)
    expected.encode()
