"""Lesson logits: from where on does a sigmoid before the loss learn nothing?"""

from __future__ import annotations

import numpy as np

from heart.lessons.exercise import Exercise, Number, Verdict, right, wrong
from heart.lessons.logits import HIGHEST, WAYS, compare_ways, first_failures


def _gradients(logit: int) -> list[float]:
    """Of a diseased patient: of the separate way, of the joined one, and exactly."""
    return [float(value) for value in compare_ways(np.array([float(logit)]), 1)["gradient"]]


def _judge(given: float) -> Verdict:
    logit, last = round(given), -first_failures(1)[0]
    separate, joined, exact = _gradients(logit)
    here = f"At {logit:+d} the gradient is {exact:.3g}; by way of the sigmoid it is {separate:.3g}"
    if logit > last:
        turned = (
            " That is where a healthy patient's is lost." if logit == first_failures(0)[0] else ""
        )
        return wrong(f"{here}: it is not lost there.{turned} Go further down.")
    if logit < last:
        return wrong(f"{here}: it is lost, but it was lost before. Go back up.")
    return right(
        f"{here}, while {list(WAYS)[1]} has {joined:.3g}. One step before, at {logit + 1:+d}, it"
        f" was {_gradients(logit + 1)[0]:.3g}. The network is utterly wrong and soon learns nothing"
        " from it: that is why it ends with a logit.",
    )


EXERCISE = Exercise(
    "Make the patient **diseased**. Going down from 0, at which whole logit is the gradient of the"
    " way with the sigmoid first, for the first time, **less than half** the exact one?",
    Number(-HIGHEST, HIGHEST),
    _judge,
)
