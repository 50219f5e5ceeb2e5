"""Files that appear whole or not at all, and the lock on what several programs write to."""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

OURS = re.compile(r"\.heart-[0-9a-f]{16}\.part")
"""What temporary files are called, so that nobody else's is taken for one of them."""

STALE_S = 3600.0
"""Age after which a temporary file belongs to a writer that was killed."""

NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK)
"""What systems say whose files have one name only, as those of memory cards."""


def write_atomically(content: bytes, target: Path) -> None:
    """Write a file: at any moment, also after a kill or a power cut, the old file or the new one is
    there, whole.

    Raises:
        OSError: if it cannot be written; the old file stands.
    """
    with open_atomically(target, replace=True) as file:
        file.write(content)


def create_atomically(content: bytes, target: Path) -> None:
    """Write a file that is not there yet; of two writers at once, one creates it and the other
    hears of it.

    Raises:
        FileExistsError: if it is there; it stays as it is.
        OSError: if it cannot be written.
    """
    with open_atomically(target, replace=False) as file:
        file.write(content)


@contextmanager
def open_atomically(target: Path, *, replace: bool) -> Iterator[BinaryIO]:
    """A file to write to, which becomes the target at the end; after an error nothing has happened.

    Its permissions are those of the umask, and no wider than those of the file that it replaces.

    Args:
        target: the file that is there afterwards.
        replace: whether it may have been there before.

    Raises:
        FileExistsError: if it is there and may not be.
        OSError: if it cannot be written.
    """
    _sweep(target.parent)
    temporary = target.parent / f".heart-{secrets.token_hex(8)}.part"
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        with os.fdopen(descriptor, "wb") as file:
            _narrow(descriptor, target)
            yield file
            file.flush()
            os.fsync(descriptor)
        _replace(temporary, target) if replace else _create(temporary, target)
        _sync_folder(target.parent)
    finally:
        temporary.unlink(missing_ok=True)  # after a rename it is no longer there


def take_lock(descriptor: int) -> bool:
    """Whether a file or folder is now this one's alone, until its descriptor is closed or its
    process ends; False where another one has it. Windows has no such locks: there it always is.

    Raises:
        OSError: where the file system has none.
    """
    try:
        import fcntl  # noqa: PLC0415  there is none on Windows
    except ImportError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _narrow(descriptor: int, target: Path) -> None:
    """Take away the permissions that the file at the target does not give."""
    with suppress(FileNotFoundError):
        allowed = target.stat().st_mode & os.fstat(descriptor).st_mode
        os.fchmod(descriptor, stat.S_IMODE(allowed))


def _replace(temporary: Path, target: Path) -> None:
    # pathlib has the same call, but this one names what makes it atomic
    os.replace(temporary, target)  # noqa: PTH105


def _create(temporary: Path, target: Path) -> None:
    """The temporary file under the target's name too, if nothing has it."""
    try:
        os.link(temporary, target)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        target.touch(exist_ok=False)  # ours from here on
        _replace(temporary, target)


def _sync_folder(folder: Path) -> None:
    """Have the new name itself on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sweep(folder: Path) -> None:
    """Remove what this user's killed writers left behind."""
    for left in folder.glob(".heart-*.part"):
        with suppress(OSError):  # another writer was faster, or the folder cannot be written
            if _is_left_over(left):
                left.unlink()


def _is_left_over(path: Path) -> bool:
    """Whether it is a temporary file of ours that nobody writes any more."""
    status = path.lstat()
    return (
        OURS.fullmatch(path.name) is not None
        and stat.S_ISREG(status.st_mode)
        and status.st_uid == os.geteuid()
        and time.time() - status.st_mtime > STALE_S
    )
