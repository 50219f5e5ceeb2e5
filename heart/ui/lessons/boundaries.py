"""The lesson on curved boundaries: its controls, its networks and what they learn."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from heart.lessons.learned import Recipe, learn_by
from heart.lessons.mlp import PointMLP
from heart.lessons.points import sample_curves
from heart.shares import write_share
from heart.ui.errors import errors_shown
from heart.ui.lessons.frame import choose_one, show_code
from heart.ui.lessons.networks import (
    Picture,
    choose_recipe,
    epoch_bar,
    picture_of,
    show_curves,
    show_regions,
)

Sample = tuple[str, int, float, int]  # kind, points, noise, seed


@lru_cache(maxsize=32)
def _learn(sample: Sample, recipe: Recipe) -> Picture:
    """The picture of a network; both arguments are what was chosen."""
    kind, n, noise, seed = sample
    parts = sample_curves(kind, n, noise=noise, random_state=seed)
    with epoch_bar(recipe.epochs) as tell:
        learned = learn_by(recipe._replace(random_state=seed), parts, on_epoch_end=tell)
        return picture_of(learned, parts._asdict())


def _choose_sample() -> Sample:
    kind = choose_one("Points", ["circles", "moons"], key="boundaries_kind")
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


@st.fragment
def show_boundaries() -> None:
    """The controls, and the same points with no hidden layer and with those chosen."""
    controls, pictures = st.columns([1, 3], gap="large")
    with controls:
        sample = _choose_sample()
        recipe = choose_recipe("boundaries", Recipe(), most_units=32, most_epochs=300)
    with pictures, errors_shown():
        linear = recipe._replace(layers=0, units=1, activation="none")
        straight, chosen = _learn(sample, linear), _learn(sample, recipe)
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


def _name(recipe: Recipe) -> str:
    if recipe.layers == 0:
        return "No hidden layer, as on the left"
    plural = "s" * (recipe.layers > 1)
    return f"{recipe.layers} hidden layer{plural} of {recipe.units}, {recipe.activation}"


def _describe(kind: str, recipe: Recipe, straight: Picture, chosen: Picture) -> None:
    beside = (
        "no better than chance"
        if straight.test_accuracy < 0.6
        else "as far as a straight line goes"
    )
    st.markdown(
        f"On the {kind}, a network without a hidden layer is right for"
        f" **{write_share(straight.test_accuracy)}** of the test points, {beside}. Yours"
        f" ({_name(recipe).lower()}) is right for **{write_share(chosen.test_accuracy)}**."
    )


def show_boundaries_code() -> None:
    """The lines that bend the boundary."""
    show_code(PointMLP.forward, learn_by)
