"""The error family: every mistake a user can make is a `HeartError` with the same three parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class HeartError(Exception):
    """A mistake a user can cause and mend.

    Args:
        expected: what would have been right.
        found: what was there instead.
        action: what to do about it.
    """

    def __init__(self, expected: str, found: str, action: str) -> None:
        super().__init__(f"Expected {expected}, but found {found}. {action}")
        self.expected = expected
        self.found = found
        self.action = action


class CohortError(HeartError, ValueError):
    """A table that cannot be read as a cohort."""


class Candidate(NamedTuple):
    """A way to read a file that the evidence leaves open.

    Attributes:
        name: what to pass as the dialect to choose it.
        meaning: what it says about the file's codes, for people.
        rows: what it makes of the first rows, feature to value in words.
    """

    name: str
    meaning: str
    rows: tuple[Mapping[str, str], ...]


class DialectError(CohortError):
    """A table whose codes fit several dialects; `candidates` says which, and none was chosen."""

    def __init__(
        self, expected: str, found: str, action: str, *, candidates: Sequence[Candidate]
    ) -> None:
        super().__init__(expected, found, action)
        self.candidates = tuple(candidates)


class BadCell(NamedTuple):
    """A cell that cannot be: its row in the file (the first patient is row 1), column, text and
    why.
    """

    row: int
    column: str
    value: str
    reason: str


class BadCellsError(CohortError):
    """A table with cells that cannot be; `bad_cells` lists them all."""

    def __init__(
        self, expected: str, found: str, action: str, *, bad_cells: Sequence[BadCell]
    ) -> None:
        super().__init__(expected, found, action)
        self.bad_cells = tuple(bad_cells)


class PatientError(HeartError, ValueError):
    """A patient's value that cannot be used; `feature` names the column."""

    def __init__(self, expected: str, found: str, action: str, *, feature: str) -> None:
        super().__init__(expected, found, action)
        self.feature = feature


class SettingsError(HeartError, ValueError):
    """A setting outside its bounds."""


class SplitError(HeartError, ValueError):
    """A cohort too small or too one-sided to be split."""


class TrainingError(HeartError, RuntimeError):
    """A training that could not be finished."""


class BundleError(HeartError, ValueError):
    """A file that is not a valid bundle, or a bundle that cannot be written."""
