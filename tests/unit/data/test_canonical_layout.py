"""Reading the canonical layout, and the report on it."""

import numpy as np
import pandas as pd
import pytest

from heart.data import read_cohort
from heart.data.columns import COLUMNS
from heart.data.dialects.canonical import Change
from heart.data.formats.table import MAX_BYTES
from heart.data.report import UnusualValue
from heart.errors import BadCellsError, CohortError
from heart.schema import FEATURE_NAMES

HEADER = ",".join(COLUMNS)
ROW = "63,1,1,145,234,1,2,150,0,2.3,3,0,fixed,0"
ILL = "61,0,4,130,331,0,2,169,0,0,1,0,normal,1"


def file_of(*rows, header=HEADER):
    """A file of these rows and, so that there are two classes, a diseased patient."""
    return "\n".join([header, *rows, ILL, ""]).encode()


def first_of(content):
    """The frame without the last patient."""
    return read_cohort(content).frame.iloc[:-1]


def row_with(column, cell):
    """The first patient of Cleveland with one cell changed."""
    return ",".join(
        cell if name == column else old for name, old in zip(COLUMNS, ROW.split(","), strict=True)
    )


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


@pytest.mark.parametrize(
    "layout",
    [
        file_of(ROW).replace(b"\n", b"\r\n"),
        file_of(ROW).replace(b"\n", b"\r"),
        b"\xef\xbb\xbf" + file_of(ROW),
        file_of(ROW) + b"\n\n",
        file_of(ROW.replace(",", " , ")),
        file_of(ROW.replace("fixed", '"fixed"')),
        file_of(ROW.replace("63", "6.3e1")),
    ],
    ids=["crlf", "cr", "bom", "blank lines", "blanks", "quotes", "exponent"],
)
def test_layout_does_not_matter(layout):
    pd.testing.assert_frame_equal(read_cohort(layout).frame, read_cohort(file_of(ROW)).frame)


def test_columns_may_come_in_any_order():
    cells = dict(zip(COLUMNS, ROW.split(","), strict=True))
    turned = list(COLUMNS)[::-1]
    ill = dict(zip(COLUMNS, ILL.split(","), strict=True))
    rows = [",".join(row[name] for name in turned) for row in (cells, ill)]
    cohort = read_cohort("\n".join([",".join(turned), *rows]).encode())
    pd.testing.assert_frame_equal(cohort.frame, read_cohort(file_of(ROW)).frame)


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
        ("num", "", "0 to 4"),
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


def test_possible_but_unusual_value_is_reported_and_kept():
    cohort = read_cohort(file_of(ROW, row_with("chol", "603")))
    assert cohort.report.unusual == (UnusualValue(2, "chol", 603.0, "100 to 450"),)
    assert cohort.frame["chol"].tolist() == [234.0, 603.0, 331.0]


def test_too_large_a_file_is_refused():
    with pytest.raises(CohortError, match=r"at most 256 MiB, but found 256\.0 MiB"):
        read_cohort(bytes(MAX_BYTES + 1))


def test_file_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(CohortError, match="No such file"):
        read_cohort(tmp_path / "absent.csv")
    with pytest.raises(CohortError, match="Is a directory"):
        read_cohort(tmp_path)


def test_cohort_is_called_after_its_file_or_as_one_likes(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_bytes(file_of(ROW))
    assert [
        read_cohort(path).name,
        read_cohort(path, name="ours").name,
        read_cohort(file_of(ROW)).name,
    ] == ["mine", "ours", "upload"]
    assert read_cohort(str(path)).source == "mine.csv"


def test_report_counts_rows_positives_and_repeats():
    report = read_cohort(file_of(ROW, row_with("num", "2"), ROW, row_with("age", "64"))).report
    assert (report.rows, report.positives, report.distinct, report.duplicates) == (5, 2, 4, 1)
    assert report.conflicts == ((1, 2, 3),)


def test_fingerprint_tells_tables_apart_but_not_layouts():
    same = [
        read_cohort(file_of(ROW)),
        read_cohort(file_of(ROW.replace("63", "63.0")).replace(b"\n", b"\r\n")),
    ]
    changed = [row_with(name, cell) for name, cell in (("age", "64"), ("thal", ""), ("num", "1"))]
    other = [read_cohort(file_of(row, ROW)) for row in (ROW, *changed)]
    assert len({cohort.fingerprint for cohort in same}) == 1
    assert len({cohort.fingerprint for cohort in (*same, *other)}) == 5


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
