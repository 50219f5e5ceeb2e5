"""Two bundles side by side on one cohort, on patients that neither has learnt from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from heart.bundle import Bundle
from heart.data import Cohort
from heart.errors import CohortError
from heart.evaluation.calibration import reliability_table
from heart.evaluation.curves import roc_table
from heart.evaluation.figures import Figure
from heart.evaluation.judged import Judged, judge
from heart.evaluation.metrics import FloatArray, IntArray
from heart.evaluation.resampling import bootstrap_differences
from heart.experiments.overlap import find_seen

MIN_PER_CLASS = 5


class Comparison(NamedTuple):
    """Both sides on the same n patients.

    Attributes:
        y_true: 0 or 1, shape (n,).
        left_out: patients of the cohort that one of the two learnt from.
        unchecked: names of those of whom it is not known whether they have learnt from some of
            these patients.
        sides: the two at their own thresholds, under different names.
        differences: figure to second minus first, with its paired bootstrap interval.
    """

    y_true: IntArray
    left_out: int
    unchecked: tuple[str, ...]
    sides: tuple[Judged, Judged]
    differences: dict[str, Figure]


def compare_bundles(
    first: Bundle, second: Bundle, cohort: Cohort, *, cohorts: Iterable[Cohort] = ()
) -> Comparison:
    """Both bundles judged on the patients of the cohort that neither was fitted or stopped on.

    Args:
        first: a bundle.
        second: the other one.
        cohort: patients with outcomes.
        cohorts: tables beside the shipped ones that the bundles may have been trained on.

    Raises:
        CohortError: if fewer than 5 patients with or without disease are left.
    """
    tables = [*cohorts, cohort]
    seen = [find_seen(bundle, cohort.features, cohorts=tables) for bundle in (first, second)]
    fresh = ~(seen[0].fitted | seen[1].fitted)
    y_true, features = cohort.y_true[fresh], cohort.features[fresh]
    if np.bincount(y_true, minlength=2).min() < MIN_PER_CLASS:
        raise CohortError(
            f"at least {MIN_PER_CLASS} patients with and without disease that neither model has"
            " learnt from",
            f"{int(fresh.sum())} such patients, {int(y_true.sum())} of them diseased",
            "Choose another cohort.",
        )
    names = (first.name, second.name if second.name != first.name else f"{second.name}, the second")
    sides = tuple(
        judge(y_true, bundle.predict_proba(features), threshold=bundle.threshold.value, name=name)
        for bundle, name in zip((first, second), names, strict=True)
    )
    return Comparison(
        y_true=y_true,
        left_out=int((~fresh).sum()),
        unchecked=tuple(
            name for name, of in zip(names, seen, strict=True) if (of.unknown & fresh).any()
        ),
        sides=(sides[0], sides[1]),
        differences=bootstrap_differences(y_true, sides[0].y_score, sides[1].y_score),
    )


def write_unchecked(names: Sequence[str]) -> str:
    """That these models may have learnt from the patients they are compared on."""
    them = "it" if len(names) == 1 else "they"
    return (
        f"Whether {' and '.join(names)} learnt from some of these patients is not known: not"
        f" everybody that {them} learnt from is. The comparison is fair only if {them} did not."
    )


def roc_frame(comparison: Comparison) -> pd.DataFrame:
    """Both ROC curves with their bands: columns `model`, `fpr`, `tpr`, `low`, `high`."""
    return _stack(comparison, roc_table)


def reliability_frame(comparison: Comparison) -> pd.DataFrame:
    """Both reliability tables: `model` beside the columns of `reliability_table`."""
    return _stack(comparison, reliability_table)


def _stack(
    comparison: Comparison, table: Callable[[IntArray, FloatArray], pd.DataFrame]
) -> pd.DataFrame:
    parts = [
        table(comparison.y_true, side.y_score).assign(model=side.name) for side in comparison.sides
    ]
    return pd.concat(parts, ignore_index=True)
