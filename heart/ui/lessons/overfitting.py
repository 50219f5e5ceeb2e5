"""The lesson on under- and overfitting: three networks on the same moons, and two sweeps."""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import Any

import pandas as pd
import streamlit as st

from heart.charts.lessons.overfitting import decay_sweep, sweep_frame, width_sweep
from heart.charts.lessons.regions import loss_while_learning
from heart.lessons import overfitting as capacity
from heart.lessons.mlp import AutogradStep
from heart.lessons.overfitting import (
    SWEEP_EPOCHS,
    Moons,
    make_moons_parts,
    run_sweep,
    summarise_sweep,
)
from heart.lessons.overfitting import Held as Regularisation
from heart.shares import write_share
from heart.ui.cache import show_chart
from heart.ui.errors import errors_shown
from heart.ui.lessons.frame import show_code
from heart.ui.lessons.networks import Picture, epoch_bar, picture_of, show_regions

DECAYS = (0.0, 0.001, 0.01, 0.1, 0.3, 1.0, 3.0)
TITLES = ("Tiny: 2 tanh units", "Big: 3 layers of 256", "Regularised: 3 layers of 256")

_turn = threading.Lock()
"""These trainings take seconds: one after another, so that visitors who want the same find it done.
"""

Held = tuple[float, float, int]  # dropout, weight decay, patience


@lru_cache(maxsize=8)
def _moons(seed: int) -> Moons:
    return make_moons_parts(random_state=seed)


@lru_cache(maxsize=8)
def _learn_free(seed: int) -> tuple[Picture, Picture]:
    """The tiny and the big network."""
    moons = _moons(seed)
    with epoch_bar(capacity.TINY_EPOCHS, "Tiny") as tell:
        tiny = capacity.learn_tiny(moons, random_state=seed, on_epoch_end=tell)
    with epoch_bar(capacity.BIG_EPOCHS, "Big") as tell:
        big = capacity.learn_big(moons, random_state=seed, on_epoch_end=tell)
    shown = {"train": moons.train}
    return picture_of(tiny, shown), picture_of(big, shown)


@lru_cache(maxsize=16)
def _learn_held(seed: int, held: Held) -> Picture:
    """The regularised network."""
    moons = _moons(seed)
    with epoch_bar(capacity.HELD_EPOCHS, "Regularised") as tell:
        learned = capacity.learn_held(
            moons, capacity.Held(*held), random_state=seed, on_epoch_end=tell
        )
    return picture_of(learned, {"train": moons.train})


@lru_cache(maxsize=8)
def _sweep(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The summaries of the sweep over widths and over weight decays."""
    with epoch_bar(SWEEP_EPOCHS, "All widths and decays, as members of one network") as tell:
        table = run_sweep(_moons(seed), random_state=seed, on_epoch_end=tell)
    return summarise_sweep(table, "width"), summarise_sweep(table, "decay")


@st.fragment
def show_capacity() -> None:
    """The controls, the three networks, and the sweeps."""
    seed, held = _choose()
    with errors_shown(), _turn:
        pictures = (*_learn_free(seed), _learn_held(seed, held))
    _describe_networks(*pictures)
    for column, title, picture in zip(st.columns(3), TITLES, pictures, strict=True):
        with column:
            _show_network(title, picture)
    st.caption(
        "200 train points are drawn; 100 more are for stopping, 1,000 fresh ones are the test part."
        " The big network keeps the weights that fit the train part best, the regularised one those"
        " with the least loss on the 100."
    )
    st.header("Which size, and how much decay?")
    with errors_shown(), _turn:
        widths, decays = _sweep(seed)
    _show_sweeps(widths, decays)


def _choose() -> tuple[int, Held]:
    first, second, third, fourth = st.columns(4)
    dropout = first.slider(
        "Dropout of the regularised network",
        0.0,
        0.8,
        0.5,
        step=0.1,
        key="overfitting_dropout",
        bind="query-params",
    )
    decay = second.select_slider(
        "Its weight decay", DECAYS, 1.0, key="overfitting_decay", bind="query-params"
    )
    patience = third.slider(
        "Its patience (0: no early stopping)",
        0,
        60,
        30,
        step=10,
        key="overfitting_patience",
        bind="query-params",
    )
    seed = fourth.number_input(
        "Seed of points and weights", 0, 9_999, 0, key="overfitting_seed", bind="query-params"
    )
    return seed, (dropout, decay, patience)


def _show_network(title: str, picture: Picture) -> None:
    key = title.split(":", maxsplit=1)[0].lower()
    show_regions(title, picture, key=f"overfitting_{key}")
    train, test = st.columns(2)
    train.metric(
        "Train loss", f"{picture.train_loss:.3f}", help=f"Weights of epoch {picture.epoch}."
    )
    test.metric("Test loss", f"{picture.test_loss:.3f}")
    alt = (
        f"{title}: loss of train and test against the epoch; weights are kept from epoch"
        f" {picture.epoch}"
    )
    show_chart(loss_while_learning, picture.curves, alt=alt, key=f"overfitting_{key}_loss")


def _describe_networks(tiny: Picture, big: Picture, held: Picture) -> None:
    learnt = (
        "knows every train point"
        if big.train_accuracy == 1
        else f"knows {write_share(big.train_accuracy, digits=1)} of the train points"
    )
    times = f"{big.test_loss / held.test_loss:.1f} times"
    st.markdown(
        f"The **tiny** network is right for {write_share(tiny.train_accuracy)} of the train and"
        f" **{write_share(tiny.test_accuracy, digits=1)}** of the test points: it underfits. The"
        f" **big** one {learnt},"
        f" and {write_share(big.test_accuracy, digits=1)} of the test points; its test loss is"
        f" **{big.test_loss:.2f}**, because it is sure of itself where it is wrong. The"
        f" **regularised** one is right for **{write_share(held.test_accuracy, digits=1)}** of the"
        " test points with a"
        f" test loss of **{held.test_loss:.2f}**; the big one's is {times} that."
    )


def _show_sweeps(widths: pd.DataFrame, decays: pd.DataFrame) -> None:
    best_width, best_decay = (summary.loc[summary["best"]].iloc[0] for summary in (widths, decays))
    small = decays.loc[decays["value"] == 0.01].iloc[0]
    free = decays.iloc[0]
    st.markdown(
        "One hidden layer of ReLU units, nothing else. The train loss falls from"
        f" {widths['train_loss'].iloc[0]:.2f} to {widths['train_loss'].iloc[-1]:.2f} with the"
        f" width; the test loss is least at **{best_width['value']:.0f} units**"
        f" ({best_width['test_loss']:.2f}) and {widths['test_loss'].iloc[-1]:.2f} at the widest."
        f" Weight decay brings the widest from {free['test_loss']:.2f} to {small['test_loss']:.2f}"
        f" at 0.01 and to **{best_decay['test_loss']:.2f} at {best_decay['value']:g}**; the"
        " strongest decay underfits again. AdamW multiplies the decay by the step size, so that"
        " small values hardly pull."
    )
    left, right = st.columns(2)
    with left:
        alt = (
            "Train and test loss against hidden units 2 to 256; test loss is least at"
            f" {best_width['value']:.0f}"
        )
        show_chart(width_sweep, sweep_frame(widths), alt=alt, key="overfitting_widths")
    with right:
        alt = (
            "Train and test loss against weight decay 0 to 10 at 256 units; test loss is least at"
            f" {best_decay['value']:g}"
        )
        show_chart(decay_sweep, sweep_frame(decays), alt=alt, key="overfitting_decays")
    st.caption(
        "Means over four seeds of the weights; the band runs from the least to the largest test"
        " loss of the four."
    )


def show_overfitting_code() -> None:
    """The lines that hold a network back, and the sweep."""
    decisive: tuple[Any, ...] = (AutogradStep.__call__, Regularisation, run_sweep)
    show_code(*decisive)
