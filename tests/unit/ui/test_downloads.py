"""What can be downloaded: names of files, and bytes that hold what was computed."""

import csv
import io
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from heart.ui.downloads import LONGEST_NAME, file_name, make_csv


def read_back(content):
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("ROC", "cleveland"), "roc-cleveland.csv"),
        (("subgroups", "Mühle & Söhne"), "subgroups-muhle-sohne.csv"),
        (("../../etc/passwd",), "etc-passwd.csv"),
        (("table", "[x](http://evil)"), "table-x-http-evil.csv"),
        (("心",), "table.csv"),
    ],
)
def test_name_of_a_file_is_plain_whatever_the_cohort_is_called(words, expected):
    assert file_name(*words) == expected


def test_name_of_a_file_is_bounded():
    assert len(file_name("x" * 500)) == LONGEST_NAME + len(".csv")


def test_numbers_are_at_full_precision():
    (_, row) = read_back(make_csv(pd.DataFrame({"a": [1 / 3]})))
    assert float(row[0]) == 1 / 3


def test_named_index_is_written_and_a_plain_one_is_not():
    frame = pd.DataFrame({"a": [1]}, index=pd.Index(["x"], name="model"))
    assert read_back(make_csv(lambda: frame)) == [["model", "a"], ["x", "1"]]
    assert read_back(make_csv(pd.DataFrame({"a": [1]}))) == [["a"], ["1"]]


def test_texts_and_names_of_columns_like_formulas_are_defused():
    frame = pd.DataFrame({"=1+1": ["@SUM(A1)", "plain"]})
    assert read_back(make_csv(frame)) == [["'=1+1"], ["'@SUM(A1)"], ["plain"]]


def test_tables_own_toolbar_writes_no_csv_which_would_not_be_safe_for_spreadsheets():
    settings = Path(__file__).parents[3] / ".streamlit" / "config.toml"
    assert tomllib.loads(settings.read_text())["client"]["disableDataExport"] is True
