"""What a file's own values say about its codes: agreement with known patients, and relations that
must hold among heart patients.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from heart.data.dialects.cells import Parsed, Tokens
from heart.data.dialects.reading import Reading, codes_of, nums_of
from heart.data.recognition.known import Matched, reference
from heart.schema import TARGET

FloatArray = npt.NDArray[np.float64]
OPEN = np.nan
MAX_SAMPLE = 20_000


class Agreement(NamedTuple):
    """How many coded cells of known patients a reading gets right, and how many of their labels."""

    cells: int
    of_cells: int
    labels: int
    of_labels: int

    @property
    def share(self) -> float:
        """Of the cells, 0-1; 0 where none can be compared."""
        return self.cells / self.of_cells if self.of_cells else 0.0

    @property
    def label_share(self) -> float:
        """Of the labels, 0-1; 0 where none can be compared."""
        return self.labels / self.of_labels if self.of_labels else 0.0


class KnownPatients:
    """Tables of a file's tokens against the true values of the patients that were recognised, from
    which any reading is judged at once.

    Args:
        parsed: the file.
        matched: position in the reference of each row's patient, -1 for none, shape (n,).
    """

    def __init__(self, parsed: Parsed, matched: Matched) -> None:
        rows = np.flatnonzero(matched >= 0)
        self.parsed = parsed
        self.matched = matched
        self.n = len(rows)
        self._tables = {
            name: _cross(
                column.per_row(rows), len(column.tokens), reference().codes[name][matched[rows]]
            )
            for name, column in parsed.categories.items()
        }
        nums = reference().codes[TARGET][matched[rows]]
        self._labels = (
            None
            if parsed.target is None
            else _cross(parsed.target.per_row(rows), len(parsed.target.tokens), nums)
        )

    def judge(self, reading: Reading) -> Agreement:
        """How well a reading agrees with the patients' true values."""
        cells = of_cells = labels = of_labels = 0
        for name, (table, truths) in self._tables.items():
            meanings = codes_of(self.parsed.categories[name], name, reading)
            known = ~np.isnan(truths)
            of_cells += int(table[:, known][~np.isnan(meanings)].sum())
            cells += int(table[meanings[:, None] == truths[None, :]].sum())
        if self._labels is not None and self.parsed.target is not None:
            table, nums = self._labels
            of_labels = int(table.sum())
            labels = int(table[_label_fits(self.parsed.target, reading, nums)].sum())
        return Agreement(cells, of_cells, labels, of_labels)

    def shows(self, column: str, token: str, code: object) -> bool:
        """Whether the known patients that have this token nearly all have this true code."""
        tokens = self.parsed.categories[column].tokens
        if token not in tokens:
            return False
        table, truths = self._tables[column]
        counts = table[tokens.index(token)]
        return bool(counts.sum() >= 5 and counts[truths == code].sum() >= 0.95 * counts.sum())


def _cross(
    tokens: npt.NDArray[np.int64], n_tokens: int, truths: FloatArray
) -> tuple[npt.NDArray[np.int64], FloatArray]:
    """Counts, shape (tokens, true values), and the true values; NaN is missing."""
    values, place = np.unique(truths, return_inverse=True)
    counts = (
        np.bincount(tokens * len(values) + place, minlength=n_tokens * len(values))
        if len(values)
        else np.zeros(0)
    )
    return counts.reshape(n_tokens, len(values)).astype(np.int64), values


def _label_fits(column: Tokens, reading: Reading, nums: FloatArray) -> npt.NDArray[np.bool_]:
    """Whether a token, as read, is right about a patient of a true severity; shape (tokens,
    severities).
    """
    read = nums_of(column, reading)[:, None]
    if reading.target is not None and reading.target.name == "severe":
        fits = np.isfinite(read) & (nums[None, :] >= 2) | np.isnan(read) & (nums[None, :] < 2)
    else:
        fits = np.isfinite(read) & ((read > 0) == (nums[None, :] > 0))
    return np.asarray(fits, dtype=np.bool_)


class Relation(NamedTuple):
    """A relation that holds among heart patients: what it says, and how clearly the file shows it
    (a z value; negative: the opposite).
    """

    says: str
    z: float


def clinical_relations(parsed: Parsed, reading: Reading) -> list[Relation]:
    """Each relation that the file can show under a reading. docs/DIALECTS.md shows how far they
    hold in the four hospitals.

    The z values are those of the point-biserial correlation, r * sqrt(n - 1), over at most
    `MAX_SAMPLE` rows evenly from the whole file.
    """
    if parsed.target is None or reading.target is None:
        return []
    every = slice(None, None, 1 + len(parsed.rows) // MAX_SAMPLE)
    nums = nums_of(parsed.target, reading)
    ill_of_token = np.where(np.isfinite(nums), (nums > 0).astype(float), OPEN)
    if reading.target.name == "severe":
        ill_of_token = np.where(np.isnan(nums), 0.0, ill_of_token)
    ill = ill_of_token[parsed.target.per_row(every)]
    shares = _SHARES if not reading.sex else (*_SHARES, _SEX)
    relations = [
        _relate(says, _indicator(parsed, name, codes, reading, every), ill)
        for says, name, codes in shares
    ]
    relations += [
        _relate(says, _trend(parsed, name, sign, reading, every), ill)
        for says, name, sign in _TRENDS
    ]
    return [relation for relation in relations if relation is not None]


_SHARES: tuple[tuple[str, str, tuple[tuple[float, float], ...]], ...] = (
    (
        "asymptomatic chest pain has the highest share of disease",
        "cp",
        ((4, 1), (1, 0), (2, 0), (3, 0)),
    ),
    ("a normal thallium scan has the lowest share of disease", "thal", ((0, 0), (1, 1), (2, 1))),
    ("an upsloping ST segment has the lowest share of disease", "slope", ((1, 0), (2, 1), (3, 1))),
    ("angina during exercise goes with disease", "exang", ((0, 0), (1, 1))),
)
_TRENDS: tuple[tuple[str, str, int], ...] = (
    ("disease rises with the vessels coloured", "ca", 1),
    ("disease rises with the ST depression", "oldpeak", 1),
    ("disease falls with the maximum heart rate", "thalach", -1),
)
# only asked where a file codes sex as 1 and 2, which can mean either
_SEX: tuple[str, str, tuple[tuple[float, float], ...]] = (
    "men have the higher share of disease",
    "sex",
    ((0, 0), (1, 1)),
)


def _indicator(
    parsed: Parsed,
    name: str,
    codes: tuple[tuple[float, float], ...],
    reading: Reading,
    every: slice,
) -> FloatArray | None:
    if name not in parsed.categories:
        return None
    column = parsed.categories[name]
    meanings = codes_of(column, name, reading)
    values = np.full(len(meanings), OPEN)
    for code, value in codes:
        values[meanings == code] = value
    return values[column.per_row(every)]


def _trend(
    parsed: Parsed, name: str, sign: int, reading: Reading, every: slice
) -> FloatArray | None:
    if name in parsed.numbers:
        column = parsed.numbers[name]
        numbers: FloatArray = sign * column.floats[column.column.codes[every]]
        return numbers
    if name not in parsed.categories:
        return None
    meanings = codes_of(parsed.categories[name], name, reading)
    codes: FloatArray = (
        sign
        * np.where(np.isfinite(meanings), meanings, OPEN)[parsed.categories[name].per_row(every)]
    )
    return codes


def _relate(says: str, values: FloatArray | None, ill: FloatArray) -> Relation | None:
    if values is None:
        return None
    both = ~np.isnan(values) & ~np.isnan(ill)
    x, y = values[both], ill[both]
    if len(x) < 10 or x.std() == 0 or y.std() == 0:
        return None
    r = float(np.corrcoef(x, y)[0, 1])
    return Relation(says, r * float(len(x) - 1) ** 0.5)


def combined_z(relations: Sequence[Relation]) -> float:
    """Stouffer's combined z of the relations."""
    return sum(relation.z for relation in relations) / len(relations) ** 0.5 if relations else 0.0
