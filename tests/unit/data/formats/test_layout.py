"""Encoding, delimiter and header do not matter."""

import pandas as pd
import pytest

from heart.data import read_cohort
from heart.data.columns import COLUMNS
from heart.data.formats.layout import decode, find_layout
from heart.errors import CohortError
from tests.support import dialects as d
from tests.support.canonical import ILL, ROW, file_of
from tests.support.dialects import assert_same_cells


@pytest.mark.parametrize(
    "layout",
    [
        file_of(ROW).replace(b"\n", b"\r\n"),
        file_of(ROW).replace(b"\n", b"\r"),
        b"\xef\xbb\xbf" + file_of(ROW),
        file_of(ROW) + b"\n\n",
        file_of(ROW.replace(",", " , ")),
        file_of(ROW.replace("fixed", '"fixed"')),
        file_of(ROW.replace("63", "6.3e1")),
    ],
    ids=["crlf", "cr", "bom", "blank lines", "blanks", "quotes", "exponent"],
)
def test_layout_does_not_matter(layout):
    pd.testing.assert_frame_equal(read_cohort(layout).frame, read_cohort(file_of(ROW)).frame)


def test_columns_may_come_in_any_order():
    cells = dict(zip(COLUMNS, ROW.split(","), strict=True))
    turned = list(COLUMNS)[::-1]
    ill = dict(zip(COLUMNS, ILL.split(","), strict=True))
    rows = [",".join(row[name] for name in turned) for row in (cells, ill)]
    cohort = read_cohort("\n".join([",".join(turned), *rows]).encode())
    pd.testing.assert_frame_equal(cohort.frame, read_cohort(file_of(ROW)).frame)


def test_latin_1_column_names_do_not_matter():
    content = d.write(d.uci_table(d.cleveland()).assign(größe=1)).decode().encode("latin-1")
    cohort = read_cohort(content)
    assert_same_cells(cohort.frame, d.cleveland(), [*d.NAMES, "num"])
    assert cohort.report.notes == ("encoding Latin-1",)


@pytest.mark.parametrize("sign", [";", ",", "|", "\t"])
@pytest.mark.parametrize("first", ["sep={}", "SEP={}", '"sep={}"', "sep={}{}{}", " sep={} "])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_excels_first_line_is_skipped(sign, first, end):
    lines = file_of(ROW).decode().replace(",", sign).replace("\n", end).encode()
    content = (first.format(*sign * 3) + end).encode() + lines
    plain, layout = find_layout(lines), find_layout(content)
    assert layout._replace(start=0) == plain._replace(start=0)
    assert content[layout.start :] == lines[plain.start :]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_file_with_excels_first_line_is_read(encoding):
    content = "sep=;\r\n" + file_of(ROW).decode().replace(",", ";")
    frame = read_cohort(content.encode(encoding)).frame
    pd.testing.assert_frame_equal(frame, read_cohort(file_of(ROW)).frame)


def test_excels_first_line_before_patients_without_a_header_and_alone():
    rows = file_of(*[ROW] * 20, header="").strip()
    frames = [read_cohort(content).frame for content in (rows, b"sep=,\n" + rows)]
    pd.testing.assert_frame_equal(*frames)
    for alone in (b"sep=;", b"sep=;\n", b"sep=;\n\n", b"sep=;\nsep=;\n" * 3000):
        with pytest.raises(CohortError):
            read_cohort(alone)


@pytest.mark.parametrize(
    "content",
    [
        b"+/v8-" + file_of(ROW),
        file_of(ROW).replace(b",", b"+ACw-"),
        file_of(ROW).replace(b",", b"+ADs-"),
        file_of(ROW, header=file_of().split(b"\n")[0].decode().replace("cp", "chest+AF8-pain")),
        "alter,größe\n1,2\n".encode("utf-7"),
    ],
    ids=["mark", "commas", "semicolons", "underscore", "umlaut"],
)
def test_utf_7_is_refused_by_name(content):
    with pytest.raises(CohortError, match="UTF-7"):
        read_cohort(content)


@pytest.mark.parametrize("word", ["A+", "AB+AB-", "+49-30", "a+b-c", "+1-2", "0+A0-"])
def test_text_with_a_plus_is_no_utf_7(word):
    content = d.write(d.uci_table(d.cleveland()).assign(note=word))
    assert read_cohort(content).n == 303


def refusal(call, content):
    with pytest.raises(CohortError) as caught:
        call(content)
    return caught.value


@pytest.mark.parametrize(
    ("content", "text", "encoding"),
    [
        (b"", b"", "UTF-8"),
        (b"a,b", b"a,b", "UTF-8"),
        ("größe".encode(), "größe".encode(), "UTF-8"),
        ("größe".encode("utf-8-sig"), "größe".encode(), "UTF-8"),
        ("größe".encode("latin-1"), "größe".encode(), "Latin-1"),
        ("größe".encode("utf-16"), "größe".encode(), "UTF-16"),
        (b"\xfe\xff" + "größe".encode("utf-16-be"), "größe".encode(), "UTF-16"),
        ("größe".encode("utf-16-le"), "größe".encode(), "UTF-16"),  # without a mark
        ("ab".encode("utf-16-le"), b"ab", "UTF-16"),
        (bytes(range(9, 14)), bytes(range(9, 14)), "UTF-8"),  # blanks of all kinds
    ],
)
def test_text_is_decoded_by_its_mark_or_as_what_it_can_be(content, text, encoding):
    assert decode(content) == (text, encoding)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("a".encode("utf-16-le"), "NUL bytes"),  # too short to tell
        (b"a\0bc", "NUL bytes"),
        (b"abc\0", "NUL bytes"),
        *((bytes([code]), "control characters") for code in (1, 8, 14, 31, 127)),
        (b"\xff\xfea\0b", "broken UTF-16"),
        *(
            (f"a{sign}".encode("utf-16"), "UTF-16 with characters that no text has")
            for sign in ("\0", "\ufffe", "\uffff")
        ),
        (f"ab{chr(0)}".encode("utf-16-le"), "UTF-16-LE with characters that no text has"),
    ],
)
def test_what_is_no_text_is_refused_by_what_it_holds(content, found):
    assert refusal(decode, content).found == found


@pytest.mark.parametrize(
    ("n_letters", "is_utf_7"), [(1, False), (2, True), (24, True), (25, False)]
)
def test_utf_7_is_known_by_a_run_of_bounded_length(n_letters, is_utf_7):
    content = f"a,+A{'D' * n_letters}-".encode()
    if is_utf_7:
        assert "UTF-7" in refusal(decode, content).found
    else:
        assert decode(content)[0] == content


def test_utf_7_is_sought_in_the_files_beginning():
    for n_before, is_found in ((2**16 - 5, True), (2**16 - 4, False)):
        content = b"a" * n_before + b"+ADs-,"
        if is_found:
            assert "UTF-7" in refusal(decode, content).found
        else:
            decode(content)


@pytest.mark.parametrize(("length", "is_skipped"), [(80, True), (81, False)])
def test_excels_first_line_is_a_short_one(length, is_skipped):
    first = b"sep=" + b";" * (length - 5) + b"\n"
    start = find_layout(first + b"age;sex;cp\n1;2;3\n").start
    assert (start == len(first) + len("age;sex;cp")) == is_skipped


HEADER_3, NAMES_3 = "age{0}sex{0}cp", ("age", "sex", "cp")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", " "])
def test_delimiter_is_the_one_that_finds_three_names(delimiter):
    text = HEADER_3.format(delimiter).encode()
    layout = find_layout(text + b"\n1\n")
    assert layout == (delimiter, NAMES_3, 3, len(text), delimiter != ",", '"')


def line_of(n, delimiter, cell="1"):
    return delimiter.join([cell] * n)


@pytest.mark.parametrize(
    ("lines", "delimiter", "width"),
    [
        ([line_of(14, ";"), line_of(14, ";")], ";", 14),
        ([line_of(13, ";") + ",1,1,1", line_of(13, ";")], ";", 13),
        ([line_of(12, ";") + "|1", line_of(12, ";")], ";", 12),  # 13 by none: most of the first
        ([line_of(15, ";") + "|1", line_of(15, ";")], ";", 15),
        ([line_of(14, ","), line_of(14, ";"), line_of(14, ";")], ";", 1),
        ([line_of(14, " "), line_of(14, "  ")], " ", 14),
        ([line_of(12, " "), line_of(12, " ")], ",", 1),  # blanks are in any text
    ],
)
def test_delimiter_without_names_cuts_most_lines_into_13_or_14(lines, delimiter, width):
    layout = find_layout("\n".join(lines).encode())
    assert (layout.delimiter, layout.width) == (delimiter, width)


def test_delimiter_without_names_is_sought_in_50_lines():
    of_two = [line_of(14, ",")] * 25
    for n, delimiter in ((25, ","), (26, ";")):
        lines = [*of_two[: 50 - n], *[line_of(14, ";")] * n, *[line_of(14, ",")] * 9]
        assert find_layout("\n".join(lines).encode()).delimiter == delimiter


@pytest.mark.parametrize(
    ("header", "rows", "names"),
    [
        ("age,sex,cp", ["7,1,2,3", "8,1,2,3"], ("", *NAMES_3)),
        ("age,sex,cp", ["1,2,3,", "1,2,3,"], (*NAMES_3, "")),
        ("age,sex,cp", ["1,2,3,", "1,2,3,4"], ("", *NAMES_3)),
        ("age,sex,cp", ["1,2,3,4", "1,2,3"], NAMES_3),
        ("age,sex,cp", [], NAMES_3),
        ("Unnamed: 0,age,sex,cp", ["7,1,2,3"], ("", *NAMES_3)),
        ("unnamed: 0.1,age,sex,cp", ["7,1,2,3"], ("", *NAMES_3)),
        ("age,sex,cp,Unnamed: 3", ["1,2,3,"], (*NAMES_3, "")),
        ("age,sex,cp,unnamed", ["1,2,3,"], (*NAMES_3, "unnamed")),
        ("Unnamed: 1,age,sex,cp", ["1,2,3,4"], ("Unnamed: 1", *NAMES_3)),
        ("' age ',\"sex\",cp", ["1,2,3"], NAMES_3),
    ],
)
def test_every_cell_has_a_name_or_is_an_index_or_empty(header, rows, names):
    layout = find_layout("\n".join([header, *rows]).encode())
    assert (layout.header, layout.width) == (names, len(names))


@pytest.mark.parametrize(
    ("first", "is_patient"),
    [
        ("63,1,1", True),
        ("63,1,x", False),
        ("63,1,?,male,2.3", True),
        ("63,1,?,male,typical angina", False),  # two numbers
        ("63,1,2,Absence", True),
        ("63,1,2,aha", True),  # any word may be an outcome
        ("63,1,aha,2,?", True),  # or a mistake
        ("63,1,aha,2", True),
        ("63,1,aha,2,oho", False),
        ("63,1,2,<50", True),
        ("63;1;2,3", True),
        ("1,3,5,7", True),
    ],
)
def test_first_line_is_a_patient_by_three_numbers_and_one_strange_word_at_most(first, is_patient):
    layout = find_layout(f"\n{first}\n1\n".encode())
    assert bool(layout.header) != is_patient
    assert layout.start == (1 if is_patient else 1 + len(first))


def test_first_line_may_be_long_but_has_an_end():
    for length in (2**16 - 5, 2**16 - 4):
        text = b"age,sex," + b"x" * (length - 8) + b"\n1,2,3\n"
        if length == 2**16 - 5:
            assert find_layout(text).width == 3
        else:
            assert refusal(find_layout, text).found == "a first line without an end"


def test_line_that_the_sample_cuts_is_not_looked_at():
    head, row = b"age,sex,cp\n", b"7,1,2,3\n"
    text = head + row * 20_000  # the sample ends within a row
    assert (2**16 - len(head)) % len(row)
    assert find_layout(text).header == ("", *NAMES_3)
    assert find_layout(head + row * 2 + b"7").header == NAMES_3
