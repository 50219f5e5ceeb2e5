"""What the known patients say about columns whose names nobody knows.

Each open column is compared, value by value, with each feature that lacks a column: the share of
known patients of whom both are equal, under the best of the codings. A column is decided only where
that share is high and well above what the next best column, the next best feature and a column of
one value reach.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from heart.data.codings import CATEGORIES, TARGET_RULES, TARGET_WORDS
from heart.data.dialects.cells import Tokens
from heart.data.recognition.anchors import Anchors, match_by
from heart.data.recognition.known import reference
from heart.data.recognition.samples import NUMBERS, Sample, known_floats, possible_codes
from heart.schema import TARGET

MIN_COMPARED, MIN_EQUAL = 5, 0.9
MARGIN, MARGIN_PATIENTS = 0.05, 3
"""What a lead has to be: of the share, and in patients."""

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


class Equal(NamedTuple):
    """Of how many known patients a column equals a feature.

    Attributes:
        equal: of how many patients.
        of: how many could be compared.
        constant: of how many a column of one value would.
    """

    equal: int
    of: int
    constant: int

    @property
    def share(self) -> float:
        """0 to 1; 0 where too few can be compared."""
        return self.equal / self.of if self.of >= MIN_COMPARED else 0.0

    def leads(self, share: float) -> bool:
        """Whether it is clearly above another share."""
        return self.share - share >= max(MARGIN, MARGIN_PATIENTS / max(self.of, 1))

    @property
    def is_high(self) -> bool:
        """Whether it is high, and more than a column of one value would reach."""
        return self.share >= MIN_EQUAL and self.leads(self.constant / max(self.of, 1))


class Rival(NamedTuple):
    """The next best: a column's position and a feature."""

    position: int
    feature: str
    equal: Equal


class Decided(NamedTuple):
    """A column that the known patients name."""

    position: int
    feature: str
    equal: Equal
    rival: Rival | None


Grid = Mapping[tuple[int, str], Equal]


def compare_columns(
    sample: Sample, anchors: Anchors, named: Mapping[str, int], lacking: Sequence[str]
) -> dict[tuple[int, str], Equal]:
    """Position of an open column and lacking feature to how far both are equal.

    A measurement by which patients are found is compared among patients found by the others.
    """
    taken = set(named.values())
    grid = {}
    for name in lacking:
        others = {anchor: p for anchor, p in anchors.columns.items() if anchor != name}
        matched = (match_by(sample, others) if name in anchors.columns else anchors).matched
        rows, patients = _first_rows(matched)
        for position in sample.columns.keys() - taken:
            grid[position, name] = _compare(sample, position, name, rows, patients)
    return grid


def decide_columns(grid: Grid) -> list[Decided]:
    """The columns of which the known patients leave one feature only, and the other way round."""
    decided = []
    for (position, name), equal in grid.items():
        rival = _find_rival(grid, position, name)
        if equal.is_high and equal.leads(rival.equal.share if rival else 0.0):
            decided.append(Decided(position, name, equal, rival))
    return decided


def find_undecided(grid: Grid, decided: Iterable[Decided]) -> dict[int, dict[str, Equal]]:
    """Columns that equal a feature, but of too few patients, or as well as another feature or
    column: position to those features.
    """
    done = list(decided)
    positions, names = {entry.position for entry in done}, {entry.feature for entry in done}
    undecided: dict[int, dict[str, Equal]] = {}
    for (position, name), equal in grid.items():
        if equal.share >= MIN_EQUAL and position not in positions and name not in names:
            undecided.setdefault(position, {})[name] = equal
    return undecided


def _find_rival(grid: Grid, position: int, name: str) -> Rival | None:
    """The best other column for the feature, or other feature for the column."""
    rivals = [
        Rival(other, feature, equal)
        for (other, feature), equal in grid.items()
        if (other == position) != (feature == name)
    ]
    return max(rivals, key=lambda rival: rival.equal.share, default=None)


def _first_rows(matched: IntArray) -> tuple[IntArray, IntArray]:
    """The first row of each patient that is there, and the patients."""
    patients, rows = np.unique(matched, return_index=True)
    is_patient = patients >= 0
    return rows[is_patient], patients[is_patient]


def _compare(sample: Sample, position: int, name: str, rows: IntArray, patients: IntArray) -> Equal:
    column, truth = sample.columns[position], reference().codes[name][patients]
    if name in NUMBERS:
        return _best([known_floats(column, name)[rows]], truth)
    if name == TARGET:
        labels = column.labels
        return Equal(0, 0, 0) if labels is None else _compare_labels(labels, rows, truth)
    assert name in CATEGORIES  # noqa: S101
    if column.tokens is None:
        return Equal(0, 0, 0)
    per_row = column.tokens.per_row(rows)
    return _best([codes[per_row] for codes in possible_codes(column.tokens, name)], truth)


def _compare_labels(labels: Tokens, rows: IntArray, truth: FloatArray) -> Equal:
    """As an outcome: of two classes in either direction, by severity, or from a severity of 2."""
    per_row, best = labels.per_row(rows), Equal(0, 0, 0)
    for rule in (*TARGET_RULES, TARGET_WORDS):
        lowest = 2 if rule.name == "severe" else 1
        ill = np.array([_ill(token, rule.codes) for token in labels.tokens])[per_row]
        equal = _best([ill], (truth >= lowest).astype(np.float64))
        best = max(best, equal, key=lambda entry: entry.share)
    return best


def _ill(token: str | None, codes: Mapping[str, int | None]) -> float:
    """1 for a token that means disease, 0 for one that does not; NaN where it is missing, infinity
    where the rule has no meaning for it.
    """
    if token is None:
        return np.nan
    return float((codes[token] or 0) > 0) if token in codes else np.inf


def _best(read: Sequence[FloatArray], truth: FloatArray) -> Equal:
    """The best of some readings of a column; a cell without a meaning in one is unequal."""
    results = []
    for values in read:
        compared = ~np.isnan(values) & ~np.isnan(truth)
        counts = np.unique(truth[compared], return_counts=True)[1]
        results.append(
            Equal(
                int(np.count_nonzero(values[compared] == truth[compared])),
                int(np.count_nonzero(compared)),
                int(counts.max(initial=0)),
            )
        )
    return max(results, key=lambda result: result.share)
