"""Texts of a file's columns become numbers and tokens, one calculation for each different text."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from heart.data.codings import CATEGORIES, MISSING_WORDS, NUMBER, target_token, token_of
from heart.data.columns import Naming
from heart.data.formats.table import Column, Ragged, Table
from heart.errors import CohortError
from heart.schema import FEATURE_NAMES, TARGET, feature

MAX_TOKENS = 200


class Numbers(NamedTuple):
    """A column of measurements.

    Attributes:
        column: the texts.
        floats: float64, shape (k,), the number of each text; NaN where it is missing or not a
            number.
        wrong: bool, shape (k,): not a number and not a word for missing.
    """

    column: Column
    floats: npt.NDArray[np.float64]
    wrong: npt.NDArray[np.bool_]

    def known(self) -> npt.NDArray[np.float64]:
        """The known values of all rows, in no order."""
        repeated = np.repeat(self.floats, self.column.counts())
        return repeated[~np.isnan(repeated)]


class Tokens(NamedTuple):
    """A column of codes or words.

    Attributes:
        column: the texts.
        tokens: the different tokens, shape (t,); None stands for a missing value.
        of_text: int64, shape (k,): which token each text is.
    """

    column: Column
    tokens: tuple[str | None, ...]
    of_text: npt.NDArray[np.int64]

    def counts(self) -> npt.NDArray[np.int64]:
        """How many rows have each token, shape (t,)."""
        return np.bincount(
            self.of_text, weights=self.column.counts(), minlength=len(self.tokens)
        ).astype(np.int64)

    def per_row(self, rows: slice | npt.NDArray[np.int64] = slice(None)) -> npt.NDArray[np.int64]:
        """Which token each of these rows has, by default all n."""
        tokens: npt.NDArray[np.int64] = self.of_text[self.column.codes[rows]]
        return tokens


class Parsed(NamedTuple):
    """The recognised columns of a file. A feature without a column is absent from the dicts.

    Attributes:
        numbers: measured features.
        categories: coded features.
        target: the outcome, if the file has it.
        rows: the rows' numbers in the file, shape (n,).
        ragged: rows that could not be cut into cells.
    """

    numbers: dict[str, Numbers]
    categories: dict[str, Tokens]
    target: Tokens | None
    rows: pd.Index
    ragged: tuple[Ragged, ...]

    @property
    def features(self) -> dict[str, Numbers | Tokens]:
        """The features that the file has."""
        return {**self.numbers, **self.categories}

    def head(self, n: int) -> Parsed:
        """The first n rows."""

        def cut(column: Column) -> Column:
            return column._replace(codes=column.codes[:n])

        return Parsed(
            {
                name: entry._replace(column=cut(entry.column))
                for name, entry in self.numbers.items()
            },
            {name: e._replace(column=cut(e.column)) for name, e in self.categories.items()},
            self.target and self.target._replace(column=cut(self.target.column)),
            self.rows[:n],
            (),
        )


def parse_table(table: Table, naming: Naming) -> Parsed:
    """The columns that have a name we know.

    Raises:
        CohortError: if a coded column holds very many different values.
    """
    names = list(naming.columns)
    cells = table.read([naming.columns[name] for name in names])
    columns = dict(zip(names, cells.columns, strict=True))
    return Parsed(
        numbers={
            name: numbers_of(columns[name])
            for name in FEATURE_NAMES
            if name in columns and name not in CATEGORIES
        },
        categories={name: tokens_of(name, columns[name]) for name in CATEGORIES if name in columns},
        target=tokens_of(TARGET, columns[TARGET], target_token) if TARGET in columns else None,
        rows=cells.rows,
        ragged=cells.ragged,
    )


def numbers_of(column: Column) -> Numbers:
    """The column as measurements."""
    texts = pd.Series(column.texts, dtype="str")
    plain = texts.str.fullmatch(NUMBER.pattern).to_numpy(dtype=bool)
    missing = texts.str.lower().isin(MISSING_WORDS).to_numpy(dtype=bool)
    values = pd.to_numeric(texts.where(plain & ~missing), errors="coerce").to_numpy(
        dtype=np.float64, na_value=np.nan
    )
    finite = np.isfinite(values)
    return Numbers(column, np.where(finite, values, np.nan), ~missing & ~finite)


def tokens_of(name: str, column: Column, fold: Callable[[str], str | None] = token_of) -> Tokens:
    """The column as codes or words.

    Raises:
        CohortError: if it holds very many different values.
    """
    if len(column.texts) > MAX_TOKENS:
        codes = "a few codes" if name == TARGET else f"the codes of {feature(name).label.lower()}"
        different = f"{len(column.texts):,} different values"
        raise CohortError(f"{codes} in {name}", different, "Check which column is which.")
    folded = [fold(text) for text in column.texts]
    tokens = tuple(dict.fromkeys(folded))
    position = {token: index for index, token in enumerate(tokens)}
    return Tokens(column, tokens, np.array([position[token] for token in folded], dtype=np.int64))
