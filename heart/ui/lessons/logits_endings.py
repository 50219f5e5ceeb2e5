"""The lesson on logits: four endings of one network, trained side by side on the Cleveland
patients.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from heart.charts.lessons.logits import endings_while_learning, scores_by_ending
from heart.lessons.logits_endings import Learnt, learn_endings
from heart.schema import DISEASED, HEALTHY
from heart.shares import write_share
from heart.ui.cache import show_chart
from heart.ui.downloads import file_name, show_table_with_data
from heart.ui.errors import errors_shown

LRS = (0.001, 0.003, 0.01, 0.03, 0.1)
THRESHOLD = 0.5


@lru_cache(maxsize=32)
def _learn(epochs: int, lr: float, seed: int) -> dict[str, Learnt]:
    """Every ending's network by what was chosen; shared, never changed."""
    return learn_endings(epochs=epochs, lr=lr, random_state=seed)


@st.fragment
def show_endings() -> None:
    """The controls, the curves, the probabilities, and one logit against two."""
    st.header("Once, or twice by mistake")
    controls, results = st.columns([1, 3], gap="large")
    with controls:
        epochs = st.slider(
            "Epochs", 10, 500, 100, step=10, key="logits_epochs", bind="query-params"
        )
        lr = st.select_slider("Learning rate", LRS, 0.01, key="logits_lr", bind="query-params")
        seed = st.number_input("Seed", 0, 9_999, 0, key="logits_seed", bind="query-params")
        st.caption(
            "One hidden layer of 16 tanh units; Adam on the whole train part. The seed decides the"
            " split and the first weights."
        )
    with results, errors_shown():
        learnt = _learn(epochs, lr, seed)
        _describe_endings(learnt)
        _show_pictures(learnt)
        show_table_with_data(
            _readable(learnt), partial(_as_numbers, learnt), name=file_name("logits endings")
        )
        st.caption(
            "The test log-loss takes the probabilities that come out at their word. Trained for"
            " long, the right endings overfit and their test log-loss grows: they can be sure, and"
            " so surely wrong. The narrowed range only hides that."
        )
    _show_one_against_two(learnt)


def _show_pictures(learnt: dict[str, Learnt]) -> None:
    """Each ending's loss while it learns, and what it gives the test patients."""
    left, right = st.columns(2)
    with left:
        st.markdown("**The loss that each one sees**")
        alt = (
            "Train loss of four endings against the epoch; those with a function taken twice stay"
            " above their dashed floors"
        )
        show_chart(endings_while_learning, _curves(learnt), alt=alt, key="logits_curves")
    with right:
        st.markdown("**The probabilities that come out, test patients**")
        alt = (
            "Probability of disease of each test patient by ending: the endings taken twice are"
            " squeezed"
        )
        show_chart(scores_by_ending, _scores(learnt), alt=alt, key="logits_scores")
    st.caption(
        "Dashed: the floors on the left, the threshold of 50 % on the right. Both right endings"
        " have one and the same curve."
    )


def _describe_endings(learnt: dict[str, Learnt]) -> None:
    once, sigmoid, softmax = (
        learnt[name] for name in ("sigmoid once", "sigmoid twice", "softmax twice")
    )
    st.markdown(
        f"After the last epoch the right ending has a train loss of **{once.losses[-1]:.3f}**. With"
        f" the sigmoid twice it is **{sigmoid.losses[-1]:.3f}** and cannot go below"
        f" {sigmoid.floor:.3f}; with the softmax twice **{softmax.losses[-1]:.3f}**, and not below"
        f" {softmax.floor:.4f}. The sigmoid taken twice gives nobody less than 50 %: it calls"
        f" **{write_share(_share_ill(sigmoid))}** of the test patients ill. Nothing warns: both"
        " mistakes run"
        " without an error."
    )


def _share_ill(learnt: Learnt) -> float:
    return float((learnt.y_score > THRESHOLD).mean())


def _curves(learnt: dict[str, Learnt]) -> pd.DataFrame:
    return _join(
        learnt,
        lambda each: {
            "epoch": np.arange(len(each.losses)),
            "loss": each.losses,
            "floor": each.floor,
        },
    )


def _scores(learnt: dict[str, Learnt]) -> pd.DataFrame:
    return _join(
        learnt,
        lambda each: {
            "outcome": np.where(each.y_true, DISEASED, HEALTHY),
            "probability": each.y_score,
            "chosen": THRESHOLD,
        },
    )


def _join(learnt: dict[str, Learnt], columns: Callable[[Learnt], dict[str, Any]]) -> pd.DataFrame:
    """One frame of every ending's columns, told apart by `ending`."""
    frames = [pd.DataFrame({"ending": name, **columns(each)}) for name, each in learnt.items()]
    return pd.concat(frames, ignore_index=True)


def _readable(learnt: dict[str, Learnt]) -> pd.DataFrame:
    def row(each: Learnt) -> tuple[str, ...]:
        low, high = each.y_score.min(), each.y_score.max()
        return (
            f"{each.losses[-1]:.4f}",
            f"{each.floor:.4f}",
            f"{write_share(low, digits=1)} to {write_share(high, digits=1)}",
            write_share(each.accuracy, digits=1),
            f"{each.test_loss:.3f}",
        )

    columns = ["train loss", "its floor", "probabilities, test", "test accuracy", "test log-loss"]
    return pd.DataFrame.from_dict(
        {name: row(each) for name, each in learnt.items()}, orient="index", columns=columns
    ).rename_axis("ending")


def _as_numbers(learnt: dict[str, Learnt]) -> pd.DataFrame:
    rows = {
        name: {
            "train loss": each.losses[-1],
            "its floor": each.floor,
            "lowest probability, test": each.y_score.min(),
            "highest probability, test": each.y_score.max(),
            "test accuracy": each.accuracy,
            "test log-loss": each.test_loss,
        }
        for name, each in learnt.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("ending")


def _show_one_against_two(learnt: dict[str, Learnt]) -> None:
    one, two = learnt["sigmoid once"], learnt["softmax once"]
    difference = np.abs(one.y_score - two.y_score).max()
    st.header("One logit or two")
    text, first, second, third = st.columns([3, 1, 1, 1], gap="large")
    with text:
        st.latex(
            r"\mathrm{softmax}(z_0, z_1)_1 = \frac{e^{z_1}}{e^{z_0} + e^{z_1}} = \frac{1}{1 +"
            r" e^{-(z_1 - z_0)}} = \sigma(z_1 - z_0)"
        )
        st.markdown(
            "Two logits with cross-entropy are one logit with binary cross-entropy: their"
            " difference. Here both start as the same function; the two logits take half a step"
            " each, because they move apart. Then every step is the same."
        )
    first.metric("Test accuracy, one logit", write_share(one.accuracy, digits=1))
    second.metric("Test accuracy, two logits", write_share(two.accuracy, digits=1))
    third.metric("Largest difference of a probability", f"{difference:.0e}")
