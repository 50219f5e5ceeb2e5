"""Rows of a file by which its columns are compared, and what a column's values allow."""

import numpy as np
import pandas as pd
import pytest

from heart.data.formats.table import Cells, Table, encode_texts
from heart.data.recognition import samples as module
from heart.data.recognition.samples import may_be, may_be_number, possible_codes, sample_rows
from heart.errors import CohortError


def column_of(*texts):
    return encode_texts(pd.Series(texts, dtype="str"))


def sampled(*texts):
    return module._sample_column(column_of(*texts))


def table_of(*columns, unreadable=()):
    """A table of these columns; reading some of them is refused."""
    calls = []

    def read(positions, *, first=None):
        calls.append((list(positions), first))
        if set(positions) & set(unreadable):
            raise CohortError("a", "b", "c")
        rows = pd.RangeIndex(1, len(columns[0]) + 1)
        return Cells(tuple(column_of(*columns[p]) for p in positions), rows, ())

    return Table((), len(columns), (), read, None), calls


def test_rows_are_different_in_their_order_and_so_many(monkeypatch):
    table, calls = table_of("abacad", "111121")
    sample = sample_rows(table, [0, 1])
    assert (sample.n, calls) == (5, [([0, 1], 20_000)])
    tokens = sample.columns[0].tokens
    assert [tokens.tokens[i] for i in tokens.per_row()] == [*"abcad"]
    assert sample.columns[1].floats.tolist() == [1, 1, 1, 2, 1]
    monkeypatch.setattr(module, "SAMPLE_ROWS", 3)
    assert sample_rows(table, [0, 1]).n == 3
    monkeypatch.setattr(module, "FIRST_ROWS", 2)
    assert sample_rows(table, [0, 1]).n == 2


def test_columns_that_cannot_be_read_are_left_out_and_no_others():
    table, _ = table_of("12", "34", "56", "78", "90", unreadable=[1, 4])
    assert sorted(sample_rows(table, range(5)).columns) == [0, 2, 3]
    alone, _ = table_of("12", unreadable=[0])
    assert sample_rows(alone, [0]) == ({}, 0)


def test_column_is_seen_as_numbers_codes_and_outcomes():
    column = sampled("1", "?", "2.5", "1")
    np.testing.assert_array_equal(column.floats, [1, np.nan, 2.5, 1])
    assert column.is_number
    assert not sampled("1", "x").is_number
    labels = sampled("<50", ">50_1")
    assert labels.labels.tokens == ("<50", ">50_1")
    assert labels.tokens.tokens != labels.labels.tokens
    many = [str(i) for i in range(201)]
    assert sampled(*many[:200]).tokens is not None
    assert (sampled(*many).tokens, sampled(*many).labels) == (None, None)


AGES = ["40", "41", "42", "43", "44"]


@pytest.mark.parametrize(
    ("texts", "is_possible"),
    [
        (AGES, True),
        (AGES[:4] * 2, False),  # too few different ones
        (AGES[:4], True),  # of as few rows
        (["40"], True),
        (["?"], False),
        ([*AGES, "?"], True),
        ([*AGES, "x"], False),
        ([*AGES, "45", "46", "47", "48", "17"], True),  # nine of ten
        ([*AGES, "45", "46", "47", "17"], False),
        (["18", "110", "50", "51", "52"], True),
    ],
)
def test_column_may_be_an_age(texts, is_possible):
    assert may_be_number(sampled(*texts), "age") == is_possible
    assert may_be(sampled(*texts), "age") == is_possible


def test_code_for_missing_is_no_value():
    assert not may_be_number(sampled("100", "110", "120", "130", "0", "0"), "chol")
    assert may_be_number(sampled("100", "110", "120", "130", "140", "0", "0"), "chol")


@pytest.mark.parametrize(
    ("name", "texts", "is_possible"),
    [
        ("cp", ["1", "4"], True),
        ("cp", ["0", "3"], True),
        ("cp", ["1", "5"], False),
        ("cp", ["1", "?"], False),  # one code
        ("cp", ["asy", "nap"], True),
        ("thal", ["3", "7"], True),
        ("thal", ["3", "8"], False),
        ("sex", ["1", "2"], True),
        ("sex", ["0", "1"], True),
        ("sex", ["0", "2"], False),
        ("ca", ["0", "4"], True),  # missing in Kaggle's
        ("num", ["0", "1"], True),
        ("num", ["1", "1"], False),
        ("num", ["0", "4"], True),
        ("num", ["0", "5"], False),
        ("num", ["yes", "no", "?"], True),
        ("num", ["yes", "0"], False),
    ],
)
def test_column_may_be_what_some_coding_gives_all_its_values_a_meaning_for(
    name, texts, is_possible
):
    assert may_be(sampled(*texts), name) == is_possible


def test_column_of_many_values_is_no_category():
    many = sampled(*[str(i) for i in range(201)])
    assert not may_be(many, "cp")
    assert not may_be(many, "num")


def test_categories_are_read_in_each_coding_and_sex_in_each_of_its_own():
    tokens = sampled("1", "2").tokens
    assert [codes.tolist() for codes in possible_codes(tokens, "slope")] == [
        [1, 2], [2, 1], [2, 3], [2, 3],
    ]  # fmt: skip
    assert [codes.tolist() for codes in possible_codes(tokens, "sex")] == [
        [1, np.inf], [1, 0], [0, 1],
    ]  # fmt: skip
