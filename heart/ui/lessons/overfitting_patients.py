"""Under- and overfitting on the Cleveland patients: a button, and what its
cross-validation gives.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from heart.charts.lessons.overfitting import accuracy_differences, loss_differences
from heart.data import load_shipped
from heart.evaluation.figures import Figure
from heart.lessons.overfitting_patients import (
    FOLDS,
    FoldScores,
    compare,
    mean_figure,
    score_variants,
)
from heart.shares import write_share
from heart.ui.cache import show_chart
from heart.ui.downloads import file_name, show_table_with_data
from heart.ui.errors import errors_shown
from heart.ui.progress import Work, run_once
from heart.ui.session import get_session
from heart.work import Request


@st.fragment
def show_patients() -> None:
    """The button, and the scores once it was pressed."""
    st.header("The same on patients")
    st.markdown(
        "The 303 Cleveland patients, a network of 64 units a layer that learns for 100 epochs: with"
        " and without dropout, with one layer and with two. Ten-fold cross-validation, twice; all"
        " folds train as one network. It takes some seconds."
    )
    with errors_shown():
        label, key = "Cross-validate the four networks", "overfitting_patients"
        scores = run_once(get_session(), label, key, None, _work())
        if scores is not None:
            _show_scores(scores)


def _work() -> Work:
    call = partial(score_variants, load_shipped("cleveland"))
    return Work(Request(call, "on_variant"), lambda name, share: (name, share))


def _show_scores(scores: dict[str, FoldScores]) -> None:
    table = compare(scores, n_splits=FOLDS.n_splits)
    figures = {
        name: [mean_figure(values, n_splits=FOLDS.n_splits) for values in fold_scores]
        for name, fold_scores in scores.items()
    }
    _describe_patients(figures, table)
    show_table_with_data(
        _readable(figures), _as_numbers(figures), name=file_name("overfitting patients")
    )
    draws = {"accuracy": accuracy_differences, "log-loss": loss_differences}
    for column, (figure, draw) in zip(st.columns(2), draws.items(), strict=True):
        part = table[table["figure"] == figure].drop(columns="figure")
        alt = f"Change of the test {figure} by what is added, with 95 % intervals"
        show_chart(draw, part, alt=alt, key=f"overfitting_{figure}", container=column)
    st.caption(
        "95 % intervals by the corrected resampled t statistic (Nadeau and Bengio 2003): folds"
        " share most of their train patients."
    )


def _describe_patients(figures: dict[str, list[Figure]], table: pd.DataFrame) -> None:
    train, test, _ = figures["1 layer, dropout 0"]
    st.markdown(
        f"Without dropout the network is right for **{write_share(train.value, digits=1)}** of the"
        " train patients and"
        f" for **{write_share(test.value, digits=1)}** ({write_share(test.low)} to"
        f" {write_share(test.high)}) of those it did not"
        " see.\n\n" + "\n".join(_sentence(row) for row in table.to_dict("records"))
    )


def _sentence(row: Mapping[Hashable, Any]) -> str:
    verdict = {
        "helps": "**helps**",
        "hurts": "**hurts**",
        "cannot be told": "cannot be told from no change",
    }[row["verdict"]]
    numbers = f"{row['difference']:+.3f}, 95 % interval {row['low']:+.3f} to {row['high']:+.3f}"
    return f"- {row['added'].capitalize()}, by test {row['figure']}: {verdict} ({numbers})."


def _as_numbers(figures: dict[str, list[Figure]]) -> pd.DataFrame:
    """A row a network and figure: mean, and its 95 % interval."""
    names = ["train accuracy", "test accuracy", "test log-loss"]
    rows = [
        (network, name, figure.value, figure.low, figure.high)
        for network, row in figures.items()
        for name, figure in zip(names, row, strict=True)
    ]
    return pd.DataFrame(rows, columns=["network", "figure", "mean", "low", "high"])


def _readable(figures: dict[str, list[Figure]]) -> pd.DataFrame:
    def share(figure: Figure) -> str:
        low, high = max(figure.low or 0, 0), min(figure.high or 1, 1)
        value = write_share(figure.value, digits=1)
        return f"{value} ({write_share(low)} to {write_share(high)})"

    def loss(figure: Figure) -> str:
        return f"{figure.value:.2f} ({figure.low:.2f} to {figure.high:.2f})"

    rows = {
        name: (share(train), share(test), loss(test_loss))
        for name, (train, test, test_loss) in figures.items()
    }
    return pd.DataFrame.from_dict(
        rows, orient="index", columns=["train accuracy", "test accuracy", "test log-loss"]
    ).rename_axis("network")
