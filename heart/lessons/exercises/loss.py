"""Lesson loss: where does squared error push hardest?"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from heart.lessons.exercise import Exercise, Number, Verdict, right, wrong
from heart.lessons.loss import LIMIT, look_at
from heart.shares import write_share

STEP = 0.1
ONE_BESIDE = 1.01 * STEP
"""The slope is so flat at its steepest place that a neighbour counts as well."""


@lru_cache(maxsize=1)
def steepest() -> float:
    """The logit, in steps of 0.1, at which squared error pushes a diseased patient hardest."""
    logits = np.round(np.arange(-LIMIT, LIMIT + STEP / 2, STEP), 1)
    return float(max(logits, key=lambda logit: abs(look_at(float(logit), 1).squared_slope)))


def _judge(logit: float) -> Verdict:
    at, best, farthest = (look_at(z, 1) for z in (logit, steepest(), -LIMIT))
    here = f"At a logit of {logit:g} the slope of squared error is {at.squared_slope:+.4f}"
    if abs(logit - steepest()) > ONE_BESIDE:
        way = "further left" if logit > steepest() else "further right"
        return wrong(f"{here}; it is steeper {way}.")
    return right(
        f"{here}: as steep as it gets, and that where the answer is hardly wrong, at a probability"
        f" of {write_share(best.probability)}. At a logit of {-LIMIT:g}, a confident mistake,"
        f" squared error pushes by {abs(farthest.squared_slope):.4f} only, cross-entropy by"
        f" {abs(farthest.cross_slope):.4f}.",
    )


EXERCISE = Exercise(
    "The patient is diseased. Move the logit: where is the slope of **squared error** steepest?"
    " Give the logit to one decimal.",
    Number(-LIMIT, LIMIT, STEP),
    _judge,
)
