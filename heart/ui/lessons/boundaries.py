"""The lesson on curved boundaries: its controls, its networks and what they learn."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from heart.charts.lessons.units import activations, map_frame
from heart.lessons.learned import Recipe, learn_by
from heart.lessons.mlp import PointMLP
from heart.lessons.points import sample_curves
from heart.lessons.units import MOST_LAYERS, hidden_activations, unit_maps
from heart.shares import write_share
from heart.ui.cache import show_chart
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


class Seen(NamedTuple):
    """A trained network as it is shown, and its `unit_maps`."""

    picture: Picture
    maps: pd.DataFrame


@lru_cache(maxsize=32)
def _learn(sample: Sample, recipe: Recipe) -> Seen:
    """A network as it is shown; both arguments are what was chosen."""
    kind, n, noise, seed = sample
    parts = sample_curves(kind, n, noise=noise, random_state=seed)
    with epoch_bar(recipe.epochs) as tell:
        learned = learn_by(recipe._replace(random_state=seed), parts, on_epoch_end=tell)
        maps = unit_maps(learned.network, np.concatenate([part.X for part in parts]))
        return Seen(picture_of(learned, parts._asdict()), maps)


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
        straight, (chosen, maps) = _learn(sample, linear).picture, _learn(sample, recipe)
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
        _show_units(recipe, maps)
        st.header(f"While it learns: {_name(recipe).lower()}")
        show_curves(chosen, key="boundaries")


def _show_units(recipe: Recipe, maps: pd.DataFrame) -> None:
    """What each hidden unit has learnt, as small maps."""
    st.header("What each hidden unit has learnt")
    if maps.empty:
        st.markdown(
            "There is no hidden layer, so there are no units to look at: the output weighs the two"
            " inputs themselves. Choose one or more hidden layers."
        )
        return
    largest = float(maps["activation"].abs().max())
    st.markdown(
        f"One map a unit, over the same plane as above. The strongest colour is an activation of"
        f" {largest:.2f}, in all maps alike. {_read_units(recipe)}"
    )
    for layer in sorted(set(maps["layer"].tolist())):
        of_layer = maps[maps["layer"] == layer]
        n_units = of_layer["unit"].nunique()
        st.markdown(f"**Hidden layer {layer}**{_weights(recipe, layer)}")
        show_chart(
            activations,
            map_frame(of_layer, largest=largest),
            alt=f"Activation of the {n_units} units of hidden layer {layer} over the plane",
            key=f"boundaries_units_{layer}",
        )
    if recipe.layers > MOST_LAYERS:
        st.caption(f"The first {MOST_LAYERS} of {recipe.layers} hidden layers are drawn.")


def _read_units(recipe: Recipe) -> str:
    """What to see in the maps of the first layer, which the activation decides."""
    first = {
        "tanh": (
            "In the first layer each unit is a step along one straight line, soft or steep (where a"
            " map has one strong colour, that line lies outside)"
        ),
        "relu": "In the first layer each unit is 0 on one side of a straight line and rises beyond",
        "none": "Without an activation every unit is a slope, in every layer",
    }[recipe.activation]
    bent = "; later layers add such steps up, and bend" * (
        recipe.layers > 1 and recipe.activation != "none"
    )
    return f"{first}{bent}."


def _weights(recipe: Recipe, layer: int) -> str:
    return (
        ", the largest weight first: number of the unit, and its weight to the output (above 0"
        " speaks for class B)"
        if layer == recipe.layers
        else ": number of the unit"
    )


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
    show_code(PointMLP.forward, learn_by, hidden_activations)
