"""The patients of a model's cohort, with what the model says of each."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from heart.bundle import Bundle
from heart.data import Split
from heart.evaluation.metrics import FloatArray, IntArray
from heart.evaluation.out_of_fold import OutOfFold
from heart.explain.gower import Gower
from heart.schema import Feature

MAX_CASES = 20_000
"""Of a larger cohort so many patients are drawn at random, so that an answer comes at once."""

OUT_OF_FOLD, UNSEEN, LEARNT = "out-of-fold", "never seen", "learnt from"
SOURCES: Mapping[str, str] = {
    OUT_OF_FOLD: "by models of the same recipe that did not see the patient (cross-validation)",
    UNSEEN: "by this model, which never saw the patient (test part)",
    LEARNT: "by this model, which has seen the patient: better than it would be for a new one",
}
"""Where a case's probability is from, and what that means."""


class Answers(NamedTuple):
    """What the model says of some patients.

    Attributes:
        y_score: probabilities, recalibrated as the model's answers are, shape (n,).
        source: among `SOURCES`, shape (n,).
    """

    y_score: FloatArray
    source: npt.NDArray[np.str_]


class Unseen(NamedTuple):
    """Outcomes, and probabilities by models that had not seen the patient, shape (n,) each."""

    y_true: IntArray
    y_score: FloatArray


class Cases:
    """The patients of a model's cohort: values, outcomes, what the model says of each, and how
    alike they are. Nothing in it is ever changed.

    Args:
        cohort: its name.
        features: canonical values, shape (n, 13); the index is the row's number in the cohort.
        y_true: 0 or 1, shape (n,).
        answers: of the model.
        used: the features that the model uses.
        of: how many patients the cohort has; more than n where some were drawn.
    """

    def __init__(
        self,
        cohort: str,
        features: pd.DataFrame,
        y_true: IntArray,
        answers: Answers,
        used: tuple[Feature, ...],
        *,
        of: int,
    ) -> None:
        self.cohort, self.features, self.y_true = cohort, features, y_true
        self.y_score, self.source = answers
        self.used, self.of = used, of
        self.n = len(y_true)

    @cached_property
    def gower(self) -> Gower:
        """Distances on the features that the model uses."""
        return Gower(self.features, self.used)


def recalibrate_unseen(bundle: Bundle, predictions: OutOfFold) -> Unseen:
    """Out-of-fold predictions of a bundle's recipe on the scale of its answers."""
    return Unseen(predictions.y_true, bundle.recalibration.apply_to(predictions).mean_score)


def gather_cases(
    bundle: Bundle, split: Split, predictions: OutOfFold | None, *, max_cases: int = MAX_CASES
) -> Cases:
    """Every patient of the parts that the bundle was trained and judged on.

    Of train and valid patients the out-of-fold answer, where it is given: what a model says of
    patients that it has learnt from flatters it. Of test patients the bundle's own, which is an
    answer about a patient that it never saw.

    Args:
        bundle: the model.
        split: its cohort's parts.
        predictions: of its recipe for train and valid, in that order, on the network's own scale;
            None where there are none.
        max_cases: more than so many patients are thinned out at random, always the same ones.
    """
    frame = pd.concat([part.features for part in split])
    y_true = np.concatenate([part.y_true for part in split])
    n_seen = split.train.n + split.valid.n
    rows = _draw(len(y_true), max_cases)
    y_score = bundle.predict_proba(frame.iloc[rows])
    seen = rows < n_seen
    source = np.where(seen, LEARNT if predictions is None else OUT_OF_FOLD, UNSEEN)
    if predictions is not None:
        out_of_fold = bundle.recalibration.apply_to(predictions).mean_score
        y_score = np.where(seen, out_of_fold[np.where(seen, rows, 0)], y_score)
    return Cases(
        bundle.data.cohort,
        frame.iloc[rows],
        y_true[rows],
        Answers(y_score, source),
        tuple(bundle.preprocessor.features),
        of=len(y_true),
    )


def _draw(n: int, most: int) -> IntArray:
    """All rows, or so many of them, in order."""
    if n <= most:
        return np.arange(n)
    return np.sort(np.random.default_rng(0).choice(n, most, replace=False))
