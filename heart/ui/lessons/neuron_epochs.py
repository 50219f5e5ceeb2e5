"""The neuron of the lesson, epoch by epoch: played, stepped through or chosen."""

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
    learn_three_ways,
    numerical_gradient,
)
from heart.lessons.neuron_data import Plane, draw_boundary, place_patients, tile_plane
from heart.schema import DISEASED, HEALTHY, feature
from heart.shares import write_share
from heart.ui.cache import show_chart
from heart.ui.downloads import file_name, show_table_with_data
from heart.ui.errors import errors_shown

TICK_S = 0.25
"""Between two epochs that are played."""
SHOWN, AT, PLAYING, STEP = "neuron_shown", "neuron_at", "neuron_playing", "neuron_step"
"""What the session calls the epoch chosen, the one that is played, whether one is, and a button."""


class Learned(NamedTuple):
    """A neuron, the patients it learned from, three implementations' weights, the least loss."""

    neuron: LogisticNeuron
    plane: Plane
    ways: dict[str, Weights]
    least: float

    @property
    def epochs(self) -> int:
        """How many epochs it learned."""
        return len(self.neuron.losses_) - 1


@lru_cache(maxsize=30)
def _solve(first: str, second: str) -> tuple[Plane, dict[str, Weights]]:
    plane = place_patients(first, second)
    return plane, learn_three_ways(plane.X, plane.y)


def learn_from(first: str, second: str, neuron: LogisticNeuron) -> Learned:
    """What a neuron becomes that learns from two features of Cleveland.

    Raises:
        SettingsError: for the same feature twice.
    """
    plane, ways = _solve(first, second)
    least = cross_entropy(plane.X, plane.y, ways["scikit-learn"])
    return Learned(neuron.fit(plane.X, plane.y), plane, ways, least)


def show_epochs(learned: Learned) -> None:
    """The epochs of a neuron; while they are played, this part of the page runs by itself."""
    if STEP not in st.session_state and st.session_state.get(PLAYING):
        _go_to(None)  # a page that was left and is opened again stands still
    is_playing = bool(st.session_state.setdefault(PLAYING, False))
    run = st.fragment(_show_epochs, run_every=TICK_S if is_playing else None)
    run(learned, is_playing=is_playing)


def _show_epochs(learned: Learned, *, is_playing: bool) -> None:
    if st.session_state[PLAYING]:
        _move_on(learned.epochs)
    if st.session_state[PLAYING] != is_playing:
        st.rerun()  # of the whole page: only then does the browser start or stop asking for more
    with errors_shown():
        shown = _show_played(learned.epochs) if is_playing else _choose_epoch(learned.epochs)
        _show_buttons(shown, learned.epochs, is_playing=is_playing)
        _show_boundary(learned, shown)
        gradients, ways = st.columns(2, gap="large")
        with gradients:
            _show_gradient(learned, shown)
        with ways:
            _show_ways(learned)


def _move_on(epochs: int) -> None:
    """The next epoch; the last one ends the playing."""
    st.session_state[AT] += 1
    if st.session_state[AT] >= epochs:
        _go_to(epochs)


def _show_played(epochs: int) -> int:
    """The epoch that is being played. Its slider is away meanwhile: a browser that is late would
    send back the epoch before.
    """
    shown: int = st.session_state[AT]
    st.progress(shown / epochs, f"Epoch {shown} of {epochs}")
    return shown


def _choose_epoch(epochs: int) -> int:
    if st.session_state.get(SHOWN, 0) > epochs:  # there were more epochs before
        st.session_state[SHOWN] = epochs
    shown: int = st.slider(
        "Epoch shown (0 is the start)", 0, epochs, 0, key=SHOWN, bind="query-params"
    )
    return shown


def _show_buttons(shown: int, epochs: int, *, is_playing: bool) -> None:
    with st.container(horizontal=True):
        if is_playing:  # another key than to play: a press that comes twice changes nothing
            st.button(
                "Pause",
                key="neuron_pause",
                icon=":material/pause:",
                type="primary",
                on_click=_go_to,
                args=(None,),
            )
        else:
            st.button(
                "Play",
                key="neuron_play",
                icon=":material/play_arrow:",
                type="primary",
                on_click=_play,
                args=(0 if shown == epochs else shown,),
            )
        st.button(
            "Step",
            key=STEP,
            icon=":material/skip_next:",
            on_click=_go_to,
            args=(shown + 1,),
            disabled=shown == epochs,
            help="One epoch on.",
        )
        st.button(
            "Back to the start",
            key="neuron_back",
            icon=":material/replay:",
            on_click=_go_to,
            args=(0,),
            disabled=shown == 0,
        )


def _play(start: int) -> None:
    st.session_state[AT] = start
    st.session_state[PLAYING] = True


def _go_to(epoch: int | None) -> None:
    """Stand at an epoch, at the one that was played last where none is given."""
    st.session_state[PLAYING] = False
    st.session_state[SHOWN] = st.session_state[AT] if epoch is None else epoch


def _show_boundary(learned: Learned, shown: int) -> None:
    neuron, plane = learned.neuron, learned.plane
    at = neuron.path_[shown]
    right = ((forward(plane.X, at) > 0.5) == plane.y).mean()
    st.markdown(
        f"After **{shown}** epochs the loss is **{neuron.losses_[shown]:.4f}** nats; at the start"
        f" it was {neuron.losses_[0]:.4f}, and no straight line can have less than"
        f" {learned.least:.4f}. The neuron is right for **{write_share(right)}** of the"
        f" {len(plane.y)} patients."
    )
    points = pd.DataFrame(plane.points, columns=list(plane.names)).assign(
        outcome=np.where(plane.y == 1, DISEASED, HEALTHY)
    )
    titles = " and ".join(feature(name).words for name in plane.names)
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
    slopes = pd.DataFrame(
        {"formula": by_formula, "by trying": by_trying}, index=pd.Index(names, name="gradient by")
    )
    difference = (slopes["formula"] - slopes["by trying"]).abs()
    show_table_with_data(
        slopes.map("{:+.9f}".format).assign(difference=difference.map("{:.0e}".format)),
        slopes.assign(difference=difference),
        name=file_name("gradient"),
    )


def _show_ways(learned: Learned) -> None:
    names = _weight_names(learned.plane)
    found = pd.DataFrame(
        {way: _as_row(at) for way, at in learned.ways.items()}, index=pd.Index(names, name="weight")
    )
    st.header("Do others find the same?")
    st.markdown(
        "The weights once each has converged. The loss is convex: it has one lowest place, wherever"
        " one starts."
    )
    show_table_with_data(found.map("{:+.6f}".format), found, name=file_name("weights"))


def _as_row(at: Weights) -> list[float]:
    return [*(float(value) for value in at.w), at.b]


def _weight_names(plane: Plane) -> list[str]:
    return [*(f"w, {feature(name).words}" for name in plane.names), "b"]
