"""Lesson leakage: which model is flattered most by copies?"""

from __future__ import annotations

from functools import lru_cache

from heart.lessons.exercise import Choice, Exercise, Verdict, right, wrong
from heart.lessons.leakage import LOGISTIC, NEIGHBOURS, Lie, Setup, measure_leak, summarise_lies

MODELS = (LOGISTIC, NEIGHBOURS)


@lru_cache(maxsize=len(MODELS))
def lie_of(model: str) -> Lie:
    """How much better this model's accuracy looks with copies on both sides, over 200 splits."""
    return summarise_lies(measure_leak(Setup("duplicates", "cleveland", model, 0)))["accuracy"]


def _judge(model: str) -> Verdict:
    lies = {name: lie_of(name) for name in MODELS}
    most = max(lies, key=lambda name: lies[name].mean)
    shown = " and ".join(f"{name} {lie.mean:+.1f} points" for name, lie in lies.items())
    if model != most:
        return wrong(f"Copies give {shown} of accuracy. It is the other way round.")
    return right(
        f"Copies give {shown} of accuracy. The nearest neighbour of a test row is its own copy:"
        " this model answers by heart. A straight line cannot remember single patients. The more a"
        " model can learn by heart, the more a copy flatters it.",
    )


EXERCISE = Exercise(
    "Copies of a patient on both sides, patients of Cleveland, 200 splits, seed 0: which model's"
    " **accuracy is flattered more**?",
    Choice(MODELS),
    _judge,
)
