"""Patients with weights, as scikit-learn means them: a weight of 2 is the patient twice, one of 0
is nobody.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.utils.validation import _check_sample_weight

FloatArray = npt.NDArray[np.float64]


class Rows(NamedTuple):
    """What is learnt from.

    Attributes:
        frame: the patients, shape (n, p).
        outcome: 0 or 1, or any labels, shape (n,).
        weight: shape (n,); None where all count as one.
    """

    frame: pd.DataFrame
    outcome: npt.NDArray[Any]
    weight: FloatArray | None = None


def check_weight(sample_weight: Any, frame: pd.DataFrame) -> FloatArray | None:
    """The weights as float64, shape (n,); None stays None.

    Raises:
        ValueError: for weights that are negative, not finite, all 0 or of another number, in
            scikit-learn's words.
    """
    if sample_weight is None:
        return None
    checked: FloatArray = _check_sample_weight(
        sample_weight, frame, dtype=np.float64, ensure_non_negative=True
    )
    return checked


def gather_rows(rows: Rows) -> Rows:
    """Each different pair of patient and outcome once, in the order of their values, with the sum
    of their weights; those without weight are gone.

    Two tables that mean the same are then equal: order, shares of a weight and copies make no
    difference to what is learnt.
    """
    weight = np.ones(len(rows.outcome)) if rows.weight is None else rows.weight
    known = rows.frame[weight > 0].assign(**{_OUTCOME: rows.outcome[weight > 0]})
    table = known.reset_index(drop=True).sort_values(list(known.columns), kind="stable")
    is_first = ~table.duplicated().to_numpy()
    group = np.cumsum(is_first) - 1
    sums: FloatArray = np.bincount(
        group, weights=weight[weight > 0][table.index.to_numpy()]
    ).astype(np.float64)
    different = table[is_first]
    return Rows(
        different.drop(columns=_OUTCOME),
        different[_OUTCOME].to_numpy(),
        None if _same(sums) else sums,
    )


_OUTCOME = "outcome of the row"


def _same(weight: FloatArray) -> bool:
    """Equal weights say nothing: what is learnt depends on their ratios."""
    return bool((weight == weight[0]).all())


def weighted_quantile(values: FloatArray, share: FloatArray, weight: FloatArray) -> FloatArray:
    """The least value of each column at which at least a share of the weight lies, NaN left out;
    values shape (n, F), share (K,), weight (n,): shape (K, F).

    A column without a value is NaN.
    """
    return np.stack([_quantile(column, share, weight) for column in values.T], axis=1)


def _quantile(column: FloatArray, share: FloatArray, weight: FloatArray) -> FloatArray:
    known = ~np.isnan(column)
    if not known.any():
        return np.full(len(share), np.nan)
    found: FloatArray = np.quantile(
        column[known], share, weights=weight[known], method="inverted_cdf"
    )
    return found
