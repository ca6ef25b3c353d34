"""Keeps compiled code in files that hold their own hash: what is torn or altered is compiled again, and never run.

A power cut leaves files of no length, and a disk may change a bit. Machine code with a bit changed ends a process
without a word, so nothing is read out of a file before the whole of it has been held against its hash. The hash guards
against damage, not against malice: whoever may write the folder may run code, as in any folder of programs.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import pickle
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

BEGINNING = b"sluice kernel 2\n"
ENDING = ".kernel"
HASH_BYTES = hashlib.sha256().digest_size
MOST_FILES = 24  # of one function, those of earlier sources among them; switching between versions compiles nothing
LOG = logging.getLogger(__name__)
_LOGGED: set[str] = set()  # what was logged once in this process


class KernelFiles:
    """The compiled forms of one function, a file for each signature; whatever is wrong with a file costs a compilation.

    `stamp` is what must be equal for a form to be used: the compiler's version, and all that it is made from.
    """

    def __init__(self, folder: Path, name: str, stamp: tuple[str, ...], dumped: Callable[[object], bytes]) -> None:
        """Look at no file yet; `dumped` turns a compiled form into bytes."""
        self.folder, self.stamp, self.dumped = folder, stamp, dumped
        self.name = re.sub(r"[^\w.]+", "", name)

    def load(self, key: object) -> Any:
        """Return what was kept under a key, or None where there is nothing, or nothing that is as it was written."""
        path = self._path(key)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as problem:
            return self._compiled_anew(f"{path} cannot be read ({os.strerror(problem.errno or 0)})")
        start = len(BEGINNING) + HASH_BYTES
        body = memoryview(content)[start:]
        if content[:start] != BEGINNING + hashlib.sha256(body).digest():
            with contextlib.suppress(OSError):
                path.unlink()
            return self._compiled_anew(f"{path} is torn or altered")
        # The hash finds damage, not forgery: whoever can write to the user's cache can run code, as with Numba's own.
        try:
            stamp, written_key, form = pickle.loads(body)  # noqa: S301  (Numba gives compiled code in no other form)
        except (AttributeError, ImportError) as problem:
            return self._compiled_anew(f"{path} names what is no longer there ({problem})")
        return form if (stamp, written_key) == (self.stamp, key) else None

    def save(self, key: object, form: object) -> None:
        """Keep a compiled form under a key; where nothing can be written, it is compiled again the next time."""
        body = self.dumped((self.stamp, key, form))
        path = self._path(key)
        partial = path.with_name(f"{path.name}.{os.getpid()}-{secrets.token_hex(4)}.partial")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(BEGINNING + hashlib.sha256(body).digest() + body)
            partial.replace(path)
            self._forget_oldest()
        except OSError as problem:
            with contextlib.suppress(OSError):
                partial.unlink()
            reason = os.strerror(problem.errno or 0)
            warn_once(f"compiled code cannot be kept in {self.folder} ({reason}), and is compiled at every start")

    def is_any_kept(self) -> bool:
        """Return whether there is a form with this stamp, whatever its key."""
        return next(self.folder.glob(f"{self._beginning()}*{ENDING}"), None) is not None

    def forget(self) -> None:
        """Remove all forms of the function."""
        for path in self.folder.glob(f"{self.name}-*{ENDING}"):
            path.unlink(missing_ok=True)

    def _forget_oldest(self) -> None:
        """Remove what was written before the newest files of the function, so that the folder does not grow."""
        paths = list(self.folder.glob(f"{self.name}-*{ENDING}"))
        if len(paths) > MOST_FILES:
            with contextlib.suppress(FileNotFoundError):  # another process removes the same
                for path in sorted(paths, key=lambda path: path.stat().st_mtime_ns)[:-MOST_FILES]:
                    path.unlink(missing_ok=True)

    def _path(self, key: object) -> Path:
        """Return the file of a key; its name is made of what stamp and key say of themselves; it holds both."""
        return self.folder / f"{self._beginning()}{_short_hash(key)}{ENDING}"

    def _beginning(self) -> str:
        return f"{self.name}-{_short_hash(self.stamp)}-"

    @staticmethod
    def _compiled_anew(reason: str) -> None:
        warn_once(f"compiled code is made again: {reason}")


def _short_hash(value: object) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()[:20]


def warn_once(text: str) -> None:
    """Write a warning to the log, the first time that this process has cause for it."""
    if text not in _LOGGED:
        _LOGGED.add(text)
        LOG.warning(text)
