"""Lesson calibration: which temperature is right for a network that learnt by heart?"""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from heart.lessons.calibration import (
    TEMPERATURES,
    best_temperature,
    predict_unseen,
    temperature_table,
)
from heart.lessons.exercise import Choice, Exercise, Verdict, right, wrong

MODEL = "learnt by heart"


@lru_cache(maxsize=1)
def table() -> pd.DataFrame:
    """The figures at each temperature, with seed 0."""
    predictions = predict_unseen(MODEL, random_state=0)
    return temperature_table(predictions.y_true, predictions.y_score[0])


def _judge(given: str) -> Verdict:
    temperature, best = float(given), best_temperature(table())
    losses, areas = (
        dict(zip(TEMPERATURES, table()[name], strict=True)) for name in ("log_loss", "roc_auc")
    )
    here = f"At {temperature:g} the log-loss is {losses[temperature]:.3f}"
    if temperature < best:
        return wrong(f"{here}: the network is still too sure. Go higher.")
    if temperature > best:
        return wrong(f"{here}: now it is too timid. Go lower.")
    return right(
        f"{here}, at 1 it is {losses[1.0]:.3f}; the AUC is"
        f" {areas[temperature]:.3f} at both. The network had learnt how its patients"
        " rank, and was too sure of it by that factor."
    )


EXERCISE = Exercise(
    f"With the network “{MODEL}” and seed 0: at which **temperature** is the log-loss least?",
    Choice(tuple(f"{temperature:g}" for temperature in TEMPERATURES)),
    _judge,
)
