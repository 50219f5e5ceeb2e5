"""How a model does in parts of a cohort: women and men, the young and the old."""

from __future__ import annotations

import numpy as np
import pandas as pd

from heart.evaluation.figures import Figure
from heart.evaluation.judged import metrics_at
from heart.evaluation.metrics import FloatArray, IntArray
from heart.evaluation.resampling import bootstrap_roc_auc
from heart.schema import feature

MIN_PATIENTS, MIN_EVENTS = 15, 5
AGE_BANDS = ((0, 45), (45, 55), (55, 65), (65, 200))
TOO_FEW = "too few patients"


def subgroup_table(
    features: pd.DataFrame, y_true: IntArray, y_score: FloatArray, *, threshold: float
) -> pd.DataFrame:
    """One row a subgroup: all, each sex, each age band.

    Columns: `group`, `patients`, `diseased`, `share`, the figures `recall`, `specificity`,
    `roc_auc` with `_low` and `_high`, `expected` (mean probability), and `note`. A group of fewer
    than 15 patients, or with fewer than 5 of either outcome, gets a note, not figures.

    Args:
        features: canonical features, shape (n, 13).
        y_true: 0 or 1, shape (n,).
        y_score: probabilities, shape (n,); or (repeats, n): the AUC is then the mean of the
            repeats', and decided is by each patient's mean probability, as in
            `heart.evaluation.judged.judge_out_of_fold`.
        threshold: at which disease is decided.
    """
    scores = np.atleast_2d(y_score)
    groups = [("all", np.ones(len(y_true), dtype=np.bool_))]
    groups += [
        (label, features["sex"].eq(code).fillna(value=False).to_numpy(dtype=bool))
        for code, label in feature("sex").codes
    ]
    age = features["age"].to_numpy(dtype=np.float64)
    groups += [(_band(low, high), (age >= low) & (age < high)) for low, high in AGE_BANDS]
    return pd.DataFrame(
        [_describe(name, y_true[inside], scores[:, inside], threshold) for name, inside in groups]
    )


def _band(low: int, high: int) -> str:
    return (
        f"under {high} years"
        if not low
        else f"{low} years and more"
        if high >= 200
        else f"{low} to {high - 1} years"
    )


def _describe(
    name: str, y_true: IntArray, y_scores: FloatArray, threshold: float
) -> dict[str, object]:
    n, diseased = len(y_true), int(y_true.sum())
    row: dict[str, object] = {
        "group": name,
        "patients": n,
        "diseased": diseased,
        "share": diseased / n if n else None,
    }
    if n < MIN_PATIENTS or min(diseased, n - diseased) < MIN_EVENTS:
        empty = {
            f"{figure}{end}": None
            for figure in ("recall", "specificity", "roc_auc")
            for end in ("", "_low", "_high")
        }
        return row | empty | {"expected": None, "note": TOO_FEW}
    y_score = y_scores.mean(axis=0)
    at = metrics_at(y_true, y_score, threshold)
    figures: dict[str, Figure] = {
        "recall": at.recall,
        "specificity": at.specificity,
        "roc_auc": bootstrap_roc_auc(y_true, y_scores),
    }
    spread = {
        f"{figure}{end}": value[i]
        for figure, value in figures.items()
        for i, end in enumerate(("", "_low", "_high"))
    }
    return row | spread | {"expected": float(y_score.mean()), "note": ""}
