"""A `Cohort`: patients in the canonical layout, where they came from, and what was found."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from heart.data.report import CohortReport, count_frame
from heart.schema import FEATURE_NAMES, TARGET


@dataclass(frozen=True, eq=False)
class Cohort:
    """Patients in the canonical layout. Treat the frame as read-only: it is shared.

    Attributes:
        name: what the cohort is called, as in "cleveland".
        frame: one row a patient: the 13 features (float64; nullable Int8 for codes; str for words)
            and `num` (int64). The index is the row's number in the file, from 1, the header not
            counted.
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
        """SHA-256 of the canonical table, in hexadecimal: two cohorts with the same one hold the
        same rows in the same order.
        """
        text = self.frame.to_csv(index=False, lineterminator="\n", float_format="%.6g")
        return hashlib.sha256(text.encode()).hexdigest()

    def complete(self) -> Cohort:
        """The patients of whom every feature is known."""
        frame = self.frame.dropna(subset=list(FEATURE_NAMES))
        counts = count_frame(frame, self.report.changes)
        kept = {
            name: getattr(counts, name)
            for name in ("rows", "distinct", "positives", "missing", "unusual", "conflicts")
        }
        return Cohort(
            self.name,
            frame,
            f"{self.source}, complete rows only",
            replace(self.report, **kept, set_aside=()),
        )


def combine_cohorts(cohorts: Sequence[Cohort]) -> Cohort:
    """All patients of several cohorts, renumbered from 1, names joined with "+"; one is itself."""
    if len(cohorts) == 1:
        return cohorts[0]
    frame = pd.concat([cohort.frame for cohort in cohorts], ignore_index=True)
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    changes = [change for cohort in cohorts for change in cohort.report.changes]
    matched = {name: count for cohort in cohorts for name, count in cohort.report.matched.items()}
    report = replace(count_frame(frame, changes), matched=matched)
    return Cohort(
        "+".join(cohort.name for cohort in cohorts),
        frame,
        " and ".join(cohort.source for cohort in cohorts),
        report,
    )
