"""Other hospitals: trained on one, tested on the others, with what each lacks and what a few local
patients would mend.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from heart.bundle import Bundle
from heart.bundle.learnt import Learnt
from heart.cluster.spread import spread_all
from heart.config import Settings
from heart.data import SHIPPED, Cohort, load_shipped
from heart.evaluation.calibration import calibration_of, intercept_of, to_logits
from heart.evaluation.judged import Judged, PartMetrics, judge, metrics_at, score_part
from heart.evaluation.metrics import CLIPPED
from heart.model.classifier import HeartClassifier
from heart.schema import FEATURE_NAMES

LACKING = 0.5
"""A hospital lacks a feature if more than this share of its patients have no value of it."""

DETRANO = MappingProxyType({"hungary": 0.77, "va_long_beach": 0.79, "switzerland": 0.81})
"""Accuracy at 0.5 of the 1989 study, trained on Cleveland (Detrano et al., American Journal of
Cardiology 64:304-310), of 425, 200 and 143 patients: the tables have 294, 200 and 123.
"""

LOCAL_SIZES = (5, 10, 20, 40, 80)


class External(NamedTuple):
    """A model of one hospital's patients, tested on another's.

    Attributes:
        trained_on, tested_on: names of the cohorts.
        features: "all", or "shared" for a second model without the features that the tested
            hospital lacks.
        lacking: those features.
        judged: how it does on the tested hospital's patients, at a threshold of 0.5.
    """

    trained_on: str
    tested_on: str
    features: str
    lacking: tuple[str, ...]
    judged: Judged


def lacking_features(cohort: Cohort) -> tuple[str, ...]:
    """The features of which most of a cohort's patients have no value."""
    return tuple(name for name in FEATURE_NAMES if cohort.report.missing[name] > LACKING * cohort.n)


def judge_elsewhere(
    trained_on: str,
    settings: Settings,
    *,
    used: tuple[str, ...] = FEATURE_NAMES,
    others: tuple[str, ...] | None = None,
    scheduler: str | None = None,
    on_share: Callable[[float], object] | None = None,
) -> list[External]:
    """A model of one shipped cohort on each of the others: with all features, and with those that
    the other hospital has.

    Nothing of a tested hospital is used: the model stops early on held-out patients of its own.

    Args:
        trained_on: name of a shipped cohort, or several joined with "+".
        settings: of the model.
        used: names of the features that the model gets.
        others: cohorts to test on; by default all shipped ones that it was not trained on.
        scheduler: of workers that share the hospitals (`heart.cluster`).
        on_share: sees the share of the work that is done; whatever it raises ends it.

    Raises:
        ClusterError: if the scheduler cannot be used or is lost.
    """
    tested = _other_hospitals(trained_on) if others is None else others
    if scheduler is not None:
        given = (trained_on, settings, used)
        found = spread_all(_judge_at, tested, shared=given, scheduler=scheduler, on_share=on_share)
        return [external for externals_of_one in found for external in externals_of_one]
    home = load_shipped(trained_on)

    @cache  # two hospitals may lack the same
    def fit(features: tuple[str, ...]) -> HeartClassifier:
        return HeartClassifier.from_settings(settings).fit(
            home.features[list(features)], home.y_true
        )

    externals: list[External] = []
    fit(used)
    for i, name in enumerate(tested):
        cohort = load_shipped(name)
        lacking = tuple(feature for feature in lacking_features(cohort) if feature in used)
        shared = tuple(feature for feature in used if feature not in lacking)
        sets = {"all": used, "shared": shared} if lacking and shared else {"all": used}
        for which, features in sets.items():
            y_score = fit(features).predict_proba(cohort.features[list(features)])[:, 1]
            externals.append(restore_external(trained_on, name, which, lacking, y_score=y_score))
        if on_share is not None:
            on_share((i + 1) / len(tested))
    return externals


def _judge_at(shared: tuple[str, Settings, tuple[str, ...]], name: str) -> list[External]:
    trained_on, settings, used = shared
    return judge_elsewhere(trained_on, settings, used=used, others=(name,))


def _other_hospitals(trained_on: str) -> tuple[str, ...]:
    return tuple(name for name in SHIPPED if name not in trained_on.split("+"))


def judge_itself(bundle: Bundle, learnt: Learnt | None, *, threshold: float) -> tuple[Judged, ...]:
    """A bundle's own weights at each shipped hospital of which no patient is in a part of its; each
    is named as in `SHIPPED`.

    Args:
        bundle: the model.
        learnt: from whom it has learnt; None where that is not known, and the hospitals are left
            out that it names.
        threshold: disease is predicted at this probability and above.
    """
    own = bundle.data.cohort.split("+") if learnt is None else learnt.hospitals
    cohorts = [load_shipped(name) for name in SHIPPED if name not in own]
    return tuple(
        judge(
            cohort.y_true,
            bundle.predict_proba(cohort.features),
            threshold=threshold,
            name=SHIPPED[cohort.name],
        )
        for cohort in cohorts
    )


def restore_external(
    trained_on: str,
    tested_on: str,
    features: str,
    lacking: Sequence[str],
    *,
    y_score: npt.NDArray[np.float64],
    scores: PartMetrics | None = None,
) -> External:
    """The probabilities of all patients of a shipped hospital, judged at a threshold of 0.5.

    Args:
        trained_on: name of the cohort that the model learnt from.
        tested_on: name of the hospital.
        features: "all" or "shared".
        lacking: features that the hospital lacks.
        y_score: probabilities, shape (n,).
        scores: their `score_part`, where it was computed before.
    """
    y_true = load_shipped(tested_on).y_true
    judged = Judged(
        tested_on,
        y_true,
        y_score,
        metrics_at(y_true, y_score, 0.5),
        score_part(y_true, y_score) if scores is None else scores,
        calibration_of(y_true, y_score),
    )
    return External(trained_on, tested_on, features, tuple(lacking), judged)


def local_recalibration(
    y_true: npt.NDArray[np.int64],
    y_score: npt.NDArray[np.float64],
    *,
    random_state: int = 0,
    draws: int = 200,
) -> pd.DataFrame:
    """What n local patients mend: the log-loss (nats) of the others after the intercept was fitted
    on n of them.

    Columns: `patients`, and over random draws the `median` and the 10th and 90th percentile, `low`
    and `high`. The first row, of 0 patients, is the model as it is. With few patients of one class
    the fitted shift would be infinite: half a patient of each kind is added, as in Haldane's
    correction.

    Args:
        y_true: 0 or 1, shape (n,).
        y_score: probabilities, shape (n,).
        random_state: seed of the draws.
        draws: random choices of the n patients.
    """
    rng = np.random.default_rng(random_state)
    logits = to_logits(y_score, edge=CLIPPED)  # so that the first row is the table's log-loss
    before = _log_loss(y_true, logits)
    rows = [(0, before, before, before)]
    for n in (size for size in LOCAL_SIZES if size <= len(y_true) // 2):
        losses = []
        for _ in range(draws):
            order = rng.permutation(len(y_true))
            local, rest = order[:n], order[n:]
            shift = _shrunken_intercept(y_true[local], logits[local])
            losses.append(_log_loss(y_true[rest], logits[rest] + shift))
        median, low, high = np.quantile(losses, [0.5, 0.1, 0.9]).tolist()
        rows.append((n, median, low, high))
    return pd.DataFrame(rows, columns=["patients", "median", "low", "high"])


def _log_loss(y_true: npt.NDArray[np.int64], logits: npt.NDArray[np.float64]) -> float:
    """Log-loss (nats) of log-odds; a thousand of them take a twentieth of scikit-learn's time."""
    return float(np.mean(np.logaddexp(0.0, logits) - y_true * logits))


def _shrunken_intercept(y_true: npt.NDArray[np.int64], logits: npt.NDArray[np.float64]) -> float:
    """The intercept of these patients and one more of each outcome, of half a patient's weight, at
    the model's own mean.
    """
    middle = np.full(2, logits.mean())
    return intercept_of(
        np.concatenate([np.repeat(y_true, 2), [0, 1]]),
        np.concatenate([np.repeat(logits, 2), middle]),
    )
