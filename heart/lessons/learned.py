"""A small network that learns points: by which recipe, and how its loss and accuracy went."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from heart.config import Settings
from heart.lessons.mlp import PointMLP, Points, fit, member_scores
from heart.lessons.points import Parts
from heart.model.loop import EpochRecord, OnEpochEnd

MAX_RECORDS = 60
STEPS_AN_EPOCH = 8


class Learned(NamedTuple):
    """A trained network and how it got there.

    Attributes:
        network: one member.
        curves: one row an epoch looked at and part: `epoch`, `part` ("train" or "test"), `loss`
            (nats), `accuracy` (0-1).
        best_epoch: the epoch of its weights.
        train_accuracy: of the weights it has now, as are the others.
        test_accuracy: 0-1.
        train_loss: nats.
        test_loss: nats.
    """

    network: PointMLP
    curves: pd.DataFrame
    best_epoch: int
    train_accuracy: float
    test_accuracy: float
    train_loss: float
    test_loss: float


class Curves:
    """An `on_epoch_end` that looks at train and test, at most `MAX_RECORDS` times, with nothing
    dropped.
    """

    def __init__(self, network: PointMLP, parts: Parts, max_epochs: int) -> None:
        self._network, self._parts = network, parts
        self._every = -(-max_epochs // MAX_RECORDS)
        self._rows: list[tuple[int, str, float, float]] = []

    def __call__(self, record: EpochRecord) -> None:
        """Note the epoch, if it is one of those."""
        if record.epoch == 1 or record.epoch % self._every == 0:
            for part, points in self._parts._asdict().items():
                loss, accuracy = member_scores(self._network, points)
                self._rows.append((record.epoch, part, float(loss[0]), float(accuracy[0])))

    def frame(self) -> pd.DataFrame:
        """The rows of `Learned.curves`."""
        return pd.DataFrame(self._rows, columns=["epoch", "part", "loss", "accuracy"])


def batch_size_for(n: int) -> int:
    """A batch size that gives about eight steps an epoch, and never tiny batches."""
    return max(16, -(-n // STEPS_AN_EPOCH))


def learn(
    parts: Parts,
    settings: Settings,
    *,
    activation: str = "relu",
    valid: Points | None = None,
    on_epoch_end: OnEpochEnd | None = None,
) -> Learned:
    """A network of one member for two classes (one logit) or more (softmax), taught on train.

    Args:
        parts: points of two or more classes.
        settings: of network and training; members is 1.
        activation: of the hidden units.
        valid: what to stop on, if the settings have patience.
        on_epoch_end: sees each epoch once; whatever it raises ends the training.
    """
    n_classes = len(np.unique(parts.train.y_true))
    network = PointMLP(
        parts.train.X.shape[1], n_classes if n_classes > 2 else 1, settings, activation=activation
    )
    curves = Curves(network, parts, settings.max_epochs)

    def tell(record: EpochRecord) -> None:
        curves(record)
        if on_epoch_end is not None:
            on_epoch_end(record)

    run = fit(network, parts.train, settings, valid=valid, on_epoch_end=tell)
    losses, accuracies = zip(*(member_scores(network, points) for points in parts), strict=True)
    figures = (float(scores[0]) for scores in (*accuracies, *losses))
    return Learned(network, curves.frame(), run.best_epoch[0], *figures)


class Recipe(NamedTuple):
    """A small network and how long it learns.

    Attributes:
        layers: hidden layers, 0 to 4.
        units: in each of them.
        activation: "relu", "tanh" or "none".
        epochs: passes over the train part.
        lr: step size.
        random_state: seed of weights and order.
    """

    layers: int = 1
    units: int = 8
    activation: str = "tanh"
    epochs: int = 150
    lr: float = 0.02
    random_state: int = 0

    def settings(self, n: int, *, members: int = 1) -> Settings:
        """The settings of the loop for n points.

        Raises:
            SettingsError: for a value outside its bounds.
        """
        return Settings(
            recipe="lesson",
            hidden=(self.units,) * self.layers,
            members=members,
            dropout=0.0,
            masking=0.0,
            lr=self.lr,
            weight_decay=0.0,
            batch_size=batch_size_for(n),
            max_epochs=self.epochs,
            patience=0,
            random_state=self.random_state,
            device="cpu",
        )


def learn_by(recipe: Recipe, parts: Parts, *, on_epoch_end: OnEpochEnd | None = None) -> Learned:
    """A network that learnt the train part by the recipe.

    Raises:
        SettingsError: for a value outside its bounds.
    """
    return learn(
        parts,
        recipe.settings(len(parts.train.X)),
        activation=recipe.activation,
        on_epoch_end=on_epoch_end,
    )
