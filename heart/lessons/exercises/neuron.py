"""Lesson neuron: after how many epochs is the loss nearly the least there is?"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from heart.lessons.exercise import Exercise, Number, Verdict, right, wrong
from heart.lessons.neuron import LogisticNeuron, cross_entropy, learn_three_ways
from heart.lessons.neuron_data import place_patients

MOST_EPOCHS = 80
NEAR = 0.01
"""Nats above the least loss of a straight line."""


class _Run(NamedTuple):
    """Nats above the least loss after each epoch, the least loss, and the first epoch near it."""

    above: list[float]
    least: float
    first: int


@lru_cache(maxsize=1)
def run() -> _Run:
    """The neuron that the lesson opens with, and how far its loss is from the least."""
    plane = place_patients("thalach", "oldpeak")
    neuron = LogisticNeuron(epochs=MOST_EPOCHS).fit(plane.X, plane.y)
    least = cross_entropy(plane.X, plane.y, learn_three_ways(plane.X, plane.y)["scikit-learn"])
    above = [float(loss) - least for loss in neuron.losses_]
    return _Run(above, least, next(n for n, gap in enumerate(above) if gap < NEAR))


def _judge(epoch: float) -> Verdict:
    above, least, first = run()
    given = round(epoch)
    here = f"After {given} epochs the loss is {least + above[given]:.4f} nats, {above[given]:.4f}"
    here += f" above the least, {least:.4f}"
    if given < first:
        return wrong(f"{here}: not near enough. Take more steps.")
    if given > first:
        return wrong(f"{here}. That is near enough, but so it was before. Go back.")
    return right(
        f"{here}; one epoch before it was {above[given - 1]:.4f} above. A step is as long as the"
        " gradient, and the gradient fades on the way down: the first epochs bring most of it, the"
        " last ones hardly anything.",
    )


EXERCISE = Exercise(
    "Leave the settings as the lesson opens with them (maximum heart rate and ST depression, all"
    " rows a step, learning rate 0.3, seed 0) and go on one epoch at a time. After how many epochs"
    f" is the loss, for the first time, **less than {NEAR:g} nats above the least** that a straight"
    " line can have?",
    Number(0, MOST_EPOCHS, unit="epochs"),
    _judge,
)
