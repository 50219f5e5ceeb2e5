"""One column of a file beside the 14, kept so that its rows can be told apart."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from heart.data.columns import count_columns, name_columns, shorten
from heart.data.content import read_content
from heart.data.formats.detect import open_table
from heart.errors import CohortError


class Identifiers(NamedTuple):
    """A column as it is written.

    Attributes:
        name: of the column, as the file's report lists it.
        texts: str, shape (n,); the index is the row's number in the file.
    """

    name: str
    texts: pd.Series

    def of_rows(self, rows: pd.Index) -> Identifiers:
        """Those of these rows; empty for a row whose cells could not be told apart."""
        return self._replace(texts=self.texts.reindex(rows, fill_value=""))


def read_identifiers(
    source: str | Path | bytes, column: str, *, others: Sequence[str] | None = None
) -> Identifiers:
    """A column of a CSV, ARFF, XLSX or Parquet file, of those that are no feature and no outcome.

    Args:
        source: a path, or the bytes of a file.
        column: its name, as the file's report lists it.
        others: names of the columns that are no feature and no outcome, as that report lists them;
            by default those whose names say nothing else.

    Raises:
        CohortError: if there is no such column, or several are called so.
    """
    table = open_table(read_content(source))
    if others is None:
        others = name_columns(table.header, need_target=False).dropped if table.header else ()
    header = table.header or count_columns(table.width)
    positions = [i for i, name in enumerate(header) if shorten(name) == column]
    if column not in others or len(positions) != 1:
        raise CohortError(
            f"a column of the file that is no feature, {_name_some(others)}",
            repr(shorten(column)),
            "Choose another column." if others else "Score the file without one.",
        )
    cells = table.read_as_written(positions[0])
    (values,) = cells.columns
    texts = pd.Series(values.texts[values.codes], index=cells.rows, dtype="str")
    return Identifiers(column, texts)


def _name_some(names: Sequence[str], most: int = 20) -> str:
    shown = ", ".join(map(repr, names[:most]))
    return f"one of {shown}" if names else "of which it has none"
