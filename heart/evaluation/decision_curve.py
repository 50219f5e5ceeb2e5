"""What a model is worth in decisions: the decision curve."""

from __future__ import annotations

import numpy as np
import pandas as pd

from heart.evaluation.metrics import FloatArray, IntArray
from heart.evaluation.threshold_table import threshold_table

LOWEST, HIGHEST = 0.01, 0.99


def avoided_follow_ups(
    threshold: float, *, recall: float, specificity: float, prevalence: float
) -> float:
    """`avoided` of a decision curve at one threshold, on its grid or between: how many follow-ups
    of 100 patients a model with this recall and specificity saves against following up all.

    >>> round(avoided_follow_ups(0.5, recall=1.0, specificity=0.5, prevalence=0.2))
    40
    """
    missed = (1 - recall) * prevalence * (1 - threshold) / threshold
    return 100 * (specificity * (1 - prevalence) - missed)


def decision_curve(
    y_true: IntArray, y_score: FloatArray, *, prevalence: float | None = None
) -> pd.DataFrame:
    """One row a threshold from 0.01 to 0.99: `threshold`, and the net benefit of following up by
    the `model`, of `all` and of `none`.

    Net benefit is TP/n - FP/n * t / (1 - t): true positives less false ones, each weighed by the
    odds of the threshold at which one is indifferent (Vickers and Elkin, Medical Decision Making
    26, 2006). With a prevalence of its own, recall and the false-positive rate are weighed by that
    instead of this cohort's share, as in the R and Python packages dcurves. `avoided` is how many
    follow-ups of 100 patients the model saves against following up all, at equal benefit.

    Args:
        y_true: 0 or 1, shape (n,).
        y_score: probabilities, shape (n,).
        prevalence: share of diseased where the model is to be used; by default this cohort's.
    """
    table = threshold_table(y_true, y_score)
    table = table[table["threshold"].between(LOWEST, HIGHEST)]
    share = float(np.mean(y_true)) if prevalence is None else prevalence
    t = table["threshold"].to_numpy()
    odds = t / (1 - t)
    positives = max(int(np.sum(y_true)), 1)
    negatives = max(len(y_true) - int(np.sum(y_true)), 1)
    model = (
        table["tp"].to_numpy() / positives * share
        - table["fp"].to_numpy() / negatives * (1 - share) * odds
    )
    everybody = share - (1 - share) * odds
    return pd.DataFrame(
        {
            "threshold": t,
            "model": model,
            "all": everybody,
            "none": np.zeros_like(t),
            "avoided": 100 * (model - everybody) / odds,
        }
    )
