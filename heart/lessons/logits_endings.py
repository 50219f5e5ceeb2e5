"""The same small network with four endings, two right and two wrong: what each learns from the
Cleveland patients.

Everything is in double precision, so that what one sees is the ending and not rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from sklearn.metrics import log_loss
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, one_hot

from heart.data import load_shipped, split_cohort
from heart.data.split import Part
from heart.errors import SettingsError
from heart.model.preprocessing import HeartPreprocessor

FloatArray = npt.NDArray[np.float64]

UNITS = 16
POSITIVE_FLOOR = float(np.log1p(np.exp(-1)))
"""0.3133 nats: the least cross-entropy of a "logit" that is really a probability and so at most 1.
"""
NEGATIVE_FLOOR = float(np.log(2))
"""0.6931 nats: the same for a healthy patient, whose "logit" is at least 0."""


def sigmoid_once(z: Tensor, y_true: Tensor) -> Tensor:
    """Mean loss of one logit, (n, 1): the loss holds the sigmoid."""
    return binary_cross_entropy_with_logits(z.squeeze(1), y_true.to(z.dtype))


def sigmoid_twice(z: Tensor, y_true: Tensor) -> Tensor:
    """The mistake: the network ends with a sigmoid, and the loss takes another."""
    return sigmoid_once(torch.sigmoid(z), y_true)


def softmax_once(z: Tensor, y_true: Tensor) -> Tensor:
    """Mean loss of two logits, (n, 2): the loss holds the softmax."""
    return cross_entropy(z, y_true)


def softmax_twice(z: Tensor, y_true: Tensor) -> Tensor:
    """The mistake: the network ends with a softmax, and the loss takes another."""
    return softmax_once(torch.softmax(z, dim=1), y_true)


class Ending(NamedTuple):
    """The end of a network.

    Attributes:
        n_outputs: 1 or 2.
        loss: mean loss of outputs and classes.
        score: the probability of disease, (n,), as its user reads it: the loss's own sigmoid or
            softmax of what comes out.
        floors: the loss that a healthy and a diseased patient can come near to but not below, in
            nats.
    """

    n_outputs: int
    loss: Callable[[Tensor, Tensor], Tensor]
    score: Callable[[Tensor], Tensor]
    floors: tuple[float, float]


ENDINGS: Mapping[str, Ending] = MappingProxyType(
    {
        "sigmoid once": Ending(1, sigmoid_once, lambda z: torch.sigmoid(z[:, 0]), (0.0, 0.0)),
        "softmax once": Ending(
            2, softmax_once, lambda z: torch.softmax(z, dim=1)[:, 1], (0.0, 0.0)
        ),
        "sigmoid twice": Ending(
            1,
            sigmoid_twice,
            lambda z: torch.sigmoid(torch.sigmoid(z[:, 0])),
            (NEGATIVE_FLOOR, POSITIVE_FLOOR),
        ),
        "softmax twice": Ending(
            2,
            softmax_twice,
            lambda z: torch.softmax(torch.softmax(z, dim=1), dim=1)[:, 1],
            (POSITIVE_FLOOR, POSITIVE_FLOOR),
        ),
    }
)
"""Name of each ending: how often the last function is taken, by network and loss together."""


class Inputs(NamedTuple):
    """Patients as a network reads them: X, float64, shape (n, D), categories one-hot; y_true,
    int64, shape (n,).
    """

    X: Tensor
    y_true: Tensor


class Learnt(NamedTuple):
    """What came of an ending.

    Attributes:
        losses: mean loss on train before each epoch's step and after the last, nats, shape (epochs
            + 1,).
        floor: what the train part's loss cannot go below, nats.
        y_score: probability of disease on test, shape (n,).
        y_true: outcomes on test, shape (n,).
    """

    losses: FloatArray
    floor: float
    y_score: FloatArray
    y_true: npt.NDArray[np.int64]

    @property
    def accuracy(self) -> float:
        """The share of right answers on test, with a threshold of 0.5."""
        return float(((self.y_score > 0.5) == self.y_true).mean())

    @property
    def test_loss(self) -> float:
        """Mean cross-entropy of the probabilities on test, nats."""
        return float(log_loss(self.y_true, self.y_score, labels=[0, 1]))


def learn_endings(
    *, epochs: int, lr: float, random_state: int, names: Iterable[str] = tuple(ENDINGS)
) -> dict[str, Learnt]:
    """What each ending learns from Cleveland's train part, from the same first weights, by the
    whole part at each step.

    Args:
        epochs: steps of Adam.
        lr: step size.
        random_state: seed of the split and of the first weights.
        names: which endings.

    Raises:
        SettingsError: if there is no epoch or the step size is not positive.
    """
    if epochs < 1 or lr <= 0:
        raise SettingsError(
            "at least 1 epoch and a positive learning rate",
            f"{epochs} and {lr:g}",
            "Choose larger values.",
        )
    train, test = load_inputs(random_state)
    return {
        name: _learn(ENDINGS[name], train, test, epochs=epochs, lr=lr, random_state=random_state)
        for name in names
    }


def load_inputs(random_state: int) -> tuple[Inputs, Inputs]:
    """Cleveland's train and test part, scaled and encoded by what train alone holds."""
    split = split_cohort(load_shipped("cleveland"), random_state=random_state)
    preprocessor = HeartPreprocessor().fit(split.train.features)
    return _encode(preprocessor, split.train), _encode(preprocessor, split.test)


def _encode(preprocessor: HeartPreprocessor, part: Part) -> Inputs:
    numeric, codes = preprocessor.encode(part.features)
    flags = [
        one_hot(torch.tensor(codes[:, j]), size)
        for j, size in enumerate(preprocessor.cardinalities)
    ]
    return Inputs(
        torch.cat([torch.tensor(numeric), *flags], dim=1).double(), torch.tensor(part.y_true)
    )


def first_weights(n_inputs: int, n_outputs: int, *, random_state: int) -> list[Tensor]:
    """Weights and biases of the hidden and the last layer, the first ones of every ending alike.

    Two logits are minus and plus half of the one, so that their difference is the one. Uniform, as
    in `torch.nn.Linear`.
    """
    generator = torch.Generator().manual_seed(random_state)

    def draw(n_in: int, *shape: int) -> Tensor:
        drawn: Tensor = torch.rand(*shape, generator=generator, dtype=torch.float64)
        spread: Tensor = (drawn * 2 - 1) / n_in**0.5
        return spread

    hidden = [draw(n_inputs, n_inputs, UNITS), draw(n_inputs, UNITS)]
    last = [draw(UNITS, UNITS, 1), draw(UNITS, 1)]
    return hidden + (
        last if n_outputs == 1 else [torch.cat([-each / 2, each / 2], dim=-1) for each in last]
    )


def network_outputs(X: Tensor, weights: list[Tensor]) -> Tensor:
    """What the network gives, (n, 1) or (n, 2): its last layer only weighs and adds, so these are
    logits.
    """
    W, b, w, c = weights
    outputs: Tensor = torch.tanh(X @ W + b) @ w + c
    return outputs


def _learn(
    ending: Ending, train: Inputs, test: Inputs, *, epochs: int, lr: float, random_state: int
) -> Learnt:
    weights = [
        each.requires_grad_()
        for each in first_weights(train.X.shape[1], ending.n_outputs, random_state=random_state)
    ]
    # two logits that each take half a step move apart by one
    groups = [
        {"params": weights[:2], "lr": lr},
        {"params": weights[2:], "lr": lr / ending.n_outputs},
    ]
    optimiser = torch.optim.Adam(groups, fused=True)
    losses = []
    for _ in range(epochs):
        optimiser.zero_grad()
        loss = ending.loss(network_outputs(train.X, weights), train.y_true)
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    with torch.no_grad():
        losses.append(ending.loss(network_outputs(train.X, weights), train.y_true).item())
        y_score = ending.score(network_outputs(test.X, weights)).numpy()
    floor = float(np.asarray(ending.floors)[train.y_true].mean())
    return Learnt(np.array(losses), floor, y_score, test.y_true.numpy())
