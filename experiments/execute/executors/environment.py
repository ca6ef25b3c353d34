"""Sets variables of the environment for as long as something is started, and leaves them as they were found.

Several threads of one program may start something at the same time: a variable stays set until the last has ended.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator, Mapping


class _Held:
    """One variable: what it was before, and the values that it is held at, the newest last."""

    def __init__(self, name: str) -> None:
        self.name, self.before = name, os.environ.get(name)
        self.values: list[tuple[object, str | None]] = []  # beside the holder of each; None = whatever it is set to

    def take(self, holder: object, value: str | None) -> None:
        self.values.append((holder, value))
        if value is not None:
            os.environ[self.name] = value

    def leave(self, holder: object) -> None:
        self.values = [held for held in self.values if held[0] is not holder]
        if self.values and self.values[-1][1] is None:
            return
        now = self.values[-1][1] if self.values else self.before
        if now is None:
            os.environ.pop(self.name, None)
        else:
            os.environ[self.name] = now


_LOCK = threading.Lock()
_HELD: dict[str, _Held] = {}


def environment_of(**values: str) -> contextlib.AbstractContextManager[None]:
    """Let processes started in the block find these variables."""
    return _held(values)


def environment_kept(*names: str) -> contextlib.AbstractContextManager[None]:
    """Give variables back as they were found, whatever a library sets them to in the block."""
    return _held(dict.fromkeys(names))


@contextlib.contextmanager
def _held(values: Mapping[str, str | None]) -> Iterator[None]:
    holder = object()
    with _LOCK:
        for name, value in values.items():
            _HELD.setdefault(name, _Held(name)).take(holder, value)
    try:
        yield
    finally:
        with _LOCK:
            for name in values:
                _HELD[name].leave(holder)
                if not _HELD[name].values:
                    del _HELD[name]
