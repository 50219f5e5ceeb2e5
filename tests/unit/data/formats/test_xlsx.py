"""A workbook's first sheet with data: its cells by their places, its header, its limits."""

from datetime import datetime

import pytest

from heart.data.formats import xlsx
from heart.data.formats.detect import open_table
from heart.errors import CohortError
from tests.support import hostile_files as h


def opened(*sheets, **parts):
    return xlsx.open_xlsx(h.workbook([h.sheet_xml(rows) for rows in sheets], **parts))


def row(*cells):
    """Cells as written, or a value for one without anything else."""
    every = [cell if str(cell).startswith("<") else f"<c><v>{cell}</v></c>" for cell in cells]
    return f"<row>{''.join(every)}</row>"


def word(text, place=""):
    return f'<c t="inlineStr"{place}><is><t>{text}</t></is></c>'


def texts_of(table, **options):
    cells = table.read(range(table.width), **options)
    return [list(row) for row in zip(*[c.texts[c.codes] for c in cells.columns], strict=True)]


def refusal(*sheets):
    with pytest.raises(CohortError) as caught:
        opened(*sheets)
    return caught.value


NAMES = row(*map(word, ("age", "sex", "cp")))


def test_rows_are_of_equal_length_and_empty_ones_left_out():
    table = opened("<row/>" + NAMES + row(63) + row("<c/>", "<c/>") + row(64, 1, 2))
    assert (table.header, table.width, table.notes) == (("age", "sex", "cp"), 3, ("Excel",))
    assert texts_of(table) == [["63", "", ""], ["64", "1", "2"]]
    assert texts_of(table, first=1) == [["63", "", ""]]
    cells = table.read([2, 0], first=9)
    assert (cells.rows.tolist(), cells.ragged, len(cells.columns)) == ([1, 2], (), 2)
    written = table.read_as_written(0).columns
    assert [column.texts.tolist() for column in written] == [["63", "64"]]


def test_first_sheet_with_data_is_the_table():
    table = opened("", "<row/>", NAMES + row(1, 2, 3), NAMES)
    assert table.notes == ("Excel, the first sheet with data",)
    assert texts_of(table) == [["1", "2", "3"]]
    assert refusal("").found == "a workbook without data"
    assert refusal(NAMES).found == "nothing but a header"


@pytest.mark.parametrize(
    ("first", "header"),
    [
        (("age", "sex", "cp", 7), ("age", "sex", "cp", "7")),  # three names
        (("age", "sex", 5, 7), ("age", "sex", "5", "7")),  # no number
        (tuple(range(14)), tuple(map(str, range(14)))),  # names that count the columns
        (tuple(range(2, 16)), ()),
        ((5, "?", "NA", "NaN"), ()),
        ((5, "", 6, 7.5), ()),
        ((5, "na", 6, 7), ("5", "na", "6", "7")),
    ],
)
def test_first_row_is_a_header_by_its_names_or_where_it_is_no_patient(first, header):
    cells = [word(cell) if isinstance(cell, str) else cell for cell in first]
    table = opened(row(*cells) + row(1, 2, 3, 4))
    assert table.header == header
    assert len(texts_of(table)) == (1 if header else 2)


def test_rows_may_be_numbered_by_a_column_without_a_name_and_no_other():
    table = opened(row("<c/>", word(" age "), word("sex")) + row(1, 63, 0))
    assert table.header == ("row index", "age", "sex")
    assert (
        refusal(row(word("age"), "<c/>", word("sex")) + row(1, 2, 3)).found == "none for column 2"
    )
    both = row("<c/>", word("age"), word("age")) + row(1, 2, 3)
    assert refusal(both).found == "'age' 2 times"


class _Book:
    """What sheets share, for rows that share nothing."""

    strings = ("a", "b")
    dates = frozenset({3})
    epoch = datetime(1899, 12, 30)  # noqa: DTZ001  without a zone


def sheet(*rows):
    """A sheet's rows; one is its attributes and its cells, a cell its attributes and its text."""
    shown = xlsx._Sheet(_Book())
    for attributes, cells in rows:
        shown.start("row", attributes)
        for cell, text in cells:
            shown.start("c", cell)
            shown.start("v", {})
            shown.text(text)
            shown.end("v")
            shown.end("c")
        shown.end("row")
    return shown.rows


@pytest.mark.parametrize(
    ("letters", "column"), [("A", 0), ("B", 1), ("Z", 25), ("AA", 26), ("AZ", 51), ("BL", 63)]
)
def test_cell_is_in_the_column_of_its_letters(letters, column):
    cells = [({"r": f"{letters}7"}, "1"), ({}, "2")]
    assert sheet(({}, cells[:1])) == [[*[""] * column, "1"]]
    if column == 63:
        with pytest.raises(CohortError, match="at most 64 columns, but found 65"):
            sheet(({}, cells))
    else:
        assert sheet(({}, cells)) == [[*[""] * column, "1", "2"]]


def test_far_cell_is_refused_only_where_it_holds_something():
    far = {"r": "XFD1"}
    assert sheet(({}, [({}, "1"), (far, "")])) == [["1"]]
    with pytest.raises(CohortError, match="at most 64 columns, but found 16,384"):
        sheet(({}, [(far, "1")]))


@pytest.mark.parametrize("second", ["A1", "B1"])
def test_cells_come_from_left_to_right(second):
    with pytest.raises(CohortError, match="damaged"):
        sheet(({}, [({"r": "B1"}, "1"), ({"r": second}, "2")]))


@pytest.mark.parametrize(
    ("numbers", "found"),
    [
        ([None, None], None),
        (["1", "3"], None),
        (["3", None, "5"], None),
        ([None, "2"], None),
        ([None, "1"], "row 1 after row 1"),
        (["3", "2"], "row 2 after row 3"),
        (["0"], "row 0 after row 0"),
        (["1048576"], None),
        (["1048577"], "row 1,048,577 after row 0"),
        (["1048576", None], "row 1,048,577 after row 1,048,576"),
    ],
)
def test_rows_are_numbered_upwards(numbers, found):
    rows = [({} if n is None else {"r": n}, [({}, "1")]) for n in numbers]
    if found is None:
        assert sheet(*rows) == [["1"]] * len(rows)
        return
    with pytest.raises(CohortError) as caught:
        sheet(*rows)
    assert caught.value.found == found


def test_300_000_cells_are_read_those_before_the_last_of_a_row_among_them():
    wide, last = ({}, [({"r": "BL1"}, "1"), ({}, "")]), ({}, [({}, "1")] * 31)
    rows = [wide] * 4687 + [last]  # 64 cells each, and 31
    assert len(sheet(*rows, ({}, [({}, "1")]))) == 4689
    with pytest.raises(CohortError, match="at most 300,000 cells"):
        sheet(*rows, ({}, [({}, "1"), ({}, "2")]))


@pytest.mark.parametrize(
    ("cell", "text", "value"),
    [
        ({}, "63", "63"),
        ({}, "063", "63"),
        ({}, "0.1234567890123", "0.123456789012"),
        ({"s": "2"}, "1", "1"),
        ({"s": "3"}, "1", "1899-12-31T00:00:00"),
        ({"s": "3"}, "0", "00:00:00"),
        ({"s": "3"}, "0.75", "18:00:00"),
        ({"s": "3"}, "-1", "1899-12-29T00:00:00"),
        ({"s": "3"}, "1e99", "#VALUE!"),
        ({"t": "s"}, "1", "b"),
        ({"t": "b"}, "0", "false"),
        ({"t": "d"}, "2026", "2026"),
    ],
)
def test_value_of_a_cell_is_a_text(cell, text, value):
    assert sheet(({}, [(cell, text)])) == [[value]]


def test_same_text_of_another_kind_is_another_value():
    cells = [({}, "1"), ({"t": "s"}, "1"), ({"s": "3"}, "1"), ({"s": "2"}, "1"), ({"t": "b"}, "1")]
    assert sheet(({}, cells)) == [["1", "b", "1899-12-31T00:00:00", "1", "true"]]


@pytest.mark.parametrize(("digits", "is_read"), [(12, True), (13, False)])
def test_number_of_a_row_has_at_most_12_digits(digits, is_read):
    expected = "rows numbered in ascending order" if is_read else "an Excel workbook"
    with pytest.raises(CohortError, match=expected):
        sheet(({"r": "9" * digits}, []))


def test_shared_text_is_said_by_its_number():
    with pytest.raises(CohortError) as caught:
        sheet(({}, [({"t": "s"}, "1234567890" * 3)]))
    assert caught.value.found == "one that points to text 12345678901234567890"


def test_formula_needs_a_result_and_the_next_cell_none():
    shown = xlsx._Sheet(_Book())
    shown.start("row", {})
    for result in ("1", ""):
        shown.start("c", {})
        if result:
            shown.start("f", {})
            shown.text("40+7")  # the formula is not the value
            shown.end("f")
            shown.start("v", {})
            shown.text(result)
            shown.end("v")
        shown.end("c")
    shown.end("row")
    assert shown.rows == [["1"]]


@pytest.mark.parametrize(
    ("claimed", "limit", "is_read"),
    [
        (2**20, 2**27, True),  # so much in any case
        (2**20 + 1, 2**27, False),
        (2**20, 2**20 - 1, False),
    ],
)
def test_workbook_that_claims_to_unpack_to_much_is_refused(monkeypatch, claimed, limit, is_read):
    content = h.workbook()
    assert len(content) * 200 < 2**20
    monkeypatch.setattr(xlsx, "MAX_UNPACKED", limit)
    monkeypatch.setattr(xlsx.Archive, "claimed_bytes", lambda _: claimed)
    if is_read:
        assert xlsx.open_xlsx(content).width == 14
        return
    with pytest.raises(CohortError, match="one that unpacks to 1 MiB"):
        xlsx.open_xlsx(content)


def test_large_workbook_may_unpack_to_200_times_its_size(monkeypatch):
    content = h.workbook(extra={"noise": h.uneven("{}", 9_000).encode()})
    assert len(content) * 200 > 2**20
    for claimed, is_read in ((200 * len(content), True), (200 * len(content) + 1, False)):
        monkeypatch.setattr(xlsx.Archive, "claimed_bytes", lambda _, claimed=claimed: claimed)
        if is_read:
            assert xlsx.open_xlsx(content).width == 14
        else:
            with pytest.raises(CohortError, match="one that unpacks to"):
                xlsx.open_xlsx(content)


def test_archive_of_something_else_is_no_workbook():
    with pytest.raises(CohortError, match="found a ZIP archive"):
        open_table(h.zipped({"heart.csv": h.HEAD}))
