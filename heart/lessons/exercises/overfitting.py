"""Lesson overfitting: at which width is the test loss lowest?"""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from heart.lessons.exercise import Choice, Exercise, Verdict, right, wrong
from heart.lessons.overfitting import WIDTHS, make_moons_parts, run_sweep, summarise_sweep


@lru_cache(maxsize=1)
def sweep() -> pd.DataFrame:
    """The sweep over widths of the points and weights of seed 0: a `summarise_sweep` by width."""
    table = run_sweep(make_moons_parts(random_state=0), random_state=0)
    return summarise_sweep(table, "width").set_index("value")


def best_width() -> int:
    """Where the mean test loss is lowest."""
    return WIDTHS[int(sweep()["test_loss"].to_numpy().argmin())]


def _judge(given: str) -> Verdict:
    width, best = int(given), best_width()
    row = sweep().loc[float(width)]
    here = f"{width} units: train loss {row['train_loss']:.3f}, test loss {row['test_loss']:.3f}"
    if width != best:
        way = "more" if width < best else "fewer"
        fit = "underfits" if width < best else "overfits"
        return wrong(f"{here}. It {fit}: with {way} units the test loss is lower.")
    return right(
        f"{here}, the lowest. Fewer units cannot follow the moons; more learn the noise of the"
        f" train points: at {WIDTHS[-1]} units the train loss is"
        f" {sweep()['train_loss'].iloc[-1]:.3f} and the test loss"
        f" {sweep()['test_loss'].iloc[-1]:.3f}."
    )


EXERCISE = Exercise(
    "With seed 0, in the chart of train and test loss by hidden units: at which **width** is the"
    " test loss lowest?",
    Choice(tuple(map(str, WIDTHS))),
    _judge,
)
