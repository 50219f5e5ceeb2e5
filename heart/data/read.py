"""Files become cohorts to learn from, or patients to score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from heart.data.bad_cells import (
    FEW_ROWS,
    bad_cells_error,
    describe_bad,
)
from heart.data.choice import choose_columns
from heart.data.cohort import Cohort
from heart.data.content import read_content
from heart.data.dialects.canonical import SetAside
from heart.data.dialects.cells import parse_table
from heart.data.dialects.reading import name_dialect
from heart.data.formats.detect import open_table
from heart.data.recognition.evidence import (
    ENOUGH_ROWS,
    describe_doubts,
    describe_known,
    describe_relations,
)
from heart.data.recognition.known import count_hospitals
from heart.data.report import CohortReport, count_frame
from heart.data.titles import MAX_SOURCE, NAMELESS, own_title, title_of
from heart.data.understand import Understood, understand
from heart.errors import BadCell, CohortError, show_controls
from heart.schema import FEATURES, TARGET

BadRows = Literal["stop", "leave out"]


@dataclass(frozen=True, eq=False)
class Patients:
    """Patients to be scored: every row of a file, in its order.

    Attributes:
        frame: the 13 features, dtypes as in a `Cohort`; the index is the row's number in the file,
            from 1.
        num: the outcome as nullable Int8, shape (n,), missing where it is not known; None if the
            file has none that can be read.
        errors: row to what is wrong with it; its impossible cells are missing in the frame.
        report: what was found; without counts of the outcome where there is none.
    """

    frame: pd.DataFrame
    num: pd.Series | None
    errors: Mapping[int, str]
    report: CohortReport


def read_cohort(
    source: str | Path | bytes,
    *,
    name: str | None = None,
    file_name: str | None = None,
    dialect: str | None = None,
    columns: Mapping[str, str] | None = None,
    bad_rows: BadRows = "stop",
) -> Cohort:
    """The patients in a CSV, ARFF, XLSX or Parquet file, in whichever dialect, with their outcomes.

    Args:
        source: a path, or the bytes of a file.
        name: what to call the cohort; by default the file's name without its ending, in plain
            letters.
        file_name: what a file is called of which only the bytes are given.
        dialect: how the file is coded, where its values do not show it.
        columns: which column is which, where names and values do not show it: a name, or "#3" for
            the third, to one of the 14 canonical names, or to "" for one that is not to be used.
        bad_rows: whether a row with an impossible cell stops the reading or is left out.

    Raises:
        ColumnsError: if columns are needed that neither names nor known patients name.
        DialectError: if the file's codes fit several dialects, or cholesterol seems to be in
            mmol/l, and none was chosen.
        BadCellsError: for impossible cells, listing row, column, value and reason.
        CohortError: for anything else that is not a table of heart patients; it says what was found
            instead.
    """
    read = _read(read_content(source), need_target=True, dialect=dialect, columns=columns)
    frame, aside = use_rows(read, bad_rows)
    _check_classes(frame)
    if not isinstance(source, bytes):
        file_name = Path(source).name
    title = name or (title_of(file_name) if file_name else NAMELESS)
    origin = show_controls(file_name[:MAX_SOURCE]) if file_name else "an upload"
    cohort = Cohort(title, frame, origin, _report(read, frame, aside))
    return replace(cohort, name=own_title(cohort))


def read_patients(
    source: str | Path | bytes,
    *,
    dialect: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> Patients:
    """The patients in a file, to be scored; no target needed, no row lost, errors by row.

    Raises:
        CohortError: as `read_cohort`, but not for single cells or rows.
    """
    return patients_of(
        _read(read_content(source), need_target=False, dialect=dialect, columns=columns)
    )


def patients_of(read: Understood) -> Patients:
    """The patients of a table that was understood, to be scored."""
    errors: dict[int, str] = {}
    for cell in read.bad_cells:
        if cell.column != TARGET:
            errors[cell.row] = "; ".join(filter(None, (errors.get(cell.row), describe_bad(cell))))
    frame = _with_ragged(read)
    num = frame.pop(TARGET) if TARGET in frame.columns else None
    if num is not None:
        num = num.mask(frame.index.isin([entry.row for entry in read.repaired.set_aside]))
    counted = frame.assign(**{TARGET: 0 if num is None else num.fillna(0)})
    return Patients(frame, num, errors, _report(read, counted, ()))


def _read(
    content: bytes,
    *,
    need_target: bool,
    dialect: str | None,
    columns: Mapping[str, str] | None,
) -> Understood:
    table = open_table(content)
    naming = choose_columns(table, need_target=need_target, columns=columns)
    parsed, notes = parse_table(table, naming), table.notes
    del table, content  # the bytes are not needed any more, and may be large
    return understand(parsed, naming, notes, need_target=need_target, dialect=dialect)


def use_rows(read: Understood, bad_rows: BadRows) -> tuple[pd.DataFrame, tuple[SetAside, ...]]:
    """The rows that are learnt from, canonical, and those that are not.

    Raises:
        BadCellsError: if there are impossible cells and rows must not be left out.
    """
    aside = {entry.row: entry for entry in read.repaired.set_aside}
    bad = _open_bad_cells(read)
    if bad and bad_rows == "stop":
        raise bad_cells_error(bad)
    for cell in bad:
        aside.setdefault(cell.row, SetAside(cell.row, describe_bad(cell)))
    frame = read.repaired.converted.frame
    if aside:
        frame = frame[~frame.index.isin(list(aside))]
    return frame.astype({TARGET: "int64"}), tuple(sorted(aside.values()))


def _open_bad_cells(read: Understood) -> tuple[BadCell, ...]:
    """The impossible cells of rows that are not set aside for another reason."""
    aside = {entry.row for entry in read.repaired.set_aside}
    return tuple(cell for cell in read.bad_cells if cell.row not in aside)


def _check_classes(frame: pd.DataFrame) -> None:
    positives = int((frame[TARGET] > 0).sum())
    if positives in (0, len(frame)):
        one_class = "only diseased patients" if positives else "only healthy patients"
        raise CohortError(
            "patients with and without disease",
            one_class if len(frame) else "no patient",
            "Choose a table with both; to score patients, use Score.",
        )


def _report(read: Understood, frame: pd.DataFrame, aside: Sequence[SetAside]) -> CohortReport:
    recognition, repaired = read.recognition, read.repaired
    reading = recognition.reading
    known = recognition.known.rematch(repaired.matched)
    evidence = (
        *(f"{entry.column} is {entry.feature}: {entry.reason}." for entry in read.naming.matches),
        describe_known(known, reading),
        f"Decided by {recognition.decided_by}.",
        describe_relations(recognition.relations),
        *repaired.notes,
    )
    return replace(
        count_frame(frame, repaired.converted.changes),
        rows=len(read.parsed.rows) + len(read.parsed.ragged),
        dialect=name_dialect(read.parsed, read.naming, reading),
        reading=reading.meaning,
        inverted=reading.inverted,
        matched=count_hospitals(repaired.matched),
        evidence=tuple(filter(None, evidence)),
        warnings=(
            *read.naming.doubts,
            *describe_doubts(known, recognition.relations),
            *_warn(frame),
        ),
        restored=repaired.restored,
        set_aside=tuple(aside),
        bad_cells=_open_bad_cells(read),
        dropped=read.naming.dropped,
        personal=read.naming.personal,
        columns=read.naming.matches,
        notes=read.notes,
    )


def _warn(frame: pd.DataFrame) -> list[str]:
    """Columns that are constant, and codes that tell the outcome without a mistake."""
    warnings = []
    ill = (frame[TARGET] > 0).to_numpy()
    for entry in FEATURES:
        column = frame[entry.name]
        n = int(column.notna().sum())
        if n >= FEW_ROWS and column.min() == column.max():
            warnings.append(f"{entry.name} has the same value in all {n:,} rows that have one.")
        elif n >= ENOUGH_ROWS and entry.codes and _tells_outcome(column, ill):
            warnings.append(
                f"{entry.name} tells the outcome without a mistake in {n:,} rows: it may have been"
                " filled in from it."
            )
    return warnings


def _tells_outcome(column: pd.Series, ill: npt.NDArray[np.bool_]) -> bool:
    codes = pd.factorize(column)[0].astype(np.int8)  # -1 is missing
    counts = np.bincount(
        (2 * codes + ill)[codes >= 0], minlength=2 * (int(codes.max(initial=0)) + 1)
    ).reshape(-1, 2)
    return len(counts) > 1 and bool((counts.min(axis=1) == 0).all() and counts.sum(axis=0).all())


def _with_ragged(read: Understood) -> pd.DataFrame:
    """The frame with an empty row for every row that could not be cut into cells."""
    frame = read.repaired.converted.frame
    if not read.parsed.ragged:
        return frame
    ragged = [entry.row for entry in read.parsed.ragged]
    return frame.reindex(np.sort(np.concatenate([frame.index.to_numpy(), ragged])))
