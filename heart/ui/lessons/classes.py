"""The lesson on more than two classes: one-vs-rest beside softmax, and two shipped tables."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import pandas as pd
import streamlit as st

from heart.charts.lessons.classes import confusion_counts, score_sums
from heart.lessons.classes import (
    confusion_frame,
    learn_one_vs_rest,
    load_table,
    normalised,
    one_vs_rest_scores,
    sum_bins,
)
from heart.lessons.classes_softmax import softmax
from heart.lessons.learned import Recipe, learn_by
from heart.lessons.mlp import count_classes
from heart.lessons.points import sample_blobs
from heart.shares import write_share
from heart.ui.cache import show_chart
from heart.ui.errors import errors_shown
from heart.ui.lessons.frame import choose_one, show_code
from heart.ui.lessons.networks import (
    Picture,
    choose_recipe,
    epoch_bar,
    picture_of,
    regions_of,
    show_curves,
    show_regions,
)

Cloud = tuple[int, int, float]  # classes, points, spread


class Clouds(NamedTuple):
    """Softmax and one-vs-rest on the same points; of one-vs-rest's sums the bins and the ends."""

    softmax: Picture
    one_vs_rest: Picture
    bins: pd.DataFrame
    least: float
    largest: float


class TableFit(NamedTuple):
    """A network on a shipped table: rows and columns, its accuracies, its confusion on test."""

    n_train: int
    n_test: int
    n_columns: int
    train_accuracy: float
    test_accuracy: float
    confusion: pd.DataFrame


@lru_cache(maxsize=32)
def _learn_clouds(cloud: Cloud, recipe: Recipe) -> Clouds:
    """Both ways to more than two classes; the arguments are what was chosen."""
    n_classes, n, spread = cloud
    parts = sample_blobs(n, n_classes=n_classes, spread=spread, random_state=recipe.random_state)
    with epoch_bar(recipe.epochs, "Softmax") as tell:
        softmax = picture_of(learn_by(recipe, parts, on_epoch_end=tell), parts._asdict())
    with epoch_bar(recipe.epochs, "One-vs-rest") as tell:
        network = learn_one_vs_rest(recipe, parts, on_epoch_end=tell)
    scores = [one_vs_rest_scores(network, points.X) for points in parts]
    right = [
        float((own.argmax(axis=1) == points.y_true).mean())
        for own, points in zip(scores, parts, strict=True)
    ]
    regions = regions_of(lambda X: normalised(one_vs_rest_scores(network, X)), parts._asdict())
    other = softmax._replace(regions=regions, train_accuracy=right[0], test_accuracy=right[1])
    sums = scores[1].sum(axis=1)
    return Clouds(softmax, other, sum_bins(scores[1]), float(sums.min()), float(sums.max()))


@lru_cache(maxsize=16)
def _learn_table(name: str, units: int, seed: int) -> TableFit:
    """A network with one hidden layer on a shipped table."""
    parts, names, n_columns = load_table(name, random_state=seed)
    learned = learn_by(Recipe(1, units, "relu", 60, 0.01, seed), parts)
    decided = learned.network.predict_proba(parts.test.X)[0].argmax(axis=1)
    confusion = confusion_frame(parts.test.y_true, decided, names)
    return TableFit(
        len(parts.train.X),
        len(parts.test.X),
        n_columns,
        learned.train_accuracy,
        learned.test_accuracy,
        confusion,
    )


def _choose() -> tuple[Cloud, Recipe]:
    n_classes = st.slider("Classes", 2, 6, 3, key="classes_k", bind="query-params")
    n = st.slider("Points", 50, 2_000, 400, step=50, key="classes_n", bind="query-params")
    spread = st.slider(
        "Spread (standard deviation)",
        0.1,
        1.5,
        0.5,
        step=0.1,
        key="classes_spread",
        bind="query-params",
    )
    start = Recipe(layers=0, units=16, activation="relu", epochs=100, lr=0.05)
    recipe = choose_recipe("classes", start, most_units=64, most_epochs=200)
    seed = st.number_input("Seed", 0, 9_999, 4, key="classes_seed", bind="query-params")
    return (n_classes, n, spread), recipe._replace(random_state=seed)


@st.fragment
def show_clouds() -> None:
    """The controls, where softmax and one-vs-rest decide what, and how they came to it."""
    controls, pictures = st.columns([1, 3], gap="large")
    with controls:
        cloud, recipe = _choose()
    with pictures, errors_shown():
        clouds = _learn_clouds(cloud, recipe)
        _describe_clouds(cloud[0], clouds)
        left, right = st.columns(2)
        with left:
            show_regions(
                "Softmax: one network, a logit for each class",
                clouds.softmax,
                key="classes_softmax",
            )
        with right:
            show_regions(
                "One-vs-rest: a yes-or-no network for each class",
                clouds.one_vs_rest,
                key="classes_ovr",
            )
        st.caption(
            "Colour: the winning class; the stronger, the more probable (one-vs-rest: of the sum)."
            " Triangles are test points."
        )
        st.header("While softmax learns")
        show_curves(clouds.softmax, key="classes")
        st.header("One-vs-rest probabilities do not add up")
        alt = (
            "Number of test points by the sum of their one-vs-rest probabilities, from"
            f" {clouds.least:.2f} to {clouds.largest:.2f}"
        )
        show_chart(score_sums, clouds.bins, alt=alt, key="classes_sums")


def _describe_clouds(n_classes: int, clouds: Clouds) -> None:
    st.markdown(
        f"Softmax is right for **{write_share(clouds.softmax.test_accuracy, digits=1)}** of the"
        " test points,"
        f" {n_classes} one-vs-rest networks on the same points for"
        f" **{write_share(clouds.one_vs_rest.test_accuracy, digits=1)}**. The softmax"
        " probabilities of a point sum to"
        f" 1; the one-vs-rest ones sum to anything from **{clouds.least:.2f}** to"
        f" **{clouds.largest:.2f}**."
    )


@st.fragment
def show_tables() -> None:
    """A network on a shipped table of three classes, with its confusion matrix."""
    st.header("Three classes that were measured")
    controls, result = st.columns([1, 3], gap="large")
    with controls:
        name = choose_one("Table", ["wine", "iris"], key="classes_table")
        units = st.slider("Hidden units", 1, 32, 16, key="classes_table_units", bind="query-params")
        seed = st.number_input("Seed", 0, 9_999, 0, key="classes_table_seed", bind="query-params")
    with result, errors_shown():
        fit = _learn_table(name, units, seed)
        st.markdown(
            f"{fit.n_train} rows of *{name}* with {fit.n_columns} columns to learn from,"
            f" {fit.n_test} to judge by: the network is right for"
            f" **{write_share(fit.test_accuracy, digits=1)}** of"
            f" the test rows (train: {write_share(fit.train_accuracy, digits=1)})."
        )
        alt = (
            f"Confusion matrix of {name} on {fit.n_test} test rows: true class against decided"
            " class"
        )
        show_chart(confusion_counts, fit.confusion, alt=alt, key="classes_table_confusion")


def show_classes_code() -> None:
    """The lines that turn logits into probabilities, and the loss."""
    show_code(softmax, count_classes, learn_one_vs_rest)
