"""Texts of columns as numbers and tokens."""

import numpy as np
import pandas as pd
import pytest

from heart.data.codings import target_token
from heart.data.columns import known_columns, make_naming
from heart.data.dialects.cells import numbers_of, parse_table, tokens_of
from heart.data.formats.table import Column, encode_texts
from heart.data.formats.text import open_text
from heart.errors import CohortError


def column_of(*texts):
    return encode_texts(pd.Series(texts, dtype="str"))


def test_numbers_are_of_the_different_texts():
    numbers = numbers_of(column_of("63", "?", "63", "6.3e1", "x", "NaN", "", "1e999", "inf", "-9"))
    assert numbers.column.texts.tolist() == [
        "63",
        "?",
        "6.3e1",
        "x",
        "NaN",
        "",
        "1e999",
        "inf",
        "-9",
    ]
    np.testing.assert_array_equal(numbers.floats, [63, np.nan, 63, *[np.nan] * 6])
    assert numbers.wrong.tolist() == [False, False, False, True, False, False, True, True, False]
    assert numbers.known().tolist() == [63, 63, 63]


def test_tokens_are_fewer_than_texts_and_counted_by_rows():
    tokens = tokens_of("cp", column_of("1", "1.0", "?", "typical", "1", ""))
    assert tokens.tokens == ("1", None, "typical")
    assert tokens.of_text.tolist() == [0, 0, 1, 2, 1]
    assert tokens.counts().tolist() == [3, 2, 1]
    assert tokens.per_row().tolist() == [0, 0, 1, 2, 0, 1]
    assert tokens.per_row(slice(None, None, 2)).tolist() == [0, 1, 0]
    assert tokens.per_row(np.array([5, 3])).tolist() == [1, 2]
    assert tokens_of("num", column_of("<50", ">50_1"), target_token).tokens == ("<50", ">50_1")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("num", "a few codes in num"), ("cp", "the codes of chest pain in cp")],
)
def test_coded_column_has_at_most_200_texts(name, expected):
    texts = pd.Index([str(i) for i in range(201)], dtype="str")
    column = Column(texts[:200], np.arange(200))
    assert len(tokens_of(name, column).tokens) == 200
    with pytest.raises(CohortError) as caught:
        tokens_of(name, Column(texts, np.arange(201)))
    assert caught.value.expected.startswith(expected[:13])
    assert caught.value.expected.endswith(f" in {name}")
    assert caught.value.found == "201 different values"


def parsed_of(content):
    table = open_text(content)
    return parse_table(table, make_naming(table.header, known_columns(table.header)))


def test_columns_are_parsed_as_what_they_are_called():
    parsed = parsed_of(b"note,sex,age,num\na,male,63,1\nb,0\nc,,x,0\n")
    assert list(parsed.features) == ["age", "sex"]
    assert parsed.numbers["age"].floats.tolist()[0] == 63
    assert parsed.numbers["age"].wrong.tolist() == [False, True]
    assert parsed.categories["sex"].tokens == ("male", None)
    assert parsed.target.tokens == ("1", "0")
    assert parsed.rows.tolist() == [1, 3]
    assert parsed.ragged == ((2, 2, 4),)
    assert parsed_of(b"sex,age,cp\n1,63,1\n").target is None


def test_head_is_the_first_rows_of_every_column():
    parsed = parsed_of(b"sex,age,num\n1,63,0\n0,64,1\n1,65,0\n1,2\n")
    head = parsed.head(2)
    assert head.rows.tolist() == [1, 2]
    assert head.ragged == ()
    assert head.numbers["age"].known().tolist() == [63, 64]
    assert head.categories["sex"].per_row().tolist() == [0, 1]
    assert head.target.counts().tolist() == [1, 1]
    assert len(parsed.numbers["age"].known()) == 3
    assert parsed_of(b"sex,age,cp\n1,63,1\n").head(1).target is None
