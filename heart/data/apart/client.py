"""Reading a stranger's file without holding anybody else: another process does it, for so long and
with so much memory and no more.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from heart.apart.forks import IS_POSSIBLE, ForkServer
from heart.data.apart.parcel import Read, unpack
from heart.data.cohort import Cohort
from heart.data.identifiers import Identifiers, read_identifiers
from heart.data.read import BadRows, Patients, read_cohort, read_patients
from heart.errors import CohortError

MAX_SECONDS = 20.0
MAX_MEMORY = 2**30
MAX_READERS = 2
PATIENCE = 15.0
"""Seconds that the reading process may take to start, and to be heard of after its time."""

_SETTINGS = {"ARROW_DEFAULT_MEMORY_POOL": "system"}
"""Others reserve more than they need, and the limits misfire."""


def read_cohort_apart(
    content: bytes,
    *,
    file_name: str | None = None,
    dialect: str | None = None,
    columns: Mapping[str, str] | None = None,
    bad_rows: BadRows = "stop",
) -> Cohort:
    """What `read_cohort` makes of a file's bytes.

    Raises:
        CohortError: as `read_cohort`, and where reading takes too long, too much memory, or too
            many files are read already.
    """
    options: dict[str, Any] = {
        "file_name": file_name,
        "dialect": dialect,
        "columns": None if columns is None else dict(columns),
        "bad_rows": bad_rows,
    }
    if not IS_POSSIBLE:
        return read_cohort(content, **options)
    cohort = _READING.read("cohort", content, options)
    assert isinstance(cohort, Cohort)  # noqa: S101
    return cohort


def read_patients_apart(
    content: bytes, *, dialect: str | None = None, columns: Mapping[str, str] | None = None
) -> Patients:
    """What `read_patients` makes of a file's bytes.

    Raises:
        CohortError: as `read_cohort_apart`.
    """
    options: dict[str, Any] = {
        "dialect": dialect,
        "columns": None if columns is None else dict(columns),
    }
    if not IS_POSSIBLE:
        return read_patients(content, **options)
    patients = _READING.read("patients", content, options)
    assert isinstance(patients, Patients)  # noqa: S101
    return patients


def read_identifiers_apart(
    content: bytes, column: str, *, others: Sequence[str] | None = None
) -> Identifiers:
    """What `read_identifiers` makes of a file's bytes.

    Raises:
        CohortError: as `read_cohort_apart`, and where there is no such column.
    """
    if not IS_POSSIBLE:
        return read_identifiers(content, column, others=others)
    options = {"column": column, "others": others}
    identifiers = _READING.read("identifiers", content, options)
    assert isinstance(identifiers, Identifiers)  # noqa: S101
    return identifiers


def prepare() -> None:
    """Start the reading process, where there is none, and do not wait for it."""
    if IS_POSSIBLE:
        _READING.forks.prepare()


class _Reading:
    """Hands files to the reading process, so many at a time."""

    def __init__(self) -> None:
        self._slots = threading.BoundedSemaphore(MAX_READERS)
        self.forks = ForkServer("heart.data.apart.server", _SETTINGS)

    def read(self, kind: str, content: bytes, options: dict[str, Any]) -> Read:
        """What reading in the other process gives.

        Raises:
            CohortError: if the file is refused, or the limits are.
        """
        if not self._slots.acquire(timeout=MAX_SECONDS + PATIENCE):
            raise CohortError("a free reader", "too many files at once", "Try again in a minute.")
        try:
            answer = self._ask(kind, content, options)
        finally:
            self._slots.release()
        if not answer:
            raise _too_much()
        result = unpack(answer)
        if isinstance(result, CohortError):
            raise result
        return result

    def _ask(self, kind: str, content: bytes, options: dict[str, Any]) -> bytes:
        """The parcel with the answer; empty where the process did not live to give one."""
        head = {
            "kind": kind,
            "options": options,
            "size": len(content),
            "seconds": MAX_SECONDS,
            "n_bytes": MAX_MEMORY,
        }
        with self.forks.connect() as connection:
            connection.settimeout(MAX_SECONDS + PATIENCE)
            try:
                connection.sendall(json.dumps(head).encode() + b"\n")
                connection.sendall(content)
                with connection.makefile("rb") as stream:
                    return stream.read()
            except TimeoutError:
                self.forks.stop()  # it does not even fork
                return b""
            except OSError:
                return b""


def _too_much() -> CohortError:
    return CohortError(
        f"a file that is read in {MAX_SECONDS:.0f} seconds and {MAX_MEMORY // 2**20:,} MiB",
        "one whose reading ended without an answer",
        "Try again. If it happens again, cut the file into parts, or keep the columns that are"
        " needed.",
    )


_READING = _Reading()
