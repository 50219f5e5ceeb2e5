"""An embedding followed by a linear layer is one-hot times a matrix that is a product of two."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn.functional import embedding, one_hot

from heart.errors import SettingsError

FloatArray = npt.NDArray[np.float64]
MAX_SIZE = 64


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
