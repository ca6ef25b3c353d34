"""The tool that plants faults: what it plants, that it tells killed from survived and leaves the tree alone."""

from __future__ import annotations

import ast
import hashlib
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.__main__ import tell
from tests.faults.drawing import drawn
from tests.faults.keeping import Equivalent, equivalents, keep, outcomes_in, reason_for, remembered, still_holds
from tests.faults.nearest import NEAREST, ROOT, nearest_to, why_left_out
from tests.faults.planting import Fault, planted, possible_changes, signatures_of
from tests.faults.trial import KILLED, SURVIVED, TIMEOUT, BrokenTestsError, Outcome, trials_in_a_copy

PROGRAM = '''"""Adds."""


def most(left: int, right: int, limit: int) -> int:
    """Return the larger, up to a limit."""
    larger = max(left, right)
    if not limit > 0:
        raise ValueError(f"the limit must be above 0, was {limit + 0}")
    if larger > limit:
        return limit
    return larger


def both(table: dict[str, int]) -> int:
    """Return the sum."""
    return table["one"] + table["two"] if table else 0


def spread(low: int, high: int) -> int:
    """Return a difference."""
    return both({"one": high, "two": -low}) and most(low, high, 3) and high - low
'''
TESTS = """from sim.adding import both, most, spread


def test_adding() -> None:
    assert most(1, 2, 10) == 2
    assert both({"one": 1, "two": 2}) == 3


def test_that_could_hang() -> None:
    while most(0, 5, 9) > 5:
        pass
"""


def faults(source: str = PROGRAM) -> dict[tuple[str, str], Fault]:
    """Every fault of a source by its kind and the line that it makes."""
    found = (planted("sim/adding.py", source, each) for each in possible_changes(source, signatures_of([source])))
    return {(fault.kind, fault.becomes): fault for fault in found if fault}


def all_faulty_sources() -> list[str]:
    changes = possible_changes(PROGRAM, signatures_of([PROGRAM]))
    return [fault.source for each in changes if (fault := planted("sim/adding.py", PROGRAM, each))]


def test_every_kind_of_fault_is_planted_where_it_can_be() -> None:
    found = faults()
    for expected in (
        ("opposite function", "larger = min(left, right)"),
        ("not dropped", "if limit > 0:"),
        ("comparison", "if larger >= limit:"),
        ("comparison turned round", "if larger < limit:"),
        ("early return dropped", "pass"),
        ("another variable returned", "return left"),
        ("operator", "return table['one'] - table['two'] if table else 0"),
        ("term dropped", "return table['one'] if table else 0"),
        ("key", "return table['two'] + table[\"two\"] if table else 0"),
        ("choice turned round", "return 0 if table else table['one'] + table['two']"),
        ("constant", 'return table["one"] + table["two"] if table else 1'),
        ("and or", "return both({'one': high, 'two': -low}) or most(low, high, 3) or high - low"),
        ("sign dropped", 'return both({"one": high, "two": low}) and most(low, high, 3) and high - low'),
        ("arguments exchanged", 'return both({"one": high, "two": -low}) and most(high, low, 3) and high - low'),
    ):
        assert expected in found, expected


def test_messages_texts_and_annotations_are_left_alone() -> None:
    before = PROGRAM.splitlines()
    for fault in faults().values():
        assert ast.parse(fault.source)
        assert "raise" not in before[fault.line - 1], "no number depends on a message"
        assert '"""' not in before[fault.line - 1]
        assert not before[fault.line - 1].startswith("def")


def test_a_change_that_means_the_same_is_no_fault() -> None:
    source = "left = right = 1\nbigger = max(left, left)\n"
    assert ("arguments exchanged", "bigger = max(left, left)") not in faults(source)
    assert all(ast.dump(ast.parse(fault.source)) != ast.dump(ast.parse(source)) for fault in faults(source).values())


def test_a_draw_repeats_takes_every_file_and_never_a_fault_twice() -> None:
    sources = {f"sim/{name}.py": PROGRAM for name in ("one", "two", "three")}
    changes = {path: possible_changes(text, signatures_of([text])) for path, text in sources.items()}
    few = drawn(changes, sources, 3, seed=4)
    assert {fault.path for fault in few} == set(sources)
    many = drawn(changes, sources, 30, seed=4)
    assert many == drawn(changes, sources, 30, seed=4) != drawn(changes, sources, 30, seed=5)
    assert len({fault.key for fault in many}) == 30
    everything = drawn(changes, sources, 10_000, seed=4)
    assert len({fault.key for fault in everything}) == len(everything) == 3 * len(set(all_faulty_sources()))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree of one file and its tests."""
    for path, text in {
        "sim/adding.py": PROGRAM,
        "sim/__init__.py": "",
        "tests/test_adding.py": TESTS,
        "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["."]\nmarkers = ["slow: x", "benchmark: x"]\n',
    }.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def contents(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.slow
def test_killed_survived_and_hanging_are_distinguished_and_the_tree_is_untouched(tree: Path) -> None:
    before, found = contents(tree), faults()
    with trials_in_a_copy(tree, libraries=("pytest", "hypothesis")) as trials:
        trials.least_seconds, trials.times_as_long = 15.0, 1.0
        copy = trials.copy

        def verdict(kind: str, becomes: str) -> str:
            outcome = trials.tried(found[kind, becomes], ("tests/test_adding.py",))
            assert (copy / "sim/adding.py").read_text() == PROGRAM, "taken out again"
            return outcome.verdict

        assert verdict("opposite function", "larger = min(left, right)") == KILLED
        assert verdict("comparison", "if larger >= limit:") == SURVIVED, "at the limit both are the same"
        # Both tests notice this one; the first of them by going on for ever.
        hangs = found["another variable returned", "return limit"]
        assert trials.tried(hangs, ("tests/test_adding.py::test_that_could_hang",)).verdict == TIMEOUT
        broken = found["operator", "return table['one'] - table['two'] if table else 0"]
        assert trials.tried(broken._replace(source="import nowhere"), ("tests/test_adding.py",)).verdict == KILLED
    assert contents(tree) == before
    assert not copy.exists()
    assert trials.runner.poll() is not None


def test_tests_that_fail_without_a_fault_are_not_taken_for_an_answer(tree: Path) -> None:
    (tree / "tests/test_adding.py").write_text("def test_no() -> None:\n    assert False\n")
    fault = faults()["opposite function", "larger = min(left, right)"]
    with (
        trials_in_a_copy(tree, libraries=("pytest", "hypothesis")) as trials,
        pytest.raises(BrokenTestsError, match=r"fail without a fault.*tests/test_adding.py"),
    ):
        trials.tried(fault, ("tests/test_adding.py",))


INTERRUPTED = """
import sys
from pathlib import Path
from tests.faults.trial import trials_in_a_copy
with trials_in_a_copy(Path(sys.argv[1]), libraries=("pytest", "hypothesis")) as trials:
    print(trials.copy, flush=True)
    trials.run(("tests/test_adding.py",), 60.0)
"""


@pytest.mark.slow
def test_after_ctrl_c_nothing_is_left_and_the_tree_is_untouched(tree: Path) -> None:
    started = tree / "started"
    (tree / "tests/test_adding.py").write_text(
        f"import pathlib, time\n\n\ndef test_waits() -> None:\n    pathlib.Path({str(started)!r}).touch()\n"
        "    time.sleep(60)\n"
    )
    before = contents(tree)
    command = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, str(tree)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert command.stdout is not None
    copy = Path(command.stdout.readline().strip())
    assert copy.is_dir()
    while not started.exists():
        assert command.poll() is None
    command.send_signal(signal.SIGINT)
    _, output = command.communicate(timeout=30)
    assert "KeyboardInterrupt" in output
    assert not copy.exists()
    started.unlink()
    assert contents(tree) == before


def made(verdict: str, key: str = "f", tests: str = "t") -> Outcome:
    return Outcome(key, tests, verdict, 1.0)


def test_a_later_run_goes_on_from_what_still_holds(tmp_path: Path) -> None:
    results = tmp_path / "made" / "faults.jsonl"
    for outcome in (made(SURVIVED, "a"), made(KILLED, "b"), made(KILLED, "a")):
        keep(outcome, results)
    with results.open("a") as file:
        file.write('{"fault": "torn')
    assert outcomes_in(results) == {"a": made(KILLED, "a"), "b": made(KILLED, "b")}
    assert outcomes_in(tmp_path / "none") == {}
    assert still_holds(made(KILLED), "other tests"), "once noticed, always noticed while the file is the same"
    assert still_holds(made(SURVIVED), "t")
    assert not still_holds(made(SURVIVED), "other tests")
    assert not still_holds(None, "t")


def test_the_share_noticed_decides_the_exit_code_and_survivors_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    every = list(faults().values())[:4]
    verdicts = dict(zip((fault.key for fault in every), (KILLED, KILLED, KILLED, SURVIVED), strict=True))
    outcomes = {key: made(verdict, key) for key, verdict in verdicts.items()}
    assert tell(every, outcomes, 0.75) == 0
    assert tell(every, outcomes, 0.76) == 1
    output = capsys.readouterr().out
    assert f"- {every[3].line_text}\n  + {every[3].becomes}" in output
    assert "75.0% of 4 faults" in output


def test_a_fault_that_changes_nothing_is_known_by_the_text_of_its_line() -> None:
    fault = faults()["comparison", "if larger >= limit:"]
    known = Equivalent("sim/adding.py", "if larger > limit:", "if larger >= limit:", "at the limit both are the same")
    assert reason_for(fault, [known]) == "at the limit both are the same"
    assert reason_for(fault, [known._replace(line="if larger > limit + 1:")]) is None


def test_kept_faults_are_still_those_of_their_files() -> None:
    for each in equivalents():
        lines = [line.strip() for line in (ROOT / each.file).read_text().splitlines()]
        assert each.line in lines, f"{each.file} no longer holds this line of equivalents.yaml: {each.line}"
        assert each.reason
    for each in remembered():
        fault = each.planted_in((ROOT / each.file).read_text())
        assert ast.dump(ast.parse(fault.source)) != ast.dump(ast.parse((ROOT / each.file).read_text()))
        assert nearest_to(each.file)


def test_every_file_of_the_model_has_nearest_tests_or_a_reason_to_be_left_out() -> None:
    for path in sorted((ROOT / "sim").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        assert nearest_to(name) or why_left_out(name), f"{name}: say in tests/faults/nearest.py which tests are near it"
        assert not any("golden" in test for test in nearest_to(name))


def test_every_test_that_is_declared_near_exists() -> None:
    for declared in NEAREST:
        for test in declared.tests:
            if "*" not in test and not test.startswith("-"):
                assert (ROOT / test.split("::")[0]).exists(), test
