"""Composes with Hydra and leaves the caller's own Hydra as it was found: a study may be a job of somebody's app."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hydra import initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.core.singleton import Singleton
from hydra.version import VersionBase
from omegaconf.basecontainer import BaseContainer

_ONE_AT_A_TIME = threading.RLock()  # Hydra composes from what it holds for the whole process
_HELD = (GlobalHydra, VersionBase)  # which tree is composed from, and by the rules of which version


@contextlib.contextmanager
def composing_from(tree: Path) -> Iterator[None]:
    """Let Hydra compose from a tree in the block; its state and resolvers are then those from before, also in an app.

    Other threads that compose studies wait. A thread that asks Hydra itself meanwhile sees the tree of the block.
    """
    with _ONE_AT_A_TIME:
        held: dict[type, Any] = {kind: Singleton._instances.pop(kind) for kind in _HELD if kind in Singleton._instances}
        resolvers = dict(BaseContainer._resolvers)
        try:
            with initialize_config_dir(str(tree), version_base="1.3"):
                yield
        finally:
            for kind in _HELD:
                Singleton._instances.pop(kind, None)
            Singleton._instances.update(held)
            BaseContainer._resolvers.clear()
            BaseContainer._resolvers.update(resolvers)
