"""One logistic neuron in numpy: its loss, its gradient, how it learns; the same by libraries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt
import torch
from sklearn.linear_model import LogisticRegression
from torch import nn

from heart.errors import SettingsError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

STEP = 1e-5
"""Of the central differences: their error is of the order of its square, and rounding takes over
when it is much smaller.
"""


CONVERGED_LR, CONVERGED_EPOCHS = 2.0, 600
"""Enough for two standardised features: the loss's curvature is at most 0.5 there, so that a rate
below 4 cannot overshoot.
"""


class Weights(NamedTuple):
    """What a neuron knows: `w`, shape (d,), and the bias `b`. A gradient has the same form."""

    w: FloatArray
    b: float


def sigmoid(z: FloatArray) -> FloatArray:
    """1 / (1 + exp(-z)), the same shape; written with tanh, which cannot overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * z)))


def forward(X: FloatArray, at: Weights) -> FloatArray:
    """The probabilities u = sigmoid(Xw + b), shape (n,); X has shape (n, d)."""
    return sigmoid(X @ at.w + at.b)


def cross_entropy(X: FloatArray, y: IntArray, at: Weights) -> float:
    """The mean of -y log u - (1 - y) log(1 - u), in nats; from the logits, so that no logarithm of
    0 is taken.
    """
    z = X @ at.w + at.b
    return float(np.mean(np.logaddexp(0, z) - y * z))


def gradient(X: FloatArray, y: IntArray, at: Weights) -> Weights:
    """The derivatives of the loss: Xᵀ(u - y) / n by w, and the mean of u - y by b (Bishop 2006, eq.
    4.91).
    """
    wrong_by = forward(X, at) - y
    return Weights(X.T @ wrong_by / len(y), float(wrong_by.sum()) / len(y))


def numerical_gradient(X: FloatArray, y: IntArray, at: Weights, *, step: float = STEP) -> Weights:
    """The same derivatives without the formula: each weight is moved up and down a little, and the
    loss's change is divided by the way.
    """
    here = np.append(at.w, at.b)
    slopes = np.empty(len(here))
    for j, move in enumerate(step * np.eye(len(here))):
        up, down = (Weights(moved[:-1], moved[-1]) for moved in (here + move, here - move))
        slopes[j] = (cross_entropy(X, y, up) - cross_entropy(X, y, down)) / (2 * step)
    return Weights(slopes[:-1], float(slopes[-1]))


def batches(n: int, batch_size: int | None, rng: np.random.Generator) -> Iterator[IntArray | slice]:
    """The rows of each step of an epoch: all in one step, or in a new random order, `batch_size` at
    a time.
    """
    if batch_size is None:
        yield slice(None)
        return
    order = rng.permutation(n)
    for start in range(0, n, batch_size):
        yield order[start : start + batch_size]


class LogisticNeuron:
    """A neuron that learns by gradient descent.

    Args:
        lr: learning rate, above 0.
        epochs: how often every row is seen, at least 1.
        batch_size: rows a step: None takes all (batch gradient descent), k takes k (mini-batch), 1
            takes one (stochastic).
        random_state: seed of the starting weights and of the order of the rows.

    Attributes:
        weights_: what it learned.
        path_: the weights at the start and after each epoch, epochs + 1 of them.
        losses_: the loss on all rows at each of these (nats), shape (epochs + 1,).

    Example:
        >>> X = np.array([[-2.0], [-1.0], [1.0], [2.0]])
        >>> neuron = LogisticNeuron(lr=1.0, epochs=50).fit(X, np.array([0, 0, 1, 1]))
        >>> neuron.predict(X).tolist()
        [0, 0, 1, 1]
    """

    weights_: Weights
    path_: tuple[Weights, ...]
    losses_: FloatArray

    def __init__(
        self,
        *,
        lr: float = 0.3,
        epochs: int = 60,
        batch_size: int | None = None,
        random_state: int = 0,
    ) -> None:
        self.lr = lr
        self.epochs = epochs
        self.batch_size = batch_size
        self.random_state = random_state

    def fit(self, X: FloatArray, y: IntArray) -> Self:
        """This neuron, having learned from rows X, shape (n, d), and their classes y, 0 or 1, shape
        (n,).

        Raises:
            SettingsError: for a learning rate, number of epochs or batch size that is not above 0.
        """
        self._check()
        rng = np.random.default_rng(self.random_state)
        path = [Weights(rng.normal(size=(X.shape[1],)), 0.0)]
        for _ in range(self.epochs):
            path.append(self._learn_epoch(X, y, path[-1], rng))
        self.path_, self.weights_ = tuple(path), path[-1]
        self.losses_ = np.array([cross_entropy(X, y, at) for at in path])
        return self

    def _learn_epoch(
        self, X: FloatArray, y: IntArray, at: Weights, rng: np.random.Generator
    ) -> Weights:
        for rows in batches(len(y), self.batch_size, rng):
            uphill = gradient(X[rows], y[rows], at)
            at = Weights(at.w - self.lr * uphill.w, at.b - self.lr * uphill.b)
        return at

    def forward(self, X: FloatArray) -> FloatArray:
        """The probability of class 1, shape (n,)."""
        return forward(X, self.weights_)

    def predict(self, X: FloatArray, threshold: float = 0.5) -> IntArray:
        """1 where the probability is above the threshold, else 0; shape (n,)."""
        return (self.forward(X) > threshold).astype(np.int64)

    def _check(self) -> None:
        for name, value in (
            ("learning rate", self.lr),
            ("number of epochs", self.epochs),
            ("batch size", self.batch_size),
        ):
            if value is not None and not value > 0:
                raise SettingsError(f"a {name} above 0", f"{value}", f"Choose a larger {name}.")


def learn_by_torch(
    X: FloatArray, y: IntArray, start: Weights, *, lr: float, epochs: int
) -> Weights:
    """The weights of the same neuron in PyTorch, whole-batch gradient descent from the same start;
    its gradient is PyTorch's own.
    """
    linear = nn.utils.skip_init(nn.Linear, X.shape[1], 1, dtype=torch.float64)
    linear.load_state_dict(
        {
            "weight": torch.tensor(start.w)[None],
            "bias": torch.tensor([start.b], dtype=torch.float64),
        }
    )
    optimizer, loss = torch.optim.SGD(linear.parameters(), lr=lr), nn.BCEWithLogitsLoss()
    inputs, target = torch.tensor(X), torch.tensor(y, dtype=torch.float64)
    for _ in range(epochs):
        optimizer.zero_grad()
        loss(linear(inputs).squeeze(1), target).backward()
        optimizer.step()
    return Weights(linear.weight.detach().numpy()[0], float(linear.bias.detach()))


def learn_three_ways(X: FloatArray, y: IntArray) -> dict[str, Weights]:
    """The weights by hand, by PyTorch and by scikit-learn without a penalty, each after it has
    converged.
    """
    neuron = LogisticNeuron(lr=CONVERGED_LR, epochs=CONVERGED_EPOCHS).fit(X, y)
    by_torch = learn_by_torch(X, y, neuron.path_[0], lr=CONVERGED_LR, epochs=CONVERGED_EPOCHS)
    solved = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1_000).fit(X, y)
    by_sklearn = Weights(solved.coef_[0], float(solved.intercept_[0]))
    return {"by hand (numpy)": neuron.weights_, "PyTorch": by_torch, "scikit-learn": by_sklearn}
