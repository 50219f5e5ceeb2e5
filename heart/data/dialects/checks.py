"""What a canonical value may be, as a pandera schema made from `heart.schema`."""

from __future__ import annotations

import logging
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from heart.data.patients import dtype_of
from heart.schema import FEATURES, SEVERITIES, TARGET, Feature

logging.getLogger("pandera").setLevel(logging.ERROR)  # it warns about optional back ends

import pandera.pandas as pa  # noqa: E402  the logger comes first


@cache
def canonical_schema() -> pa.DataFrameSchema:
    """The canonical table: 13 features and `num`, with their dtypes and possible values."""
    columns = {
        feature.name: pa.Column(dtype_of(feature), _check(feature), nullable=True)
        for feature in FEATURES
    }
    return pa.DataFrameSchema(
        {**columns, TARGET: pa.Column("int64", pa.Check.isin(SEVERITIES))},
        strict=True,
        ordered=True,
    )


def _check(feature: Feature) -> pa.Check:
    if feature.codes:
        return pa.Check.isin([code for code, _ in feature.codes])
    return pa.Check.in_range(feature.minimum, feature.maximum)


def find_impossible(name: str, values: pd.Series) -> npt.NDArray[np.bool_]:
    """Which of a column's values cannot be, shape (k,). Missing values can.

    Args:
        name: a feature or `num`.
        values: float64, or str for a feature whose codes are words; default index.
    """
    known = values.dropna()
    impossible = np.zeros(len(values), dtype=np.bool_)
    # the checks alone: a schema would put each of a million wrong values into a sentence
    for check in canonical_schema().columns[name].checks:
        fails = ~check(known).check_output.to_numpy(dtype=np.bool_)
        impossible[known.index[fails]] = True
    return impossible
