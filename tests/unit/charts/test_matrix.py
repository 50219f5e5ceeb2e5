"""The Cohort page's matrices: cell by cell what pandas counts, with its number beside its shade."""

import re

import pandas as pd
import pytest

from heart.charts.matrix import association_matrix, missing_matrix
from heart.data.profile import associations, missing_by_group
from heart.data.shipped import load_shipped
from heart.schema import FEATURES
from heart.shares import write_share

BOTH = load_shipped("cleveland+switzerland")
CELL = re.compile(r"<td(?: title=\"(.*?)\" style=\"background:rgba\(.*?,([\d.]+)\)\")?>(.*?)</td>")


def rows_of(page):
    """Each row's name and its cells: title, shade and text."""
    body = page.split("<tbody>")[1]
    return {
        row.split("</th>")[0].split(">")[-1]: CELL.findall(row.split("</th>")[1])
        for row in body.split("<tr>")[1:]
    }


def test_missing_values_are_those_of_each_hospital():
    rows = rows_of(missing_matrix(missing_by_group(BOTH)))
    assert list(rows) == [entry.label for entry in FEATURES]
    sizes = (303, 123)
    for entry in FEATURES:
        missing = BOTH.features[entry.name].isna().to_numpy()
        shares = [missing[: sizes[0]].mean(), missing[sizes[0] :].mean()]
        texts = [re.sub("<.*?>", "", text) for _, _, text in rows[entry.label]]
        assert texts == [write_share(share) for share in shares]
        shades = [float(shade) for _, shade, _ in rows[entry.label]]
        assert shades == pytest.approx([0.75 * share for share in shares], abs=0.006)


def test_associations_are_symmetric_and_a_column_with_itself_is_empty():
    rows = rows_of(association_matrix(associations(load_shipped("cleveland"))))
    names = list(rows)
    assert names == ["Disease", *(entry.label for entry in FEATURES)]
    table = pd.DataFrame({name: [text for _, _, text in cells] for name, cells in rows.items()})
    assert (table.to_numpy() == table.to_numpy().T).all()
    assert [table.iloc[i, i] for i in range(len(names))] == [""] * len(names)
    assert rows["Thallium scan"][0] == (
        "Thallium scan · Disease: 0.52",
        "0.39",
        "<span>0.52</span>",
    )


def test_what_is_not_known_is_empty_and_markup_is_text():
    frame = pd.DataFrame(
        {"first": ["<b>"], "second": ["<i>"], "association": [float("nan")], "patients": [3]}
    )
    page = association_matrix(frame)
    assert "<td></td></tr></tbody>" in page
    assert "<b>" not in page
    assert "<i>" not in page
