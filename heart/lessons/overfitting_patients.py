"""The same question on patients: dropout and a second layer, cross-validated, with differences that
have intervals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.metrics import log_loss

from heart.config import Settings, get_recipe
from heart.data import Cohort
from heart.evaluation.figures import Figure
from heart.evaluation.intervals import corrected_half_width
from heart.experiments.cross_validation import Folds, fit_each
from heart.lessons.mlp import FloatArray

WIDTH, DROPOUT, EPOCHS = 64, 0.5, 100
FOLDS = Folds(10, 2)

OnVariant = Callable[[str, float], object]
"""Called with a variant's name and the share of all work that is done; whatever it raises ends the
work.
"""


class FoldScores(NamedTuple):
    """Figures of each repeat's folds, shape (J,) each: accuracy at 0.5 on train and on test, and
    test log-loss (nats).
    """

    train_accuracy: FloatArray
    test_accuracy: FloatArray
    test_loss: FloatArray


VARIANTS: dict[str, tuple[int, float]] = {
    "1 layer, dropout 0": (1, 0.0),
    f"1 layer, dropout {DROPOUT}": (1, DROPOUT),
    "2 layers, dropout 0": (2, 0.0),
    f"2 layers, dropout {DROPOUT}": (2, DROPOUT),
}
"""Name of each variant: hidden layers and dropout."""

COMPARISONS: dict[str, tuple[str, str]] = {
    "dropout, with one layer": ("1 layer, dropout 0", f"1 layer, dropout {DROPOUT}"),
    "a second layer, without dropout": ("1 layer, dropout 0", "2 layers, dropout 0"),
    "a second layer, with dropout": (f"1 layer, dropout {DROPOUT}", f"2 layers, dropout {DROPOUT}"),
}
"""What is added: the variant without and the variant with it."""


def variant_settings(layers: int, dropout: float, *, random_state: int = 0) -> Settings:
    """A single network that learns for all its epochs, with nothing else to hold it back."""
    return get_recipe(
        "default",
        hidden=(WIDTH,) * layers,
        dropout=dropout,
        linear_path=False,
        members=1,
        masking=0.0,
        weight_decay=0.0,
        lr=0.003,
        max_epochs=EPOCHS,
        patience=0,
        random_state=random_state,
        device="cpu",
    )


def score_folds(
    cohort: Cohort,
    settings: Settings,
    *,
    folds: Folds,
    on_share: Callable[[float], object] | None = None,
) -> FoldScores:
    """Figures on the train and the test patients of every fold; all folds train as one network.

    Raises:
        SplitError: if a class has fewer different patients than there are folds.
    """
    features, y_true = cohort.features, cohort.y_true
    splits = folds.split(features, y_true)
    models = fit_each(features, y_true, [train for train, _ in splits], settings, on_share=on_share)
    rows = []
    for predict, (train, test) in zip(models, splits, strict=True):
        seen, unseen = (predict(features.iloc[part]) for part in (train, test))
        loss = log_loss(y_true[test], unseen, labels=[0, 1])
        rows.append(
            (((seen > 0.5) == y_true[train]).mean(), ((unseen > 0.5) == y_true[test]).mean(), loss)
        )
    return FoldScores(*np.array(rows).T)


def score_variants(
    cohort: Cohort, *, folds: Folds = FOLDS, on_variant: OnVariant | None = None
) -> dict[str, FoldScores]:
    """Every variant's figures on the same folds."""
    scores: dict[str, FoldScores] = {}
    for name, (layers, dropout) in VARIANTS.items():

        def tell(share: float, name: str = name) -> None:
            if on_variant is not None:
                on_variant(name, (len(scores) + share) / len(VARIANTS))

        scores[name] = score_folds(
            cohort, variant_settings(layers, dropout), folds=folds, on_share=tell
        )
    return scores


def mean_figure(values: FloatArray, *, n_splits: int) -> Figure:
    """The mean of folds' figures with its corrected resampled t interval (Nadeau and
    Bengio 2003).
    """
    half, mean = corrected_half_width(values, n_splits=n_splits), float(values.mean())
    return Figure(mean, mean - half, mean + half)


def compare(scores: Mapping[str, FoldScores], *, n_splits: int) -> pd.DataFrame:
    """One row a comparison of `COMPARISONS` and figure: `added`, `figure`, `difference`, `low`,
    `high`, `verdict`.

    Figures are "accuracy" and "log-loss", on test; a difference is with minus without, with its 95
    % interval. The verdict is "helps", "hurts", or "cannot be told" where the interval holds 0.
    """
    rows = []
    for added, (without, with_it) in COMPARISONS.items():
        for figure, name, sign in (("accuracy", "test_accuracy", 1), ("log-loss", "test_loss", -1)):
            values = getattr(scores[with_it], name) - getattr(scores[without], name)
            difference = mean_figure(values, n_splits=n_splits)
            rows.append((added, figure, *difference, _verdict(difference, sign)))
    return pd.DataFrame(rows, columns=["added", "figure", "difference", "low", "high", "verdict"])


def _verdict(difference: Figure, sign: int) -> str:
    value, low, high = difference
    if value is None or low is None or high is None or low <= 0 <= high:
        return "cannot be told"
    return "helps" if value * sign > 0 else "hurts"
