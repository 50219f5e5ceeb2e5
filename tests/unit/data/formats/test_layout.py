"""Encoding, delimiter and header do not matter."""

import pandas as pd
import pytest

from heart.data import read_cohort
from heart.data.columns import COLUMNS
from heart.data.formats.layout import find_layout
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
