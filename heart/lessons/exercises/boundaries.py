"""Lesson boundaries: how few hidden units close a circle?"""

from __future__ import annotations

from functools import lru_cache

from heart.lessons.exercise import Exercise, Number, Verdict, right, wrong
from heart.lessons.learned import Recipe, learn_by
from heart.lessons.points import sample_curves
from heart.shares import write_share

MOST_UNITS = 8
ENOUGH = 0.95
"""Test accuracy that counts as separating the circles."""


@lru_cache(maxsize=MOST_UNITS)
def accuracy(units: int) -> float:
    """Test accuracy on the circles that the lesson opens with, with one layer of so many units."""
    parts = sample_curves("circles", 400, noise=0.1, random_state=0)
    return learn_by(Recipe(units=units), parts).test_accuracy


def fewest() -> int:
    """The smallest number of units that is enough."""
    return next(n for n in range(1, MOST_UNITS + 1) if accuracy(n) >= ENOUGH)


def _judge(given: float) -> Verdict:
    units, least = round(given), fewest()
    word = "unit is" if units == 1 else "units are"
    here = f"{units} {word} right for {write_share(accuracy(units), digits=1)} of the test points"
    if units < least:
        return wrong(f"{here}. Too few: the boundary does not close.")
    if units > least:
        return wrong(f"{here}, but fewer are enough. Take one away.")
    return right(
        f"{here}, {units - 1} for {write_share(accuracy(units - 1), digits=1)}. Each unit bends the"
        f" plane along one straight line; it takes {units} of them to go round a circle.",
    )


EXERCISE = Exercise(
    "On the circles, with the settings the lesson opens with (400 points, noise 0.10, seed 0, one"
    " hidden layer of tanh units, 150 epochs): with **how few units** is the network right for at"
    f" least {write_share(ENOUGH)} of the test points?",
    Number(1, MOST_UNITS, unit="units"),
    _judge,
)
