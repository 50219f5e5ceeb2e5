"""One table in many files: how it is read is decided once, from some rows of each, and then
demanded of all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from heart.data.choice import choose_columns
from heart.data.columns import Naming, shorten
from heart.data.dialects.cells import Parsed, parse_table
from heart.data.dialects.reading import Reading
from heart.data.formats.table import Cells, Column, Table
from heart.data.pieces import ROWS, open_head, open_heads, open_pieces, open_row_groups
from heart.data.read import BadRows, Patients, patients_of, use_rows
from heart.data.recognition.demand import find_contradiction
from heart.data.recognition.evidence import tabulate_known
from heart.data.recognition.known import match_rows
from heart.data.recognition.recognise import Recognition
from heart.data.report import CohortReport
from heart.data.understand import Understood, convert_as, understand, without_unreadable_target
from heart.errors import CohortError, PartsError

SAMPLED, LEAST = 20_000, 200
"""Rows by which the reading is decided, and how many of a part at least."""


class Agreed(NamedTuple):
    """How every part of a table is read.

    Attributes:
        header: the columns' names; empty where the files have none.
        width: how many columns.
        naming: which of them is which.
        reading: what their codes mean.
        by: what decided it, in words.
    """

    header: tuple[str, ...]
    width: int
    naming: Naming
    reading: Reading
    by: str


def agree_on(
    parts: Sequence[Path],
    *,
    dialect: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> tuple[Agreed, CohortReport]:
    """How the parts of a table are read, and the report on the rows that decided it: the first ones
    of each part. A part that cannot be opened decides nothing.

    Args:
        parts: the files, at least one.
        dialect: how they are coded, where their values do not show it.
        columns: which column is which, as for `heart.data.read_patients`.

    Raises:
        PartsError: for a part with other columns.
        CohortError: if no part can be opened, and as `heart.data.read_patients`.
    """
    return _agree(_sample(parts), need_target=False, dialect=dialect, columns=columns)


def agree_on_groups(
    path: Path,
    *,
    dialect: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> tuple[Agreed, CohortReport]:
    """How a Parquet file is read to be learnt from, and the report on the rows that decided it: the
    first ones of row groups that lie evenly in it.

    Args:
        path: the file.
        dialect: how it is coded, where its values do not show it.
        columns: which column is which, as for `heart.data.read_cohort`.

    Raises:
        CohortError: as `heart.data.pieces.open_row_groups` and `heart.data.read_cohort`.
        OSError: if the file cannot be read.
    """
    tables = open_heads(path, SAMPLED, SAMPLED // LEAST)
    sample = _below_each_other(tables, SAMPLED)
    return _agree(sample, need_target=True, dialect=dialect, columns=columns)


def _agree(
    table: Table, *, need_target: bool, dialect: str | None, columns: Mapping[str, str] | None
) -> tuple[Agreed, CohortReport]:
    naming = choose_columns(table, need_target=need_target, columns=columns)
    parsed = parse_table(table, naming)
    understood = understand(parsed, naming, table.notes, need_target=need_target, dialect=dialect)
    recognition = understood.recognition
    agreed = Agreed(
        table.header,
        table.width,
        understood.naming,
        recognition.reading,
        recognition.decided_by,
    )
    return agreed, patients_of(understood).report


def read_agreed(path: Path, agreed: Agreed) -> Iterator[tuple[Table, Patients]]:
    """The file's patients, to be scored, piece by piece; rows are numbered through the file.

    Raises:
        PartsError: for rows that are written otherwise than it was agreed.
        CohortError: for a file that cannot be read.
    """
    before = 0
    for table in open_pieces(path):
        patients = _number_from(_read_piece(table, agreed, path.name), before)
        before += len(patients.frame)
        yield table, patients


def read_to_learn(
    path: Path, agreed: Agreed, *, rows: int = ROWS, bad_rows: BadRows = "stop"
) -> Iterator[pd.DataFrame]:
    """A Parquet file's patients with their outcomes, piece by piece, canonical as in a `Cohort`;
    rows are numbered through the file.

    Args:
        path: the file.
        agreed: how it is read.
        rows: of a piece at most.
        bad_rows: as for `heart.data.read_cohort`.

    Raises:
        PartsError: for rows that are written otherwise than it was agreed.
        CohortError: as `heart.data.pieces.open_row_groups`, and for impossible cells.
        OSError: if the file cannot be read.
    """
    for table in open_row_groups(path, rows=rows):
        understood = _convert(parse_table(table, agreed.naming), table, agreed, path.name)
        frame, _ = use_rows(understood, bad_rows)
        yield frame


def _read_piece(table: Table, agreed: Agreed, name: str) -> Patients:
    naming = _name(table, agreed, name)
    parsed = without_unreadable_target(parse_table(table, naming))
    if agreed.reading.target is None:
        parsed = parsed._replace(target=None)
    return patients_of(_convert(parsed, table, agreed._replace(naming=naming), name))


def _convert(parsed: Parsed, table: Table, agreed: Agreed, name: str) -> Understood:
    """What the agreed reading makes of some rows.

    Raises:
        PartsError: if they contradict it.
        CohortError: if most of a column cannot be.
    """
    reading = agreed.reading
    known = tabulate_known(parsed, match_rows(parsed, reading))
    contradiction = find_contradiction(parsed, known, reading)
    if contradiction:
        raise PartsError(
            f"all parts in the reading that they have decided together, {reading.name!r}",
            f"in {shorten(name)}: {contradiction}",
            "Use parts that are written otherwise apart from the others.",
        )
    recognition = Recognition(reading, known, (), agreed.by)
    return convert_as(parsed, agreed.naming, table.notes, recognition)


def _name(table: Table, agreed: Agreed, name: str) -> Naming:
    """Which of this table's columns is which.

    Raises:
        PartsError: if it has other columns.
    """
    if table.header == agreed.header and table.width == agreed.width:
        return agreed.naming
    if not table.header or sorted(table.header) != sorted(agreed.header):
        raise _other_columns(table.header, agreed.header, name)
    columns = {
        feature: table.header.index(agreed.header[position])
        for feature, position in agreed.naming.columns.items()
    }
    return agreed.naming._replace(columns=columns)


def _other_columns(found: Sequence[str], wanted: Sequence[str], name: str) -> PartsError:
    more = [shorten(column) for column in found if column not in wanted]
    lacking = [shorten(column) for column in wanted if column not in found]
    differs = "; ".join(
        f"{word} {', '.join(columns[:10])}"
        for word, columns in (("without", lacking), ("with", more))
        if columns
    )
    return PartsError(
        "the same columns in all parts",
        f"{shorten(name)} {differs or 'with another number of them'}",
        "Write all parts with the same columns, or score this one apart.",
    )


def _number_from(patients: Patients, before: int) -> Patients:
    """The same rows, numbered after so many others."""
    if not before:
        return patients
    errors = {row + before: error for row, error in patients.errors.items()}
    frame = patients.frame.set_axis(patients.frame.index + before, axis="index")
    num = patients.num
    if num is not None:
        num = num.set_axis(num.index + before)
    return Patients(frame, num, errors, patients.report)


def _sample(parts: Sequence[Path]) -> Table:
    """Some rows of each part below each other.

    Raises:
        PartsError: for a part with other columns.
        CohortError: if none can be opened.
    """
    rows = max(LEAST, SAMPLED // len(parts))
    heads: list[tuple[Path, Table]] = []
    first_error: CohortError | None = None
    for path in parts:
        try:
            heads.append((path, open_head(path, rows)))
        except CohortError as error:
            first_error = first_error or error
    if not heads:
        raise first_error or CohortError("at least one part", "none", "Choose another folder.")
    _, first = heads[0]
    for path, table in heads:
        same = table.width == first.width and sorted(table.header) == sorted(first.header)
        if not same:
            raise _other_columns(table.header, first.header, path.name)
    return _below_each_other([table for _, table in heads], rows)


def _below_each_other(tables: Sequence[Table], rows: int) -> Table:
    """The first rows of tables with the same columns, in the order of the first one's."""
    first = tables[0]

    def read(positions: Sequence[int], *, first: int | None = None) -> Cells:  # noqa: ARG001
        return _read_all(tables, positions, rows)

    def read_as_written(position: int) -> Cells:
        return tables[0].read_as_written(position)

    return Table(first.header, first.width, first.notes, read, read_as_written)


def _read_all(tables: Sequence[Table], positions: Sequence[int], rows: int) -> Cells:
    header = tables[0].header
    texts: list[list[pd.Series]] = [[] for _ in positions]
    for table in tables:
        places = [table.header.index(header[i]) if header else i for i in positions]
        for column, collected in zip(table.read(places, first=rows).columns, texts, strict=True):
            collected.append(pd.Series(column.texts[column.codes[:rows]]))
    columns = [_encode(pd.concat(collected, ignore_index=True)) for collected in texts]
    n = len(columns[0].codes) if columns else 0
    return Cells(tuple(columns), pd.RangeIndex(1, n + 1), ())


def _encode(texts: pd.Series) -> Column:
    codes, different = pd.factorize(texts)
    return Column(
        pd.Index(different, dtype="str"), codes.astype(np.min_scalar_type(len(different)))
    )
