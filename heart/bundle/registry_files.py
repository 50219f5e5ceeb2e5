"""What a registry does with its folder; what the system does not let it do is a `BundleError`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from heart.atomic import create_atomically, write_atomically
from heart.errors import BundleError


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
