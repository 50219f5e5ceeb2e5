"""The lesson on curved boundaries: its controls, its networks and what they learn."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from heart.lessons.learned import Recipe, learn_by
from heart.lessons.mlp import PointMLP
from heart.lessons.points import sample_curves
from heart.ui.errors import errors_shown
from heart.ui.lessons.frame import show_code
from heart.ui.lessons.networks import Picture, epoch_bar, picture_of, show_curves, show_regions

LRS = (0.001, 0.003, 0.01, 0.02, 0.05, 0.1)


@lru_cache(maxsize=32)
def _learn(
    sample: tuple[str, int, float, int], recipe: tuple[int, int, str, int, float]
) -> Picture:
    """The picture of a network; both arguments are what was chosen."""
    kind, n, noise, seed = sample
    parts = sample_curves(kind, n, noise=noise, random_state=seed)
    with epoch_bar(recipe[3]) as tell:
        return picture_of(
            learn_by(Recipe(*recipe, random_state=seed), parts, on_epoch_end=tell), parts._asdict()
        )


def _choose_sample() -> tuple[str, int, float, int]:
    kind = st.segmented_control(
        "Points",
        ["circles", "moons"],
        default="circles",
        required=True,
        key="boundaries_kind",
        bind="query-params",
    )
    n = st.slider("How many", 50, 2_000, 400, step=50, key="boundaries_n", bind="query-params")
    noise = st.slider(
        "Noise (standard deviation)",
        0.0,
        0.5,
        0.1,
        step=0.05,
        key="boundaries_noise",
        bind="query-params",
    )
    seed = st.number_input("Seed", 0, 9_999, 0, key="boundaries_seed", bind="query-params")
    return kind, n, noise, seed


def _choose_recipe() -> tuple[int, int, str, int, float]:
    layers = st.slider("Hidden layers", 0, 3, 1, key="boundaries_layers", bind="query-params")
    units = st.slider("Units in each", 1, 32, 8, key="boundaries_units", bind="query-params")
    names = ["tanh", "relu", "none"]
    activation = st.segmented_control(
        "Activation",
        names,
        default="tanh",
        required=True,
        key="boundaries_activation",
        bind="query-params",
    )
    epochs = st.slider(
        "Epochs", 10, 300, 150, step=10, key="boundaries_epochs", bind="query-params"
    )
    lr = st.select_slider("Learning rate", LRS, 0.02, key="boundaries_lr", bind="query-params")
    return layers, units, activation, epochs, lr


@st.fragment
def show_boundaries() -> None:
    """The controls, and the same points with no hidden layer and with those chosen."""
    controls, pictures = st.columns([1, 3], gap="large")
    with controls:
        sample, recipe = _choose_sample(), _choose_recipe()
    with pictures, errors_shown():
        straight, chosen = _learn(sample, (0, 1, "none", *recipe[3:])), _learn(sample, recipe)
        _describe(sample[0], recipe, straight, chosen)
        left, right = st.columns(2)
        with left:
            show_regions("No hidden layer", straight, key="boundaries_straight")
        with right:
            show_regions(_name(recipe), chosen, key="boundaries_chosen")
        st.caption(
            "Colour: the more probable class; the paler, the nearer to 50 %. Circles are train"
            " points, triangles test points."
        )
        st.header(f"While it learns: {_name(recipe).lower()}")
        show_curves(chosen, key="boundaries")


def _name(recipe: tuple[int, int, str, int, float]) -> str:
    layers, units, activation = recipe[:3]
    return (
        f"{layers} hidden layer{'s' * (layers > 1)} of {units}, {activation}"
        if layers
        else "No hidden layer, as on the left"
    )


def _describe(
    kind: str, recipe: tuple[int, int, str, int, float], straight: Picture, chosen: Picture
) -> None:
    beside = (
        "no better than chance"
        if straight.test_accuracy < 0.6
        else "as far as a straight line goes"
    )
    st.markdown(
        f"On the {kind}, a network without a hidden layer is right for"
        f" **{straight.test_accuracy:.0%}** of the test points, {beside}. Yours"
        f" ({_name(recipe).lower()}) is right for **{chosen.test_accuracy:.0%}**."
    )


def show_boundaries_code() -> None:
    """The lines that bend the boundary."""
    show_code(PointMLP.forward, learn_by)
