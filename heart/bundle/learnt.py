"""From whom a model has learnt: which of the shipped hospitals' patients, and how many others.

The shipped patients are public, so that a bundle may name them: three bit maps, one a part. Of
anybody else it tells how many there were, and nothing more.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from heart.data.recognition.known import can_be_matched, match_frame, reference
from heart.data.shipped import SHIPPED

N_PUBLIC = 920
"""Patients of the shipped hospitals, in the order of `SHIPPED` and of each table's rows."""

N_BYTES = N_PUBLIC // 8

BoolArray = npt.NDArray[np.bool_]


class LearntPart(NamedTuple):
    """The patients of a train, valid or test part.

    Attributes:
        public: 115 bytes, a bit for each of the 920 shipped patients, the first one the highest.
        others: patients who are none of them.
    """

    public: bytes
    others: int

    @property
    def flags(self) -> BoolArray:
        """Which of the shipped patients are in it, shape (920,)."""
        return np.unpackbits(np.frombuffer(self.public, dtype=np.uint8)).astype(np.bool_)


class Learnt(NamedTuple):
    """Whom a model was fitted on (train), stopped on (valid) and reported on (test)."""

    train: LearntPart
    valid: LearntPart
    test: LearntPart

    @property
    def fitted(self) -> BoolArray:
        """Which of the shipped patients it was fitted or stopped on, shape (920,)."""
        return self.train.flags | self.valid.flags

    @property
    def tested(self) -> BoolArray:
        """Which of the shipped patients it was only reported on, shape (920,)."""
        return self.test.flags & ~self.fitted

    @property
    def others(self) -> int:
        """Patients of train and valid who are of none of the shipped hospitals."""
        return self.train.others + self.valid.others

    @property
    def strangers(self) -> int:
        """Patients of all three parts who are of none of the shipped hospitals."""
        return self.others + self.test.others

    @property
    def all_public(self) -> bool:
        """Whether everybody in its three parts is a patient of the shipped hospitals."""
        return self.strangers == 0

    @property
    def hospitals(self) -> dict[str, int]:
        """Shipped hospital to how many of its patients are in any part; none without a patient."""
        counts = _count_hospitals(self.fitted | self.tested)
        return {name: count for name, count in counts.items() if count}


def _count_hospitals(flags: BoolArray) -> dict[str, int]:
    names = reference().hospital
    return {name: int((flags & (names == name)).sum()) for name in SHIPPED}


def write_sources(learnt: Learnt | None) -> str:
    """Whose patients are in the three parts, as in "Cleveland Clinic Foundation (303 patients)"."""
    if learnt is None:
        return "not known: the bundle does not say, nor does its table, if that is here"
    counts = [f"{SHIPPED[name]} ({count:,} patients)" for name, count in learnt.hospitals.items()]
    if learnt.strangers:
        counts.append(f"{learnt.strangers:,} patients of none of the shipped hospitals")
    return "; ".join(counts)


def learnt_from(parts: Iterable[pd.DataFrame]) -> Learnt | None:
    """Who the patients of a split are; None where the table knows too little for that.

    A patient is recognised as `heart.data.recognition.known.match_frame` does it.

    Args:
        parts: canonical features of train, valid and test, shape (n, 13) each.
    """
    frames = list(parts)
    everybody = pd.concat(frames, ignore_index=True)
    if not can_be_matched(everybody):
        return None
    ends = np.cumsum([len(frame) for frame in frames])[:-1]
    return Learnt(*(_describe(matched) for matched in np.split(match_frame(everybody), ends)))


class LearntCount:
    """Who the patients of a split are, counted piece by piece."""

    def __init__(self) -> None:
        self._flags = {name: np.zeros(N_PUBLIC, dtype=np.bool_) for name in Learnt._fields}
        self._others = dict.fromkeys(Learnt._fields, 0)
        self._enough = False

    def add(self, part: str, features: pd.DataFrame) -> None:
        """Some more patients of train, valid or test, canonical."""
        matched = match_frame(features)
        self._flags[part][matched[matched >= 0]] = True
        self._others[part] += int((matched < 0).sum())
        self._enough = self._enough or can_be_matched(features)

    def finish(self) -> Learnt | None:
        """As `learnt_from`; None where no piece knew enough."""
        if not self._enough:
            return None
        bits = {name: np.packbits(flags).tobytes() for name, flags in self._flags.items()}
        return Learnt(*(LearntPart(bits[name], self._others[name]) for name in Learnt._fields))


def _describe(matched: npt.NDArray[np.int16]) -> LearntPart:
    flags = np.zeros(N_PUBLIC, dtype=np.bool_)
    flags[matched[matched >= 0]] = True
    return LearntPart(np.packbits(flags).tobytes(), int((matched < 0).sum()))
