"""Row groups: equal where all values are equal, exact at any size."""

import numpy as np
import pandas as pd

from heart.data.rows import combine_codes, row_groups


def test_groups_are_pandas_own(cleveland, hungary):
    frame = pd.concat(
        [cleveland.features, hungary.features, cleveland.features.head(40)], ignore_index=True
    )
    expected = frame.groupby(list(frame.columns), dropna=False).ngroup()
    pairs = pd.DataFrame({"ours": row_groups(frame), "pandas": expected}).drop_duplicates()
    assert pairs["ours"].is_unique
    assert pairs["pandas"].is_unique


def test_missing_equals_missing():
    assert (
        len(set(row_groups(pd.DataFrame({"a": [np.nan, np.nan, 1.0], "b": [1, 1, 1]})).tolist()))
        == 2
    )


def test_many_large_columns_do_not_overflow():
    rng = np.random.default_rng(0)
    columns = [rng.integers(0, 10_000, 3000) for _ in range(12)]
    columns = [np.concatenate([column, column[:500]]) for column in columns]
    groups = combine_codes((column, 10_000) for column in columns)
    assert len(np.unique(groups)) == 3000
    assert np.array_equal(groups[:500], groups[3000:])


def test_no_columns_give_no_groups():
    assert combine_codes([]).tolist() == []
