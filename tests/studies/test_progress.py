"""How far a study has come, where there is no terminal: a line a minute, with the time that is left."""

import pytest

from experiments.terminal import progress


def test_a_line_a_minute_says_what_is_done_and_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 1_000.0
    monkeypatch.setattr(progress.time, "monotonic", lambda: now)
    with progress.Progress("caps", total=12, already=2) as shown:
        for _ in range(10):
            now += 25.0
            shown.advance()
    assert capsys.readouterr().err.splitlines() == [
        "caps: 10 of 12 runs to do",
        "caps: 5 of 12 runs done, about 02:55 left",  # three in 75 s, and seven to do at 25 s each
        "caps: 8 of 12 runs done, about 01:40 left",
        "caps: 11 of 12 runs done, about 00:25 left",
        "caps: 12 of 12 runs done in 250 s",
    ]
