"""What a visitor chooses for a small network, as plain values, and the network that
learns by it.
"""

from __future__ import annotations

from typing import NamedTuple

from heart.config import Settings
from heart.lessons.learned import Learned, batch_size_for, learn
from heart.lessons.points import Parts
from heart.model.loop import OnEpochEnd


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
