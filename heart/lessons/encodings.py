"""One category as a number, as one-hot and as a vector: what a linear unit can say of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import permutations
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from scipy.stats import chi2
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import LabelEncoder
from torch import Tensor
from torch.nn.functional import embedding, one_hot

from heart.data import Cohort
from heart.errors import SettingsError
from heart.evaluation.intervals import proportion
from heart.schema import FEATURES, feature

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

MAX_SIZE = 64
"""Of a table of vectors or a layer, in each direction."""

CATEGORIES = tuple(f.name for f in FEATURES if f.encoding == "label")
ORDERS = ("LabelEncoder", "by share of disease", "worst")
"""LabelEncoder's is the sorted order of the codes; the other two have looked at the outcomes."""


class Heights(NamedTuple):
    """The best line over the positions, and the best height for each category by itself; in
    log-odds of disease.

    Attributes:
        weight: the line's slope, a position.
        bias: the line's height at position 0.
        line: float64, shape (K,): weight * position + bias.
        free: float64, shape (K,).
        line_loss: mean log-loss of the line, nats a patient.
        free_loss: that of the free heights, which is never greater.
        chance: how often the free heights would gain that much if a line were the truth (0-1;
            likelihood-ratio test, Wilks 1938).
    """

    weight: float
    bias: float
    line: FloatArray
    free: FloatArray
    line_loss: float
    free_loss: float
    chance: float


def category_table(cohort: Cohort, name: str) -> pd.DataFrame:
    """One row a category, in the order of LabelEncoder's codes; patients without a value are left
    out.

    Columns: `code`, `value` (as in the data), `category` (in words), `n`, `diseased`, `log_odds`
    (observed, of disease), `low` and `high`: its 95 % interval (of Clopper and Pearson's shares).
    Where all or none are diseased, log-odds are infinite.

    Raises:
        SettingsError: if the feature is not among `CATEGORIES`.
    """
    if name not in CATEGORIES:
        raise SettingsError.unknown("a category", name, CATEGORIES)
    known = cohort.features[name].notna().to_numpy()
    encoder = LabelEncoder()
    codes = encoder.fit_transform(cohort.features[name][known].to_numpy())
    diseased = np.bincount(codes, weights=cohort.y_true[known]).astype(np.int64)
    counts = np.bincount(codes)
    shares = [proportion(int(k), int(n)) for k, n in zip(diseased, counts, strict=True)]
    with np.errstate(divide="ignore"):
        odds = {
            part: _log_odds([getattr(share, part) for share in shares])
            for part in ("value", "low", "high")
        }
    words = [feature(name).describe(value) for value in encoder.classes_.tolist()]
    return pd.DataFrame(
        {
            "code": np.arange(len(words)),
            "value": encoder.classes_,
            "category": words,
            "n": counts,
            "diseased": diseased,
        }
        | {"log_odds": odds["value"], "low": odds["low"], "high": odds["high"]}
    )


def _log_odds(shares: list[float]) -> FloatArray:
    share = np.array(shares)
    return np.asarray(np.log(share) - np.log1p(-share))


def fit_heights(n: IntArray, diseased: IntArray, position: IntArray) -> Heights:
    """The most likely line and the most likely free heights: logistic regression without a penalty,
    on the position and on one-hot.

    Args:
        n: patients of each category, shape (K,).
        diseased: those of them who are diseased, shape (K,); neither all nor none.
        position: the number that stands for each category, shape (K,).
    """
    one_hot = np.eye(len(n))
    sloped = _fit(position[:, None].astype(np.float64), n, diseased, fit_intercept=True)
    stepped = _fit(one_hot, n, diseased, fit_intercept=False)
    weight, bias = float(sloped.coef_[0, 0]), float(sloped.intercept_[0])
    line, free = np.asarray(weight * position + bias, dtype=np.float64), stepped.coef_[0]
    line_loss, free_loss = _mean_loss(line, n, diseased), _mean_loss(free, n, diseased)
    freedom = len(n) - 2
    gain = 2 * float(n.sum()) * (line_loss - free_loss)
    chance = float(chi2.sf(gain, freedom)) if freedom else 1.0
    return Heights(weight, bias, line, free, line_loss, free_loss, chance)


def _fit(
    X: FloatArray, n: IntArray, diseased: IntArray, *, fit_intercept: bool
) -> LogisticRegression:
    """Each category stands for its healthy and its diseased patients."""
    y_true = np.repeat([0, 1], len(n))
    weights = np.concatenate([n - diseased, diseased])
    model = LogisticRegression(
        C=np.inf, solver="newton-cholesky", tol=1e-10, fit_intercept=fit_intercept
    )
    return model.fit(np.concatenate([X, X]), y_true, sample_weight=weights)


def _mean_loss(height: FloatArray, n: IntArray, diseased: IntArray) -> float:
    """Mean log-loss in nats a patient, of logits."""
    total = diseased * np.logaddexp(0, -height) + (n - diseased) * np.logaddexp(0, height)
    return float(total.sum() / n.sum())


def order_losses(n: IntArray, diseased: IntArray) -> Mapping[tuple[int, ...], float]:
    """The line's mean log-loss for every order of the categories: the positions of category 0, 1, …
    and the nats a patient.
    """
    return _order_losses(tuple(n.tolist()), tuple(diseased.tolist()))


@lru_cache(maxsize=16)  # 24 fits take 0.1 s, and the page asks at each move
def _order_losses(n: tuple[int, ...], diseased: tuple[int, ...]) -> Mapping[tuple[int, ...], float]:
    counts = np.array(n), np.array(diseased)
    return MappingProxyType(
        {
            order: fit_heights(*counts, np.array(order)).line_loss
            for order in permutations(range(len(n)))
        }
    )


def positions_of(n: IntArray, diseased: IntArray, order: str) -> IntArray:
    """Each category's position in an order of `ORDERS`, int64, shape (K,).

    Raises:
        SettingsError: for another order.
    """
    if order not in ORDERS:
        raise SettingsError.unknown("an order", order, ORDERS)
    if order == "LabelEncoder":
        return np.arange(len(n))
    if order == "worst":
        losses = order_losses(n, diseased)
        return np.array(max(losses, key=lambda positions: losses[positions]))
    return np.argsort(np.argsort(diseased / n))


class Factorised(NamedTuple):
    """A table of vectors and a linear layer, drawn at random.

    Attributes:
        vectors: E, float64, shape (K, d): one row a category.
        weights: W, float64, shape (d, H).
        product: E W, float64, shape (K, H): what each category adds to each hidden unit.
        rank: of the product.
        difference: the largest difference between the two ways over some patients.
    """

    vectors: FloatArray
    weights: FloatArray
    product: FloatArray
    rank: int
    difference: float

    @property
    def n_factorised(self) -> int:
        """How many numbers the embedding and the layer have to learn."""
        return self.vectors.size + self.weights.size

    @property
    def n_direct(self) -> int:
        """How many one-hot and the layer have to."""
        return self.product.size


def factorise(n_categories: int, *, dim: int, n_units: int, random_state: int) -> Factorised:
    """Both ways for each category.

    Args:
        n_categories: K.
        dim: d, the length of a vector.
        n_units: H, the units of the first hidden layer.
        random_state: seed of the vectors and weights.

    Raises:
        SettingsError: for a size that is not between 1 and 64.
    """
    for size in (n_categories, dim, n_units):
        if not 1 <= size <= MAX_SIZE:
            raise SettingsError(
                f"sizes from 1 to {MAX_SIZE}", str(size), "Choose a smaller or larger one."
            )
    generator = torch.Generator().manual_seed(random_state)
    vectors = torch.randn(n_categories, dim, generator=generator, dtype=torch.float64)
    weights = torch.randn(dim, n_units, generator=generator, dtype=torch.float64)
    codes = torch.arange(n_categories)
    difference = (
        (through_embedding(codes, vectors, weights) - through_one_hot(codes, vectors, weights))
        .abs()
        .max()
    )
    product = vectors @ weights
    rank = int(torch.linalg.matrix_rank(product))
    return Factorised(vectors.numpy(), weights.numpy(), product.numpy(), rank, float(difference))


def through_embedding(codes: Tensor, vectors: Tensor, weights: Tensor) -> Tensor:
    """Look up each code's vector, then the linear layer: (n,) int64, (K, d) and (d, H)
    to (n, H).
    """
    return embedding(codes, vectors) @ weights


def through_one_hot(codes: Tensor, vectors: Tensor, weights: Tensor) -> Tensor:
    """Write each code as a row of zeros with a single one, then one matrix: (n,) int64, (K, d) and
    (d, H) to (n, H).
    """
    return one_hot(codes, len(vectors)).to(vectors.dtype) @ (vectors @ weights)
