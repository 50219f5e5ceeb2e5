"""What known patients put right in a file."""

import numpy as np
import pandas as pd
import pytest

from heart.data import read_cohort
from heart.data.codings import CODINGS
from heart.data.dialects.canonical import Converted
from heart.data.dialects.reading import Reading
from heart.data.recognition.known import reference
from heart.data.recognition.repairs import (
    _describe_differences,
    _find_contradictions,
    _origin,
    repair,
)
from heart.schema import FEATURE_NAMES
from tests.support import dialects as d
from tests.support.dialects import assert_same_cells

FIRST_11 = d.NAMES[:11]


def test_tutorials_six_rows_are_set_aside_and_its_label_is_named_and_converted():
    cohort = read_cohort(d.tutorial(d.cleveland()))
    report = cohort.report
    assert (report.rows, cohort.n, cohort.positives, report.dialect) == (303, 297, 137, "tutorial")
    assert [entry.row for entry in report.set_aside] == [248, 249, 250, 251, 252, 253]
    assert [entry.reason.endswith("num") for entry in report.set_aside] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]
    assert "the target marks a severity of 2 and more, not disease" in report.evidence[0]
    assert (
        "54 of the 137 diseased patients were marked 0, because their severity is 1."
        in report.evidence
    )
    assert report.bad_cells == ()
    expected = d.cleveland()[d.cleveland()[d.NAMES].notna().all(axis=1)]
    assert_same_cells(cohort.frame, expected, [*d.NAMES, "num"])


def test_the_tutorials_shorter_file_is_read_too():
    cohort = read_cohort(d.tutorial(d.cleveland(), rows=301))
    assert (cohort.report.rows, cohort.n, cohort.positives) == (301, 297, 137)


def test_tutorials_label_leaves_unknown_patients_open():
    new = d.invent_patients(4, seed=1).assign(num=[0, 1, 2, 3])
    both = pd.concat([d.cleveland(), new])
    table = d.recode(both).assign(thal=both["thal"], target=(both["num"] >= 2).astype(int))
    cohort = read_cohort(d.write(d.whole(table)))
    assert [entry.row for entry in cohort.report.set_aside] == [304, 305]
    assert cohort.frame["num"].tail(2).tolist() == [1, 1]


@pytest.mark.parametrize(
    "write",
    [d.kaggle_918, lambda f: d.kaggle_918(f, names=[*FIRST_11, "target"])],
    ids=["own names", "UCI's names"],
)
def test_918_rows_lose_the_659_invented_cells(write):
    true = d.distinct_918()
    filled, cells = d.fill_by_class(true)
    cohort = read_cohort(write(filled))
    assert cells == cohort.report.restored == 659
    assert_same_cells(cohort.frame, d.binary(true), [*FIRST_11, "num"])
    assert (cohort.report.known, cohort.positives, cohort.report.distinct) == (918, 508, 918)
    assert any(
        sentence.startswith("659 cells of known patients hold values that UCI does not have")
        for sentence in cohort.report.evidence
    )
    assert any(
        c.column == "slope" and "307 of 307 follow the label" in c.reason
        for c in cohort.report.changes
    )


def test_1190_rows_are_918_patients_without_the_invented_cells():
    true = d.distinct_918()
    filled, _ = d.fill_by_class(true)
    place = int(np.flatnonzero(true["slope"].isna())[3])
    cohort = read_cohort(d.kaggle_1190(filled, slope_0=place))
    assert (cohort.report.rows, cohort.n, cohort.report.distinct, cohort.report.dialect) == (
        1190,
        1190,
        918,
        "kaggle-1190",
    )
    assert_same_cells(
        cohort.frame, d.binary(pd.concat([true, true.iloc[:272]])), [*FIRST_11, "num"]
    )


def test_new_patients_values_are_never_taken_for_invented_ones():
    filled, _ = d.fill_by_class(d.distinct_918())
    new = d.invent_patients(100, seed=9)
    cohort = read_cohort(d.kaggle_918(pd.concat([filled, new])))
    assert 600 < cohort.report.restored <= 659
    assert_same_cells(cohort.frame.tail(len(new)), d.binary(new), [*FIRST_11, "num"])
    cohort = read_cohort(d.kaggle_918(pd.concat([d.cleveland(), new])))
    assert cohort.report.restored == 0


def test_overwritten_missing_values_of_known_patients_are_restored():
    frame = d.cleveland().assign(
        ca=d.cleveland()["ca"].fillna(0), thal=d.cleveland()["thal"].fillna("normal")
    )
    cohort = read_cohort(d.write(d.whole(frame)))
    assert cohort.report.restored == 6
    assert cohort.report.missing["ca"] == 4


def test_invented_values_are_said_to_follow_the_label_as_often_as_they_do():
    frame = pd.DataFrame({"exang": [0, 0, 1, 1, 1], "chol": [1.0] * 5, "num": [0, 1, 1, 2, 0]})
    # of two 0s one is diseased, of three 1s two are
    every = np.arange(5)
    assert _origin(frame, "exang", every) == "they were invented, and 3 of 5 follow the label"
    assert _origin(frame, "exang", every[2:]) == "they were invented, and 2 of 3 follow the label"
    assert _origin(frame, "chol", every) == "5 were invented"
    assert _origin(frame.drop(columns="num"), "exang", every[:4]) == "4 were invented"


@pytest.mark.parametrize(
    ("by", "mmol", "differs"),
    [
        (0.5, True, False),
        (0.51, True, True),
        (-0.5, True, False),
        (0.1, False, True),
        (0, False, False),
    ],
)
def test_cholesterol_rounded_in_mmol_may_differ_by_half_a_mg(by, mmol, differs):
    frame = reference().frame.iloc[:2]
    frame = frame.assign(chol=frame["chol"] + [0, by])
    converted = Converted(frame, {}, ())
    reading = Reading(CODINGS[0], "", None, mmol=mmol)
    matched = np.array([0, 1], dtype=np.int16)
    found = _find_contradictions(converted, matched, ["age", "chol"], reading)
    assert {name: rows.tolist() for name, rows in found.items()} == (
        {"chol": [1]} if differs else {}
    )
    aged = converted._replace(frame=frame.assign(age=frame["age"] + by, chol=np.nan))
    assert ("age" in _find_contradictions(aged, matched, ["age"], reading)) == (by != 0)


def test_row_that_contradicts_a_patient_whom_another_row_is_is_set_aside_and_alone_it_stays():
    frame = reference().frame.iloc[[0, 0, 1]].reset_index(drop=True)
    frame.index = pd.RangeIndex(1, 4)
    frame = frame.assign(chol=frame["chol"] + [0.0, 1.0, 1.0])
    converted = Converted(frame[list(FEATURE_NAMES)], {}, ())
    reading = Reading(CODINGS[0], "", None, mmol=False)
    repaired = repair(converted, np.array([0, 0, 1], dtype=np.int16), reading)
    assert repaired.set_aside == ((2, "repeats another row's patient and contradicts it in chol"),)
    assert repaired.restored == 0
    (note,) = repaired.notes
    assert "differs from UCI's record: chol in 2 rows." in note
    assert repaired.matched.tolist() == [0, 0, 1]
    assert _describe_differences({}, ()) == ()
