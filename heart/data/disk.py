"""A table that is longer than memory, cut into parts on disk in one pass."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from heart.data.recognition.known import numeric_codes
from heart.data.split import MIN_PER_CLASS, TEST_FRACTION, VALID_FRACTION, Part
from heart.errors import SplitError
from heart.schema import FEATURE_NAMES, TARGET

FloatArray = npt.NDArray[np.float64]
PARTS = ("train", "valid", "test")

_MARK = b"heart: parts drawn row by row\n"
_STEP, _FIRST, _SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


class DiskPart(NamedTuple):
    """Some of a table's patients, in row groups of a Parquet file.

    Attributes:
        path: the file; canonical columns.
        sizes: rows of each row group.
        positives: how many of the patients are diseased.
    """

    path: Path
    sizes: Sequence[int]
    positives: int

    @property
    def n(self) -> int:
        """How many patients."""
        return sum(self.sizes)

    def read(self, group: int) -> Part:
        """The patients of a row group."""
        with pq.ParquetFile(self.path) as file:
            frame = file.read_row_group(group, use_threads=False).to_pandas()
        y_true = (frame[TARGET].to_numpy() > 0).astype(np.int64)
        return Part(frame[list(FEATURE_NAMES)], y_true)


class DiskSplit(NamedTuple):
    """The three parts of a table, and its rows before those with a missing value were left out, if
    they were.

    Attributes:
        n, positives: of the whole table.
        fingerprint: SHA-256 of its canonical values, in hexadecimal. Never that of a `Cohort`,
            whose parts are others: nobody may take these for those.
    """

    train: DiskPart
    valid: DiskPart
    test: DiskPart
    n: int
    positives: int
    fingerprint: str


def cut_to_disk(
    frames: Iterable[pd.DataFrame],
    folder: Path,
    *,
    random_state: int,
    rows: int,
    complete_rows: bool = False,
    see: Callable[[str, pd.DataFrame], object] | None = None,
) -> DiskSplit:
    """The table's parts as files in the folder; see `draw_parts`.

    Args:
        frames: the table, piece by piece, canonical with outcomes.
        folder: where the files go.
        random_state: the seed; the same one gives the same parts.
        rows: of a row group at most.
        complete_rows: leave out patients with a missing value.
        see: sees each piece of each part once.

    Raises:
        SplitError: if a part has too few patients of a class.
        OSError: if the files cannot be written.
    """
    digest, n, positives = hashlib.sha256(_MARK), 0, 0
    writers = [_Writer(folder / f"{name}.parquet", rows) for name in PARTS]
    for frame in frames:
        values = _numbers(frame)
        digest.update(values.tobytes())
        n, positives = n + len(frame), positives + int((frame[TARGET] > 0).sum())
        part = draw_parts(values[:, :-1], random_state=random_state)
        if complete_rows:
            part[np.isnan(values).any(axis=1)] = len(PARTS)
        for position, (name, writer) in enumerate(zip(PARTS, writers, strict=True)):
            chosen = frame[part == position]
            if chosen.empty:
                continue
            writer.add(chosen)
            if see is not None:
                see(name, chosen)
    train, valid, test = (writer.finish() for writer in writers)
    for name, made in zip(PARTS, (train, valid, test), strict=True):
        _check_classes(name, made)
    return DiskSplit(train, valid, test, n, positives, digest.hexdigest())


def draw_parts(values: FloatArray, *, random_state: int) -> npt.NDArray[np.int8]:
    """Which of `PARTS` each patient is in, from the features alone, shape (n, 13) to (n,).

    A hash of seed and values (SplitMix64, Steele, Lea and Flood, Fast splittable pseudorandom
    number generators, OOPSLA 2014) is a random number that equal patients share, however far apart
    they stand. So nothing has to be compared or kept; the shares of the parts, and of the diseased
    in them, are those of `split_cohort` up to chance.
    """
    hashed = np.full(len(values), random_state, dtype=np.uint64)
    for column in values.T:
        hashed = _mix(hashed ^ np.ascontiguousarray(column).view(np.uint64))
    drawn = (hashed >> np.uint64(11)) * 2.0**-53
    ends = [(1 - TEST_FRACTION) * (1 - VALID_FRACTION), 1 - TEST_FRACTION]
    return np.searchsorted(ends, drawn, side="right").astype(np.int8)


def _mix(state: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    z = state + np.uint64(_STEP)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(_FIRST)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(_SECOND)
    return z ^ (z >> np.uint64(31))


def _numbers(frame: pd.DataFrame) -> FloatArray:
    """Features and outcome as numbers, shape (n, 14), equal to the bit where they are equal."""
    columns = [numeric_codes(frame[name]) for name in (*FEATURE_NAMES, TARGET)]
    values = np.stack(columns, axis=1) + 0.0  # -0 is 0
    values[np.isnan(values)] = np.nan  # of one kind
    return values


class _Writer:
    """Gathers rows until they fill a row group."""

    def __init__(self, path: Path, rows: int) -> None:
        self.path, self.rows = path, rows
        self.waiting: list[pd.DataFrame] = []
        self.n_waiting, self.positives = 0, 0
        self.sizes: list[int] = []
        self.file: pq.ParquetWriter | None = None

    def add(self, frame: pd.DataFrame) -> None:
        self.waiting.append(frame)
        self.n_waiting += len(frame)
        self.positives += int((frame[TARGET] > 0).sum())
        if self.n_waiting >= self.rows:
            self._write()

    def finish(self) -> DiskPart:
        if self.n_waiting:
            self._write()
        if self.file is not None:
            self.file.close()
        return DiskPart(self.path, tuple(self.sizes), self.positives)

    def _write(self) -> None:
        frame = pd.concat(self.waiting, ignore_index=True)
        self.waiting, self.n_waiting = [], 0
        table = pa.Table.from_pandas(frame, preserve_index=False)
        if self.file is None:
            self.file = pq.ParquetWriter(self.path, table.schema)
        for start in range(0, len(frame), self.rows):
            group = table.slice(start, self.rows)
            self.file.write_table(group, row_group_size=self.rows)
            self.sizes.append(group.num_rows)


def _check_classes(name: str, part: DiskPart) -> None:
    smallest = min(part.positives, part.n - part.positives)
    if smallest < MIN_PER_CLASS:
        raise SplitError(
            f"at least {MIN_PER_CLASS} patients with and without disease in each part",
            f"{smallest} in one class of the {name} part",
            "Train a small table in memory, without --from-disk.",
        )
