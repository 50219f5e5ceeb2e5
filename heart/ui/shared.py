"""The models of this server, read once for all sessions and never changed."""

import threading
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from heart.bundle import Bundle, load_bundle
from heart.bundle.registry import naming_active, open_registry
from heart.bundle.registry_files import version_of
from heart.errors import BundleError
from heart.paths import SHIPPED_BUNDLE

MAX_BUNDLES = 4

_turn = threading.Lock()
"""The warm-up and the first visitor ask at once: each would read a model of its own, and theirs
would not be the shipped one.
"""


class Start(NamedTuple):
    """The model that a session starts with, and why it is not the active one, if it is not."""

    bundle: Bundle
    problem: BundleError | None


def load_start() -> Start:
    """The registry's active model, the shipped one until somebody chooses another; the shipped one
    also where the active one's file is no longer valid, or the registry is not there.

    Raises:
        BundleError: if the shipped one is not valid either.
    """
    try:
        return Start(load_active(), None)
    except BundleError as error:
        return Start(load_shared(SHIPPED_BUNDLE), error)


def load_active() -> Bundle:
    """The registry's active model.

    Raises:
        BundleError: if its file is not valid; it says which one that is.
    """
    path = open_registry().active_path
    with naming_active(path):
        return load_shared(path)


def load_shared(path: Path) -> Bundle:
    """The model in a file of the registry, read once until the file changes.

    Raises:
        BundleError: if it is not valid.
    """
    with _turn:
        version: tuple[int, ...] = ()
        with suppress(FileNotFoundError):
            version = version_of(path)
        return _load_bundle(path, version)


@lru_cache(maxsize=MAX_BUNDLES)
def _load_bundle(path: Path, version: tuple[int, ...]) -> Bundle:  # noqa: ARG001  its key
    return replace(load_bundle(path), name=path.stem)
