"""A column that is kept: every text of the file as it is written, beside its row."""

import io

import numpy as np
import pytest

from heart.data import read_patients
from heart.data.identifiers import _name_some, read_identifiers
from heart.errors import CohortError
from tests.support import dialects as d

PATIENTS = d.uci_table(d.invent_patients(30, seed=3))
N = len(PATIENTS)
CODES = [f"{number:04}" for number in range(N)]


def with_ids(values, name="case"):
    return PATIENTS.assign(**{name: values})


def parquet(table):
    file = io.BytesIO()
    table.to_parquet(file)
    return file.getvalue()


@pytest.mark.parametrize("make", [d.write, d.xlsx, parquet])
def test_texts_come_back_as_they_are_written_in_their_order(make):
    identifiers = read_identifiers(make(with_ids(CODES)), "case")
    assert identifiers.texts.tolist() == CODES
    assert identifiers.texts.index.tolist() == list(range(1, N + 1))


def test_comma_in_a_text_stays_one_where_commas_are_decimal():
    content = with_ids(["1,5"] * N).to_csv(sep=";", decimal=",", index=False).encode()
    assert read_identifiers(content, "case").texts.unique().tolist() == ["1,5"]


def test_long_numbers_keep_all_digits():
    numbers = np.arange(N) + 1234567890123456.0
    texts = read_identifiers(parquet(with_ids(numbers)), "case").texts
    assert texts.tolist() == [str(int(number)) for number in numbers]


def test_row_whose_cells_cannot_be_told_apart_has_none():
    lines = d.write(with_ids(CODES)).decode().splitlines()
    lines[3] += ",1,2"
    content = "\n".join(lines).encode()
    rows = read_patients(content).frame.index
    texts = read_identifiers(content, "case").of_rows(rows).texts
    assert texts.tolist() == [*CODES[:2], "", *CODES[3:]]


def test_more_different_texts_than_a_feature_may_have(monkeypatch):
    monkeypatch.setattr("heart.data.formats.encoder.MAX_TEXTS", 10)
    assert len(read_identifiers(d.write(with_ids(CODES)), "case").texts) == N


@pytest.mark.parametrize("column", ["age", "num", "absent", ""])
def test_feature_outcome_or_nothing_is_no_identifier(column):
    with pytest.raises(CohortError, match="a column of the file that is no feature, one of 'case'"):
        read_identifiers(d.write(with_ids(CODES)), column)


def test_file_without_names_has_none():
    content = PATIENTS.to_csv(index=False, header=False).encode()
    with pytest.raises(CohortError, match="of which it has none"):
        read_identifiers(content, "case")


def test_twenty_names_are_told():
    names = [f"c{number}" for number in range(21)]
    assert _name_some(names) == "one of " + ", ".join(map(repr, names[:20]))
