"""One part of a table that lies in many files is scored, piece by piece, into a Parquet file."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from heart.atomic import open_atomically
from heart.bundle import Bundle, load_bundle
from heart.data import Patients
from heart.data.agreed import Agreed, read_agreed
from heart.data.columns import count_columns, shorten
from heart.data.formats.table import Table
from heart.data.identifiers import Identifiers
from heart.data.patients import dtype_of
from heart.errors import CohortError, HeartError, PartsError
from heart.schema import FEATURE_NAMES, FEATURES
from heart.scoring.selection import choose_rows, find_rows
from heart.scoring.table import ANSWERS, ROW, TEXTS, Scored, free_name, rows_table, score_patients

_ARROW = {"str": pa.string(), "Int8": pa.int8(), "float64": pa.float64()}
MARK = {b"heart": b"scores"}
"""What in a file's summary says that it was written here."""


class Plan(NamedTuple):
    """What all parts share.

    Attributes:
        model: a bundle's bytes.
        agreed: how the parts are read.
        only: one of `heart.scoring.selection.FILTERS`: which rows are written.
        identifier: a column that stands beside each answer, or None.
    """

    model: bytes
    agreed: Agreed
    only: str = "all"
    identifier: str | None = None


class Part(NamedTuple):
    """One file and where its answers go; texts, as they travel."""

    source: str
    target: str


class PartScores(NamedTuple):
    """What scoring a part gave.

    Attributes:
        part: the file's name.
        rows, failed, disease, undecided, near: as in `heart.scoring.table.Scored`.
        rows_written: how many of the rows were wanted.
        error: why the part could not be read; None where it was.
    """

    part: str
    rows: int = 0
    failed: int = 0
    disease: int = 0
    undecided: int = 0
    near: int = 0
    rows_written: int = 0
    error: CohortError | None = None

    def more(self, scored: Scored, written: int) -> PartScores:
        """The same with another piece."""
        return self._replace(
            rows=self.rows + scored.n,
            failed=self.failed + scored.failed,
            disease=self.disease + scored.positive,
            undecided=self.undecided + scored.undecided,
            near=self.near + scored.near,
            rows_written=self.rows_written + written,
        )


def score_part(plan: Plan, part: Part) -> PartScores:
    """Score one part: the file is there afterwards, whole, unless the part cannot be read.

    Raises:
        PartsError: if it is written otherwise than agreed.
        HeartError: if the file cannot be written.
    """
    source, target = Path(part.source), Path(part.target)
    try:
        with open_atomically(target, replace=True) as file:
            schema = _schema(plan.identifier)
            with pq.ParquetWriter(file, schema) as writer:
                return _score_pieces(plan, source, writer)
    except PartsError:
        raise
    except CohortError as error:
        return PartScores(source.name, error=error)
    except OSError as error:
        raise HeartError.unwritable(target, error) from error


def _score_pieces(plan: Plan, source: Path, writer: pq.ParquetWriter) -> PartScores:
    bundle, total = _load(plan.model), PartScores(source.name)
    for table, patients in read_agreed(source, plan.agreed):
        scored = score_patients(bundle, patients)
        wanted = choose_rows(
            find_rows(patients, scored, threshold=bundle.threshold.value), plan.only
        )
        identifiers = _identify(table, plan, patients)
        frame = rows_table(patients, scored, wanted, identifiers=identifiers)
        writer.write_table(_to_arrow(frame, writer.schema))
        total = total.more(scored, len(wanted))
    return total


def _identify(table: Table, plan: Plan, patients: Patients) -> Identifiers | None:
    """The column that stands beside the answers, of these rows.

    Raises:
        CohortError: if there is no such column.
    """
    if plan.identifier is None:
        return None
    header = table.header or count_columns(table.width)
    position = next(i for i, name in enumerate(header) if shorten(name) == plan.identifier)
    cells = table.read_as_written(position)
    (values,) = cells.columns
    texts = pd.Series(values.texts[values.codes], index=cells.rows, dtype="str")
    first = int(patients.frame.index[0]) - 1
    there = texts.reindex(patients.frame.index - first, fill_value="")
    return Identifiers(plan.identifier, there.set_axis(patients.frame.index))


def _schema(identifier: str | None) -> pa.Schema:
    """The columns of every part, whatever happens to be in it."""
    taken = (ROW, *FEATURE_NAMES, *ANSWERS)
    return pa.schema(
        [
            (ROW, pa.int64()),
            *([] if identifier is None else [(free_name(identifier, taken), pa.string())]),
            *((entry.name, _ARROW[dtype_of(entry)]) for entry in FEATURES),
            ("probability", pa.float64()),
            *((name, pa.string()) for name in TEXTS),
        ],
        metadata=MARK,
    )


def _to_arrow(frame: pd.DataFrame, schema: pa.Schema) -> pa.Table:
    plain = frame.astype(dict.fromkeys(TEXTS, "str"))
    table = pa.Table.from_pandas(plain, schema=schema.remove_metadata(), preserve_index=False)
    return table.replace_schema_metadata(schema.metadata)


@lru_cache(maxsize=1)
def _load(model: bytes) -> Bundle:
    """The bundle, once a process: its golden patients are asked each time it is read."""
    return load_bundle(model)
