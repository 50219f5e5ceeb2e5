"""The trainings of one visitor's session: what each gave, and its model, as many as fit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # the Patient page's first paint does not wait for what these need
    from heart.bundle import Bundle
    from heart.experiments.runs import Run

MAX_RUNS = 30
MAX_BYTES = 64 * 2**20
"""What a session holds at most: so many runs, with weights of so many bytes together. The latest
is always there.
"""


class SessionRun(NamedTuple):
    """A run of this session.

    Attributes:
        run: what is written down of it.
        bundle: the model that it gave.
    """

    run: Run
    bundle: Bundle


@dataclass
class SessionRuns:
    """The runs of a session, the oldest first.

    Attributes:
        entries: the runs.
        shown: number of the one whose result is looked at; None for none.
        left_out: how many went because there were too many.
    """

    entries: list[SessionRun] = field(default_factory=list)
    shown: int | None = None
    left_out: int = 0
    _given: int = 0

    def add(self, entry: SessionRun) -> SessionRun:
        """The run with its number, as the last one and the one that is looked at; the oldest go
        where there is no room.
        """
        self._given += 1
        entry = entry._replace(run=entry.run._replace(number=self._given))
        self.entries.append(entry)
        self.shown = self._given
        while len(self.entries) > MAX_RUNS or (len(self.entries) > 1 and self._bytes > MAX_BYTES):
            self.entries.pop(0)
            self.left_out += 1
        return entry

    @property
    def _bytes(self) -> int:
        """Of all weights: what makes a model large."""
        return sum(
            weight.numel() * weight.element_size()
            for entry in self.entries
            for weight in entry.bundle.network.parameters()
        )

    def find(self, number: int | None) -> SessionRun | None:
        """The run of this number; None where it is not here."""
        return next((entry for entry in self.entries if entry.run.number == number), None)

    def discard(self, number: int) -> None:
        """Forget a run, and its model where nothing else holds it; the last of the others is
        looked at.
        """
        self.entries = [entry for entry in self.entries if entry.run.number != number]
        if self.find(self.shown) is None:
            self.shown = self.entries[-1].run.number if self.entries else None

    def note(self, number: int, text: str) -> None:
        """Give a run another note.

        Raises:
            SettingsError: for a note that is too long.
        """
        self.entries = [
            entry._replace(run=entry.run.noted(text)) if entry.run.number == number else entry
            for entry in self.entries
        ]

    @property
    def tables(self) -> set[str]:
        """SHA-256 of each table that a run learnt from."""
        return {entry.run.cohort_sha256 for entry in self.entries}
