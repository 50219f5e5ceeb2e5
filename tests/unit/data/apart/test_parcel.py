"""Parcels: what travels beside the rows comes back as it was, refusals with what they list."""

import pandas as pd
import pyarrow as pa
import pytest

from heart.data import Cohort
from heart.data.apart import parcel
from heart.data.dialects.canonical import Change, SetAside
from heart.data.identifiers import Identifiers
from heart.data.report import CohortReport, UnusualValue
from heart.errors import (
    BadCell,
    BadCellsError,
    Candidate,
    CohortError,
    ColumnsError,
    DialectError,
    ExtractError,
    OpenColumn,
)

WORDS = ("one", "two", "three")
REFUSALS = [
    CohortError(*WORDS),
    DialectError(
        *WORDS,
        candidates=[
            Candidate("uci", "as UCI", ({"age": "63"}, {"age": "64"}), 3, 4),
            Candidate("kaggle-303", "as Kaggle", ()),
        ],
    ),
    ColumnsError(
        *WORDS, open_columns=[OpenColumn("#2", "x", ("cp", "ca"), ("1", "2"), None, "so")]
    ),
    BadCellsError(*WORDS, bad_cells=[BadCell(7, "age", "fifty", "is not 18"), BadCell(9, *"abc")]),
]


@pytest.mark.parametrize("error", REFUSALS, ids=lambda error: type(error).__name__)
def test_refusal_comes_back_with_all_that_it_lists(error):
    other = parcel.unpack(parcel.pack(error))
    assert type(other) is type(error)
    assert vars(other) == vars(error)


def test_extract_comes_back_as_a_refusal_with_the_same_words():
    other = parcel.unpack(parcel.pack(ExtractError(*WORDS)))
    assert isinstance(other, CohortError)
    assert (other.expected, other.found, other.action) == WORDS


def test_reports_lists_longer_than_a_batch_come_back_in_their_order(monkeypatch):
    monkeypatch.setattr(parcel, "BATCH", 2)
    frame = pd.DataFrame({"age": [63.0, 64.0], "thal": pd.Series(["a", None], dtype="str")})
    report = CohortReport(
        rows=5,
        positives=1,
        conflicts=((1, 2), (3, 4, 5)),
        matched={"va_long_beach": 2},
        dialect="uci",
        reading="a reading",
        missing={"age": 1},
        changes=tuple(Change("age", n, "so") for n in range(5)),
        set_aside=(SetAside(3, "why"),),
        unusual=(UnusualValue(2, "age", 100.0, "high"),),
        notes=("a", "b"),
        distinct=2,
    )
    cohort = Cohort("a", frame, "a.csv", report)
    other = parcel.unpack(parcel.pack(cohort))
    pd.testing.assert_frame_equal(other.frame, frame)
    assert (other.name, other.source, other.report) == ("a", "a.csv", report)


def test_identifiers_come_back_beside_the_numbers_of_their_rows():
    texts = pd.Series(["x", ""], index=[2, 5], dtype="str")
    other = parcel.unpack(parcel.pack(Identifiers("case", texts)))
    assert other.name == "case"
    pd.testing.assert_series_equal(other.texts, texts)


def test_parcel_is_a_head_of_known_length_and_tables():
    tables = {"a": pa.table({"x": [1, 2]}), "b": pa.table({"y": ["c"]})}
    head, others = parcel._split(parcel._join({"n": 1}, tables))
    assert head == {"n": 1}
    assert {name: table.to_pydict() for name, table in others.items()} == {
        "a": {"x": [1, 2]},
        "b": {"y": ["c"]},
    }
    assert parcel._split(parcel._join({}, {})) == ({}, {})


def test_table_that_is_not_what_it_says_is_refused():
    texts = pa.array(["abc", "def"])
    offsets = pa.array([0, 99, 3], pa.int32()).buffers()[1]
    wrong = pa.StringArray.from_buffers(2, offsets, texts.buffers()[2])
    with pytest.raises(pa.ArrowInvalid):
        parcel._split(parcel._join({}, {"a": pa.table({"x": wrong})}))
