"""Who changed a registry, and how: a file beside the models to which lines are added, and nothing
else is done with it.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from heart.bundle.registry_files import one_at_a_time
from heart.errors import BundleError
from heart.events import DONE, FAILED, tell

AUDIT_FILE = "audit.jsonl"


class Change(NamedTuple):
    """One change.

    Attributes:
        what: "save", "rename", "delete" or "activate".
        name: of the bundle.
        fingerprint: SHA-256 of the model, as `heart.bundle.fingerprint_of`; None of a file that is
            no bundle.
        new_name: of a bundle that is renamed.
    """

    what: str
    name: str
    fingerprint: str | None
    new_name: str | None = None


def utc_now() -> str:
    """UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def account() -> str:
    """Whom this process belongs to, by the system and not by what the environment says."""
    try:
        import pwd  # noqa: PLC0415  there is none on Windows

        return pwd.getpwuid(os.geteuid()).pw_name
    except ImportError:
        return os.getlogin()
    except KeyError:
        return f"uid {os.geteuid()}"


@contextmanager
def noted(
    folder: Path, change: Change, *, who: str, clock: Callable[[], str] = utc_now
) -> Iterator[None]:
    """Note a change, then let it be made, while nobody else makes one: what cannot be noted is not
    made. What is killed in between is in the file and not in the folder, never the other way round;
    what fails has a second line that says so. The server's log hears of it too.

    Args:
        folder: the registry's, which is there.
        change: what is made in the `with` block.
        who: by whom.
        clock: the time, as text.

    Raises:
        BundleError: if the line cannot be written, or somebody else does not come to an end.
    """
    with one_at_a_time(folder):
        path = folder / AUDIT_FILE
        line: dict[str, object] = {"at": clock(), "who": who, **change._asdict()}
        try:
            _append(path, line)
        except OSError as error:
            raise BundleError.unwritable(path, error) from error
        told = partial(tell, "registry", who=who, **change._asdict())
        with ExitStack() as failing:
            failing.callback(_note_failure, path, line, clock)
            failing.callback(told, outcome=FAILED)
            yield
            failing.pop_all()  # it was made
        told(outcome=DONE)


def _note_failure(path: Path, line: dict[str, object], clock: Callable[[], str]) -> None:
    with suppress(OSError):
        _append(path, line | {"at": clock(), "failed": True})


def _append(path: Path, line: dict[str, object]) -> None:
    """Add one line, whole, and wait until it is on the disk; half a line of somebody's before, as
    of a full disk, stays a line of its own.
    """
    content = json.dumps(line).encode() + b"\n"
    with path.open("ab+", buffering=0) as file:
        if file.tell() and (file.seek(-1, os.SEEK_END), file.read())[1] != b"\n":
            content = b"\n" + content
        if file.write(content) != len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(file.fileno())
