"""Files of any length: the same rows in pieces as at once, and which piece is damaged."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from heart.data import pieces as module
from heart.data.pieces import open_head, open_heads, open_pieces, open_row_groups
from heart.errors import CohortError
from tests.support.canonical import row_with

N = 23
TABLE = pd.DataFrame({"age": np.arange(100, 100 + N), "sex": np.arange(N) % 2})


@pytest.fixture
def path(tmp_path):
    """Row groups of 10, 10 and 3."""
    path = tmp_path / "a.parquet"
    TABLE.to_parquet(path, index=False, row_group_size=10)
    return path


def ages_of(table):
    column = table.read([0]).columns[0]
    return [int(text) for text in column.texts[column.codes]]


def text_of(frame=TABLE, **options):
    return frame.to_csv(index=False, **options).encode()


def test_row_groups_come_in_order_cut_where_they_are_long_and_numbered_on(path):
    tables = list(open_row_groups(path, rows=6))
    assert [len(ages_of(table)) for table in tables] == [6, 4, 6, 4, 3]
    assert [age for table in tables for age in ages_of(table)] == TABLE["age"].tolist()
    rows = [row for table in tables for row in table.read([0]).rows]
    assert rows == list(range(1, N + 1))


def test_parquet_comes_in_pieces_of_so_many_rows(path):
    tables = list(open_pieces(path, rows=9))
    assert [age for table in tables for age in ages_of(table)] == TABLE["age"].tolist()
    assert max(len(ages_of(table)) for table in tables) == 9


@pytest.mark.parametrize(
    ("rows", "groups", "ages"),
    [
        (8, 2, [[100, 101, 102, 103], [120, 121, 122]]),
        (6, 9, [[100, 101], [110, 111], [120, 121]]),
        (2, 3, [[100], [110], [120]]),
        (5, 1, [[100, 101, 102, 103, 104]]),
    ],
)
def test_heads_are_of_row_groups_that_lie_evenly(path, rows, groups, ages):
    assert [ages_of(table) for table in open_heads(path, rows, groups)] == ages


def damaged(path, group):
    content = bytearray(path.read_bytes())
    start = pq.ParquetFile(path).metadata.row_group(group).column(0).data_page_offset
    content[start : start + 20] = b"\xff" * 20
    path.write_bytes(content)


def test_damaged_row_group_is_named_after_those_before_it_were_read(path):
    damaged(path, 1)
    tables = open_row_groups(path)
    assert ages_of(next(tables)) == list(range(100, 110))
    with pytest.raises(CohortError, match="row group 2 of 3 damaged"):
        next(tables)
    with pytest.raises(CohortError, match="Write the file again"):
        list(open_pieces(path))


def test_page_whose_sum_is_another_is_damaged(tmp_path):
    path = tmp_path / "a.parquet"
    options = {"use_dictionary": False, "compression": "NONE", "write_page_checksum": True}
    pq.write_table(pa.Table.from_pandas(TABLE, preserve_index=False), path, **options)
    content = path.read_bytes()
    path.write_bytes(content.replace((105).to_bytes(8, "little"), (205).to_bytes(8, "little")))
    with pytest.raises(CohortError, match="row group 1 of 1 damaged"):
        list(open_row_groups(path))


class Short:
    """A Parquet file whose only row group ends before the rows that it should have, or fails."""

    num_row_groups = 1

    class metadata:  # noqa: N801  as pyarrow calls it
        @staticmethod
        def row_group(_):
            return type("Group", (), {"num_rows": 5})

    def __init__(self, error=None):
        self.error = error

    def iter_batches(self, *_, **__):
        yield pa.record_batch({"a": [1, 2]})
        if self.error:
            raise self.error


def test_row_group_with_too_few_rows_is_damaged():
    with pytest.raises(CohortError, match="row group 1 of 1 damaged"):
        list(module._read_group(Short(), 0, 5))


@pytest.mark.parametrize(
    ("error", "raised"),
    [(OSError(5, "I/O error"), OSError), (OSError("bad"), CohortError)],
)
def test_disk_that_fails_is_no_damaged_file(error, raised):
    with pytest.raises(raised):
        list(module._read_group(Short(error), 0, 5))


@pytest.mark.parametrize("read", [open_row_groups, lambda path: open_heads(path, 5, 5)])
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"age,sex\n1,2\n", "a Parquet file, but found another one"),
        (b"PAR1 and no more", "damaged"),
    ],
)
def test_what_is_no_parquet_has_no_row_groups(tmp_path, read, content, says):
    path = tmp_path / "a"
    path.write_bytes(content)
    with pytest.raises(CohortError, match=says):
        list(read(path))


@pytest.mark.parametrize("read", [open_row_groups, open_pieces])
def test_parquet_without_a_row_is_refused(tmp_path, read):
    TABLE.head(0).to_parquet(tmp_path / "a", index=False)
    with pytest.raises(CohortError, match="row"):
        list(read(tmp_path / "a"))


@pytest.mark.parametrize("read", [open_row_groups, open_pieces])
def test_file_that_is_not_there_says_so(tmp_path, read):
    with pytest.raises((CohortError, OSError), match="No such file"):
        list(read(tmp_path / "absent"))


@pytest.mark.parametrize("n_bytes", [60, 80, len(text_of()) - 2, len(text_of()) - 1, 2**20])
def test_text_comes_in_pieces_of_whole_lines_below_its_header(tmp_path, n_bytes):
    path = tmp_path / "a.csv"
    path.write_bytes(text_of())
    tables = list(open_pieces(path, n_bytes=n_bytes))
    assert [age for table in tables for age in ages_of(table)] == TABLE["age"].tolist()
    assert {table.header for table in tables} == {("age", "sex")}
    assert (len(tables) == 1) == (n_bytes >= len(text_of()) - 1)  # a byte is read beyond


def test_text_without_a_header_has_none_in_any_piece(tmp_path):
    path = tmp_path / "a.csv"
    ages = list(range(40, 52))
    path.write_text("\n".join(row_with("age", str(age)) for age in ages))
    tables = list(open_pieces(path, n_bytes=120))
    assert [age for table in tables for age in ages_of(table)] == ages
    assert {table.header for table in tables} == {()}
    assert len(tables) == 5


def test_blank_lines_at_the_end_are_no_piece(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(text_of() + b"\n" * 200)
    tables = list(open_pieces(path, n_bytes=60))
    assert sum(len(ages_of(table)) for table in tables) == N


def test_last_line_needs_no_end(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(text_of().rstrip())
    tables = list(open_pieces(path, n_bytes=60))
    assert [age for table in tables for age in ages_of(table)] == TABLE["age"].tolist()


@pytest.mark.parametrize("begin", [b"PK", b"\xff\xfe", b"\xfe\xff", b"a\0", b" @DATA \r\n"])
def test_long_file_of_another_format_cannot_be_cut(tmp_path, begin):
    path = tmp_path / "a"
    path.write_bytes(begin + b"\n" + text_of())
    with pytest.raises(CohortError, match="Parquet, or as CSV in UTF-8 or Latin-1") as refused:
        list(open_pieces(path, n_bytes=60))
    assert refused.value.action.endswith(f"at most {module.BYTES / 2**20:g} MiB.")


def test_ordinary_text_is_read_at_once(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(text_of(pd.concat([TABLE] * 60)))
    assert len(list(open_pieces(path))) == 1


def test_head_of_a_text_is_about_so_many_rows(tmp_path, path):
    long = tmp_path / "a.csv"
    long.write_bytes(text_of(pd.concat([TABLE] * 60)))
    assert len(ages_of(open_head(long, 10))) == 105  # of 640 bytes 8 are the header, 6 a row
    assert len(ages_of(open_head(path, 7))) == 7
