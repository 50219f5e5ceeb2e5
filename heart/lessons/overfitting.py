"""How large a network may be, on two half moons: too small, too large, and large but held back; and
where between them it is best.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from heart.config import Settings
from heart.lessons.learned import Learned, batch_size_for, learn
from heart.lessons.mlp import PointMLP, Points, fit, member_scores
from heart.lessons.points import Parts, sample_moons
from heart.model.batches import MemberRows
from heart.model.loop import OnEpochEnd

N_POINTS, NOISE = 300, 0.3
N_TRAIN, N_TEST = 200, 1_000
TEST_SEED = 1_000
"""Added to the seed of the points to judge by, so that they are others."""

WIDE = (256, 256, 256)

WIDTHS = (2, 4, 8, 16, 32, 64, 128, 256)
DECAYS = (0.0, 1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0)
SEEDS = 4
SWEEP_EPOCHS = 150


class Moons(NamedTuple):
    """300 points, 200 to learn from and 100 to stop on, and 1,000 more to judge by: made points
    cost nothing.
    """

    train: Points
    valid: Points
    test: Points


class Held(NamedTuple):
    """What holds a large network back.

    Attributes:
        dropout: share of hidden units switched off in each step.
        weight_decay: of AdamW.
        patience: epochs without a better valid loss before it stops; 0 goes on to the end.
    """

    dropout: float = 0.5
    weight_decay: float = 1.0
    patience: int = 30


def make_moons_parts(*, random_state: int) -> Moons:
    """Two half moons, noise 0.30; the seed decides all points."""
    made, test = (
        sample_moons(N_POINTS, noise=NOISE, random_state=random_state),
        sample_moons(N_TEST, noise=NOISE, random_state=random_state + TEST_SEED),
    )
    first, rest = (
        Points(made.X[rows], made.y_true[rows]) for rows in (slice(N_TRAIN), slice(N_TRAIN, None))
    )
    return Moons(first, rest, test)


def settings_for(
    hidden: tuple[int, ...],
    *,
    lr: float,
    max_epochs: int,
    random_state: int,
    held: Held | None = None,
    members: int = 1,
) -> Settings:
    """The settings of one of these networks; without `held` nothing holds it back."""
    dropout, weight_decay, patience = held or Held(0.0, 0.0, 0)
    return Settings(
        recipe="lesson",
        hidden=hidden,
        members=members,
        dropout=dropout,
        masking=0.0,
        lr=lr,
        weight_decay=weight_decay,
        batch_size=batch_size_for(N_TRAIN),
        max_epochs=max_epochs,
        patience=patience,
        random_state=random_state,
        device="cpu",
    )


TINY_EPOCHS, BIG_EPOCHS, HELD_EPOCHS = 200, 400, 150


def learn_tiny(
    moons: Moons, *, random_state: int, on_epoch_end: OnEpochEnd | None = None
) -> Learned:
    """Two tanh units."""
    settings = settings_for((2,), lr=0.02, max_epochs=TINY_EPOCHS, random_state=random_state)
    return learn(
        Parts(moons.train, moons.test), settings, activation="tanh", on_epoch_end=on_epoch_end
    )


def learn_big(
    moons: Moons, *, random_state: int, on_epoch_end: OnEpochEnd | None = None
) -> Learned:
    """Three layers of 256 ReLU units with nothing to hold them back; the weights that fit the train
    part best are kept.
    """
    by_train_loss = Held(0.0, 0.0, BIG_EPOCHS)
    settings = settings_for(
        WIDE, lr=0.004, max_epochs=BIG_EPOCHS, random_state=random_state, held=by_train_loss
    )
    large_batches = Settings.from_dict(
        settings.as_dict() | {"batch_size": N_TRAIN // 2}
    )  # calmer, so that the last points are learnt
    return learn(
        Parts(moons.train, moons.test), large_batches, valid=moons.train, on_epoch_end=on_epoch_end
    )


def learn_held(
    moons: Moons, held: Held, *, random_state: int, on_epoch_end: OnEpochEnd | None = None
) -> Learned:
    """The same three layers with dropout, weight decay, and stopping on the valid part.

    Raises:
        SettingsError: for a value outside its bounds.
    """
    settings = settings_for(
        WIDE, lr=0.003, max_epochs=HELD_EPOCHS, random_state=random_state, held=held
    )
    return learn(
        Parts(moons.train, moons.test), settings, valid=moons.valid, on_epoch_end=on_epoch_end
    )


class Member(NamedTuple):
    """A member of the sweep: which sweep it belongs to, its width, weight decay and seed."""

    sweep: str
    width: int
    decay: float
    seed: int


def plan_sweep() -> list[Member]:
    """Every width without decay, and the largest width with every decay, by every seed."""
    by_width = [Member("width", width, 0.0, seed) for width in WIDTHS for seed in range(SEEDS)]
    return by_width + [
        Member("decay", WIDTHS[-1], decay, seed) for decay in DECAYS for seed in range(SEEDS)
    ]


def run_sweep(
    moons: Moons, *, random_state: int, on_epoch_end: OnEpochEnd | None = None
) -> pd.DataFrame:
    """One row a member: `sweep` ("width" or "decay"), `value`, `seed`, `train_loss`, `test_loss`
    (nats), `train_accuracy`, `test_accuracy`.

    All are members of one network with one hidden layer of 256 ReLU units, in which the narrower
    ones are padded.

    Args:
        moons: the points.
        random_state: seed of the weights, with the member's own.
        on_epoch_end: sees each epoch once; whatever it raises ends the training.
    """
    plan = plan_sweep()
    settings = settings_for(
        WIDTHS[-1:], lr=0.05, max_epochs=SWEEP_EPOCHS, random_state=random_state, members=len(plan)
    )
    seeds = [member.seed for member in plan]
    network = PointMLP(2, 1, settings, widths=[member.width for member in plan], indices=seeds)
    rows = MemberRows(np.tile(np.arange(N_TRAIN), (len(plan), 1)), None, seeds, 1)
    fit(
        network,
        moons.train,
        settings,
        decays=[member.decay for member in plan],
        rows=rows,
        on_epoch_end=on_epoch_end,
    )
    columns = {}
    for part, points in (("train", moons.train), ("test", moons.test)):
        columns[f"{part}_loss"], columns[f"{part}_accuracy"] = member_scores(network, points)
    values = [float(member.width if member.sweep == "width" else member.decay) for member in plan]
    return pd.DataFrame(
        {"sweep": [member.sweep for member in plan], "value": values, "seed": seeds, **columns}
    )


def summarise_sweep(table: pd.DataFrame, sweep: str) -> pd.DataFrame:
    """One row a value, in order: `value`, `train_loss`, `test_loss`, `test_accuracy`, `low`,
    `high`, `best`.

    Figures are means over the seeds, `low` and `high` the least and the largest test loss among
    them; `best` is true at the least mean test loss.
    """
    grouped = table[table["sweep"] == sweep].groupby("value", sort=True)
    means = grouped[["train_loss", "test_loss", "test_accuracy"]].mean()
    summary = means.assign(
        low=grouped["test_loss"].min(), high=grouped["test_loss"].max()
    ).reset_index()
    return summary.assign(best=summary["test_loss"] == summary["test_loss"].min())
