"""Encoding, delimiter and header do not matter."""

import pandas as pd
import pytest

from heart.data import read_cohort
from heart.data.columns import COLUMNS
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
