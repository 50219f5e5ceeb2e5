"""What each step of a work-up adds: out-of-fold answers with later measurements hidden."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from heart.config import Settings
from heart.data import Cohort
from heart.errors import SettingsError
from heart.evaluation.fees import FEES, Fees, Step, comes_later, cost_of
from heart.evaluation.intervals import corrected_half_width
from heart.evaluation.metrics import FloatArray, IntArray, score_all
from heart.evaluation.out_of_fold import OutOfFold
from heart.experiments.cross_validation import Folds, Predict, fit_each
from heart.model.side_by_side import OnShare
from heart.schema import FEATURE_NAMES

NOTHING_YET = "Nothing known"
HELPS, MAY_HELP, NOTHING = "helps", "may help", "buys nothing"
UNTOLD = "hardly measured"
"""What is said of a step that most patients of the cohort did not have."""

ENOUGH = 0.5
"""Share of the patients who must have had a step for a verdict on it."""

WORTH = 0.01
"""Nats: a step that lowers the log-loss by less gives what turned out to be so not even 1 % more
probability (geometric mean, exp(0.01) = 1.01).
"""

REPEATS = 2
"""How often the patients are cut anew where nothing else is said."""

CLIP = 1e-15
"""As scikit-learn's log_loss does for probabilities of 0 and 1."""


class Fit(NamedTuple):
    """One fold of one repeat.

    Attributes:
        test: rows that the fit did not see.
        predict: features to probabilities.
    """

    test: IntArray
    predict: Predict


class WorkUp:
    """A recipe's fits, one a fold, which answer for any set of known features: they were trained
    with values hidden at random, so nothing is trained again when steps are reordered. Answers are
    kept by what is known.

    Args:
        features: canonical features of all patients, shape (n, 13).
        y_true: 0 or 1, shape (n,).
        fits: repeat after repeat, fold after fold.
        folds: how the patients were cut.
        answers: those that are there already, by what is known; with no fits there are no others.
    """

    def __init__(
        self,
        features: pd.DataFrame,
        y_true: IntArray,
        fits: Sequence[Fit],
        folds: Folds,
        *,
        answers: Mapping[frozenset[str], OutOfFold] | None = None,
    ) -> None:
        self.features, self.y_true, self.folds = features, y_true, folds
        self._fits = tuple(fits)
        self._answers: dict[frozenset[str], OutOfFold] = dict(answers or {})

    def answers(self, known: Collection[str]) -> OutOfFold:
        """The out-of-fold answers when only these features are known."""
        key = frozenset(known)
        if key not in self._answers:
            if not self._fits:
                raise KeyError(f"no answer is stored for {sorted(key)}")
            self._answers[key] = self._predict(hide(self.features, key))
        return self._answers[key]

    def _predict(self, shown: pd.DataFrame) -> OutOfFold:
        shape = (self.folds.n_repeats, len(self.y_true))
        y_score, fold = np.empty(shape), np.empty(shape, dtype=np.int64)
        for i, fit in enumerate(self._fits):
            repeat, part = divmod(i, self.folds.n_splits)
            y_score[repeat, fit.test] = fit.predict(shown.iloc[fit.test])
            fold[repeat, fit.test] = part
        return OutOfFold(self.y_true, y_score, fold, 0.0)


def hide(features: pd.DataFrame, known: Collection[str]) -> pd.DataFrame:
    """The same patients, of whom nothing but these features is known."""
    nobody = np.zeros(len(features), dtype=np.bool_)
    unknown = [name for name in features.columns if name not in known]
    return features.assign(**{name: features[name].where(nobody) for name in unknown})


def fit_work_up(
    cohort: Cohort,
    settings: Settings,
    *,
    folds: Folds,
    used: Sequence[str] = FEATURE_NAMES,
    scheduler: str | None = None,
    on_share: OnShare | None = None,
) -> WorkUp:
    """Train the settings once a fold.

    Args:
        cohort: the patients.
        settings: of a recipe that hides values in training.
        folds: how the patients are cut.
        used: names of the features that the model gets.
        scheduler: of workers that share the fits (`heart.cluster`); the answers are the same to
            rounding.
        on_share: sees the share of the work that is done; whatever it raises ends it.

    Raises:
        SettingsError: for settings without masking: what such a model says of hidden values has no
            meaning.
        SplitError: if a class has fewer different patients than there are folds.
        ClusterError: if the scheduler cannot be used or is lost.
    """
    if settings.masking == 0:
        raise SettingsError(
            "a recipe that hides values in training (masking above 0)",
            f"{settings.recipe!r} with masking 0",
            "Its answers with measurements hidden would mean nothing; use the default recipe.",
        )
    splits = folds.split(cohort.features, cohort.y_true)
    names = list(used)
    models = fit_each(
        cohort.features[names],
        cohort.y_true,
        [train for train, _ in splits],
        settings,
        scheduler=scheduler,
        on_share=on_share,
    )
    fits = [
        Fit(test, partial(_predict_from, names, predict))
        for predict, (_, test) in zip(models, splits, strict=True)
    ]
    return WorkUp(cohort.features, cohort.y_true, fits, folds)


def _predict_from(names: list[str], predict: Predict, shown: pd.DataFrame) -> FloatArray:
    """What was learnt from some of the features, for frames with all of them."""
    return predict(shown[names])


def work_up_table(
    work_up: WorkUp, steps: Sequence[Step], *, threshold: float, fees: Fees = FEES
) -> pd.DataFrame:
    """What is known after each step, one row a step, the first one before any.

    Columns: `step` (title), `measured` (share of the patients of whom the step's features are
    known, NaN before any), `cost` of the step and `cumulated` (dollars a patient, all of whom are
    examined so), `later` (whether its result comes later), `roc_auc`, `log_loss` and `net_benefit`
    at the threshold, each over all patients of a repeat and averaged over repeats (before any step
    no AUC: all get one answer); and `gain`, by
    how much the step lowers the log-loss, mean over folds, with `gain_low` and `gain_high`
    (corrected resampled t, Nadeau and Bengio 2003), and the `verdict` on it.

    Net benefit is TP/n - FP/n * t / (1 - t) (Vickers and Elkin 2006).

    Args:
        work_up: the fits.
        steps: in the order in which they are done, each once.
        threshold: of the decision.
        fees: by feature.
    """
    known: list[str] = []
    before = work_up.answers(known)
    # all get one answer, and there is nothing to rank but rounding
    start = {**_figures(before, threshold), "roc_auc": np.nan}
    rows: list[dict[str, object]] = [{"step": NOTHING_YET, "cost": 0.0, "later": False, **start}]
    for step in steps:
        cost = cost_of(step.features, before=known, fees=fees)
        known = [*known, *step.features]
        after = work_up.answers(known)
        measured = float(work_up.features[list(step.features)].notna().to_numpy().mean())
        rows.append(
            {
                "step": step.title,
                "measured": measured,
                "cost": cost,
                "later": comes_later(step.features, fees),
                **_figures(after, threshold),
                **_gain(before, after, measured=measured),
            }
        )
        before = after
    names = ["step", "measured", "cost", "later", "roc_auc", "log_loss", "net_benefit"]
    table = pd.DataFrame(rows, columns=[*names, "gain", "gain_low", "gain_high", "verdict"])
    return table.assign(cumulated=table["cost"].cumsum())


def _figures(predictions: OutOfFold, threshold: float) -> dict[str, float]:
    """Means over repeats; without both classes there is no AUC."""
    rows = [
        score_all(predictions.y_true, scores)
        | {"net_benefit": net_benefit(predictions.y_true, scores, threshold)}
        for scores in predictions.y_score
    ]
    names = [name for name in ("roc_auc", "log_loss", "net_benefit") if name in rows[0]]
    return {name: float(np.mean([row[name] for row in rows])) for name in names}


def net_benefit(y_true: IntArray, y_score: FloatArray, threshold: float) -> float:
    """TP/n - FP/n * t / (1 - t), in true positives a patient (Vickers and Elkin 2006); NaN at a
    threshold of 1, where a false alarm weighs without end.
    """
    if threshold >= 1:
        return float("nan")
    positive = y_score >= threshold
    odds = threshold / (1 - threshold)
    return float(np.mean(positive & (y_true == 1)) - np.mean(positive & (y_true == 0)) * odds)


def _gain(before: OutOfFold, after: OutOfFold, *, measured: float) -> dict[str, float | str]:
    """By how much the log-loss falls, fold by fold."""
    falls = _fold_losses(before) - _fold_losses(after)
    half = corrected_half_width(falls, n_splits=after.n_folds)
    mean = float(falls.mean())
    verdict = judge_gain(mean, mean - half) if measured >= ENOUGH else UNTOLD
    return {"gain": mean, "gain_low": mean - half, "gain_high": mean + half, "verdict": verdict}


def judge_gain(gain: float, low: float) -> str:
    """Whether a step lowers the log-loss: beyond doubt, perhaps, or by nothing that is worth
    anything.
    """
    if low > 0:
        return HELPS
    return MAY_HELP if gain >= WORTH else NOTHING


def _fold_losses(predictions: OutOfFold) -> FloatArray:
    """Log-loss of each fold, repeat after repeat, shape (repeats * folds,)."""
    scores = np.clip(predictions.y_score, CLIP, 1 - CLIP)
    losses = -np.log(np.where(predictions.y_true == 1, scores, 1 - scores))
    return np.array(
        [
            each[fold == k].mean()
            for each, fold in zip(losses, predictions.fold, strict=True)
            for k in range(predictions.n_folds)
        ]
    )
