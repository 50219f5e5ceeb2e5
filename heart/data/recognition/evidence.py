"""What a file's own values say about its codes, in numbers and in sentences.

There are two kinds of evidence: agreement with known patients, and relations that hold among heart
patients.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from heart.data.dialects.cells import Parsed, Tokens
from heart.data.dialects.reading import Reading, codes_of, nums_of
from heart.data.recognition.known import Matched, count_hospitals, reference
from heart.data.shipped import PLACES
from heart.schema import TARGET

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
CLEAR_Z = 3.0
ENOUGH_ROWS = 50
MAX_SAMPLE = 20_000
MIN_SHOWN, MIN_SHARE_SHOWN = 5, 0.95


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


class KnownPatients(NamedTuple):
    """A file's tokens against the true values of its known patients: any reading is judged by it.

    Attributes:
        parsed: the file.
        matched: every row's patient.
        counts: column to the rows of known patients with each token and true value, shape (tokens,
            values + 1); the last true value is a missing one.
    """

    parsed: Parsed
    matched: Matched
    counts: dict[str, IntArray]

    @property
    def n(self) -> int:
        """How many rows are known patients."""
        return int(np.count_nonzero(self.matched >= 0))

    def rematch(self, matched: Matched) -> KnownPatients:
        """The same file with other matches; only the rows whose patient differs are counted."""
        changed = np.flatnonzero(matched != self.matched)
        before = _count(self.parsed, self.matched, changed)
        after = _count(self.parsed, matched, changed)
        counts = {name: self.counts[name] - before[name] + after[name] for name in self.counts}
        return KnownPatients(self.parsed, matched, counts)

    def judge(self, reading: Reading) -> Agreement:
        """How well a reading agrees with the patients' true values."""
        cells = of_cells = labels = of_labels = 0
        for name, column in self.parsed.categories.items():
            counts = self.counts[name][:, :-1]
            meanings = codes_of(column, name, reading)
            of_cells += int(counts[~np.isnan(meanings)].sum())
            cells += int(counts[meanings[:, None] == reference().levels[name].values].sum())
        if self.parsed.target is not None:
            counts = self.counts[TARGET][:, :-1]
            of_labels = int(counts.sum())
            labels = int(counts[_label_fits(self.parsed.target, reading)].sum())
        return Agreement(cells, of_cells, labels, of_labels)

    def shows(self, column: str, token: str, code: object) -> bool:
        """Whether the known patients that have this token nearly all have this true code."""
        tokens = self.parsed.categories[column].tokens
        if token not in tokens:
            return False
        counts = self.counts[column][tokens.index(token)]
        same = counts[:-1][reference().levels[column].values == code].sum()
        return bool(counts.sum() >= MIN_SHOWN and same >= MIN_SHARE_SHOWN * counts.sum())

    def count_diseased(self, token: str | None) -> int:
        """How many of the known patients with this target are diseased in truth."""
        if self.parsed.target is None:
            return 0
        counts = self.counts[TARGET][self.parsed.target.tokens.index(token)]
        return int(counts[:-1][reference().levels[TARGET].values > 0].sum())


def tabulate_known(parsed: Parsed, matched: Matched) -> KnownPatients:
    """The tokens of a file's known patients against their true values."""
    return KnownPatients(parsed, matched, _count(parsed, matched, np.flatnonzero(matched >= 0)))


def _count(parsed: Parsed, matched: Matched, rows: IntArray) -> dict[str, IntArray]:
    """`KnownPatients.counts` of some rows; those that are no patient count nowhere."""
    rows = rows[matched[rows] >= 0]
    columns = parsed.categories | ({TARGET: parsed.target} if parsed.target is not None else {})
    counts = {}
    for name, column in columns.items():
        levels, n_tokens = reference().levels[name], len(column.tokens)
        pairs = column.per_row(rows) * levels.size + levels.of_patient[matched[rows]]
        flat = np.bincount(pairs, minlength=n_tokens * levels.size)
        counts[name] = flat.reshape(n_tokens, levels.size)
    return counts


def _label_fits(column: Tokens, reading: Reading) -> npt.NDArray[np.bool_]:
    """Whether a token, as read, is right about a patient of a severity, shape (tokens, values)."""
    said = nums_of(column, reading)[:, None]
    true = reference().levels[TARGET].values
    if reading.is_severe:
        return np.isfinite(said) & (true >= 2) | np.isnan(said) & (true < 2)
    fits: npt.NDArray[np.bool_] = np.isfinite(said) & ((said > 0) == (true > 0))
    return fits


class Relation(NamedTuple):
    """A relation that holds among heart patients, and how clearly the file shows it.

    Attributes:
        says: the relation, in words.
        z: negative where the file shows the opposite.
    """

    says: str
    z: float


_Measure = Callable[[FloatArray], FloatArray | npt.NDArray[np.bool_]]
_RELATIONS: tuple[tuple[str, str, _Measure], ...] = (
    ("asymptomatic chest pain has the highest share of disease", "cp", lambda code: code == 4),
    ("a normal thallium scan has the lowest share of disease", "thal", lambda word: word > 0),
    ("an upsloping ST segment has the lowest share of disease", "slope", lambda code: code > 1),
    ("angina during exercise goes with disease", "exang", lambda code: code),
    ("men have the higher share of disease", "sex", lambda code: code),
    ("disease rises with the vessels coloured", "ca", lambda count: count),
    ("disease rises with the ST depression", "oldpeak", lambda depth: depth),
    ("disease falls with the maximum heart rate", "thalach", lambda rate: -rate),
)
"""What it says, the column, and what of its canonical value should rise with disease."""


def clinical_relations(parsed: Parsed, reading: Reading) -> list[Relation]:
    """Each relation that the file can show under a reading.

    The z values are those of the point-biserial correlation, r * sqrt(n - 1), over at most
    `MAX_SAMPLE` rows evenly from the whole file. docs/DIALECTS.md shows how far the relations hold
    in the four hospitals.
    """
    if parsed.target is None or reading.target is None:
        return []
    sample = slice(None, None, 1 + len(parsed.rows) // MAX_SAMPLE)
    ill = _ill_tokens(parsed.target, reading)[parsed.target.per_row(sample)]
    relations = []
    for says, name, measure in _RELATIONS:
        # that of the sexes is only asked where a file codes them as 1 and 2, which can mean either
        values = _numbers(parsed, name, reading, sample) if name != "sex" or reading.sex else None
        if values is None:
            continue
        both = ~np.isnan(values) & ~np.isnan(ill)
        z = _correlation_z(np.asarray(measure(values[both]), dtype=np.float64), ill[both])
        relations += [] if z is None else [Relation(says, z)]
    return relations


def _ill_tokens(column: Tokens, reading: Reading) -> FloatArray:
    """1 for a token that means disease, 0 for one that does not, NaN where it is open."""
    nums = nums_of(column, reading)
    ill = np.where(np.isfinite(nums), (nums > 0).astype(np.float64), np.nan)
    return np.where(np.isnan(nums), 0.0, ill) if reading.is_severe else ill


def _numbers(parsed: Parsed, name: str, reading: Reading, sample: slice) -> FloatArray | None:
    """The canonical codes or measurements of a sample's rows; None without such a column."""
    if name in parsed.numbers:
        (_, codes), floats, _ = parsed.numbers[name]
        numbers: FloatArray = floats[codes[sample]]
        return numbers
    if name not in parsed.categories:
        return None
    column = parsed.categories[name]
    meanings = codes_of(column, name, reading)
    meanings[~np.isfinite(meanings)] = np.nan
    return meanings[column.per_row(sample)]


def _correlation_z(x: FloatArray, y: FloatArray) -> float | None:
    if len(x) < 10 or x.std() == 0 or y.std() == 0:
        return None
    return float(np.corrcoef(x, y)[0, 1] * np.sqrt(len(x) - 1))


def combined_z(relations: Sequence[Relation]) -> float:
    """Stouffer's combined z of the relations."""
    return sum(relation.z for relation in relations) / len(relations) ** 0.5 if relations else 0.0


def describe_known(known: KnownPatients, reading: Reading) -> str:
    """What the known patients show, in a sentence."""
    rows = len(known.parsed.rows)
    if not known.n:
        return f"None of the {rows:,} rows is a patient of the four shipped hospitals."
    counts = [f"{count} {PLACES[name]}" for name, count in count_hospitals(known.matched).items()]
    listed = " and ".join(filter(None, (", ".join(counts[:-1]), counts[-1])))
    agreement = known.judge(reading)
    agree = (
        "all their codes agree"
        if agreement.cells == agreement.of_cells
        else f"{agreement.cells:,} of their {agreement.of_cells:,} codes agree"
    )
    return (
        f"{known.n:,} of {rows:,} rows are known patients ({listed}); under this reading {agree}"
        f"{_describe_target(known, reading)}."
    )


def _describe_target(known: KnownPatients, reading: Reading) -> str:
    if reading.is_severe:
        return "; the target marks a severity of 2 and more, not disease"
    if known.parsed.target is None or not reading.inverted:
        return ""
    nums = nums_of(known.parsed.target, reading)
    low = known.parsed.target.tokens[int(np.flatnonzero(nums == 1)[0])]
    return f"; the target is inverted: {known.count_diseased(low)} rows marked {low} are diseased"


def describe_relations(relations: Sequence[Relation]) -> str:
    """The relations that show clearly, or the opposite of them, in a sentence; empty if none."""
    shown = [f"{says} (z {z:.1f})" for says, z in relations if z >= CLEAR_Z]
    shown += [f"not: {says} (z {z:.1f})" for says, z in relations if z <= -CLEAR_Z]
    return f"Clinically, {', '.join(shown)}." if shown else ""


def describe_doubts(known: KnownPatients, relations: Sequence[Relation]) -> tuple[str, ...]:
    """What makes a reading doubtful: new patients among whom no relation holds."""
    rows, z = len(known.parsed.rows), combined_z(relations)
    if known.n >= rows / 2 or rows < ENOUGH_ROWS or not relations or z >= CLEAR_Z:
        return ()
    absent = "None of the relations that hold among heart patients shows in these"
    doubt = "they may not be patients, or their codes may mean something else."
    return (f"{absent} {rows:,} rows (combined z {z:.1f}): {doubt}",)
