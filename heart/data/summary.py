"""A cohort in small tables: the class balance, what is missing, a feature by outcome."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from heart.data.cohort import Cohort
from heart.data.rows import IntArray
from heart.schema import DISEASED, HEALTHY, TARGET, Feature

BINS = 15


def balance_frame(cohort: Cohort) -> pd.DataFrame:
    """`outcome`, `patients` and `share` (0-1), one row an outcome."""
    counts = {HEALTHY: cohort.n - cohort.positives, DISEASED: cohort.positives}
    return pd.DataFrame({"outcome": list(counts), "patients": list(counts.values())}).assign(
        share=lambda frame: frame["patients"] / cohort.n
    )


def outcome_frame(cohort: Cohort, feature: Feature) -> pd.DataFrame:
    """`value` in words (or a bin), `outcome`, `patients` and `share` of that outcome's (0-1)."""
    known = cohort.frame[[feature.name, TARGET]].dropna()
    values = known[feature.name]
    order, place = _find_codes(values, feature) if feature.codes else _bin(values, feature)
    is_diseased = known[TARGET].to_numpy() > 0
    counts = [
        np.bincount(place[(place >= 0) & (is_diseased == side)], minlength=len(order))
        for side in (False, True)
    ]
    return pd.DataFrame(
        {
            "value": order * 2,
            "outcome": np.repeat([HEALTHY, DISEASED], len(order)),
            "patients": np.concatenate(counts),
            "share": np.concatenate([count / max(1, count.sum()) for count in counts]),
        }
    )


def _find_codes(values: pd.Series, feature: Feature) -> tuple[list[str], IntArray]:
    """The codes in words, and the place of each value among them."""
    codes = pd.Index([code for code, _ in feature.codes])
    return [label for _, label in feature.codes], codes.get_indexer(pd.Index(values))


def _bin(values: pd.Series, feature: Feature) -> tuple[list[str], IntArray]:
    """Bins as wide as one another, closed above, and the bin of each value, -1 where rounded edges
    leave it out.
    """
    numbers = values.to_numpy(dtype=np.float64)
    edges = np.histogram_bin_edges(numbers, bins=BINS) if len(numbers) else np.array([0.0, 1.0])
    edges = np.unique(np.round(edges, feature.decimals))
    order = [f"{low:g} to {high:g}" for low, high in pairwise(edges)]
    place = np.searchsorted(edges, numbers, side="left") - 1
    place[numbers == edges[0]] = 0
    return order, np.where(place < len(order), place, -1)
