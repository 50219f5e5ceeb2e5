"""A cohort: its fingerprint, its complete patients."""

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pandas as pd
import pytest

from heart.data import read_cohort
from heart.data.cohort import combine_cohorts
from tests.support.canonical import ROW, file_of, row_with


def test_fingerprint_tells_tables_apart_but_not_layouts():
    same = [
        read_cohort(file_of(ROW)),
        read_cohort(file_of(ROW.replace("63", "63.0")).replace(b"\n", b"\r\n")),
    ]
    changed = [row_with(name, cell) for name, cell in (("age", "64"), ("thal", ""), ("num", "1"))]
    other = [read_cohort(file_of(row, ROW)) for row in (ROW, *changed)]
    assert len({cohort.fingerprint for cohort in same}) == 1
    assert len({cohort.fingerprint for cohort in (*same, *other)}) == 5
    left = read_cohort(file_of(row_with("ca", ""), ROW)).complete()  # in other rows of its file
    assert left.fingerprint == read_cohort(file_of(ROW)).fingerprint


def test_complete_keeps_only_patients_without_gaps():
    cohort = read_cohort(file_of(row_with("ca", ""), ROW, row_with("chol", "0"))).complete()
    assert (cohort.n, cohort.frame.index.tolist()) == (2, [2, 4])
    assert cohort.report.duplicates == 0
    assert sum(cohort.report.missing.values()) == 0


def test_written_frame_reads_back_the_same(cleveland):
    again = read_cohort(cleveland.frame.to_csv(index=False).encode(), name="cleveland")
    pd.testing.assert_frame_equal(again.frame, cleveland.frame)
    assert again.fingerprint == cleveland.fingerprint
    assert np.array_equal(again.y_true, cleveland.y_true)


def test_cohorts_are_joined_with_their_names_numbers_and_known_patients():
    one, other = (
        read_cohort(file_of(row, ROW), name=name)
        for row, name in ((ROW, "a"), (row_with("age", "64"), "b"))
    )
    assert combine_cohorts([one]) is one
    counted = [
        replace(cohort, report=replace(cohort.report, matched={cohort.name: n}))
        for cohort, n in ((one, 3), (other, 5))
    ]
    both = combine_cohorts(counted)
    assert (both.name, both.n, both.report.rows) == ("a+b", 6, 6)
    assert both.source == f"{one.source} and {other.source}"
    assert both.frame.index.tolist() == [1, 2, 3, 4, 5, 6]
    assert both.frame["age"].tolist() == [*one.frame["age"], *other.frame["age"]]
    assert both.report.matched == {"a": 3, "b": 5}
    assert both.report.distinct == both.frame.drop_duplicates().shape[0] == 3


def test_cohort_is_never_changed_and_equals_itself_alone(cleveland):
    with pytest.raises(FrozenInstanceError):
        cleveland.name = "other"
    assert replace(cleveland) != cleveland
    assert {cleveland: 1}[cleveland] == 1


def test_fingerprint_has_six_digits_of_a_number():
    frame = read_cohort(file_of(ROW)).frame
    cohort = read_cohort(file_of(ROW))
    sum_of, same, other = (
        replace(cohort, frame=frame.assign(oldpeak=value)).fingerprint
        for value in (0.1 + 0.2, 0.3, 0.300001)
    )
    assert sum_of == same != other
