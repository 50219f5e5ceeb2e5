"""Cross-validation: every patient is predicted by models that never saw them, and every figure
comes with how sure it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import t as student
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    brier_score_loss,
    log_loss,
    roc_auc_score,
)
from sklearn.model_selection import RepeatedStratifiedKFold

from heart.config import Settings, get_recipe
from heart.data import Cohort
from heart.data.rows import distinct_rows
from heart.errors import SplitError
from heart.evaluation.metrics import Figure, bootstrap_figures
from heart.evaluation.out_of_fold import OutOfFold
from heart.experiments.baselines import OTHERS
from heart.model.classifier import HeartClassifier
from heart.model.inference import FoldedNetwork
from heart.model.joint import fit_jointly

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

FIGURES = ("auc", "average_precision", "log_loss", "brier", "accuracy")
LOWER_IS_BETTER = ("log_loss", "brier")
CONFIDENCE = 0.95

OnModel = Callable[[str, float], object]
"""Called with a model's name and the share of its work that is done; whatever it raises ends the
work.
"""


N_SPLITS = (10, 5, 3)
"""Numbers of folds, the first that a cohort's smaller class allows."""


class Folds(NamedTuple):
    """How patients are cut: `n_splits` parts, `n_repeats` times, by a seed."""

    n_splits: int = 10
    n_repeats: int = 5
    random_state: int = 0

    @classmethod
    def fitting(cls, features: pd.DataFrame, y_true: IntArray, n_repeats: int = 5) -> Folds:
        """As many folds as the smaller class has patients for: 10, or 5, or 3."""
        _, first = distinct_rows(features)
        smallest = int(np.bincount(y_true[first], minlength=2).min())
        return cls(next((n for n in N_SPLITS if n <= smallest), N_SPLITS[-1]), n_repeats)

    def split(self, features: pd.DataFrame, y_true: IntArray) -> list[tuple[IntArray, IntArray]]:
        """Train and test rows, repeat after repeat: stratified, patients with identical features on
        one side.

        Raises:
            SplitError: if a class has fewer different patients than parts.
        """
        member, first = distinct_rows(features)
        smallest = int(np.bincount(y_true[first], minlength=2).min())
        if smallest < self.n_splits:
            raise SplitError(
                f"at least {self.n_splits} different patients with and without disease for"
                f" {self.n_splits} folds",
                f"{smallest} in one class",
                "Use fewer folds or a larger cohort.",
            )
        folds = RepeatedStratifiedKFold(
            n_splits=self.n_splits, n_repeats=self.n_repeats, random_state=self.random_state
        )
        return [
            (np.flatnonzero(np.isin(member, a)), np.flatnonzero(np.isin(member, b)))
            for a, b in folds.split(first, y_true[first])
        ]


def cross_validate(
    cohort: Cohort,
    model: str | Settings,
    *,
    folds: Folds,
    on_share: Callable[[float], object] | None = None,
) -> OutOfFold:
    """`predict_out_of_fold` for all patients of a cohort."""
    return predict_out_of_fold(
        cohort.features, cohort.y_true, model, folds=folds, on_share=on_share
    )


def predict_out_of_fold(
    features: pd.DataFrame,
    y_true: IntArray,
    model: str | Settings,
    *,
    folds: Folds,
    on_share: Callable[[float], object] | None = None,
) -> OutOfFold:
    """The out-of-fold predictions of a recipe ("default", "lesson"), of settings, or of one of
    `heart.experiments.baselines.OTHERS`.

    Preprocessing, early stopping and inner tuning see the training rows of a fold only.

    Args:
        features: canonical features, shape (n, 13).
        y_true: 0 or 1, shape (n,).
        model: what to fit in each fold.
        folds: how the patients are cut.
        on_share: sees the share of the work that is done; whatever it raises ends it.

    Raises:
        SplitError: if a class has fewer different patients than there are folds.
    """
    start = time.perf_counter()
    splits = folds.split(features, y_true)
    tell = on_share or (lambda share: None)  # noqa: ARG005
    if isinstance(model, str) and model in OTHERS:
        predictions = list(_predict_others(features, y_true, splits, model, tell))
    else:
        predictions = _predict_network(
            features, y_true, splits, get_recipe(model) if isinstance(model, str) else model, tell
        )
    y_score = np.empty((folds.n_repeats, len(y_true)))
    fold = np.empty((folds.n_repeats, len(y_true)), dtype=np.int64)
    for place, ((_, test), scores) in enumerate(zip(splits, predictions, strict=True)):
        y_score[place // folds.n_splits, test] = scores
        fold[place // folds.n_splits, test] = place % folds.n_splits
    return OutOfFold(y_true, y_score, fold, time.perf_counter() - start)


def _predict_network(
    features: pd.DataFrame,
    y_true: IntArray,
    splits: Sequence[tuple[IntArray, IntArray]],
    settings: Settings,
    tell: Callable[[float], object],
) -> list[FloatArray]:
    """All folds' members train as one network."""
    estimator = HeartClassifier.from_settings(settings)
    prepared = [estimator.prepare(features.iloc[train], y_true[train]) for train, _ in splits]
    networks = fit_jointly(prepared, settings, on_share=tell)
    return [
        FoldedNetwork(network).predict_mean(fit.preprocessor.transform(features.iloc[test]))
        for network, fit, (_, test) in zip(networks, prepared, splits, strict=True)
    ]


def _predict_others(
    features: pd.DataFrame,
    y_true: IntArray,
    splits: Sequence[tuple[IntArray, IntArray]],
    model: str,
    tell: Callable[[float], object],
) -> Iterator[FloatArray]:
    for place, (train, test) in enumerate(splits):
        fitted = OTHERS[model](features.iloc[train], place).fit(features.iloc[train], y_true[train])
        tell((place + 1) / len(splits))
        yield fitted.predict_proba(features.iloc[test])[:, 1]


def score_all(y_true: IntArray, y_score: FloatArray) -> dict[str, float]:
    """The figures of `FIGURES`; accuracy at 0.5, losses in nats."""
    return {
        "auc": float(roc_auc_score(y_true, y_score)),
        "average_precision": float(average_precision_score(y_true, y_score)),
        "log_loss": float(log_loss(y_true, y_score, labels=[0, 1])),
        "brier": float(brier_score_loss(y_true, y_score)),
        "accuracy": float(accuracy_score(y_true, y_score >= 0.5)),
    }


def fold_figures(predictions: OutOfFold) -> pd.DataFrame:
    """One row a repeat and fold, columns as in `FIGURES`: what the intervals are made of."""
    repeats, n_folds = len(predictions.y_score), predictions.n_folds
    rows = []
    for repeat in range(repeats):
        for fold in range(n_folds):
            test = predictions.fold[repeat] == fold
            rows.append(score_all(predictions.y_true[test], predictions.y_score[repeat, test]))
    return pd.DataFrame(rows)


def pooled_figures(predictions: OutOfFold) -> dict[str, float]:
    """Each figure over all patients of a repeat at once, then the mean over repeats."""
    rows = [score_all(predictions.y_true, scores) for scores in predictions.y_score]
    return {name: float(np.mean([row[name] for row in rows])) for name in FIGURES}


def corrected_half_width(values: FloatArray, *, n_splits: int) -> float:
    """Half the 95 % interval of a mean over repeated cross-validation, with the corrected resampled
    t statistic.

    The variance is multiplied by 1/J + n_test/n_train, because the folds' training sets overlap
    (Nadeau and Bengio, Inference for the generalization error, Machine Learning 52, 2003; Bouckaert
    and Frank 2004 for repeated folds).

    Args:
        values: one a repeat and fold, shape (J,).
        n_splits: folds a repeat.
    """
    j = len(values)
    scale = 1 / j + 1 / (n_splits - 1)
    return float(student.ppf((1 + CONFIDENCE) / 2, j - 1) * (scale * values.var(ddof=1)) ** 0.5)


class Entry(NamedTuple):
    """A model on the leaderboard.

    Attributes:
        model: its name.
        figures: name to the pooled figure with its interval.
        behind: name to how much worse than the best model it is (mean over folds; positive is
            worse), with its interval.
        seconds: for all its fits.
    """

    model: str
    figures: dict[str, Figure]
    behind: dict[str, Figure]
    seconds: float


MODELS = ("default", "lesson", *OTHERS)


def leaderboard(results: dict[str, OutOfFold]) -> list[Entry]:
    """The models, best log-loss first; all on the same folds.

    A figure is pooled over the patients of a repeat and averaged over repeats, its interval a
    bootstrap's over patients. The difference to the model that is best in that figure comes from
    the folds' own figures, with the corrected resampled t interval: the folds are paired, which
    tells models apart that the patients' interval cannot.
    """
    pooled = {model: pooled_figures(predictions) for model, predictions in results.items()}
    by_fold = {model: fold_figures(predictions) for model, predictions in results.items()}
    best = {
        name: _best(name, {model: figures[name] for model, figures in pooled.items()})
        for name in FIGURES
    }
    entries = [
        Entry(
            model,
            _figures(predictions),
            {
                name: _behind(name, by_fold[model][name], by_fold[best[name]][name], predictions)
                for name in FIGURES
            },
            predictions.seconds,
        )
        for model, predictions in results.items()
    ]
    return sorted(entries, key=lambda entry: float(entry.figures["log_loss"].value or 0.0))


def _best(name: str, values: dict[str, float]) -> str:
    return (min if name in LOWER_IS_BETTER else max)(values, key=lambda model: values[model])


def _figures(predictions: OutOfFold) -> dict[str, Figure]:
    found = bootstrap_figures(predictions.y_true, predictions.y_score)
    return {name: found["roc_auc" if name == "auc" else name] for name in FIGURES}


def _behind(name: str, by_fold: pd.Series, best: pd.Series, predictions: OutOfFold) -> Figure:
    difference = (by_fold - best).to_numpy() * (1 if name in LOWER_IS_BETTER else -1)
    half = corrected_half_width(difference, n_splits=predictions.n_folds)
    mean = float(difference.mean())
    return Figure(mean, mean - half, mean + half)


def run_leaderboard(
    cohort: Cohort, *, folds: Folds, models: Sequence[str] = MODELS, on_model: OnModel | None = None
) -> dict[str, OutOfFold]:
    """Every model's out-of-fold predictions on the same folds.

    Args:
        cohort: the patients.
        folds: how they are cut.
        models: names among `MODELS`.
        on_model: sees the progress.
    """
    results: dict[str, OutOfFold] = {}
    for model in models:

        def tell(share: float, model: str = model) -> None:
            if on_model is not None:
                on_model(model, share)

        tell(0.0)
        results[model] = cross_validate(cohort, model, folds=folds, on_share=tell)
    return results
