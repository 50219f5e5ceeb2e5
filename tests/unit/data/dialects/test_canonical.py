"""The canonical layout: types, missing values, impossible cells."""

import numpy as np
import pandas as pd
import pytest

from heart.data import read_cohort
from heart.data.codings import CODINGS
from heart.data.columns import COLUMNS
from heart.data.dialects.canonical import Change, _convert_number
from heart.data.dialects.cells import numbers_of
from heart.data.dialects.reading import Reading
from heart.data.formats.table import encode_texts
from heart.errors import BadCellsError
from heart.schema import FEATURE_NAMES, feature
from tests.support.canonical import ROW, file_of, row_with


def first_of(content):
    """The frame without the last patient."""
    return read_cohort(content).frame.iloc[:-1]


def test_row_is_read_as_it_stands():
    cohort = read_cohort(file_of(ROW))
    assert cohort.frame.iloc[0].tolist() == [
        63,
        1,
        1,
        145,
        234,
        1,
        2,
        150,
        0,
        2.3,
        3,
        0,
        "fixed",
        0,
    ]
    assert list(cohort.frame.columns) == list(COLUMNS)
    assert list(cohort.features.columns) == list(FEATURE_NAMES)


def test_columns_have_the_documented_types():
    types = read_cohort(file_of(ROW)).frame.dtypes.astype(str).to_dict()
    floats = dict.fromkeys(("age", "trestbps", "chol", "thalach", "oldpeak", "slope"), "float64")
    codes = dict.fromkeys(("sex", "cp", "fbs", "restecg", "exang", "ca"), "Int8")
    assert types == floats | codes | {"thal": "str", "num": "int64"}


@pytest.mark.parametrize(("num", "ill"), [("0", 0), ("1", 1), ("2", 1), ("4", 1)])
def test_any_severity_is_disease(num, ill):
    assert read_cohort(file_of(row_with("num", num), ROW)).y_true.tolist() == [ill, 0, 1]


def test_rows_are_numbered_from_one():
    assert read_cohort(file_of(ROW, ROW)).frame.index.tolist() == [1, 2, 3]


@pytest.mark.parametrize("column", FEATURE_NAMES)
def test_empty_cell_is_missing(column):
    report = read_cohort(file_of(row_with(column, ""))).report
    assert report.missing == dict.fromkeys(FEATURE_NAMES, 0) | {column: 1}
    assert report.changes == ()


@pytest.mark.parametrize("column", ["chol", "trestbps"])
@pytest.mark.parametrize("zero", ["0", "0.0"])
def test_zero_of_what_cannot_be_zero_is_missing_and_reported(column, zero):
    cohort = read_cohort(file_of(row_with(column, zero), ROW))
    assert cohort.frame[column].isna().tolist() == [True, False, False]
    assert cohort.report.changes == (Change(column, 1, "0 means not measured: now missing"),)


@pytest.mark.parametrize(
    ("column", "cell", "domain"),
    [
        ("age", "17", "18 to 110 years"),
        ("chol", "1001", "50 to 1000 mg/dl"),
        ("chol", "-1", "50 to 1000 mg/dl"),
        ("thalach", "0", "40 to 250 bpm"),
        ("oldpeak", "02-Mar", "-5 to 10 mm"),
        ("age", "1e999", "18 to 110 years"),
        ("age", "inf", "18 to 110 years"),
        ("age", "0x3F", "18 to 110 years"),
        ("age", "6_3", "18 to 110 years"),
        ("age", "６３", "18 to 110 years"),
        ("age", "٦٣", "18 to 110 years"),
        ("sex", "2", "0 (female), 1 (male)"),
        ("cp", "0", "1 (typical angina)"),
        ("cp", "1.5", "1 (typical angina)"),
        ("slope", "0", "1 (upsloping)"),
        ("ca", "7", "0, 1, 2, 3"),
        ("thal", "5", "normal, fixed"),
        ("thal", "average", "normal, fixed"),
        ("num", "5", "0 to 4"),
        ("num", "0.5", "0 to 4"),
        ("num", "perhaps", "0 to 4"),
    ],
)
def test_impossible_cell_is_refused_with_row_column_value_and_range(column, cell, domain):
    with pytest.raises(BadCellsError) as caught:
        read_cohort(file_of(ROW, row_with(column, cell)))
    assert f"row 2, column {column}: {cell!r} is not {domain}" in caught.value.found
    assert [(bad.row, bad.column, bad.value) for bad in caught.value.bad_cells] == [
        (2, column, cell)
    ]


def test_many_impossible_cells_are_counted():
    rows = [row_with("age", "200"), ROW] * 8
    with pytest.raises(BadCellsError, match=r"row 9, .* and 3 more"):
        read_cohort(file_of(*rows))


@pytest.mark.parametrize(
    ("name", "mmol", "values", "changed"),
    [
        ("chol", True, [193.35, np.nan, 193.35, np.nan], [3, 1]),  # 5 x 38.67
        ("chol", False, [np.nan] * 4, [1]),
        ("oldpeak", True, [5, np.nan, 5, 0], []),
    ],
)
def test_cholesterol_alone_is_multiplied_and_its_known_rows_counted(name, mmol, values, changed):
    column = numbers_of(encode_texts(pd.Series(["5", "", "5", "0"], dtype="str")))
    reading = Reading(CODINGS[0], "", None, mmol=mmol)
    typed = _convert_number(feature(name), column, reading)
    np.testing.assert_array_equal(typed.array, values)
    assert [change.rows for change in typed.changes] == changed
