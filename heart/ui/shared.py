"""The models of this server, read once for all sessions and never changed."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from heart.bundle import Bundle, load_bundle
from heart.bundle.registry import open_registry

MAX_BUNDLES = 4


def load_active() -> Bundle:
    """The registry's active model, the shipped one until somebody chooses another.

    Raises:
        BundleError: if its file is no longer valid.
    """
    return load_shared(open_registry().active_path)


def load_shared(path: Path) -> Bundle:
    """The model in a file of the registry, read once until the file changes.

    Raises:
        BundleError: if it is not valid.
    """
    return _load_bundle(path, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=MAX_BUNDLES)
def _load_bundle(path: Path, changed_at: int) -> Bundle:  # noqa: ARG001  another time: another file
    return replace(load_bundle(path), name=path.stem)
