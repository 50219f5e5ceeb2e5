"""Whether patients that a model is judged on are the ones it learnt from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from heart.bundle import Bundle
from heart.data import Cohort
from heart.data.recognition.known import match_frame
from heart.data.rows import row_groups
from heart.errors import BundleError
from heart.experiments.run import split_of
from heart.schema import FEATURE_NAMES


class Overlap(NamedTuple):
    """How many of the judged patients the model has seen.

    Attributes:
        n: judged patients.
        seen: those of them whose values it was fitted or stopped on (its train and valid parts).
        tested: those that are in its test part, which it never saw but was reported on.
        known: whether the model's own patients are here to compare with; if not, both counts are 0
            and say nothing.
    """

    n: int
    seen: int
    tested: int
    known: bool

    @property
    def sentence(self) -> str:
        """What to keep in mind when the figures are read; empty where there is nothing."""
        if not self.known:
            return (
                "The patients that this model learnt from are not here, so it cannot be checked"
                " whether these are the same ones."
            )
        if not self.seen:
            return ""
        sentence = (
            f"{self.seen:,} of these {self.n:,} patients are ones that the model learnt from: on"
            " them it looks better than it is."
        )
        return (
            f"{sentence} These figures say little about new patients."
            if self.seen > self.n / 10
            else sentence
        )


def find_overlap(
    bundle: Bundle, features: pd.DataFrame, *, cohorts: Iterable[Cohort] = ()
) -> Overlap:
    """How many of these patients the model has seen.

    Two rows are the same patient if they are the same patient of a shipped hospital (as
    `heart.data.recognition.known` recognises them, also where other columns are missing), or equal
    in all features.

    Args:
        bundle: the model.
        features: canonical features, shape (n, 13).
        cohorts: tables beside the shipped ones that the model may have been trained on.
    """
    tables = list(cohorts)
    fitted = find_seen(bundle, features, cohorts=tables)
    if fitted is None:
        return Overlap(len(features), 0, 0, known=False)
    tested = _is_among(features, split_of(bundle, tables).test.features) & ~fitted
    return Overlap(len(features), int(fitted.sum()), int(tested.sum()), known=True)


def find_seen(
    bundle: Bundle, features: pd.DataFrame, *, cohorts: Iterable[Cohort] = ()
) -> npt.NDArray[np.bool_] | None:
    """Which of these patients the model was fitted or stopped on, shape (n,); None where its own
    patients are not here to compare with.

    Args:
        bundle: the model.
        features: canonical features, shape (n, 13).
        cohorts: tables beside the shipped ones that the model may have been trained on.
    """
    try:
        split = split_of(bundle, cohorts)
    except BundleError:
        return None
    return _is_among(features, pd.concat([split.train.features, split.valid.features]))


def _is_among(features: pd.DataFrame, others: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Which rows are patients of the other frame, shape (n,)."""
    columns = list(FEATURE_NAMES)
    groups = row_groups(pd.concat([others[columns], features[columns]], ignore_index=True))
    equal = np.isin(groups[len(others) :], groups[: len(others)])
    theirs = match_frame(others)
    ours = match_frame(features)
    return equal | ((ours >= 0) & np.isin(ours, theirs[theirs >= 0]))
