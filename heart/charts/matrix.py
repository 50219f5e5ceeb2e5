"""Matrices of shares and strengths, each as one table of HTML whose cells are shaded: a table is
read aloud, fits a phone, and two hundred cells cost a browser next to nothing. Their look is in
heart/ui/browser/look.css.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import pandas as pd

from heart.schema import FEATURES
from heart.shares import write_share

FEW = 5
"""Columns whose names may stand upright."""


def missing_matrix(frame: pd.DataFrame) -> str:
    """The share without a value, a row a feature and a column a hospital: a
    `heart.data.profile.missing_by_group`.
    """
    return _table(frame, ("group", "feature"), "share", write_share)


def association_matrix(frame: pd.DataFrame) -> str:
    """How strongly each two columns go together: a `heart.data.profile.associations`."""
    return _table(frame, ("first", "second"), "association", "{:.2f}".format)


def _table(
    frame: pd.DataFrame, sides: tuple[str, str], value: str, write: Callable[[float], str]
) -> str:
    """Shaded from nothing at 0 to the blue of the charts at 1; empty where nothing is known."""
    across, down = sides
    cells = {
        (row[down], row[across]): row[value] for row in frame.to_dict("records") if row[value] >= 0
    }
    columns = _order(frame[across])
    head = "".join(f'<th scope="col"><span>{escape(name)}</span></th>' for name in columns)
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        f"{''.join(_cell(cells.get((name, column)), name, column, write) for column in columns)}"
        "</tr>"
        for name in _order(frame[down])
    )
    kind = "heart-matrix few" if len(columns) <= FEW else "heart-matrix"
    top = f"<thead><tr><td></td>{head}</tr></thead>"
    return f'<table class="{kind}">{top}<tbody>{rows}</tbody></table>'


def _order(names: pd.Series) -> list[str]:
    """Each name once: those of features in the order of the schema, after the others."""
    place = {entry.label: number for number, entry in enumerate(FEATURES)}
    return sorted(dict.fromkeys(names), key=lambda name: place.get(name, -1))


def _cell(value: float | None, row: str, column: str, write: Callable[[float], str]) -> str:
    if value is None:
        return "<td></td>"
    told = write(value)
    return (
        f'<td title="{escape(row)} · {escape(column)}: {told}"'
        f' style="background:rgba(74,144,194,{0.75 * value:.2f})"><span>{told}</span></td>'
    )
