"""The lesson on losses: a movable answer, its surprise, the likelihood of ten patients, and a
straight line that fails.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from heart.charts.lessons.loss import (
    likelihood,
    lines_frame,
    losses_by_logit,
    losses_frame,
    slopes_by_logit,
    surprise,
    two_lines,
)
from heart.lessons.loss import (
    LIMIT,
    Point,
    cross_entropy,
    cross_slope,
    look_at,
    loss_curves,
    squared_slope,
    surprise_curve,
    tangents,
)
from heart.lessons.loss_likelihood import (
    DEPRESSION,
    DISEASED,
    FARTHEST,
    WEIGHTS,
    best_weight,
    compare_lines,
    fit_logistic,
    fit_straight,
    likelihood_curve,
    log_likelihood,
    patients_table,
    with_farthest,
)
from heart.schema import DISEASED as ILL
from heart.schema import HEALTHY
from heart.shares import write_share
from heart.ui.cache import show_chart
from heart.ui.downloads import file_name, offer_csv, show_table_with_data
from heart.ui.errors import errors_shown
from heart.ui.lessons.frame import choose_one, show_code


@st.fragment
def show_losses() -> None:
    """One answer under both losses, and how surprising it is."""
    controls, losses, slopes = st.columns([2, 4, 4], gap="large")
    with controls:
        truth = choose_one("The patient is", [ILL, HEALTHY], key="loss_truth")
        logit = st.slider(
            "Logit z of the answer",
            -LIMIT,
            LIMIT,
            -5.0,
            step=0.1,
            key="loss_logit",
            bind="query-params",
        )
    y_true = int(truth == ILL)
    with errors_shown():
        at = look_at(logit, y_true)
        given = at.probability if y_true else 1 - at.probability
        with controls:
            st.metric("Probability of disease", write_share(at.probability, digits=1))
            st.metric("Given to what is true", write_share(given, digits=1))
        _show_curves(logit, y_true, losses, slopes)
        _say_slopes(at.squared_slope, at.cross_slope, given)
        show_table_with_data(_readable(at), _as_numbers(at), name=file_name("both losses"))
        _show_surprise(at.bits, given)


def _show_curves(logit: float, y_true: int, losses: Any, slopes: Any) -> None:
    """Both losses at every logit in one container, their slopes in the other."""
    curves = loss_curves(y_true)
    show_chart(
        losses_by_logit,
        losses_frame(curves, tangents(logit, y_true)),
        alt="Squared error and cross-entropy against the logit, with tangents",
        key="loss_curves",
        container=losses,
    )
    show_chart(
        slopes_by_logit,
        curves[["logit", "loss", "slope"]].assign(chosen=logit),
        alt="Slopes of squared error and cross-entropy against the logit",
        key="loss_slopes",
        container=slopes,
    )


def _readable(at: Point) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "loss": [
                f"{at.squared_error:.4f}",
                f"{at.cross_entropy:.4f} nats = {at.bits:.3f} bits",
            ],
            "slope": [f"{at.squared_slope:+.4f}", f"{at.cross_slope:+.4f}"],
        },
        index=pd.Index(["squared error", "cross-entropy"], name="of this answer"),
    )


def _as_numbers(at: Point) -> pd.DataFrame:
    """Losses (cross-entropy in nats) and slopes by the logit."""
    columns = {
        "loss": [at.squared_error, at.cross_entropy],
        "slope": [at.squared_slope, at.cross_slope],
    }
    names = ["squared error", "cross-entropy"]
    return pd.DataFrame(columns, index=pd.Index(names, name="of this answer"))


def _show_surprise(bits: float, given: float) -> None:
    st.header("The loss as surprise")
    text, chart = st.columns(2, gap="large")
    text.markdown(
        "Cross-entropy asks how probable you said that what happened would be. Here"
        f" **{write_share(given, digits=1)}**, a surprise of **{bits:.2f} bits**: as surprising as"
        f" {bits:.1f} tosses"
        " of a coin that all fall heads. What was certain is no surprise (0 bits); what was called"
        " impossible, and happens, is an infinite one."
    )
    with chart:
        show_chart(
            surprise,
            surprise_curve().assign(chosen=given),
            alt="Surprise in bits against the probability",
            key="loss_surprise",
        )


def _say_slopes(squared: float, cross: float, given: float) -> None:
    """What the slopes say of a mistake, or of a right answer."""
    if given > 0.5:
        st.markdown(
            "The answer is on the right side: both losses are small and push little. Move the logit"
            " to the wrong side."
        )
        return
    times = abs(cross) / max(abs(squared), 1e-12)
    st.markdown(
        f"The answer is wrong. Squared error pushes the logit with **{abs(squared):.4f}**,"
        f" cross-entropy with **{abs(cross):.4f}**, **{times:,.0f} times** as hard. The surer the"
        " mistake, the *less* squared error does about it: its slope has the factor u (1 − u),"
        " which vanishes where the sigmoid is flat. Cross-entropy's slope is u − y, the mistake"
        " itself."
    )


@st.fragment
def show_likelihood() -> None:
    """How likely ten outcomes are under one weight."""
    st.header("The likelihood of a small table")
    left, right = st.columns(2, gap="large")
    with left:
        low, high = float(WEIGHTS[0]), float(WEIGHTS[-1])
        weight = st.slider(
            "Weight w of the neuron",
            low,
            high,
            0.0,
            step=0.1,
            key="loss_weight",
            bind="query-params",
        )
        best, log_joint = best_weight(), log_likelihood(weight)
        mean = -log_joint / len(DISEASED)
        st.markdown(
            f"Ten invented patients, u = σ(w x). With w = **{weight:.1f}** the probability of"
            f" exactly these ten outcomes is **{np.exp(log_joint):.2g}**, its logarithm"
            f" **{log_joint:.2f}**: minus ten times the mean cross-entropy, {mean:.3f}. No weight"
            f" makes them more likely than **{best:.2f}** ({log_likelihood(best):.2f}): to learn by"
            " cross-entropy is to make what happened likely."
        )
        _show_patients(weight)
    with right:
        curve = likelihood_curve().assign(chosen=weight, best=best)
        show_chart(
            likelihood,
            curve,
            alt=f"Log-likelihood against the weight; best at {best:.2f}",
            key="loss_likelihood",
        )
        st.caption("Dashed: your weight. Blue: the best one.")


def _show_patients(weight: float) -> None:
    table = patients_table(weight)
    shown = table.rename(columns={"measurement": "x", "diseased": "y", "probability": "given to y"})
    st.table(
        shown.assign(
            x=shown["x"].map("{:+.1f}".format),
            **{"given to y": shown["given to y"].map(write_share)},
        ),
        hide_index=True,
    )
    offer_csv(file_name("likelihood patients"), table)


@st.fragment
def show_straight_line() -> None:
    """A straight line through 0 and 1, and the patient who drags it."""
    st.header("Why not a straight line?")
    left, right = st.columns(2, gap="large")
    with left:
        nearest = float(DEPRESSION[-1])
        farthest = st.slider(
            "Measurement of the last patient, who is ill",
            nearest,
            FARTHEST,
            12.1,
            step=0.1,
            key="loss_far",
            bind="query-params",
        )
    with errors_shown():
        straight, logistic, drawn = compare_lines(farthest)
        at_first = [fit(*with_farthest(nearest)) for fit in (fit_straight, fit_logistic)]
        x, y_true = with_farthest(farthest)
        with left:
            highest = straight.intercept + straight.slope * farthest
            st.markdown(
                f"Least squares on 0 and 1 says **{highest:.2f}** for the last patient: above 1"
                " there is no probability. And a patient who is *clearly* ill drags it: where it"
                f" crosses one half moves from {at_first[0].crossing:.2f} to"
                f" **{straight.crossing:.2f}**. Logistic regression's boundary moves from"
                f" {at_first[1].boundary:.2f} to {logistic.boundary:.2f}: somebody whom it is sure"
                " about already hardly changes it."
            )
        with right:
            patients = pd.DataFrame({"measurement": x, "value": y_true.astype(float)})
            alt = "A straight line and a logistic curve through outcomes of 0 and 1"
            show_chart(two_lines, lines_frame(drawn, patients), alt=alt, key="loss_lines")


def show_loss_code() -> None:
    """The losses, their slopes, and the likelihood."""
    show_code(cross_entropy, cross_slope, squared_slope, log_likelihood)
