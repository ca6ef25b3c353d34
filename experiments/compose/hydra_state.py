"""Composes with Hydra and leaves the caller's own Hydra as it was found: a study may be a job of somebody's app."""

from __future__ import annotations

import contextlib
import copy
import functools
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hydra import initialize_config_dir
from hydra._internal.core_plugins.file_config_source import FileConfigSource
from hydra._internal.sources_registry import SourcesRegistry
from hydra.core.global_hydra import GlobalHydra
from hydra.core.plugins import Plugins
from hydra.core.singleton import Singleton
from hydra.plugins.config_source import ConfigResult
from hydra.version import VersionBase
from omegaconf.basecontainer import BaseContainer

_ONE_AT_A_TIME = threading.RLock()  # Hydra composes from what it holds for the whole process
_HELD = (GlobalHydra, VersionBase)  # which tree is composed from, and by the rules of which version


class FilesReadOnce(FileConfigSource):
    """Hydra's source of files, with each file parsed once: the arms of a study choose mostly the same ones.

    Parsing takes about two fifths of the time that Hydra needs for one choice of files.
    """

    def load_config(self, config_path: str) -> ConfigResult:
        """Return a file's content, to be changed at will; raise ConfigLoadError where there is none."""
        path = Path(self.path) / self._normalize_file_name(config_path)
        changed_at = path.stat().st_mtime_ns if path.is_file() else 0
        return copy.deepcopy(self._read(config_path, self.provider, self.path, changed_at))

    @staticmethod
    @functools.lru_cache(maxsize=1024)
    def _read(config_path: str, provider: str, folder: str, _changed_at: int) -> ConfigResult:
        return FileConfigSource(provider, folder).load_config(config_path)


@contextlib.contextmanager
def composing_from(tree: Path) -> Iterator[None]:
    """Let Hydra compose from a tree in the block; its state and resolvers are then those from before, also in an app.

    Other threads that compose studies wait. A thread that asks Hydra itself meanwhile sees the tree of the block.
    """
    with _ONE_AT_A_TIME:
        held: dict[type, Any] = {kind: Singleton._instances.pop(kind) for kind in _HELD if kind in Singleton._instances}
        resolvers = dict(BaseContainer._resolvers)
        Plugins.instance()  # registers the sources that Hydra brings
        sources = SourcesRegistry.instance().types
        files, sources["file"] = sources["file"], FilesReadOnce
        try:
            with initialize_config_dir(str(tree), version_base="1.3"):
                yield
        finally:
            sources["file"] = files
            for kind in _HELD:
                Singleton._instances.pop(kind, None)
            Singleton._instances.update(held)
            BaseContainer._resolvers.clear()
            BaseContainer._resolvers.update(resolvers)
