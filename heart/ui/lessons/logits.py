"""The lesson on logits: one loss computed in two ways at any logit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from heart.charts.lessons.logits import gradients_by_logit, losses_by_logit
from heart.lessons.logits import (
    CLAMP,
    HIGHEST,
    compare_ways,
    first_failures,
    joined_loss,
    separate_loss,
)
from heart.lessons.logits_endings import sigmoid_once, sigmoid_twice, softmax_once, softmax_twice
from heart.schema import DISEASED, HEALTHY
from heart.ui.cache import show_chart
from heart.ui.downloads import file_name, show_table_with_data
from heart.ui.errors import errors_shown
from heart.ui.lessons.frame import choose_one, show_code

OUTCOMES = (HEALTHY, DISEASED)


@st.fragment
def show_ways() -> None:
    """The logit and the class, and what both ways make of them."""
    st.header("The same loss, computed in two ways")
    controls, results = st.columns([1, 3], gap="large")
    with controls:
        logit = st.slider("Logit z", -HIGHEST, HIGHEST, 30, key="logits_logit", bind="query-params")
        true_class = choose_one("The patient is", OUTCOMES, key="logits_class")
        outcome = OUTCOMES.index(true_class)
        _say_where_it_fails(outcome)
    with results, errors_shown():
        one = compare_ways(np.array([float(logit)]), outcome)
        _describe_gradients(true_class, logit, one)
        show_table_with_data(_readable(one), one, name=file_name("loss in two ways"))
        _show_range(
            compare_ways(np.arange(-HIGHEST, HIGHEST + 1.0), outcome).assign(chosen=logit),
            true_class,
        )


def _say_where_it_fails(outcome: int) -> None:
    vanished, clamped = (
        f"z = {distance * (1 - 2 * outcome):+d}" for distance in first_failures(outcome)
    )
    why = (
        "There float32 rounds the sigmoid to exactly 1."
        if outcome == 0
        else (
            "Numbers near 0 are finer than near 1, so the sigmoid becomes exactly 0 later. The"
            " gradient fails before that, because PyTorch does not divide by less than $10^{-12}$."
        )
    )
    st.markdown(
        f"For this class the separate way loses its gradient from **{vanished}** on; its loss is"
        f" held at {CLAMP:.0f} from **{clamped}** on. {why}"
    )


def _describe_gradients(true_class: str, logit: int, one: pd.DataFrame) -> None:
    separate, joined, exact = one["gradient"].to_numpy(dtype=np.float64).tolist()
    if abs(exact) < 0.5:
        verdict = (
            "The network is right, and both ways agree that there is little or nothing to learn."
            " Move the logit to the other side."
        )
    elif abs(separate) < abs(exact) / 2:
        verdict = (
            f"Sigmoid first: gradient **{separate:.3g}**, nothing is learnt. From the logit:"
            f" gradient **{joined:+.3g}**."
        )
    else:
        verdict = (
            "The network is wrong or undecided, and both ways still see it. Move the logit further"
            " out."
        )
    st.markdown(f"The logit is **{logit}**; the patient is **{true_class}**. {verdict}")


def _readable(one: pd.DataFrame) -> pd.DataFrame:
    """What is shown of three rows: words for numbers, so that a gradient of 0 is not mistaken for a
    small one.
    """
    table = one.set_index("way")
    shown = {"loss (nats)": table["loss"].map(_number), "gradient": table["gradient"].map(_number)}
    return (
        pd.DataFrame(shown)
        .rename(index={"exact": "exact (closed form, float64)"})
        .rename_axis("way")
    )


def _number(value: float) -> str:
    return f"{value + 0.0:.6g}"  # adding 0 makes -0 a plain 0


def _show_range(table: pd.DataFrame, true_class: str) -> None:
    draws = {"Loss": losses_by_logit, "Gradient": gradients_by_logit}
    for column, (what, draw) in zip(st.columns(2), draws.items(), strict=True):
        alt = (
            f"{what} of a {true_class} patient against the logit from -200 to 200, by both ways and"
            " exactly"
        )
        show_chart(draw, table, alt=alt, key=f"logits_{what.lower()}", container=column)
    st.caption(
        "The broad grey line is exact. The dashed line is your logit. All in float32, gradients by"
        " autograd, except the exact ones."
    )


def show_ways_code() -> None:
    """The lines that compute a loss in two ways, and the endings of the networks."""
    show_code(separate_loss, joined_loss, sigmoid_once, sigmoid_twice, softmax_once, softmax_twice)
