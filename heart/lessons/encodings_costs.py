"""What label codes cost a model against one column or vector a category: cross-validated, on the
same folds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn import config_context
from sklearn.linear_model import LogisticRegression

from heart.config import Settings, get_recipe
from heart.data import load_shipped
from heart.errors import SettingsError
from heart.evaluation.figures import Figure
from heart.evaluation.intervals import corrected_half_width
from heart.experiments.cross_validation import Folds, cross_validate
from heart.lessons.encodings import CATEGORIES
from heart.lessons.pipeline import roc_auc_of
from heart.model.preprocessing import Encoded, HeartPreprocessor

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

N_FOLDS = 10
COHORT = "cleveland"

NETWORKS = MappingProxyType(
    {
        "default, without masking": get_recipe("default", masking=0.0),
        "default": get_recipe("default"),
        "lesson": get_recipe("lesson", categories="embedding"),
    }
)
"""Name of each recipe that can be compared, with embeddings. Masking shows the network with codes
the code of "unknown" as one number more, which costs it extra.
"""


class FoldScores(NamedTuple):
    """Figures of every repeat and fold, float64, shape (J,): `roc_auc` and `log_loss` (nats
    a patient).
    """

    roc_auc: FloatArray
    log_loss: FloatArray


class Cost(NamedTuple):
    """How much worse codes are: mean difference over the folds with its 95 % interval; positive is
    worse.

    Attributes:
        roc_auc: of the AUC.
        log_loss: of the log-loss, nats a patient.
        better: the mean figures of the other way.
        worse: those of the codes.
    """

    roc_auc: Figure
    log_loss: Figure
    better: tuple[float, float]
    worse: tuple[float, float]


def compare_scores(free: FoldScores, coded: FoldScores) -> Cost:
    """What the codes cost; the folds are paired, the intervals corrected for their overlap (Nadeau
    and Bengio 2003).
    """
    return Cost(
        _mean_with_interval(free.roc_auc - coded.roc_auc),
        _mean_with_interval(coded.log_loss - free.log_loss),
        (float(free.roc_auc.mean()), float(free.log_loss.mean())),
        (float(coded.roc_auc.mean()), float(coded.log_loss.mean())),
    )


def _mean_with_interval(differences: FloatArray) -> Figure:
    mean, half = float(differences.mean()), corrected_half_width(differences, n_splits=N_FOLDS)
    return Figure(mean, mean - half, mean + half)


@lru_cache(maxsize=256)
def score_logistic(coded: frozenset[str], n_repeats: int, random_state: int) -> FoldScores:
    """Logistic regression on Cleveland, with these categories as label codes and the others as
    one-hot.

    Raises:
        SettingsError: if a name is not a category.
    """
    if not coded <= set(CATEGORIES):
        raise SettingsError(
            f"categories among {', '.join(CATEGORIES)}", repr(sorted(coded)), "Choose from them."
        )
    figures = []
    with config_context(assume_finite=True, skip_parameter_validation=True):
        for train, test in _folds(n_repeats, random_state):
            model = LogisticRegression(solver="newton-cholesky").fit(
                columns_of(train.encoded, train.sizes, coded), train.y_true
            )
            scores = model.predict_proba(columns_of(test.encoded, test.sizes, coded))[:, 1]
            figures.append(_figures(test.y_true, scores))
    return FoldScores(*np.array(figures).T)


class _Part(NamedTuple):
    encoded: Encoded
    sizes: tuple[int, ...]
    y_true: IntArray


@lru_cache(maxsize=4)
def _folds(n_repeats: int, random_state: int) -> list[tuple[_Part, _Part]]:
    """Train and test part of every fold, encoded by a preprocessor that was fitted on the train
    part.
    """
    cohort = load_shipped(COHORT)
    parts = []
    for train, test in Folds(N_FOLDS, n_repeats, random_state).split(
        cohort.features, cohort.y_true
    ):
        preprocessor = HeartPreprocessor().fit(cohort.features.iloc[train])
        sizes = tuple(preprocessor.cardinalities)
        pair = (
            _Part(preprocessor.encode(cohort.features.iloc[rows]), sizes, cohort.y_true[rows])
            for rows in (train, test)
        )
        parts.append((next(pair), next(pair)))
    return parts


def columns_of(encoded: Encoded, sizes: tuple[int, ...], coded: frozenset[str]) -> FloatArray:
    """What a linear model reads, float64, shape (n, columns): the numbers, then one column a coded
    category or K for one-hot.
    """
    blocks = [
        codes[:, None] if name in coded else np.eye(size)[codes]
        for name, size, codes in zip(CATEGORIES, sizes, encoded.codes.T, strict=True)
    ]
    return np.hstack([encoded.numeric, *blocks]).astype(np.float64)


def score_network(
    settings: Settings, n_repeats: int, *, on_share: Callable[[float], object] | None = None
) -> FoldScores:
    """The network of these settings on Cleveland; its folds are those of `score_logistic` with the
    same seed.
    """
    cohort = load_shipped(COHORT)
    folds = Folds(N_FOLDS, n_repeats, settings.random_state)
    out_of_fold = cross_validate(cohort, settings, folds=folds, on_share=on_share)
    tests = (
        (repeat, out_of_fold.fold[repeat] == fold)
        for repeat in range(n_repeats)
        for fold in range(N_FOLDS)
    )
    return FoldScores(
        *np.array(
            [
                _figures(out_of_fold.y_true[rows], out_of_fold.y_score[repeat, rows])
                for repeat, rows in tests
            ]
        ).T
    )


def _figures(y_true: IntArray, y_score: FloatArray) -> tuple[float, float]:
    clipped = np.clip(y_score, 1e-15, 1 - 1e-15)
    return roc_auc_of(y_true, y_score), float(
        -np.log(np.where(y_true == 1, clipped, 1 - clipped)).mean()
    )


def compare_networks(
    recipe: str,
    *,
    members: int,
    n_repeats: int,
    random_state: int,
    on_share: Callable[[float], object] | None = None,
) -> Cost:
    """What codes cost the network of a recipe against an embedding: everything else is the same.

    Args:
        recipe: among `NETWORKS`.
        members: networks whose mean probability is judged.
        n_repeats: of the 10-fold cross-validation.
        random_state: seed of the folds and of the first weights.
        on_share: sees the share of the work that is done; whatever it raises ends it.

    Raises:
        SettingsError: for another recipe or a number outside its bounds.
    """
    if recipe not in NETWORKS:
        raise SettingsError.unknown("a recipe", recipe, NETWORKS)
    tell = on_share or (lambda share: None)  # noqa: ARG005
    plain = replace(NETWORKS[recipe], members=members, random_state=random_state, device="cpu")
    free = score_network(plain, n_repeats, on_share=lambda share: tell(share / 2))
    coded = score_network(
        replace(plain, categories="codes"), n_repeats, on_share=lambda share: tell((1 + share) / 2)
    )
    return compare_scores(free, coded)
