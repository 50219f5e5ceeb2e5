"""Who is alike: the nearest patients of the cohort that a model learnt from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from heart.evaluation.figures import Figure
from heart.evaluation.intervals import proportion
from heart.evaluation.metrics import FloatArray, IntArray
from heart.explain.cases import Cases
from heart.schema import Value

HOW_MANY = 20


class Neighbours(NamedTuple):
    """The patients of a cohort that are most alike to one patient.

    Attributes:
        rows: positions in the `Cases`, nearest first; of equally near ones the earlier row of the
            cohort first. Shape (k,).
        distance: Gower's, shape (k,).
        shared: how many features are known of both, shape (k,).
        itself: positions of patients with exactly this patient's values, who are left out of all
            the others; probably the patient is one of them.
        diseased: how many of the k were ill.
        share: the same as a share, with its exact 95 % interval.
        left_out: how many patients have too few known features in common to be compared.
    """

    rows: IntArray
    distance: FloatArray
    shared: IntArray
    itself: IntArray
    diseased: int
    share: Figure
    left_out: int


def find_neighbours(
    cases: Cases, patient: Mapping[str, Value | None], *, how_many: int = HOW_MANY
) -> Neighbours:
    """The nearest patients by Gower's distance on the features that the model uses, those unknown
    of either left out (`heart.explain.gower`).

    Args:
        cases: the cohort.
        patient: canonical values, None where not known.
        how_many: fewer where the cohort has fewer that can be compared.
    """
    point = cases.gower.point(patient)
    distance, shared = cases.gower.distances(point)
    itself = np.flatnonzero(cases.gower.same(point))
    others = np.isfinite(distance)
    others[itself] = False
    rows = nearest(np.where(others, distance, np.inf), cases.features.index.to_numpy(), how_many)
    diseased = int(cases.y_true[rows].sum())
    return Neighbours(
        rows,
        distance[rows],
        shared[rows],
        itself,
        diseased,
        proportion(diseased, len(rows)),
        int((~np.isfinite(distance)).sum()),
    )


def nearest(distance: FloatArray, order: npt.NDArray[Any], how_many: int) -> IntArray:
    """Positions of the smallest finite distances, smallest first; equal ones by `order`."""
    ranked = np.lexsort((order, distance))[:how_many]
    return np.asarray(ranked[np.isfinite(distance[ranked])])
