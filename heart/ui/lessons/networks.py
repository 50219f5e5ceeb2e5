"""What the lessons with networks in the plane share: a bar while one learns, and its pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from heart.charts.lessons.regions import (
    accuracy_while_learning,
    decision_regions,
    loss_while_learning,
    region_frame,
)
from heart.lessons.learned import Learned, Recipe
from heart.lessons.mlp import PointMLP, Points
from heart.lessons.points import region_cells
from heart.model.loop import EpochRecord
from heart.shares import write_share
from heart.ui.cache import show_chart
from heart.ui.lessons.frame import choose_one, slow_bar

LRS = (0.001, 0.003, 0.01, 0.02, 0.05, 0.1)


class Picture(NamedTuple):
    """A trained network as it is shown.

    Attributes:
        regions: a `region_frame`.
        curves: a row an epoch looked at and part.
        train_accuracy: 0-1.
        test_accuracy: 0-1.
        train_loss: nats.
        test_loss: nats.
        epoch: of the weights.
    """

    regions: pd.DataFrame
    curves: pd.DataFrame
    train_accuracy: float
    test_accuracy: float
    train_loss: float
    test_loss: float
    epoch: int


@contextmanager
def epoch_bar(max_epochs: int, label: str = "Learning") -> Iterator[Callable[[EpochRecord], None]]:
    """An `on_epoch_end` that shows a bar if the training is slow."""
    with slow_bar() as tell:
        yield lambda record: tell(
            record.epoch / max_epochs, f"{label}: epoch {record.epoch} of {max_epochs}"
        )


def choose_recipe(prefix: str, start: Recipe, *, most_units: int, most_epochs: int) -> Recipe:
    """The controls of a network and its training; the seed stays that of `start`."""
    return start._replace(
        layers=st.slider(
            "Hidden layers", 0, 3, start.layers, key=f"{prefix}_layers", bind="query-params"
        ),
        units=st.slider(
            "Units in each", 1, most_units, start.units, key=f"{prefix}_units", bind="query-params"
        ),
        activation=choose_one(
            "Activation",
            ["tanh", "relu", "none"],
            default=start.activation,
            key=f"{prefix}_activation",
        ),
        epochs=st.slider(
            "Epochs",
            10,
            most_epochs,
            start.epochs,
            step=10,
            key=f"{prefix}_epochs",
            bind="query-params",
        ),
        lr=st.select_slider(
            "Learning rate", LRS, start.lr, key=f"{prefix}_lr", bind="query-params"
        ),
    )


def points_frame(shown: Mapping[str, Points]) -> pd.DataFrame:
    """One row a point of each part: `x`, `y`, `label`, `part`."""
    frames = [
        pd.DataFrame({"x": X[:, 0], "y": X[:, 1], "label": y_true, "part": part})
        for part, (X, y_true) in shown.items()
    ]
    return pd.concat(frames, ignore_index=True)


def regions_of(predict_proba: Callable[[Any], Any], shown: Mapping[str, Points]) -> pd.DataFrame:
    """A `region_frame` of what would be decided around the points that are shown, by part."""
    around = np.concatenate([points.X for points in shown.values()])
    n_classes = 1 + max(int(points.y_true.max()) for points in shown.values())
    return region_frame(
        region_cells(predict_proba, around), points_frame(shown), n_classes=n_classes
    )


def picture_of(learned: Learned, shown: Mapping[str, Points]) -> Picture:
    """A trained network as it is shown, with the points of these parts."""
    regions = regions_of(lambda X: first_member(learned.network, X), shown)
    figures = (learned.train_accuracy, learned.test_accuracy, learned.train_loss, learned.test_loss)
    return Picture(regions, learned.curves, *figures, learned.best_epoch)


def first_member(network: PointMLP, X: Any) -> Any:
    """The only member's probability of each class, shape (n, K)."""
    return network.predict_proba(X)[0]


def show_regions(title: str, picture: Picture, *, key: str) -> None:
    """Where a network decides what, and its accuracy."""
    st.markdown(f"**{title}**")
    alt = (
        f"{title}: colour of the more probable class over the plane, stronger where it is surer,"
        f" with the points; train accuracy {write_share(picture.train_accuracy)}, test accuracy"
        f" {write_share(picture.test_accuracy)}"
    )
    show_chart(decision_regions, picture.regions, alt=alt, key=key)
    train, test = st.columns(2)
    train.metric("Train accuracy", write_share(picture.train_accuracy, digits=1))
    test.metric("Test accuracy", write_share(picture.test_accuracy, digits=1))


def show_curves(picture: Picture, *, key: str) -> None:
    """Loss and accuracy of train and test while it learnt, side by side."""
    draws = {"loss": loss_while_learning, "accuracy": accuracy_while_learning}
    for column, (figure, draw) in zip(st.columns(2), draws.items(), strict=True):
        alt = f"{figure.capitalize()} of train and test against the epoch"
        show_chart(draw, picture.curves, alt=alt, key=f"{key}_{figure}", container=column)
