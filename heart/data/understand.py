"""A table's columns are understood: which reading, what it makes of them, what cannot be."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from heart.data.bad_cells import (
    FEW_ROWS,
    MIN_OUTCOMES,
    count_outcomes,
    list_bad,
    too_few_outcomes,
)
from heart.data.columns import Naming
from heart.data.dialects.canonical import convert
from heart.data.dialects.cells import Parsed
from heart.data.dialects.reading import Reading
from heart.data.recognition.recognise import Recognition, recognise
from heart.data.recognition.repairs import Repaired, repair
from heart.errors import BadCell, CohortError, DialectError, ExtractError
from heart.schema import FEATURES, TARGET

PREVIEWED = 3


class Understood(NamedTuple):
    """A table that was understood.

    Attributes:
        notes: what was noticed about its container.
        naming: which of its columns is which.
        parsed: its columns.
        recognition: how they are read.
        repaired: the same in the canonical layout, after what known patients put right.
        bad_cells: impossible cells, in the order of the file.
    """

    notes: tuple[str, ...]
    naming: Naming
    parsed: Parsed
    recognition: Recognition
    repaired: Repaired
    bad_cells: tuple[BadCell, ...]


def understand(
    parsed: Parsed,
    naming: Naming,
    notes: tuple[str, ...],
    *,
    need_target: bool,
    dialect: str | None,
) -> Understood:
    """The table in the one reading that the evidence leaves.

    Args:
        parsed: its columns.
        naming: which is which.
        notes: what was noticed about its container.
        need_target: whether an outcome is needed.
        dialect: how it is coded, where the user says so.

    Raises:
        CohortError: as `heart.data.read.read_cohort` says.
    """
    _check_known(parsed)
    if not need_target:
        parsed = without_unreadable_target(parsed)
    try:
        parsed, recognition = _recognise(parsed, naming, need_target=need_target, dialect=dialect)
    except ExtractError as error:
        if need_target:
            raise
        doubt = f"The outcome is not used: it is {error.found}."
        naming = naming._replace(doubts=(*naming.doubts, doubt))
        parsed = parsed._replace(target=None)
        parsed, recognition = _recognise(parsed, naming, need_target=False, dialect=dialect)
    return convert_as(parsed, naming, notes, recognition)


def convert_as(
    parsed: Parsed, naming: Naming, notes: tuple[str, ...], recognition: Recognition
) -> Understood:
    """The table in this reading, with what known patients put right and what cannot be.

    Raises:
        CohortError: if most of a column cannot be.
    """
    reading = recognition.reading
    repaired = repair(convert(parsed, reading), recognition.known.matched, reading)
    bad_cells = list_bad(repaired.converted, parsed)
    return Understood(notes, naming, parsed, recognition, repaired, bad_cells)


def _recognise(
    parsed: Parsed, naming: Naming, *, need_target: bool, dialect: str | None
) -> tuple[Parsed, Recognition]:
    """How the file is read. Outcomes too few to tell their coding, or to learn from, are no
    question: they are refused, and not needed for scoring.
    """

    def recognise_it(parsed: Parsed) -> Recognition:
        def preview(reading: Reading) -> list[dict[str, str]]:
            return _preview(parsed, reading)

        return recognise(parsed, telling=naming.telling, dialect=dialect, preview=preview)

    n_outcomes, rows = count_outcomes(parsed), len(parsed.rows)
    few = parsed.target is not None and n_outcomes < MIN_OUTCOMES
    if need_target and few and rows >= FEW_ROWS:
        raise too_few_outcomes(n_outcomes, rows)
    try:
        return parsed, recognise_it(parsed)
    except DialectError as error:
        if not few:
            raise
        if need_target:
            raise too_few_outcomes(n_outcomes, rows) from error
    parsed = parsed._replace(target=None)
    return parsed, recognise_it(parsed)


def _check_known(parsed: Parsed) -> None:
    """Refuse a table of empty cells.

    Raises:
        CohortError: if no feature of any patient is known.
    """
    known = any(
        token is not None for column in parsed.categories.values() for token in column.tokens
    )
    if not known and all(np.isnan(column.floats).all() for column in parsed.numbers.values()):
        raise CohortError(
            "at least one known value",
            "columns in which every value is missing",
            "Choose another file.",
        )


def _preview(parsed: Parsed, reading: Reading) -> list[dict[str, str]]:
    """What a reading makes of the first rows, in words."""
    frame = convert(parsed.head(PREVIEWED), reading).frame
    rows = []
    for row, values in zip(frame.index, frame.to_dict("records"), strict=True):
        words = {
            f.label: "not known" if pd.isna(values[f.name]) else f.describe(values[f.name])
            for f in FEATURES
            if f.name in parsed.features
        }
        if TARGET in values:
            num = values[TARGET]
            words["Heart disease"] = "left open" if pd.isna(num) else "yes" if num > 0 else "no"
        rows.append({"Row": str(row), **words})
    return rows


def without_unreadable_target(parsed: Parsed) -> Parsed:
    """A target of one class says nothing about which way it runs, and is not needed for scoring."""
    if parsed.target is None:
        return parsed
    known = [token for token in parsed.target.tokens if token is not None]
    return parsed._replace(target=None) if len(known) < 2 else parsed
