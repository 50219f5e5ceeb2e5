"""Text: rows and cells as Arrow cuts them, indexes, ARFF, and the limits at their edges."""

import pyarrow as pa
import pytest

from heart.data.formats import text as module
from heart.data.formats.text import open_text
from heart.errors import CohortError
from tests.support import hostile_files as h

HEAD = b"age,sex,cp\n"


def rows_of(content, **options):
    """The cells of the columns with a name."""
    table = open_text(content)
    added = ("row index", "(empty)")
    named = [i for i, name in enumerate(table.header) if name not in added]
    return cut(table.read(named or range(table.width), **options))


def cut(cells):
    """Rows of texts."""
    columns = [column.texts[column.codes] for column in cells.columns]
    return [list(row) for row in zip(*columns, strict=True)]


def refusal(content):
    with pytest.raises(CohortError) as caught:
        rows_of(content)
    return caught.value


@pytest.mark.parametrize(
    ("rows", "read"),
    [
        (b"1,2,3\n4,5,6", [["1", "2", "3"], ["4", "5", "6"]]),
        (b" 1 ,2,\n\n,,3\n", [["1", "2", ""], ["", "", "3"]]),
        (b"NA,null,\n", [["NA", "null", ""]]),  # nothing is taken for missing yet
        (b'"1,5","a ""b""",3\n', [["1,5", 'a "b"', "3"]]),
        (b"1,5e1,3\n", [["1", "5e1", "3"]]),
    ],
)
def test_cells_are_texts_as_they_stand(rows, read):
    assert rows_of(HEAD + rows) == read


def test_columns_come_in_the_order_in_which_they_are_asked_for():
    table = open_text(HEAD + b"1,2,3\n4,5,6\n")
    assert (table.header, table.width, table.notes) == (("age", "sex", "cp"), 3, ())
    assert cut(table.read([2, 0])) == [["3", "1"], ["6", "4"]]
    assert table.read([1]).rows.tolist() == [1, 2]
    assert cut(table.read_as_written(1)) == [["2"], ["5"]]


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (b"age;sex;cp\n1;2;3", "semicolons between the cells"),
        (b"age\tsex\tcp\n1\t2\t3", "tabs between the cells"),
        (b"age|sex|cp\n1|2|3", "bars between the cells"),
        (b"age sex cp\n1  2 3 \n", "blanks between the cells"),
        (b" age sex\tcp \r\n 1 \t 2 3", "blanks between the cells"),
    ],
)
def test_delimiter_is_noted(content, note):
    assert open_text(content).notes == (note,)
    assert rows_of(content) == [["1", "2", "3"]]


def test_encoding_is_noted_after_the_delimiter():
    content = "age;sex;cp;é\n1;2;3;4"
    notes = {name: open_text(content.encode(name)).notes for name in ("utf-8", "latin-1", "utf-16")}
    semicolons = "semicolons between the cells"
    assert notes == {
        "utf-8": (semicolons,),
        "latin-1": (semicolons, "encoding Latin-1"),
        "utf-16": (semicolons, "encoding UTF-16"),
    }


def test_comma_is_a_point_only_where_it_does_not_divide_cells():
    content = b'age;sex;cp\n2,5; -1,25 ;+3,0\n1,2,3;a,5;,5\n"4,5";5,;6.5'
    assert rows_of(content) == [
        ["2.5", "-1.25", "+3.0"],
        ["1,2,3", "a,5", ",5"],
        ["4.5", "5,", "6.5"],
    ]
    assert rows_of(b'age,sex,cp\n"2,5",1,2') == [["2,5", "1", "2"]]
    assert cut(open_text(content).read_as_written(0)) == [["2,5"], ["1,2,3"], ["4,5"]]


@pytest.mark.parametrize(
    ("content", "header"),
    [
        (b",age,sex,cp\n1,1,2,3\n2,1,2,3", ("row index", "age", "sex", "cp")),
        (b"age,sex,cp\n0.5,1,2,3\n7,1,2,3", ("row index", "age", "sex", "cp")),
        (b"age,sex,cp,\n1,2,3,\n1,2,3,", ("age", "sex", "cp", "(empty)")),
        (b",age,sex,cp,\n7,1,2,3,\n8,1,2,3,", ("row index", "age", "sex", "cp", "(empty)")),
    ],
)
def test_rising_index_and_empty_last_column_need_no_name(content, header):
    assert open_text(content).header == header
    assert rows_of(content) == [["1", "2", "3"]] * 2


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b",age,sex,cp\n1,1,2,3\n1,1,2,3", "none for the first column"),
        (b",age,sex,cp\n2,1,2,3\n1,1,2,3", "none for the first column"),
        (b",age,sex,cp\na,1,2,3\n1,1,2,3", "none for the first column"),
        (b",age,sex,cp\n,1,2,3", "none for the first column"),
        (b"age,sex,cp,\n1,2,3,\n1,2,3,4", "none for the last column"),
        (b"age,sex,,cp\n1,2,3,4", "none for column 3"),
        (b"age,sex,cp,age\n1,2,3,4", "'age' 2 times"),
        (b"age,sex,cp\n\n \n", "nothing but a header"),
        (b"age,sex,cp\n1,2\n", "2 in row 1"),
        (b"age,sex,cp\n1,2\n1,2,3,4\n", "2 in row 1"),
        (b'age,sex,cp\n1,"2\n3",4\n', "a cell that spans several lines"),
        (b'age,sex,cp\n1,2,3\n1,"2\n3"\n', "row 2, which spans several lines"),
        (b" <html>", "a web page"),
        (b" " * 199 + b"<html>", "a web page"),
        (b"age,sex,cp\n1,2," + b"3" * 257, "one of 257"),
        (HEAD[:-1] + b",x" * 62 + b"\n1", "65"),
    ],
)
def test_what_is_no_table_is_refused(content, found):
    assert refusal(content).found == found


def test_mark_far_from_the_beginning_makes_no_web_page():
    assert open_text(b" " * 200 + b"<html>,b\n1,2").header == ("<html>", "b")


def test_ragged_rows_are_listed_and_the_others_keep_their_numbers():
    cells = open_text(HEAD + b"1,2\n1,2,3\n\n4,5,6,7\n8,9,10\n").read([2])
    assert cells.ragged == ((1, 2, 3), (3, 4, 3))
    assert cells.rows.tolist() == [2, 4]
    assert cut(cells) == [["3"], ["10"]]


def test_ragged_rows_are_left_out_up_to_a_limit(monkeypatch):
    monkeypatch.setattr(module, "MAX_RAGGED", 2)
    content = HEAD + b"1,2,3\n" + b"1,2\n" * 2
    assert len(open_text(content).read([0]).ragged) == 2
    error = refusal(content + b"4\n")
    assert error.expected == "3 cells in each row, or another number in at most 2"
    assert error.found == "more, such as 2 cells in row 2"


def test_rows_are_counted_with_the_ragged_ones(monkeypatch):
    monkeypatch.setattr(module, "MAX_ROWS", 3)
    content = HEAD + b"1,2,3\n" * 2 + b"1,2\n"
    assert len(rows_of(content)) == 2
    assert "at most 3 rows" in str(refusal(content + b"4\n"))
    assert "at most 3 rows" in str(refusal(content + b"1,2,3\n"))


def test_texts_that_all_differ_are_only_read_as_written(monkeypatch):
    monkeypatch.setattr("heart.data.formats.encoder.MAX_TEXTS", 2)
    monkeypatch.setattr("heart.data.formats.table.MAX_TEXTS", 2)
    content = HEAD + b"1,2,3\n4,2,3\n5,2,3\n"
    assert "at most 2 different" in str(refusal(content))
    assert cut(open_text(content).read_as_written(0)) == [["1"], ["4"], ["5"]]
    assert cut(open_text(content).read([1])) == [["2"]] * 3


def test_first_rows_are_read_block_by_block(monkeypatch):
    row = b"1,2,3\n"
    monkeypatch.setattr(module, "BLOCK", 10 * len(row))
    content = HEAD + row * 45
    n_first = len(rows_of(content, first=1))
    assert n_first < 12
    assert len(rows_of(content, first=n_first)) == n_first
    assert len(rows_of(content, first=n_first + 1)) == n_first + 10
    assert len(rows_of(content)) == 45


ATTRIBUTES = b"@relation x\n@attribute age real\n @ATTRIBUTE 'a sex' {a}\n@attribute \"cp\" real\n"


def test_arff_has_its_header_in_attributes():
    content = b"% age\n" + ATTRIBUTES + b"\n@DATA \n% no, row\n1,'2,5',3\n 4,\"5\",6 \n"
    table = open_text(content)
    assert (table.header, table.width, table.notes) == (("age", "a sex", "cp"), 3, ("Weka ARFF",))
    # its quotes are single ones, and its numbers have points
    assert cut(table.read([0, 1, 2])) == [["1", "2,5", "3"], ["4", '"5"', "6"]]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"@data\n{0 63, 1 male}\n", "a sparse one"),
        (b"@data\n1,2,3\n \t{0 63}\n", "a sparse one"),
        (b"@data\n", "nothing but a header"),
        (b"@data\n% 1,2,3\n", "nothing but a header"),
    ],
)
def test_arff_without_a_value_for_each_attribute_is_refused(body, found):
    assert refusal(ATTRIBUTES + body).found == found


def test_arff_without_attributes_is_refused():
    assert refusal(b"@relation x\n@data\n1,2\n").found == "no attributes"


def test_arff_has_at_most_so_many_comments(monkeypatch):
    monkeypatch.setattr(module, "MAX_COMMENTS", 2)
    content = ATTRIBUTES + b"@data\n1,2,3\n" + b"% a\n" * 2
    assert rows_of(content) == [["1", "2", "3"]]
    error = refusal(content + b"%\n")
    assert error.expected == "at most 2 comments among the data"
    assert error.found == "3 percent signs"


def test_what_looks_like_an_address_makes_no_arff():
    assert open_text(b"age,sex,cp,mail\n1,2,3,a@data\n").notes == ()


def test_line_longer_than_a_block_is_named(monkeypatch):
    monkeypatch.setattr(module, "BLOCK", 1000)
    long = refusal(HEAD + b"1,2,3\n" + b"4" * 3000 + b",5,6\n" + b"1,2,3\n")
    assert long.found == "one of more than a megabyte"
    assert module._unreadable(pa.ArrowInvalid("x 63")).found == "one that cannot be parsed"


@pytest.mark.parametrize("end", ["\n", "\r"])
def test_lines_are_counted_by_either_end(monkeypatch, end):
    monkeypatch.setattr("heart.data.formats.table.MAX_LINES", 3)
    content = h.HEAD.replace("\n", end) + h.ROW.format(1).replace("\n", end) + end
    assert len(rows_of(content.encode())) == 1
    assert "at most 3 lines" in str(refusal((content + end).encode()))
