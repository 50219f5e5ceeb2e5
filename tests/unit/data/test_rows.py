"""Row groups: equal where all values are equal, exact at any size."""

import numpy as np
import pandas as pd

from heart.data import rows as module
from heart.data.rows import combine_codes, distinct_rows, find_first, row_groups


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


def test_first_of_many_digits_is_not_lost():
    columns = [(np.array([0, 1]), 2**16), *[(np.array([0, 0]), 2**16)] * 4]  # 2**80 numbers
    assert len(set(combine_codes(columns).tolist())) == 2


def test_no_columns_give_no_groups():
    assert combine_codes([]).tolist() == []


def test_numbers_are_ranked_before_they_overflow_and_not_sooner(monkeypatch):
    monkeypatch.setattr(module, "_ROOM", 24)
    two, three = np.array([1, 0, 1]), np.array([2, 1, 0])
    assert combine_codes([(two, 2), (three, 3), (three, 4)]).tolist() == [22, 5, 12]  # 24 at most
    # a room of 6 and one of 5 are too much: 5, 1 and 3 are ranked
    assert combine_codes([(two, 2), (three, 3), (three, 5)]).tolist() == [12, 1, 5]


def test_codes_are_few_bytes_with_0_for_missing():
    codes, size = module._codes(pd.Series([7.0, np.nan, 8.0, 7.0]))
    assert (codes.tolist(), size, codes.dtype) == ([1, 0, 2, 1], 3, np.uint8)
    many, size = module._codes(pd.Series(np.arange(255.0)))
    assert (size, many.dtype) == (256, np.uint16)


def test_different_rows_are_numbered_as_they_first_appear():
    member, first = distinct_rows(pd.DataFrame({"a": [2, 1, 2, 3, 1]}))
    assert (member.tolist(), first.tolist()) == ([0, 1, 0, 2, 1], [0, 1, 3])


def test_nothing_is_found_among_nothing():
    assert find_first(np.array([1, 2]), np.empty(0, np.int64)).tolist() == [-1, -1]
    assert find_first(np.array([9, 0, 4]), np.array([5, 4, 4])).tolist() == [-1, -1, 1]


def test_place_is_found_among_as_many_as_a_byte_holds():
    numbers = np.arange(300)
    assert find_first(numbers, numbers).tolist() == numbers.tolist()
    assert find_first(numbers[:129], numbers[:129]).tolist() == list(range(129))
    assert find_first(np.array([-5]), numbers[:200]).tolist() == [-1]
