"""Whoever waits while the model is compiled sees what is compiled, how much is left, and about how long it takes."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

import sim.market  # noqa: F401  (so that every function is defined)
from experiments.execute import compiling_shown
from experiments.execute.compilation import Board
from experiments.execute.compiling_shown import CompilingShown, parts_by_function
from sim import compiling
from sim.compiling import compiled_functions


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch) -> None:
    for which in ("compiled_functions", "functions_to_compile"):
        monkeypatch.setattr(compiling_shown, which, lambda: ("a.quick", "a.long", "b.quick"))
    monkeypatch.setattr(compiling_shown, "parts_by_function", lambda: {"a.quick": 10, "a.long": 80, "b.quick": 10})


@pytest.mark.usefixtures("three")
def test_functions_left_and_time_left_are_estimated_by_their_work() -> None:
    output: list[str] = []
    clock = Clock()
    with CompilingShown(output.append, clock) as shown:
        assert output == ["compiling the model, once for these sources: 3 functions, about 25 s"]
        clock.now += 4.0  # one tenth of the work in four seconds
        shown.show(["a.quick"], [])
        assert shown.bar.n == 10
        clock.now += 16.0
        shown.show(["a.quick", "b.quick"], ["a.long"])  # seen just now, so nothing of it is done
        assert shown.bar.n == 20
        assert output[1:] == ["compiling: 1 of 3 functions left, now a.long, about 80 s"]
        clock.now += 10.0
        shown.show(["a.quick", "b.quick"], ["a.long"])  # at a part a second it may have done ten tenths of it
        assert 20 < shown.bar.n < 20 + 80
        clock.now += 1e6
        shown.show(["a.quick", "b.quick"], ["a.long"])
        assert shown.bar.n == 20 + 76, "what is not done is never all counted"
        shown.show(["a.quick", "b.quick", "a.long"], [])
        assert shown.bar.n == shown.all
    assert output[-1].startswith("compiled in ")


@pytest.mark.usefixtures("three")
def test_after_an_edit_only_what_uses_it_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling_shown, "functions_to_compile", lambda: ("a.long",))
    output: list[str] = []
    with CompilingShown(output.append, Clock()) as shown:
        shown.show([], ["a.long"])
        assert shown.bar.total == 80
        shown.show(["a.long"], [])
        assert shown.bar.n == 80
    assert output[0] == "compiling what has changed: up to 1 of 3 functions, about 20 s"


def test_board_tells_what_each_process_is_in_the_middle_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    board = Board(tmp_path / "board")
    board.path.touch()
    for process, name, is_done in [(1, "a.outer", 0), (2, "b.one", 0), (1, "a.inner", 0), (2, "b.one", 1)]:
        monkeypatch.setattr("os.getpid", lambda process=process: process)
        board.report(name, bool(is_done))
    assert board.read() == (["b.one"], ["a.inner"])
    board.report("b.two", False)
    monkeypatch.setattr("os.getpid", lambda: 1)
    board.report("a.inner", True)
    assert board.read() == (["b.one", "a.inner"], ["a.outer", "b.two"])


def test_file_of_work_knows_the_functions_that_there_are() -> None:
    known, there = parts_by_function(), compiled_functions()
    assert [name for name in known if name not in there] == [], "measure again what has another name now"
    assert len(known) > 0.8 * len(there)
    assert min(known.values()) >= 1


def test_listeners_hear_what_is_compiled_and_the_log_only_when_nobody_listens(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiling._say_once.cache_clear()
    heard: list[tuple[str, bool]] = []
    with caplog.at_level(logging.INFO, logger="sluice"):
        with compiling.reporting(lambda name, is_done: heard.append((name, is_done))):
            compiling._report("a.function", is_done=False)
        assert heard == [("a.function", False)]
        assert caplog.messages == []
        compiling._report("a.function", is_done=False)
        compiling._report("a.function", is_done=True)
    warnings = [record.message for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warnings) == 1
    assert "once for these sources" in warnings[0]
    assert caplog.messages[1:] == ["compiling a.function", "compiled a.function"]
    compiling._say_once.cache_clear()
