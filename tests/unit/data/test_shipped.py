"""The four hospitals' tables, counted against DATA.md."""

import hashlib

import pytest

from heart.data import SHIPPED, load_shipped
from heart.data.shipped import _read_shipped, read_shipped_table
from heart.errors import CohortError
from heart.paths import DATA

COUNTS = [
    ("cleveland", 303, 139, 0),
    ("hungary", 294, 106, 1),
    ("switzerland", 123, 115, 0),
    ("va_long_beach", 200, 149, 1),
]
MISSING = [
    ("cleveland", {"ca": 4, "thal": 2, "chol": 0, "slope": 0}),
    ("hungary", {"ca": 291, "thal": 266, "slope": 190, "chol": 23, "trestbps": 1}),
    ("switzerland", {"ca": 118, "chol": 123, "trestbps": 2}),
    ("va_long_beach", {"ca": 198, "chol": 56, "trestbps": 57}),
]
SHA256 = {
    "cleveland": "e9e1bc04fbcba3edea535bd56c25b803c19c428ef6b0c6a150cf94f83a233571",
    "hungary": "74e78856ff4e041680dd0d819f9d2a663f55757360572a0219da229822c9af6a",
    "switzerland": "8c06e9b23b0423fb6571aa86c165dc8a033adb2166debc8f450bf2fb290b1ae7",
    "va_long_beach": "03f038d6d05cb9fa0db0aeef388a9f6a0631272d15a72e810378a32b0e6a0c7a",
}


@pytest.mark.parametrize(("name", "n", "positives", "repeats"), COUNTS)
def test_patients_diseased_and_repeats_are_datas(name, n, positives, repeats):
    cohort = load_shipped(name)
    assert (cohort.n, cohort.positives, cohort.report.duplicates) == (n, positives, repeats)
    assert (cohort.report.rows, cohort.report.positives) == (n, positives)


def test_all_hospitals_can_be_joined():
    assert load_shipped("+".join(SHIPPED)).n == 303 + 294 + 123 + 200


@pytest.mark.parametrize(("name", "missing"), MISSING)
def test_missing_values_are_datas(name, missing):
    report = load_shipped(name).report
    assert {column: report.missing[column] for column in missing} == missing


@pytest.mark.parametrize(
    ("name", "zeros"),
    [
        ("cleveland", {}),
        ("hungary", {}),
        ("switzerland", {"chol": 123}),
        ("va_long_beach", {"chol": 49, "trestbps": 1}),
    ],
)
def test_zeros_that_mean_missing_are_counted(name, zeros):
    assert {change.column: change.rows for change in load_shipped(name).report.changes} == zeros


def test_clevelands_severities_are_datas(cleveland):
    assert cleveland.frame["num"].value_counts().sort_index().tolist() == [164, 55, 36, 35, 13]


def test_clevelands_extremes_are_datas(cleveland, hungary):
    assert (hungary.frame["age"].min(), cleveland.frame["age"].max()) == (28, 77)
    assert cleveland.frame["chol"].max() == 564
    assert hungary.frame["chol"].min() == 85
    assert load_shipped("switzerland").frame["oldpeak"].min() == -2.6
    assert cleveland.frame["oldpeak"].max() == 6.2


def test_clevelands_first_patient_is_ucis(cleveland):
    assert cleveland.frame.iloc[0].tolist() == [
        63,
        1,
        1,
        145,
        233,
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


@pytest.mark.parametrize("name", SHIPPED)
def test_table_is_unchanged_to_the_byte(name):
    assert hashlib.sha256((DATA / f"{name}.csv").read_bytes()).hexdigest() == SHA256[name]


def test_cohort_is_read_once_and_shared(cleveland):
    assert load_shipped("cleveland") is cleveland


@pytest.mark.parametrize("name", ["boston", "../data/cleveland", ""])
def test_unknown_cohort_lists_the_known_ones(name):
    with pytest.raises(CohortError, match="cleveland, hungary, switzerland, va_long_beach"):
        load_shipped(name)


SPOILT = {
    "missing": lambda table, _: table.unlink(),
    "cut": lambda table, content: table.write_bytes(content[: len(content) // 2]),
    "empty": lambda table, _: table.write_bytes(b""),
    "one digit changed": lambda table, content: table.write_bytes(content.replace(b"63", b"64", 1)),
    "lines ended otherwise": lambda table, content: table.write_bytes(
        content.replace(b"\n", b"\r\n")
    ),
    "another table": lambda table, _: table.write_bytes((DATA / "hungary.csv").read_bytes()),
    "without its sum": lambda table, _: (table.parent / "SHA256SUMS").write_text(""),
    "without sums": lambda table, _: (table.parent / "SHA256SUMS").unlink(),
    "sums that are no text": lambda table, _: (table.parent / "SHA256SUMS").write_bytes(b"\xff"),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_table_that_is_not_as_it_came_is_an_error_that_says_so(tmp_path, monkeypatch, spoil):
    for path in DATA.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr("heart.data.shipped.DATA", tmp_path)
    for name in SHIPPED:
        assert read_shipped_table(name) == (DATA / f"{name}.csv").read_bytes()
    table = tmp_path / "cleveland.csv"
    spoil(table, table.read_bytes())
    with pytest.raises(CohortError, match="as they came with Heart"):
        load_shipped.__wrapped__("cleveland")  # what it does once, and then keeps


def test_cohort_is_made_with_its_name_its_patients_and_its_codes():
    """Anew: an earlier test's is shared."""
    cohort = _read_shipped("switzerland")
    report = cohort.report
    assert (cohort.name, cohort.source, cohort.n) == ("switzerland", "switzerland.csv", 123)
    assert (report.matched, report.dialect) == ({"switzerland": 123}, "canonical")
    assert report.reading.startswith("UCI's own codes")
    assert cohort.frame["num"].dtype == "int64"
    assert [change.column for change in report.changes] == ["chol"]
