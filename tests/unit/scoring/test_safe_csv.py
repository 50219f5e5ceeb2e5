"""Tables for spreadsheets: nothing in them is taken for a formula."""

import csv
import io
import unicodedata

import pandas as pd
import pytest

from heart.scoring.safe_csv import SafeCsvWriter, to_safe_csv

FULL_WIDTH = [
    chr(code)
    for code in range(0x80, 0x1_0000)
    if unicodedata.normalize("NFKC", chr(code)) in {"=", "+", "-", "@"}
    and unicodedata.east_asian_width(chr(code)) in {"F", "W"}
]

FORMULAS = [
    "=1+1",
    "+1",
    "-1+2",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    '=HYPERLINK("http://evil")',
    "=cmd|' /C calc'!A0",
    "\n=1",
    *(f"{sign}1+1" for sign in FULL_WIDTH),
]


def read_back(content):
    return list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True))


@pytest.mark.parametrize("kind", ["str", "object", "category"])
@pytest.mark.parametrize("text", FORMULAS)
def test_text_like_a_formula_is_defused(text, kind):
    assert read_back(to_safe_csv(pd.DataFrame({"a": pd.Series([text], dtype=kind)}))) == [
        ["a"],
        [f"'{text}"],
    ]


@pytest.mark.parametrize(
    "text", ["", "plain", "a=b", "1-2", 'quo"te', "com,ma", "new\nline", "'already", " =1"]
)
def test_other_text_stays(text):
    assert read_back(to_safe_csv(pd.DataFrame({"a": pd.Series([text, "x"], dtype="str")})))[1] == [
        text
    ]


def test_full_width_signs_are_those_that_spreadsheets_take_for_plain_ones():
    assert {"\N{FULLWIDTH EQUALS SIGN}", "\N{SMALL HYPHEN-MINUS}"} <= set(FULL_WIDTH)
    assert len(FULL_WIDTH) == 8


def test_numbers_stay_numbers():
    frame = pd.DataFrame(
        {
            "a": [-2.6, 63.0, None],
            "b": pd.array([1, None, -3], dtype="Int8"),
            "c": [0.376123, 1e-06, 0.0],
        }
    )
    assert read_back(to_safe_csv(frame)) == [
        ["a", "b", "c"],
        ["-2.6", "1", "0.376123"],
        ["63", "", "0.000001"],
        ["", "-3", "0"],
    ]


def test_every_field_is_quoted():
    assert to_safe_csv(pd.DataFrame({"a": [1], "b": ["x"]})) == b'"a","b"\n"1","x"\n'


def test_chunks_stand_below_one_header():
    buffer = io.BytesIO()
    with SafeCsvWriter(buffer) as writer:
        writer.write(pd.DataFrame({"a": [1, 2]}))
        writer.write(pd.DataFrame({"a": [3]}))
    assert read_back(buffer.getvalue()) == [["a"], ["1"], ["2"], ["3"]]
