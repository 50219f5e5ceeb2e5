"""What is said of cells that cannot be, of rows without an outcome, and of too few with one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from heart.data.codings import MISSING_WORDS
from heart.data.dialects.canonical import BadTexts, Converted, list_bad_cells
from heart.data.dialects.cells import Parsed
from heart.data.split import MIN_PER_CLASS
from heart.errors import BadCell, BadCellsError, CohortError
from heart.schema import TARGET

SHOWN = 5
MAX_BAD_SHARE, FEW_ROWS = 0.5, 10
MAX_BAD_CELLS = 100_000
WHOLE_ROW = "(row)"
MIN_OUTCOMES = MIN_PER_CLASS
"""Patients with an outcome below which not even one class can be split, nor its coding be told."""


def count_outcomes(parsed: Parsed) -> int:
    """Rows whose target says something."""
    if parsed.target is None:
        return 0
    known = [token is not None for token in parsed.target.tokens]
    return int(parsed.target.counts()[known].sum())


def too_few_outcomes(n: int, rows: int) -> CohortError:
    """The error for a file that nothing can be learnt from."""
    return CohortError(
        f"at least {2 * MIN_PER_CLASS} patients with a known outcome to learn from",
        f"{n} among {rows:,} rows, which is too few",
        "Add patients with outcomes, or score the file instead of learning from it.",
    )


def list_bad(converted: Converted, parsed: Parsed) -> tuple[BadCell, ...]:
    """All impossible cells in the order of the file.

    Raises:
        CohortError: if most of a column cannot be.
    """
    n = len(parsed.rows)
    for name, bad in converted.bad.items():
        positions = _unreadable(name, bad)
        if n >= FEW_ROWS and len(positions) > MAX_BAD_SHARE * n:
            first = list_bad_cells(name, bad._replace(positions=positions[:1]), parsed.rows)[0]
            raise CohortError(
                f"a column {name} that can be read",
                f"{len(positions)} of {n} cells that cannot: {first.value!r} in row {first.row}"
                f" {first.reason}",
                "Check which column is which, and how it is coded.",
            )
    n_bad = sum(len(bad.positions) for bad in converted.bad.values())
    if n_bad > MAX_BAD_CELLS:
        raise CohortError(
            f"at most {MAX_BAD_CELLS:,} cells that cannot be read",
            f"{n_bad:,} in {', '.join(converted.bad)}",
            "Check which column is which, and how it is coded.",
        )
    cells = [
        cell
        for name, bad in converted.bad.items()
        for cell in list_bad_cells(name, bad, parsed.rows)
    ]
    cells += [
        BadCell(entry.row, WHOLE_ROW, f"{entry.found} cells", f"is not {entry.expected} cells")
        for entry in parsed.ragged
    ]
    return tuple(sorted(cells, key=lambda cell: cell.row))


def _unreadable(name: str, bad: BadTexts) -> npt.NDArray[np.int64]:
    """The positions of a column's bad cells that hold something: an empty outcome is bad, but says
    nothing about whether the column can be read.
    """
    if name != TARGET:
        return bad.positions
    empty = np.array([text.lower() in MISSING_WORDS for text in bad.texts], dtype=np.bool_)
    positions: npt.NDArray[np.int64] = bad.positions[~empty[bad.codes[bad.positions]]]
    return positions


def bad_cells_error(bad: Sequence[BadCell]) -> BadCellsError:
    """The error that lists cells that cannot be, rows without an outcome counted apart."""
    without = [cell for cell in bad if cell.is_no_outcome]
    others = [cell for cell in bad if not cell.is_no_outcome]
    more = f" and {len(others) - SHOWN:,} more" if len(others) > SHOWN else ""
    cells = "; ".join(f"row {cell.row}, {describe_bad(cell)}" for cell in others[:SHOWN])
    rows = _list_rows(without) if without else ""
    mend = ["correct these cells, or empty them if the value is not known"] if others else []
    mend += ["fill in the outcomes"] if without else []
    return BadCellsError(
        "possible values in every cell" if others else "an outcome for every patient",
        "; ".join(filter(None, (cells + more, rows))),
        f"{', '.join(mend).capitalize()}, or leave these rows out.",
        bad_cells=bad,
    )


def _list_rows(without: Sequence[BadCell]) -> str:
    rows = ", ".join(f"row {cell.row}" for cell in without[:SHOWN])
    more = f" and {len(without) - SHOWN:,} more" if len(without) > SHOWN else ""
    n = f"{len(without):,} row{'s' if len(without) > 1 else ''}"
    return f"{n} without an outcome ({rows}{more}, column {TARGET})"


def describe_bad(cell: BadCell) -> str:
    """A cell and why it cannot be, in words."""
    if cell.column == WHOLE_ROW:
        return f"{cell.value}, which {cell.reason}"
    if cell.is_no_outcome:
        return f"column {cell.column} {cell.reason}"
    return f"column {cell.column}: {cell.value!r} {cell.reason}"
