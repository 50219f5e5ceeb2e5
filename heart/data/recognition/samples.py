"""Some different rows of a file, by which its columns are compared with the known patients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from heart.data.codings import CATEGORIES, CODINGS, TARGET_RULES, TARGET_WORDS, target_token
from heart.data.dialects.cells import MAX_TOKENS, Tokens, numbers_of, tokens_of
from heart.data.dialects.reading import SEX_CODES, Reading, codes_of
from heart.data.formats.table import Column, Table
from heart.data.rows import combine_codes
from heart.errors import CohortError
from heart.schema import TARGET, feature

FIRST_ROWS, SAMPLE_ROWS = 20_000, 2_000
IN_DOMAIN = 0.9
MIN_DIFFERENT = 5
N_EXAMPLES = 4
NUMBERS = ("age", "trestbps", "chol", "thalach", "oldpeak")
"""The features that are measured, and by whose values patients are told apart."""

FloatArray = npt.NDArray[np.float64]


class SampledColumn(NamedTuple):
    """One column of the sample.

    Attributes:
        floats: its cells as numbers, shape (n,); NaN where they are missing or no number.
        is_number: whether all its known cells are numbers.
        tokens: its cells as codes or words; None where they are too many to be codes.
        labels: its cells as outcomes; None where they are too many.
    """

    floats: FloatArray
    is_number: bool
    tokens: Tokens | None
    labels: Tokens | None


class Sample(NamedTuple):
    """Some different rows: position of a column to its cells, and how many rows."""

    columns: dict[int, SampledColumn]
    n: int


def sample_rows(table: Table, positions: Sequence[int]) -> Sample:
    """At most 2,000 different rows of the file's first 20,000; a column that cannot be read alone
    is not in it.
    """
    texts = _read_first(table, positions)
    if not texts:
        return Sample({}, 0)
    groups = combine_codes((column.codes, len(column.texts)) for column in texts.values())
    rows = np.sort(np.unique(groups, return_index=True)[1])[:SAMPLE_ROWS]
    columns = {
        position: _sample_column(column._replace(codes=column.codes[rows]))
        for position, column in texts.items()
    }
    return Sample(columns, len(rows))


def _read_first(table: Table, positions: Sequence[int]) -> dict[int, Column]:
    try:
        cells = table.read(positions, first=FIRST_ROWS)
    except CohortError:
        if len(positions) <= 1:
            return {}
        both = [_read_first(table, positions[half::2]) for half in (0, 1)]
        return {**both[0], **both[1]}
    return {
        position: column._replace(codes=column.codes[:FIRST_ROWS])
        for position, column in zip(positions, cells.columns, strict=True)
    }


def _sample_column(column: Column) -> SampledColumn:
    used, codes = np.unique(column.codes, return_inverse=True)
    column = Column(column.texts[used], codes)
    numbers = numbers_of(column)
    is_few = len(column.texts) <= MAX_TOKENS
    return SampledColumn(
        numbers.floats[codes],
        not numbers.wrong.any(),
        tokens_of("cp", column) if is_few else None,
        tokens_of(TARGET, column, target_token) if is_few else None,
    )


def may_be(column: SampledColumn, name: str) -> bool:
    """Whether a column's values alone allow that it is this feature, or the outcome."""
    if name in NUMBERS:
        return may_be_number(column, name)
    if name == TARGET:
        return column.labels is not None and _may_be_target(column.labels)
    tokens = column.tokens
    if tokens is None or len([token for token in tokens.tokens if token is not None]) < 2:
        return False
    return any(not np.isinf(codes).any() for codes in possible_codes(tokens, name))


def may_be_number(column: SampledColumn, name: str) -> bool:
    """Whether a column's values are measurements in the range of this one."""
    values = known_floats(column, name)
    known = values[~np.isnan(values)]
    if not column.is_number or len(np.unique(known)) < min(MIN_DIFFERENT, len(values)):
        return False
    low, high = feature(name).minimum, feature(name).maximum
    return len(known) > 0 and bool(np.mean((known >= low) & (known <= high)) >= IN_DOMAIN)


def known_floats(column: SampledColumn, name: str) -> FloatArray:
    """A column's numbers as this measurement: what stands for missing is missing."""
    missing = np.isin(column.floats, feature(name).missing_codes)
    return np.where(missing, np.nan, column.floats)


def possible_codes(tokens: Tokens, name: str) -> list[FloatArray]:
    """What each coding makes of the tokens as this category, each of shape (t,)."""
    assert name in CATEGORIES  # noqa: S101
    sexes = tuple(SEX_CODES) if name == "sex" else ("",)
    return [
        codes_of(tokens, name, Reading(coding, sex, None, mmol=False))
        for coding in (CODINGS if name != "sex" else CODINGS[:1])
        for sex in sexes
    ]


def _may_be_target(labels: Tokens) -> bool:
    known = {token for token in labels.tokens if token is not None}
    rules = (*TARGET_RULES, TARGET_WORDS)
    return len(known) > 1 and any(known <= set(rule.codes) for rule in rules)
