"""Lesson classes: where are two kinds of iris equally probable?"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from heart.lessons.classes_softmax import (
    PETAL_RECIPE,
    Lines,
    fit_lines,
    line_probabilities,
    load_petals,
)
from heart.lessons.exercise import Exercise, Number, Verdict, right, wrong
from heart.shares import write_share

STEP = 0.1
ONE_BESIDE = 1.01 * STEP
"""A curve is read to a tenth of a centimetre."""


@lru_cache(maxsize=1)
def lines() -> Lines:
    """The fitted lines that the lesson shows."""
    return fit_lines(load_petals(), PETAL_RECIPE)


def crossing() -> float:
    """The petal length (cm) at which the lines of the second and third kind cross."""
    slopes, intercepts = lines()
    return (intercepts[1] - intercepts[2]) / (slopes[2] - slopes[1])


def _judge(length: float) -> Verdict:
    _, second, third = load_petals().names
    shares = [write_share(p) for p in line_probabilities(np.array([length]), lines())[0]]
    here = f"At {length:.1f} cm {second} has {shares[1]} and {third} {shares[2]}"
    if abs(length - crossing()) > ONE_BESIDE:
        way = "longer" if length < crossing() else "shorter"
        return wrong(f"{here}. Try a {way} petal.")
    return right(
        f"{here}; the curves cross at {crossing():.2f} cm. There both logits are the same: softmax"
        " only sees their difference, and where that is 0 two classes are as probable as each"
        " other.",
    )


EXERCISE = Exercise(
    "Under “Softmax of one input” choose the **fitted** lines. At which petal length, to a tenth of"
    " a centimetre, are versicolor and virginica **equally probable**?",
    Number(0.5, 7.5, STEP, unit="cm"),
    _judge,
)
