"""What the report on a file says."""

from dataclasses import FrozenInstanceError

import numpy as np
import pandas as pd
import pytest

from heart.data import read_cohort
from heart.data.report import UnusualValue, count_frame
from tests.support import dialects as d
from tests.support.canonical import ROW, file_of, row_with


def test_possible_but_unusual_value_is_reported_and_kept():
    cohort = read_cohort(file_of(ROW, row_with("chol", "603")))
    assert cohort.report.unusual == (UnusualValue(2, "chol", 603.0, "100 to 450"),)
    assert cohort.frame["chol"].tolist() == [234.0, 603.0, 331.0]


def test_report_counts_rows_positives_and_repeats():
    report = read_cohort(file_of(ROW, row_with("num", "2"), ROW, row_with("age", "64"))).report
    assert (report.rows, report.positives, report.distinct, report.duplicates) == (5, 2, 4, 1)
    assert report.conflicts == ((1, 2, 3),)


def test_blown_up_file_is_302_patients_or_303():
    report = read_cohort(
        d.write(d.blow_up(d.kaggle_303(d.cleveland()), 1025), encoding="utf-8-sig")
    ).report
    assert (report.rows, report.distinct, report.duplicates) == (1025, 303, 722)


def test_conflicting_labels_are_listed():
    new = d.invent_patients(100, seed=6)
    twin = new.iloc[[4]].assign(num=1 - new["num"].iloc[4])
    assert read_cohort(d.write(d.uci_table(pd.concat([new, twin])))).report.conflicts == (
        (5, len(new) + 1),
    )


def test_column_that_follows_the_label_is_warned_about():
    new = d.invent_patients(100, seed=6)
    report = read_cohort(d.write(d.uci_table(new.assign(fbs=new["num"])))).report
    assert any("fbs tells the outcome without a mistake" in warning for warning in report.warnings)


def test_constant_column_is_warned_about():
    report = read_cohort(
        d.write(d.uci_table(d.invent_patients(100, seed=6).assign(restecg=0)))
    ).report
    assert any("restecg has the same value" in warning for warning in report.warnings)


def test_200_values_and_200_conflicts_of_50_rows_are_listed():
    frame = read_cohort(file_of(ROW)).frame.iloc[:1]
    many = frame.iloc[[0] * 502].reset_index(drop=True)
    many = many.assign(chol=np.r_[np.arange(201).repeat(2) + 500.0, np.full(100, 234.0)])
    many = many.assign(num=np.r_[np.tile([0, 3], 201), np.full(50, 0), np.full(50, 4)])
    report = count_frame(many, ())
    assert len(report.unusual) == 200
    assert report.unusual[-1] == UnusualValue(199, "chol", 599.0, "100 to 450")
    assert len(report.conflicts) == 200
    tail = count_frame(many.tail(101), ())  # of which one row is alone
    assert [len(rows) for rows in tail.conflicts] == [50]
    assert tail.conflicts[0] == tuple(range(402, 452))
    assert (tail.rows, tail.distinct, tail.positives) == (101, 3, 51)


def test_frame_without_patients_has_counts_of_nothing():
    report = count_frame(read_cohort(file_of(ROW)).frame.iloc[:0], ())
    assert (report.rows, report.distinct, report.duplicates, report.conflicts) == (0, 0, 0, ())


def test_counts_alone_tell_nothing_that_only_a_file_tells(cleveland):
    report = count_frame(cleveland.frame, ())
    assert (report.dialect, report.reading, report.inverted) == ("canonical", "", False)
    with pytest.raises(FrozenInstanceError):
        report.rows = 1
    assert (report.restored, report.known, report.matched) == (0, 0, {})
