"""Which hospitals' patients are left where only those of whom everything is known are used."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from heart.data.cohort import Cohort
from heart.data.recognition.known import match_frame, reference
from heart.data.shipped import SHIPPED
from heart.schema import FEATURE_NAMES

ELSEWHERE = "none of the shipped hospitals"


class Completeness(NamedTuple):
    """Patients of one hospital in a cohort, and of how many of them every feature is known."""

    hospital: str
    patients: int
    complete: int


def count_complete(cohort: Cohort) -> tuple[Completeness, ...]:
    """One entry for each hospital with patients in the cohort, the shipped ones first."""
    complete = cohort.features[list(FEATURE_NAMES)].notna().all(axis=1).to_numpy()
    matched = match_frame(cohort.features)
    hospital = np.where(matched >= 0, reference().hospital[matched], "")
    counts = (
        Completeness(title, int((own := hospital == name).sum()), int((own & complete).sum()))
        for name, title in {**SHIPPED, "": ELSEWHERE}.items()
    )
    return tuple(count for count in counts if count.patients)


def write_complete(cohort: Cohort) -> str:
    """How many patients a model of complete rows would use, and of which hospital, in a sentence;
    empty where nobody is left out.
    """
    counts = count_complete(cohort)
    kept = sum(count.complete for count in counts)
    if kept == cohort.n:
        return ""
    each = "; ".join(
        f"{count.hospital}: {count.complete:,} of {count.patients:,}" for count in counts
    )
    return (
        f"Only patients of whom every value is known are used: {kept:,} of {cohort.n:,}."
        f" {each if len(counts) > 1 else ''}"
    ).strip()
