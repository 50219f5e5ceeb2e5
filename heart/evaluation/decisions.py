"""When a probability becomes a decision, when too little is known for one, and when it is near the
threshold.

The constants and what they are worth: docs/EVALUATION.md, "How much has to be known"
(`benchmarks/unknown.py`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from heart.evaluation.metrics import FloatArray, IntArray

DISEASE, NO_DISEASE = "disease", "no disease"
LABELS = (NO_DISEASE, DISEASE, None)
UNDECIDED = "none"
"""In a table, where there is no decision."""

MIN_KNOWN = 4
"""Known values below which a model that learnt with hidden values decides nothing."""

MIN_KNOWN_UNHIDDEN = 5
"""The same for a model from which no values were hidden in training (masking 0)."""

DIVIDED = 0.1
"""An answer is near the threshold if a larger share of the members is on the other side of it."""

CLOSE = 0.05
"""An answer is near the threshold if its probability is nearer to it than this."""

TOO_LITTLE = (
    "No decision: too little is known ({known} of the {of} values that the model reads; a decision"
    " needs {needed})."
)
NEAR_DIVIDED = (
    "Near the threshold: {other} of the model's {members} members are on the other side of it."
    " Learnt from other patients, the model could decide otherwise."
)
NEAR_CLOSE = (
    f"Near the threshold: less than {CLOSE * 100:.0f} percentage points from it. Learnt from other"
    " patients, the model could decide otherwise."
)


def least_known(readable: int, *, masking: float) -> int:
    """How many values have to be known for a decision: a constant, or all that a model with fewer
    features can read.

    Args:
        readable: features of which the model's training had a value.
        masking: chance with which each value was hidden in training.
    """
    return max(1, min(MIN_KNOWN if masking > 0 else MIN_KNOWN_UNHIDDEN, readable))


def decide_each(
    probability: FloatArray, threshold: float, *, known: IntArray, needed: int
) -> IntArray:
    """The decisions about patients, positions in `LABELS`, shape (n,): disease at the threshold and
    above; -1, none, where fewer values are known than needed.

    Args:
        probability: shape (n,).
        threshold: of the model.
        known: values that are known and that the model reads, shape (n,).
        needed: `least_known`.
    """
    return np.where(known < needed, -1, probability >= threshold)


def decide(probability: float, threshold: float, *, known: int, needed: int) -> str | None:
    """The decision about one patient, as `decide_each`; None where there is none."""
    at = decide_each(np.array(probability), threshold, known=np.array(known), needed=needed)
    return LABELS[at.item()]


def count_others(
    probability: FloatArray, threshold: float, *, positive: IntArray, members: int
) -> IntArray:
    """Members on the other side of the threshold than the answer, shape (n,).

    Args:
        probability: the answers, shape (n,).
        threshold: at or above it is one side, below it the other.
        positive: members at or above it, shape (n,).
        members: how many there are.
    """
    return np.where(probability >= threshold, members - positive, positive)


def find_near(
    probability: FloatArray, threshold: float, *, positive: IntArray, members: int
) -> npt.NDArray[np.bool_]:
    """Whether answers are near the threshold: a larger share of the members than `DIVIDED` is on
    the other side, or the probability is nearer than `CLOSE`; arguments as `count_others`.
    """
    others = count_others(probability, threshold, positive=positive, members=members)
    return np.asarray((others > DIVIDED * members) | (np.abs(probability - threshold) < CLOSE))


def describe_near(
    probability: float, threshold: float, *, positive: int, members: int
) -> str | None:
    """That an answer is near the threshold, in words; None where it is not."""
    answer, counted = np.array(probability), np.array(positive)
    if not find_near(answer, threshold, positive=counted, members=members):
        return None
    other = count_others(answer, threshold, positive=counted, members=members).item()
    divided = other > DIVIDED * members
    return NEAR_DIVIDED.format(other=other, members=members) if divided else NEAR_CLOSE
