"""Parquet: values of each type as text, and the limits of what unfolds, at their edges."""

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from heart.data.formats import parquet
from heart.errors import CohortError
from tests.support import hostile_files as h

DAY = dt.datetime(2026, 3, 2, 12, 30)  # noqa: DTZ001  files have no zone


def texts_of(column):
    return column.texts[column.codes].tolist()


def texts_in(values, *, as_written=False):
    """The texts of a file's second column."""
    content = h.parquet({"age": pa.array(range(len(values))), "sex": values})
    table = parquet.open_parquet(content)
    cells = table.read_as_written(1) if as_written else table.read([1])
    return texts_of(cells.columns[0])


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        (pa.array([63, None, -1]), ["63", "", "-1"]),
        (pa.array([63.0, np.nan, None, 0.1 + 0.2]), ["63", "", "", "0.3"]),
        (pa.array([1234567.25, 1e15]), ["1234567.25", "1e+15"]),
        (pa.array([True, False, None]), ["true", "false", ""]),
        (pa.array([Decimal("2.30"), None]), ["2.30", ""]),
        (pa.array([" a ", None, ""]), ["a", "", ""]),
        (pa.array(["a", None], pa.large_string()), ["a", ""]),
        (pa.array(["b", "a", "b"]).dictionary_encode(), ["b", "a", "b"]),
        (pa.array([1.5, 2.0, 1.5]).dictionary_encode(), ["1.5", "2", "1.5"]),
        (pa.array([None, None]), ["", ""]),
        (pa.array([DAY]), ["2026-03-02T12:30:00"]),
        (pa.array([DAY.date()]), ["2026-03-02"]),
        (pa.array([DAY.time()]), ["12:30:00"]),
    ],
    ids=lambda value: str(value.type) if isinstance(value, pa.Array) else "",
)
def test_values_of_each_type_are_texts(values, texts):
    assert texts_in(values) == texts


def test_as_written_a_number_has_all_its_digits():
    numbers = pa.array([0.1 + 0.2, 63.0, 2.0**60, None, np.nan])
    assert texts_in(numbers, as_written=True) == [
        "0.30000000000000004",
        "63",
        "1152921504606846976",
        "",
        "",
    ]
    assert texts_in(pa.array(["0.30", "1,5"]), as_written=True) == ["0.30", "1,5"]


def test_text_of_other_types_is_cut_where_it_is_too_long_anyway():
    assert parquet._as_text(10**300) == "1" + "0" * 256
    with pytest.raises(CohortError, match="one of 257"):
        texts_in(pa.array(["1" * 257]))


def test_index_and_nameless_columns_are_no_columns():
    frame = pd.DataFrame({"age": [1.0, 2.0], " sex ": [3, 4], "": [5, 6]}, index=[8, 9])
    table = parquet.open_parquet(h.parquet(pa.Table.from_pandas(frame)))
    assert (table.header, table.width, table.notes) == (("age", "sex"), 2, ("Parquet",))
    cells = table.read([1, 0])
    assert [texts_of(column) for column in cells.columns] == [["3", "4"], ["1", "2"]]
    assert (cells.rows.tolist(), cells.ragged) == ([1, 2], ())


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ({"age": [], "sex": []}, "nothing but a header"),
        ({f"c{i}": [1] for i in range(65)}, "65"),
        ({"age": [1], "AGE": [2]}, "'age' 2 times"),
        ({"age": pa.array([b"63"])}, "a column of binary"),
        ({"age": pa.array([b"6"], pa.binary(1))}, "a column of fixed_size_binary[1]"),
        ({"age": [[1]]}, "nested columns"),
        ({"age": [{"a": 1}]}, "nested columns"),
    ],
)
def test_what_is_no_table_of_numbers_or_words_is_refused(columns, found):
    with pytest.raises(CohortError) as caught:
        parquet.open_parquet(h.parquet(columns))
    assert caught.value.found == found


def test_rows_are_read_up_to_the_limit(monkeypatch):
    monkeypatch.setattr(parquet, "MAX_ROWS", 3)
    assert parquet.open_parquet(h.parquet({"age": [1, 2, 3]})).read([0]).rows.tolist() == [1, 2, 3]
    with pytest.raises(CohortError, match="at most 3 rows, but found 4"):
        parquet.open_parquet(h.parquet({"age": [1, 2, 3, 4]}))


MIB = 2**20


@pytest.mark.parametrize(
    ("pages", "found"),
    [
        ([64 * MIB] * 4, None),
        ([64 * MIB] * 4 + [1], "one that unpacks to 256 MiB in 5 pages"),
        ([3 * MIB, 64 * MIB + 1], "one that unpacks to 67 MiB in 2 pages"),
        ([1] * 5_000, None),
        ([1] * 5_001, "one that unpacks to 0 MiB in 5,001 pages"),
    ],
    ids=["fits", "too much", "a large page", "many pages", "too many pages"],
)
def test_column_unpacks_to_so_much_in_so_many_pages(monkeypatch, pages, found):
    monkeypatch.setattr(parquet, "_pages", lambda *_: iter(pages))
    if found is None:
        parquet._check_pages(None, b"", 0)
        return
    with pytest.raises(CohortError) as caught:
        parquet._check_pages(None, b"", 0)
    assert caught.value.found == found
    assert caught.value.expected == "columns of at most 256 MiB, in 5,000 pages of at most 64"


def test_pages_of_all_row_groups_are_counted_dictionaries_included():
    texts = pa.array(["b", "a"] * 8)
    content = h.parquet({"age": range(16), "sex": texts}, row_group_size=8)
    import pyarrow.parquet as pq  # noqa: PLC0415

    metadata = pq.ParquetFile(pa.BufferReader(content)).metadata
    # two groups, in each a page for the words and one for the rows' numbers of them
    assert len(list(parquet._pages(metadata, content, 1))) == 4
    assert next(parquet._pages(metadata, content, 1)) == 2 * (4 + 1)  # a length, a letter


def chunk(*, dictionary, data, size):
    return SimpleNamespace(
        dictionary_page_offset=dictionary, data_page_offset=data, total_compressed_size=size
    )


@pytest.mark.parametrize(
    ("dictionary", "data", "size", "starts"),
    [
        (None, 4, 6, [4, 7]),
        (4, 7, 6, [4, 7]),
        (0, 4, 6, [4, 7]),  # 0 is none
        (None, 4, 7, [4, 7, 10]),
        (7, 4, 3, [4]),
        (None, -3, 9, []),
    ],
)
def test_pages_follow_each_other_to_the_end_of_their_chunk(
    monkeypatch, dictionary, data, size, starts
):
    """A page takes three bytes here."""
    read = []

    def read_page(_, start):
        read.append(start)
        return parquet_page(start)

    def parquet_page(start):
        return SimpleNamespace(unpacked=5, end=start + 3)

    monkeypatch.setattr(parquet, "read_page", read_page)
    column = SimpleNamespace(column=lambda _: chunk(dictionary=dictionary, data=data, size=size))
    metadata = SimpleNamespace(num_row_groups=1, row_group=lambda _: column)
    assert list(parquet._pages(metadata, b"", 0)) == [5] * len(starts)
    assert read == starts


def summary(n_bytes, *, total, end=b"PAR1"):
    return bytes(total - 8) + n_bytes.to_bytes(4, "little") + end


@pytest.mark.parametrize(
    ("content", "is_refused"),
    [
        (summary(MIB, total=2 * MIB), False),
        (summary(MIB + 1, total=2 * MIB), True),
        (summary(MIB + 1, total=MIB + 2), True),
        (summary(MIB + 1, total=MIB + 1), False),  # cannot be: Arrow says that it is damaged
        (summary(MIB + 1, total=2 * MIB, end=b"PAR2"), False),
    ],
)
def test_summary_has_at_most_a_megabyte(content, is_refused):
    if not is_refused:
        parquet._check_summary(content)
        return
    with pytest.raises(CohortError, match=r"a summary of at most a megabyte, but found one of 1 M"):
        parquet._check_summary(content)


def test_file_with_fewer_rows_than_it_says_is_damaged(monkeypatch):
    content = h.parquet({"age": [1, 2]})
    table = parquet.open_parquet(content)
    monkeypatch.setattr(parquet, "_check_pages", lambda *_: None)
    monkeypatch.setattr(parquet.pq.ParquetFile, "iter_batches", lambda *_, **__: iter(()))
    with pytest.raises(CohortError, match="a damaged one"):
        table.read([0])
