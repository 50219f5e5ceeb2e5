"""A `Cohort`: patients in the canonical layout, where they came from, and what was found on the way."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from heart.data.canonical import CohortReport, build_report, convert_cells, read_cells
from heart.errors import CohortError
from heart.schema import FEATURE_NAMES, TARGET

MAX_BYTES = 5 * 2**20


@dataclass(frozen=True, eq=False)
class Cohort:
    """Patients in the canonical layout. Treat the frame as read-only: it is shared.

    Attributes:
        name: what the cohort is called, as in "cleveland".
        frame: one row a patient: the 13 features (float64; nullable Int64 for codes; str for words) and `num` (int64).
            The index is the row's number in the file, from 1, the header not counted.
        source: where it came from, for people.
        report: what was found and changed while reading.
    """

    name: str
    frame: pd.DataFrame
    source: str
    report: CohortReport

    @property
    def features(self) -> pd.DataFrame:
        """The 13 features, shape (n, 13)."""
        return self.frame[list(FEATURE_NAMES)]

    @property
    def y_true(self) -> npt.NDArray[np.int64]:
        """1 where a vessel is narrowed by more than 50 % (num > 0), else 0; shape (n,)."""
        return (self.frame[TARGET].to_numpy() > 0).astype(np.int64)

    @property
    def n(self) -> int:
        """How many patients."""
        return len(self.frame)

    @property
    def positives(self) -> int:
        """How many of them are diseased."""
        return int(self.y_true.sum())

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the canonical table, in hexadecimal: two cohorts with the same one hold the same rows in the same order."""
        text = self.frame.to_csv(index=False, lineterminator="\n", float_format="%.6g")
        return hashlib.sha256(text.encode()).hexdigest()

    def complete(self) -> Cohort:
        """The patients of whom every feature is known."""
        frame = self.frame.dropna(subset=list(FEATURE_NAMES))
        return Cohort(self.name, frame, f"{self.source}, complete rows only", build_report(frame, self.report.changes))


def read_cohort(source: str | Path | bytes, *, name: str | None = None) -> Cohort:
    """The patients in a CSV file of the canonical layout (data/README.md describes it).

    Args:
        source: a path, or the bytes of a file.
        name: what to call the cohort; by default the file's name without its ending.

    Raises:
        CohortError: for a file that cannot be read, another layout, or an impossible value; it names row, column, value and range.
    """
    content, origin = (source, "an upload") if isinstance(source, bytes) else _read_file(Path(source))
    _check_size(len(content))
    frame, changes = convert_cells(read_cells(content))
    title = name or (Path(source).stem if not isinstance(source, bytes) else "upload")
    return Cohort(title, frame, origin, build_report(frame, changes))


def _check_size(n_bytes: int) -> None:
    if n_bytes > MAX_BYTES:
        raise CohortError(f"a file of at most {MAX_BYTES // 2**20} MiB", f"{n_bytes / 2**20:.1f} MiB", "Cut the file into parts.")


def _read_file(path: Path) -> tuple[bytes, str]:
    try:
        _check_size(path.stat().st_size)
        return path.read_bytes(), path.name
    except OSError as error:
        raise CohortError("a file that can be read", f"{path}: {error.strerror}", "Check the path.") from error
