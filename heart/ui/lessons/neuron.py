"""The lesson on a single neuron: its controls, its boundary, its gradient, and the tumours."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from heart.charts.lessons.neuron import (
    boundary_among_patients,
    loss_by_epoch,
    loss_frame,
    plane_frame,
)
from heart.lessons.neuron import (
    LogisticNeuron,
    Weights,
    cross_entropy,
    forward,
    gradient,
    learn_by_torch,
    learn_three_ways,
    numerical_gradient,
)
from heart.lessons.neuron_data import (
    Plane,
    TumourScores,
    draw_boundary,
    place_patients,
    score_tumours,
    split_tumours,
    tile_plane,
)
from heart.schema import DISEASED, FEATURES, HEALTHY, feature
from heart.shares import write_share
from heart.ui.cache import show_chart
from heart.ui.errors import errors_shown
from heart.ui.lessons.frame import choose_one, show_code

MEASURED = [entry.name for entry in FEATURES if not entry.is_coded]
LRS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
BATCHES = {"batch": None, "mini-batch": 32, "stochastic": 1}
"""Names of the ways to learn, and how many rows each takes a step."""
STEPS = {"batch": "all rows a step", "mini-batch": "32 rows a step", "stochastic": "one row a step"}


class Learning(NamedTuple):
    """How the neuron learns."""

    lr: float
    batch: str
    epochs: int
    seed: int


class Learned(NamedTuple):
    """A neuron, the patients it learned from, three implementations' weights, the least loss."""

    neuron: LogisticNeuron
    plane: Plane
    ways: dict[str, Weights]
    least: float


def _make_neuron(learning: Learning) -> LogisticNeuron:
    return LogisticNeuron(
        lr=learning.lr,
        epochs=learning.epochs,
        batch_size=BATCHES[learning.batch],
        random_state=learning.seed,
    )


@lru_cache(maxsize=30)
def _solve(first: str, second: str) -> tuple[Plane, dict[str, Weights]]:
    plane = place_patients(first, second)
    return plane, learn_three_ways(plane.X, plane.y)


@lru_cache(maxsize=32)
def _learn(first: str, second: str, learning: Learning) -> Learned:
    plane, ways = _solve(first, second)
    least = cross_entropy(plane.X, plane.y, ways["scikit-learn"])
    return Learned(_make_neuron(learning).fit(plane.X, plane.y), plane, ways, least)


@lru_cache(maxsize=32)
def _learn_tumours(learning: Learning) -> TumourScores:
    tumours = split_tumours(random_state=learning.seed)
    return score_tumours(_make_neuron(learning).fit(tumours.X_train, tumours.y_train), tumours)


def _choose_features() -> tuple[str, str]:
    first, second = (
        st.selectbox(
            f"Feature {number}",
            MEASURED,
            MEASURED.index(default),
            format_func=lambda name: feature(name).title,
            key=f"neuron_{number}",
            bind="query-params",
        )
        for number, default in ((1, "thalach"), (2, "oldpeak"))
    )
    return first, second


def _choose_learning() -> Learning:
    lr = st.select_slider("Learning rate", LRS, 0.3, key="neuron_lr", bind="query-params")
    batch = choose_one("Gradient descent", list(BATCHES), key="neuron_batch")
    st.caption(f"{STEPS[batch].capitalize()}.")
    epochs = st.slider("Epochs", 5, 80, 60, step=5, key="neuron_epochs", bind="query-params")
    seed = st.number_input("Seed", 0, 9_999, 0, key="neuron_seed", bind="query-params")
    return Learning(lr, batch, epochs, seed)


@st.fragment
def show_neuron() -> None:
    """The controls, the boundary, the gradient, the three implementations, and the tumours."""
    controls, picture = st.columns([1, 3], gap="large")
    with controls:
        names, learning = _choose_features(), _choose_learning()
    with picture, errors_shown():
        learned = _learn(*names, learning)
        if st.session_state.get("neuron_shown", 0) > learning.epochs:  # chosen of more epochs
            st.session_state["neuron_shown"] = learning.epochs
        shown = st.slider(
            "Epoch shown (0 is the start)",
            0,
            learning.epochs,
            learning.epochs,
            key="neuron_shown",
            bind="query-params",
        )
        _show_boundary(learned, shown)
        gradients, ways = st.columns(2, gap="large")
        with gradients:
            _show_gradient(learned, shown)
        with ways:
            _show_ways(learned)
    _show_tumours(learning)


def _show_boundary(learned: Learned, shown: int) -> None:
    neuron, plane = learned.neuron, learned.plane
    at = neuron.path_[shown]
    right = ((forward(plane.X, at) > 0.5) == plane.y).mean()
    st.markdown(
        f"After **{shown}** epochs the loss is **{neuron.losses_[shown]:.3f}** nats; at the start"
        f" it was {neuron.losses_[0]:.3f}, and no straight line can have less than"
        f" {learned.least:.3f}. The neuron is right for **{write_share(right)}** of the"
        f" {len(plane.y)}"
        " patients."
    )
    points = pd.DataFrame(plane.points, columns=list(plane.names)).assign(
        outcome=np.where(plane.y == 1, DISEASED, HEALTHY)
    )
    titles = " and ".join(feature(name).label.lower() for name in plane.names)
    left, right_side = st.columns([3, 2])
    show_chart(
        boundary_among_patients,
        plane_frame(tile_plane(plane, at), points, draw_boundary(plane, at)),
        alt=f"Patients by {titles}, and the neuron's straight boundary",
        key="neuron_plane",
        container=left,
    )
    with right_side:
        _show_loss(learned, shown)


def _show_loss(learned: Learned, shown: int) -> None:
    """The loss after each epoch, and what both pictures show."""
    frame = loss_frame(learned.neuron.losses_, shown=shown, least=learned.least)
    show_chart(
        loss_by_epoch,
        frame,
        alt="The loss after each epoch, and the least possible one",
        key="neuron_loss",
    )
    st.caption(
        "Orange line: the loss over all patients; the dot is the epoch shown. Dashed: the least"
        " that a straight line can have. Left: the grey line is where the probability of"
        " disease is 50 %; the paler the colour, the nearer to it."
    )
    st.caption(
        "Cleveland; patients without one of the two measurements are left out:"
        f" {learned.plane.n_left_out}. Both features are standardised for the neuron, and drawn in"
        " their own units. The accuracy is on the patients it learned from: it promises"
        " nothing for others."
    )


def _show_gradient(learned: Learned, shown: int) -> None:
    plane, at = learned.plane, learned.neuron.path_[shown]
    by_formula, by_trying = (
        _as_row(slope(plane.X, plane.y, at)) for slope in (gradient, numerical_gradient)
    )
    names = _weight_names(plane)
    st.header("Is the gradient right?")
    st.markdown(
        f"At epoch {shown}, by the formula and by moving each weight a little up and down (central"
        " differences)."
    )
    rows = {
        name: {"formula": f"{a:+.9f}", "by trying": f"{b:+.9f}", "difference": f"{abs(a - b):.0e}"}
        for name, a, b in zip(names, by_formula, by_trying, strict=True)
    }
    st.table(pd.DataFrame(rows).T.rename_axis("gradient by"))


def _show_ways(learned: Learned) -> None:
    names = _weight_names(learned.plane)
    rows = {
        way: {name: f"{value:+.6f}" for name, value in zip(names, _as_row(at), strict=True)}
        for way, at in learned.ways.items()
    }
    st.header("Do others find the same?")
    st.markdown(
        "The weights once each has converged. The loss is convex: it has one lowest place, wherever"
        " one starts."
    )
    st.table(pd.DataFrame(rows).rename_axis("weight"))


def _as_row(at: Weights) -> list[float]:
    return [*(float(value) for value in at.w), at.b]


def _weight_names(plane: Plane) -> list[str]:
    return [*(f"w, {feature(name).label.lower()}" for name in plane.names), "b"]


def _show_tumours(learning: Learning) -> None:
    scores = _learn_tumours(learning)
    (benign_right, false_alarms), (missed, _) = scores.counts.tolist()
    st.header("The same neuron on 30 features")
    words, table = st.columns([3, 2], gap="large")
    with words:
        st.metric("Test accuracy, breast tumours", f"{write_share(scores.accuracy, digits=1)}")
        st.markdown(
            "Scikit-learn's 569 breast tumours, learned with the settings above from three"
            f" quarters of them; of the other {scores.counts.sum()} the neuron misses **{missed}**"
            f" malignant ones, raises **{false_alarms}** false alarms and clears {benign_right}"
            " benign ones rightly. Each measurement is standardised by the train part's mean and"
            " deviation only."
        )
        st.caption(
            "The positive class is **malignant**, because that is what is to be found. Scikit-learn"
            " codes malignant as 0 and benign as 1, so the codes are turned round here; otherwise"
            " “recall” would count benign tumours."
        )
    with table:
        st.table(
            pd.DataFrame(
                scores.counts,
                index=pd.Index(["is benign", "is malignant"], name="tumour"),
                columns=["called benign", "called malignant"],
            )
        )


def show_neuron_code() -> None:
    """The lines that compute and learn."""
    # to be read, not called
    show_code(forward, gradient, LogisticNeuron._learn_epoch, learn_by_torch)  # noqa: SLF001
