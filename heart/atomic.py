"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PART = ".part"
STALE_S = 3600.0
"""Age after which a temporary file belongs to a writer that was killed."""


def write_atomically(content: bytes, target: Path) -> None:
    """Write a file: at any moment, also after a kill or a power cut, the old file or the new one is
    there, whole.

    Raises:
        OSError: if it cannot be written; the old file stands.
    """
    with _written_beside(content, target) as temporary:
        # the same call, but it names what makes this atomic
        os.replace(temporary, target)  # noqa: PTH105


def create_atomically(content: bytes, target: Path) -> None:
    """Write a file that is not there yet; of two writers at once, one creates it and the other
    hears of it.

    Raises:
        FileExistsError: if it is there; it stays as it is.
        OSError: if it cannot be written.
    """
    with _written_beside(content, target) as temporary:
        os.link(temporary, target)


@contextmanager
def _written_beside(content: bytes, target: Path) -> Iterator[Path]:
    """A temporary file in the target's folder that holds the content and is on the disk; it is gone
    afterwards.
    """
    _sweep(target.parent)
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.stem}-", suffix=PART)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        yield temporary
        _sync_folder(target.parent)
    finally:
        temporary.unlink(missing_ok=True)  # after a rename it is no longer there


def _sync_folder(folder: Path) -> None:
    """Have the new name itself on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sweep(folder: Path) -> None:
    """Remove what killed writers left behind."""
    for left in folder.glob(f".*{PART}"):
        with suppress(OSError):  # another writer was faster, or the folder cannot be written
            if time.time() - left.stat().st_mtime > STALE_S:
                left.unlink()
