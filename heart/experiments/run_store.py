"""The runs of one user's command line, in an SQLite file: no patient, readable by that user alone.

The journal is SQLite's plain one: a run is one short insertion, for which two processes wait in
turn. Its other one (WAL) would leave two more files and does not work on every network drive.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heart.errors import RunsError
from heart.experiments.runs import Run, runs_frame
from heart.model.loop import EpochRecord

VERSION = 1
APPLICATION = 0x48527573
"""Says in the file's head that it is one of these: "HRus"."""

PATIENCE_S = 5.0
"""How long a process waits for another one that is writing."""

JSON_FIELDS = ("settings", "metrics", "history")

_TABLE = """
CREATE TABLE runs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at TEXT NOT NULL,
    name TEXT NOT NULL,
    cohort TEXT NOT NULL,
    patients INTEGER NOT NULL,
    positives INTEGER NOT NULL,
    cohort_sha256 TEXT NOT NULL,
    settings TEXT NOT NULL,
    epochs INTEGER NOT NULL,
    device TEXT NOT NULL,
    seconds REAL NOT NULL,
    threshold REAL NOT NULL,
    metrics TEXT NOT NULL,
    history TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    written TEXT NOT NULL,
    note TEXT NOT NULL
)
"""
_COLUMNS = ", ".join(Run._fields)
_INSERT = (
    f"INSERT INTO runs ({', '.join(Run._fields[1:])})"  # noqa: S608  the names are this module's
    f" VALUES ({', '.join('?' * (len(Run._fields) - 1))})"
)


@dataclass(frozen=True)
class RunStore:
    """A file of runs.

    Attributes:
        path: the file; made, with its folder, when the first run is written down.
    """

    path: Path

    def add(self, run: Run) -> Run:
        """Write a run down; the same with its number.

        Raises:
            RunsError: if the file cannot be written, or is not one of these.
        """
        with self._open(write=True) as connection:
            cursor = connection.execute(_INSERT, _to_row(run)[1:])
            return run._replace(number=int(cursor.lastrowid or 0))

    def read(self) -> tuple[Run, ...]:
        """Every run, the oldest first; none where nothing was written down yet.

        Raises:
            RunsError: if the file cannot be read, or is not one of these.
        """
        if not self.path.exists() or not self.path.stat().st_size:
            return ()
        with self._open(write=False) as connection:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM runs ORDER BY number").fetchall()  # noqa: S608
            return tuple(self._from_row(row) for row in rows)

    def find(self, number: int) -> Run:
        """The run of this number.

        Raises:
            RunsError: if there is none, or the file cannot be read.
        """
        for run in self.read():
            if run.number == number:
                return run
        raise _unknown(number)

    def note(self, number: int, note: str) -> Run:
        """The run, with another note from now on.

        Raises:
            SettingsError: for a note that is too long.
            RunsError: if there is no such run, or the file cannot be written.
        """
        run = self.find(number).noted(note)
        with self._open(write=True) as connection:
            connection.execute("UPDATE runs SET note = ? WHERE number = ?", (run.note, number))
        return run

    def delete(self, *numbers: int) -> None:
        """Forget these runs, all or none.

        Raises:
            RunsError: if one of them is not there, or the file cannot be written.
        """
        if not self.path.exists():
            raise _unknown(numbers[0])
        with self._open(write=True) as connection:
            for number in numbers:
                if not connection.execute("DELETE FROM runs WHERE number = ?", (number,)).rowcount:
                    raise _unknown(number)

    @contextmanager
    def _open(self, *, write: bool) -> Iterator[sqlite3.Connection]:
        """A transaction; what is raised inside undoes it."""
        try:
            if write:
                self._make_file()
            mode = "rw" if os.access(self.path, os.W_OK) else "ro"
            place = f"{self.path.resolve().as_uri()}?mode={mode}"
            opened = sqlite3.connect(place, uri=True, timeout=PATIENCE_S, isolation_level=None)
            with closing(opened) as connection:
                connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
                self._check(connection)
                yield connection
                connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise self._explain(error) from error
        except OSError as error:
            raise RunsError.unwritable(self.path, error) from error

    def _make_file(self) -> None:
        """An empty file for this user alone, if there is none; SQLite's journal has its mode."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))

    def _check(self, connection: sqlite3.Connection) -> None:
        """Begin an empty file; refuse another program's, and a newer version's."""
        application, version, tables = (
            connection.execute(question).fetchone()[0]
            for question in (
                "PRAGMA application_id",
                "PRAGMA user_version",
                "SELECT count(*) FROM sqlite_master",
            )
        )
        if (application, version, tables) == (0, 0, 0):
            connection.execute(_TABLE)
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
        elif application != APPLICATION:
            raise self._broken("another program's database")
        elif version > VERSION:
            raise RunsError(
                f"runs of version {VERSION} in {self.path}",
                f"version {version}",
                "A newer Heart wrote them: update this one.",
            )

    def _explain(self, error: sqlite3.Error) -> RunsError:
        """What SQLite says, in three parts."""
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            return RunsError(
                f"to open {self.path}",
                f"another process that has been writing for {PATIENCE_S:g} s",
                "Try again.",
            )
        if name.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_FULL", "SQLITE_IOERR")):
            action = "Check the folder, its permissions and the free space."
            return RunsError(f"to open and write {self.path}", str(error), action)
        return self._broken(str(error))

    def _broken(self, found: str) -> RunsError:
        return RunsError(
            f"a file of runs, {self.path}",
            found,
            "Move it away; the next training begins a new one.",
        )

    def _from_row(self, row: Sequence[Any]) -> Run:
        values = dict(zip(Run._fields, row, strict=True))
        try:
            values |= {name: json.loads(values[name]) for name in JSON_FIELDS}
            values["history"] = tuple(EpochRecord(*record) for record in values["history"])
            run = Run(**values)
            runs_frame([run])  # whatever a list shows of it is there
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise self._broken(f"a damaged record of run {values['number']}") from error
        return run


def _to_row(run: Run) -> list[Any]:
    return [
        json.dumps(value) if name in JSON_FIELDS else value for name, value in run._asdict().items()
    ]


def _unknown(number: int) -> RunsError:
    return RunsError("the number of a run that is here", str(number), "`heart runs` lists them.")
