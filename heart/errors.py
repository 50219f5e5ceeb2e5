"""The error family: every mistake a user can make is a `HeartError` with the same three parts."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Self

from heart.shares import write_share

SHOWN_ROW = 40
NO_OUTCOME = "is empty: the outcome is not known"
_INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Unicode's categories of controls, of marks such as those that turn the direction of writing, of
halves of a pair, and of line ends.
"""


def show_controls(text: str, *, keep: str = "") -> str:
    r"""The text with invisible characters as codes: in a stranger's words they could command a
    terminal, forge a line, or turn what is read.

    >>> print(show_controls("a\x1b[2Jb"))
    a\x1b[2Jb
    """
    if text.isprintable():
        return text
    return "".join(
        ascii(letter)[1:-1]
        if unicodedata.category(letter) in _INVISIBLE and letter not in keep
        else letter
        for letter in text
    )


class HeartError(Exception):
    """A mistake a user can cause and mend. Its texts have no invisible character, whatever they
    quote.

    Args:
        expected: what would have been right.
        found: what was there instead.
        action: what to do about it.
    """

    def __init__(self, expected: str, found: str, action: str) -> None:
        self.expected, self.found, self.action = map(show_controls, (expected, found, action))
        super().__init__(f"Expected {self.expected}, but found {self.found}. {self.action}")

    def __reduce__(self) -> tuple[object, ...]:
        """How it is pickled on its way from another process: as it is, for the constructors of the
        family differ.
        """
        return _restore, (type(self), self.args, self.__dict__)

    @classmethod
    def unwritable(cls, path: Path, error: OSError) -> Self:
        """A file that the system does not let this program write."""
        action = "Check the folder, its permissions and the free space."
        return cls(f"to write {path}", str(error.strerror), action)


def _restore(
    kind: type[HeartError], args: tuple[object, ...], own: dict[str, object]
) -> HeartError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(own)
    return error


class CohortError(HeartError, ValueError):
    """A table that cannot be read as a cohort."""

    @classmethod
    def too_many_rows(cls, limit: int, rows: str = "more") -> Self:
        """A table longer than it may be; `rows` says how long."""
        return cls(f"at most {limit:,} rows", rows, "Cut the file into parts.")

    @classmethod
    def nameless(cls, column: str) -> Self:
        """A column without a name; `column` says which."""
        return cls("a name for each column", f"none for {column}", "Name the column or remove it.")

    @classmethod
    def several_lines(cls, cell: str) -> Self:
        """A cell with a line break, which is what a quote that never closes looks like."""
        return cls("cells of one line", cell, "Close the quotes, or remove the line breaks.")

    @classmethod
    def damaged(cls, kind: str, action: str) -> Self:
        """A container that cannot be opened."""
        return cls(kind, "a damaged one", action)


class PartsError(CohortError):
    """Parts of one table that are not written in the same way; it names the part that differs."""


class ExtractError(CohortError):
    """A table whose outcome is not this disease, but a part of it."""


class Candidate(NamedTuple):
    """A way to read a file that the evidence leaves open.

    Attributes:
        name: what to pass as the dialect to choose it.
        meaning: what it says about the file's codes, for people.
        rows: what it makes of the first rows, feature to value in words.
        diseased: how many rows it would make diseased; None where the file has no outcome.
        healthy: how many it would make healthy; None where the file has no outcome.
    """

    name: str
    meaning: str
    rows: tuple[Mapping[str, str], ...]
    diseased: int | None = None
    healthy: int | None = None

    @property
    def outcome(self) -> str:
        """The share of diseased patients that it would give, in words; empty without an outcome."""
        if self.diseased is None or self.healthy is None:
            return ""
        n = self.diseased + self.healthy
        if not self.healthy:
            return f"{self.diseased:,} diseased, the others left open"
        return f"{self.diseased:,} of {n:,} diseased ({write_share(self.diseased / n)})"


class DialectError(CohortError):
    """A table whose codes fit several dialects; `candidates` says which, and none was chosen."""

    def __init__(
        self, expected: str, found: str, action: str, *, candidates: Sequence[Candidate]
    ) -> None:
        super().__init__(expected, found, action)
        self.candidates = tuple(candidates)


class OpenColumn(NamedTuple):
    """A column of a file of which nothing says what it is.

    Attributes:
        key: what stands for it in `columns=`: "#3" is the third.
        name: as the file writes it, short enough to be shown.
        options: canonical names of what it may be.
        examples: its first different cells; none of a column that looks like personal data.
        suggested: the one of the options that its values leave, if there is one.
        reason: why the options are these, in words.
    """

    key: str
    name: str
    options: tuple[str, ...]
    examples: tuple[str, ...]
    suggested: str | None
    reason: str


class ColumnsError(CohortError):
    """A table of which some columns have to be named; `open_columns` says which."""

    def __init__(
        self, expected: str, found: str, action: str, *, open_columns: Sequence[OpenColumn]
    ) -> None:
        super().__init__(expected, found, action)
        self.open_columns = tuple(open_columns)


class BadCell(NamedTuple):
    """An impossible cell: its row in the file (the first patient is 1), column, text and why."""

    row: int
    column: str
    value: str
    reason: str

    @property
    def is_no_outcome(self) -> bool:
        """Whether it is an outcome that is not there."""
        return self.reason == NO_OUTCOME


class BadCellsError(CohortError):
    """A table with cells that cannot be; `bad_cells` lists them all."""

    def __init__(
        self, expected: str, found: str, action: str, *, bad_cells: Sequence[BadCell]
    ) -> None:
        super().__init__(expected, found, action)
        self.bad_cells = tuple(bad_cells)


class PatientError(HeartError, ValueError):
    """A patient's value that cannot be used; `feature` names the column, `row` the patient's place
    in a frame's index, None for a patient alone.
    """

    def __init__(
        self, expected: str, found: str, action: str, *, feature: str, row: object = None
    ) -> None:
        super().__init__(expected, found, action)
        self.feature = feature
        self.row = row

    def in_row(self, row: object) -> Self:
        """The same mistake, in this row of a frame."""
        shown = f"{row!a}"[:SHOWN_ROW]
        found = f"{self.found} in row {shown}, column {self.feature}"
        return type(self)(self.expected, found, self.action, feature=self.feature, row=row)


class SettingsError(HeartError, ValueError):
    """A setting outside its bounds."""

    @classmethod
    def unknown(cls, kind: str, value: object, known: Iterable[str]) -> Self:
        """A name that none of the known ones is; `kind` as in "a rule"."""
        return cls(f"{kind} among {', '.join(known)}", repr(value), "Choose one of them.")


class SplitError(HeartError, ValueError):
    """A cohort too small or too one-sided to be split."""


class TrainingError(HeartError, RuntimeError):
    """A training that could not be finished."""


class BundleError(HeartError, ValueError):
    """A file that is not a valid bundle, or a bundle that cannot be written."""


class RunsError(HeartError, RuntimeError):
    """A file of runs that cannot be read or written, or a run that is not in it."""


class ClusterError(HeartError, RuntimeError):
    """A scheduler or a worker of a cluster that cannot be used, or that was lost."""
