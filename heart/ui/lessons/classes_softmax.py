"""Softmax of one input: three lines that one moves, and the three probabilities they become."""

from __future__ import annotations

from functools import lru_cache

import pandas as pd
import streamlit as st

from heart.charts.lessons.classes import curve_frame, softmax_lines
from heart.lessons.classes_softmax import (
    PETAL_RECIPE,
    Lines,
    Petals,
    fit_lines,
    load_petals,
    mean_loss,
    softmax_curves,
)
from heart.ui.cache import show_chart
from heart.ui.downloads import file_name, show_table_with_data
from heart.ui.lessons.frame import choose_one

START = ((0.0, 0.0), (2.0, -5.0), (4.0, -14.5))
"""Slope and intercept of each kind, in the beginning."""


@lru_cache(maxsize=1)
def _fitted() -> Lines:
    """What a network without a hidden layer learns; once a process."""
    return fit_lines(load_petals(), PETAL_RECIPE)


@st.fragment
def show_softmax() -> None:
    """The sliders, and the curves."""
    petals = load_petals()
    st.header("Softmax of one input")
    controls, chart = st.columns([1, 3], gap="large")
    with controls:
        way = choose_one("Lines", ["by hand", "fitted"], key="softmax_way")
        lines = _fitted() if way == "fitted" else _choose(petals)
        if way == "fitted":
            _show_lines(petals, lines)
    with chart:
        st.markdown(
            "Three kinds of iris by the length of a petal: each has a straight line, its logit;"
            f" softmax makes the three lines probabilities. The mean cross-entropy of **{way}** is"
            f" **{mean_loss(petals, lines):.3f}** nats; a network without a hidden layer learns"
            f" **{mean_loss(petals, _fitted()):.3f}**."
        )
        curves = softmax_curves(lines, petals.names, low=0.5, high=7.5)
        flowers = pd.DataFrame(
            {"x": petals.length, "label": [petals.names[kind] for kind in petals.kind]}
        )
        alt = (
            "Probability of each of three kinds of iris against petal length in cm; 150 flowers as"
            " ticks"
        )
        show_chart(softmax_lines, curve_frame(curves, flowers), alt=alt, key="softmax_curves")


def _choose(petals: Petals) -> Lines:
    chosen = []
    for k, (name, (slope, intercept)) in enumerate(zip(petals.names, START, strict=True)):
        st.markdown(f"**{name}**")
        left, right = st.columns(2)
        w = left.number_input(
            "Slope", -20.0, 20.0, slope, step=0.5, key=f"softmax_w{k}", bind="query-params"
        )
        b = right.number_input(
            "Intercept", -80.0, 80.0, intercept, step=0.5, key=f"softmax_b{k}", bind="query-params"
        )
        chosen.append((w, b))
    slopes, intercepts = zip(*chosen, strict=True)
    return Lines(slopes, intercepts)


def _show_lines(petals: Petals, lines: Lines) -> None:
    table = pd.DataFrame(
        {"slope (per cm)": lines.slopes, "intercept": lines.intercepts},
        index=pd.Index(petals.names, name="class"),
    )
    show_table_with_data(table.map("{:.1f}".format), table, name=file_name("softmax lines"))
