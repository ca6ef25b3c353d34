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

BEGINNING = b"sluice kernel 1\n"
ENDING = ".kernel"
HASH_BYTES = hashlib.sha256().digest_size
LOG = logging.getLogger(__name__)
_LOGGED: set[str] = set()  # what was logged once in this process


class KernelFiles:
    """The compiled forms of one function, a file for each signature; whatever is wrong with a file costs a compilation.

    `stamp` is what must be equal for a form to be used: the compiler's version and the function's source.
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
        stamp, written_key, form = pickle.loads(body)  # noqa: S301  (Numba gives compiled code in no other form)
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
        except OSError as problem:
            with contextlib.suppress(OSError):
                partial.unlink()
            reason = os.strerror(problem.errno or 0)
            _say_once(f"compiled code cannot be kept in {self.folder} ({reason}), and is compiled at every start")

    def forget(self) -> None:
        """Remove all forms of the function."""
        for path in self.folder.glob(f"{self.name}-*{ENDING}"):
            path.unlink(missing_ok=True)

    def _path(self, key: object) -> Path:
        """Return the file of a key; its name is made of what the key says of itself, and the file holds the key."""
        return self.folder / f"{self.name}-{hashlib.sha256(repr((self.stamp, key)).encode()).hexdigest()[:24]}{ENDING}"

    @staticmethod
    def _compiled_anew(reason: str) -> None:
        _say_once(f"compiled code is made again: {reason}")


def _say_once(text: str) -> None:
    if text not in _LOGGED:
        _LOGGED.add(text)
        LOG.warning(text)
