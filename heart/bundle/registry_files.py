"""What a registry does with its folder; what the system does not let it do is a `BundleError`."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from heart.atomic import create_atomically, take_lock, write_atomically
from heart.errors import BundleError

PATIENCE_S = 10.0
"""So long a change waits for another one, which takes a part of a second."""


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Nobody else changes the folder meanwhile, in this process or another one of this machine;
    the lock of somebody who is killed is open again.

    Raises:
        BundleError: if somebody else does not come to an end.
    """
    with _told(folder):
        descriptor = os.open(folder, os.O_RDONLY)
    try:
        _lock(descriptor, folder)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, folder: Path) -> None:
    end = time.monotonic() + PATIENCE_S
    while not take_lock(descriptor):
        if time.monotonic() > end:
            raise BundleError(
                f"nobody else to change {folder} for more than {PATIENCE_S:g} seconds",
                "somebody who still does",
                "Try it again; a process that hangs has to be ended first.",
            )
        time.sleep(0.01)


def make_folder(folder: Path) -> None:
    """The folder, and those above it, where they are not there yet."""
    with _told(folder):
        folder.mkdir(parents=True, exist_ok=True)


def create_file(content: bytes, path: Path) -> None:
    """A new file; one that is there stays."""
    with _told(path):
        try:
            create_atomically(content, path)
        except FileExistsError as error:  # somebody else was quicker
            raise name_taken(path.stem) from error


def write_line(text: str, path: Path) -> None:
    """A file of one line, whatever was in it before."""
    with _told(path):
        write_atomically(f"{text}\n".encode(), path)


def remove_file(path: Path) -> None:
    """No file any more."""
    with _told(path):
        path.unlink()


def name_taken(name: str) -> BundleError:
    """The error for a name that another bundle has."""
    return BundleError(
        "a name that is not taken",
        repr(name),
        "Choose another name, or delete the old bundle first.",
    )


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BundleError.unwritable(path, error) from error


def version_of(path: Path) -> tuple[int, ...]:
    """What changes with the file: a new one may have the number, the size and the time of the old
    one, where the clock goes back, and hardly that of its last change too.

    Raises:
        FileNotFoundError: if it is not there.
    """
    status = path.stat()
    return (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
