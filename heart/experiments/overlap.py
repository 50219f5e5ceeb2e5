"""Whether patients that a model is judged on are the ones it learnt from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from heart.bundle import Bundle
from heart.bundle.learnt import Learnt
from heart.data import Cohort
from heart.data.recognition.known import match_frame
from heart.data.rows import row_groups
from heart.experiments.run import find_cohort, find_learnt, split_for
from heart.schema import FEATURE_NAMES

BoolArray = npt.NDArray[np.bool_]


class Seen(NamedTuple):
    """What a model has seen of n patients; each of them is at most one of the three.

    Attributes:
        fitted: it was fitted or stopped on them (its train and valid parts), shape (n,).
        tested: they are in its test part, which it never saw but was reported on, shape (n,).
        unknown: whether it has seen them cannot be known, shape (n,).
    """

    fitted: BoolArray
    tested: BoolArray
    unknown: BoolArray


class Overlap(NamedTuple):
    """How many of the judged patients the model has seen.

    Attributes:
        n: judged patients.
        seen: those of them whose values it was fitted or stopped on (its train and valid parts).
        tested: those that are in its test part, which it never saw but was reported on.
        unknown: those of whom it cannot be known.
    """

    n: int
    seen: int
    tested: int
    unknown: int

    @property
    def known(self) -> bool:
        """Whether the counts hold for every patient."""
        return not self.unknown

    @property
    def sentence(self) -> str:
        """What to keep in mind when the figures are read; empty where there is nothing."""
        parts = [self._about_seen(), self._about_unknown()]
        return " ".join(part for part in parts if part)

    def _about_seen(self) -> str:
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

    def _about_unknown(self) -> str:
        if not self.unknown:
            return ""
        whom = "these are" if self.unknown == self.n else f"{self.unknown:,} of them are"
        return (
            "Not everybody that this model learnt from is known, so it cannot be checked whether"
            f" {whom} the same ones: these figures may flatter it."
        )


def find_overlap(
    bundle: Bundle, features: pd.DataFrame, *, cohorts: Iterable[Cohort] = ()
) -> Overlap:
    """How many of these patients the model has seen.

    Args:
        bundle: the model.
        features: canonical features, shape (n, 13).
        cohorts: tables beside the shipped ones that the model may have been trained on.
    """
    seen = find_seen(bundle, features, cohorts=cohorts)
    return Overlap(len(features), *(int(flags.sum()) for flags in seen))


def find_seen(bundle: Bundle, features: pd.DataFrame, *, cohorts: Iterable[Cohort] = ()) -> Seen:
    """Which of these patients the model has seen.

    Two rows are the same patient if they are the same patient of a shipped hospital (as
    `heart.data.recognition.known` recognises them, also where other columns are missing), or equal
    in all features. Who else it has learnt from, a bundle does not tell: there its own table has
    to be here, or nothing is known.

    Args:
        bundle: the model.
        features: canonical features, shape (n, 13).
        cohorts: tables beside the shipped ones that the model may have been trained on.
    """
    tables = list(cohorts)
    learnt, own = find_learnt(bundle, tables), find_cohort(bundle, tables)
    split = None if own is None else split_for(own, bundle.settings)
    if learnt is None and split is None:
        nobody = np.zeros(len(features), dtype=np.bool_)
        return Seen(nobody, nobody, ~nobody)
    fitted, tested, unknown = _public(learnt, match_frame(features))
    if split is not None:
        fitted |= _are_equal(features, pd.concat([split.train.features, split.valid.features]))
        tested |= _are_equal(features, split.test.features)
        unknown &= learnt is None
    return Seen(fitted, tested & ~fitted, unknown & ~fitted & ~tested)


def _public(
    learnt: Learnt | None, matched: npt.NDArray[np.int16]
) -> tuple[BoolArray, BoolArray, BoolArray]:
    """Fitted, tested and unknown, of what a bundle says of the shipped hospitals' patients."""
    is_public = matched >= 0
    if learnt is None:
        nobody = np.zeros_like(is_public)
        return nobody, nobody.copy(), ~nobody
    return (
        is_public & learnt.fitted[matched],
        is_public & learnt.tested[matched],
        ~is_public & (learnt.strangers > 0),
    )


def _are_equal(features: pd.DataFrame, others: pd.DataFrame) -> BoolArray:
    """Which rows are equal to a row of the other frame, shape (n,)."""
    columns = list(FEATURE_NAMES)
    groups = row_groups(pd.concat([others[columns], features[columns]], ignore_index=True))
    return np.isin(groups[len(others) :], groups[: len(others)])
