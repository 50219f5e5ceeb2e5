"""What the sheets of a workbook share: each limit at its edge, formats of dates, places of sheets.

The handlers are called as the parser calls them, element by element.
"""

import pytest

from heart.data.formats import workbook
from heart.data.formats.archive import Archive
from heart.data.formats.table import MAX_CELL
from heart.errors import CohortError
from tests.support import hostile_files as h

SHEET = f"{h.OFFICE}/worksheet"


def show(handler, *elements):
    """The handler after these elements, each a name with attributes, one after the other."""
    for name, attributes in elements:
        handler.start(name, attributes)
        handler.end(name)
    return handler


def formats_of(*elements):
    handler = workbook._Formats()
    handler.start("cellXfs", {})
    return show(handler, *elements)


@pytest.mark.parametrize(
    ("handler", "element", "limit", "what"),
    [
        (workbook._Sheets(), ("sheet", {"r:id": "rId1"}), 200, "sheets"),
        (workbook._Strings(), ("si", {}), 200_000, "shared texts"),
        (formats_of(), ("xf", {}), 65_536, "cell formats"),
        (formats_of(), ("numFmt", {}), 1_000, "number formats"),
    ],
    ids=["sheets", "texts", "cell formats", "number formats"],
)
def test_so_many_are_read_and_one_more_refused(handler, element, limit, what):
    show(handler, *[element] * limit)
    with pytest.raises(CohortError, match=f"at most {limit:,} {what} in a workbook"):
        show(handler, element)


@pytest.mark.parametrize(
    ("number", "is_date"),
    [
        *((number, True) for number in (14, 22, 27, 36, 45, 47, 50, 58)),
        *((number, False) for number in (0, 13, 23, 26, 37, 44, 48, 49, 59)),
    ],
)
def test_excels_own_formats_of_dates_are_known_by_their_numbers(number, is_date):
    assert formats_of(("xf", {"numFmtId": str(number)})).dates == ({0} if is_date else set())


@pytest.mark.parametrize(
    ("code", "is_date"),
    [
        ("yyyy-mm-dd", True),
        ("HH:MM", True),
        ("[h]:00", True),
        ("[mm]:00", True),
        ("0;yyyy", False),  # only of negative numbers
        ("[Red]0.0", False),
        ("[$-sys]0", False),
        ('0 "days"', False),
        (r"0 \d", False),
        ("0_d", False),
        ("0" * 254 + "y", True),
        ("0" * 255 + "y", False),
        ("", False),
    ],
)
def test_format_of_ones_own_is_a_dates_by_its_letters(code, is_date):
    own = ("numFmt", {"numFmtId": "200", "formatCode": code})
    dates = formats_of(("xf", {}), own, ("xf", {"numFmtId": "200"})).dates
    assert dates == ({1} if is_date else set())


def test_cell_formats_are_counted_between_their_begin_and_end():
    date = ("xf", {"numFmtId": "14"})
    handler = show(workbook._Formats(), date)
    handler.start("cellXfs", {})
    show(handler, ("xf", {}), date)
    handler.end("cellXfs")
    show(handler, date)
    assert handler.dates == {1}


@pytest.mark.parametrize(
    ("kind", "target", "mode", "part"),
    [
        (SHEET, "worksheets/a.xml", {}, "xl/worksheets/a.xml"),
        (SHEET, "/xl/worksheets/a.xml", {}, "xl/worksheets/a.xml"),
        (SHEET, "./b/../a.xml", {"TargetMode": "Internal"}, "xl/a.xml"),
        (SHEET, "../../../etc/passwd", {}, "etc/passwd"),  # of the archive
        (SHEET, "worksheets/a.xml", {"TargetMode": "External"}, None),
        (f"{h.OFFICE}/chartsheet", "worksheets/a.xml", {}, None),
    ],
)
def test_sheet_is_a_part_of_the_archive(kind, target, mode, part):
    relation = {"Id": "rId1", "Type": kind, "Target": target, **mode}
    handler = show(workbook._Relations(), ("Other", relation))
    assert handler.sheets == {}
    show(handler, ("Relationship", relation))
    assert handler.sheets == ({} if part is None else {"rId1": part})


@pytest.mark.parametrize(("since", "year"), [({}, 1899), ({"date1904": "0"}, 1899),
    ({"date1904": "1"}, 1904), ({"date1904": "true"}, 1904)])  # fmt: skip
def test_days_are_counted_from_one_of_two_years(since, year):
    written = "".join(f' {name}="{value}"' for name, value in since.items())
    sheets = '<sheet r:id="rId2"/><sheet r:id="rId1"/><sheet r:id="rId3"/>'
    content = h.replaced(
        h.workbook([b"", b""], strings="<si><t>a</t></si><si/>"),
        workbook.WORKBOOK,
        f'<workbook xmlns:r="{h.OFFICE}"><workbookPr{written}/>{sheets}</workbook>',
    )
    book = workbook.read_book(Archive(content))
    assert book.sheets == ["xl/worksheets/sheet2.xml", "xl/worksheets/sheet1.xml"]
    assert (book.strings, book.dates) == (["a", ""], frozenset())
    day = {1899: "1899-12-30", 1904: "1904-01-01"}[year]
    assert book.epoch.isoformat() == f"{day}T00:00:00"


def texts_of(*steps):
    """What is taken after these elements and texts; a text stands for itself."""
    handler = workbook.TextHandler()
    for step in steps:
        if step.startswith("</"):
            handler.end(step[2:-1])
        elif step.startswith("<"):
            handler.start(step[1:-1], {})
        else:
            handler.text(step)
    return handler.take(), handler.take()


@pytest.mark.parametrize(
    ("steps", "text"),
    [
        (["<t>", "a", "b", "</t>", "c"], "ab"),
        (["<v>", "1", "</v>", "<t>", "2", "</t>"], "12"),
        (["<r>", "a", "<t>", "b"], "b"),
        (["<rPh>", "<t>", "a", "</t>", "</rPh>", "<t>", "b", "</t>"], "b"),
        (["<t>", "a" * MAX_CELL, "bcd", "e"], "a" * MAX_CELL + "b"),  # enough to be too long
        (["<t>", "a" * 9999], "a" * (MAX_CELL + 1)),
    ],
)
def test_text_is_collected_where_it_may_be_and_as_much_as_may_be(steps, text):
    assert texts_of(*steps) == (text, "")


def test_text_that_was_taken_makes_room_for_the_next():
    handler = workbook.TextHandler()
    for _ in range(2):
        handler.start("t", {})
        handler.text("a" * 999)
        assert len(handler.take()) == MAX_CELL + 1
