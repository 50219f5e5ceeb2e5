"""The 920 patients and which rows they are: ranks, twins, cholesterol that was converted."""

import numpy as np
import pandas as pd
import pytest

from heart.data import SHIPPED, load_shipped
from heart.data.recognition.known import (
    Levels,
    _find_levels,
    can_be_matched,
    count_hospitals,
    match_frame,
    numeric_codes,
    reference,
)
from heart.schema import FEATURE_NAMES

N = 920


def test_reference_is_all_patients_one_after_the_other():
    made = reference.__wrapped__()
    assert made.frame.index.tolist() == list(range(N))
    assert made.hospital.tolist() == [name for name in SHIPPED for _ in range(load_shipped(name).n)]
    assert made.frame["age"].iloc[303] == load_shipped("hungary").frame["age"].iloc[0]
    assert list(made.codes) == list(made.levels) == [*FEATURE_NAMES, "num"]
    levels = made.levels["thal"]
    assert list(levels.values) == [0, 1, 2]
    assert (levels.of_patient == 3).sum() == made.frame["thal"].isna().sum()


def test_words_are_numbered_by_their_place_among_the_codes():
    column = pd.Series(["reversible", None, "normal", "fixed"], name="thal", dtype="str")
    np.testing.assert_array_equal(numeric_codes(column), [2, np.nan, 0, 1])
    codes = pd.Series([3, None], name="cp", dtype="Int8")
    np.testing.assert_array_equal(numeric_codes(codes), [3, np.nan])


def test_rank_is_of_the_equal_value():
    levels = _find_levels(np.array([5.0, 2.0, np.nan, 5.0]))
    assert (list(levels.values), levels.of_patient.tolist(), levels.size) == (
        [2, 5],
        [1, 0, 2, 1],
        3,
    )
    ranks = levels.rank(np.array([2.0, 5.0, 1.0, 3.0, 6.0, np.nan]))
    assert ranks.tolist() == [0, 1, -1, -1, -1, 2]
    assert Levels(np.array([2.0]), np.zeros(1, np.int64)).rank(np.array([9.0])).tolist() == [-1]


def patients(*rows):
    return reference().frame.loc[list(rows), list(FEATURE_NAMES)]


def test_row_is_its_patient_and_a_changed_one_nobody():
    frame = patients(0, 7, 500, 919)
    assert match_frame(frame).tolist() == [0, 7, 500, 919]
    assert match_frame(frame.assign(age=frame["age"] + [0, 0.5, 0, 0])).tolist() == [
        0,
        -1,
        500,
        919,
    ]
    assert match_frame(frame.drop(index=frame.index)).tolist() == []


def test_cholesterol_in_other_than_whole_mg_is_not_compared():
    frame = patients(0, 7)
    other = frame.assign(chol=frame["chol"] + [0.5, 0])
    assert match_frame(other).tolist() == [0, 7]
    assert match_frame(frame.assign(chol=frame["chol"] + [1, 0])).tolist() == [-1, 7]


@pytest.mark.parametrize(
    ("known", "is_enough"),
    [
        (("age", "sex", "trestbps", "thalach"), True),
        (("age", "sex", "trestbps"), False),
        (("age", "sex", "trestbps", "cp", "slope", "ca"), False),  # not of the key
        (("age", "sex", "trestbps", "chol"), True),
    ],
)
def test_patients_are_recognised_by_four_columns_of_the_key(known, is_enough):
    frame = patients(0, 7)
    some = frame.assign(**{name: np.nan for name in FEATURE_NAMES if name not in known})
    some = some.assign(thal=pd.Series([None, None], index=[0, 7], dtype="str"))
    assert can_be_matched(some) == is_enough
    assert (match_frame(some) >= 0).all() == is_enough
    converted = some.assign(chol=some["chol"] + 0.5)
    assert can_be_matched(converted) == (is_enough and "chol" not in known)


def test_hospitals_are_counted_largest_first():
    matched = np.array([303, 0, -1, 304, 919], dtype=np.int16)
    counts = count_hospitals(matched)
    assert list(counts.items()) == [("hungary", 2), ("va_long_beach", 1), ("cleveland", 1)]
    assert count_hospitals(matched[2:3]) == {}
