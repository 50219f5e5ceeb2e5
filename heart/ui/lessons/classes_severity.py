"""Severity 0 to 4 of Cleveland's patients: five classes, some of them rare, in an order."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
import streamlit as st

from heart.charts.lessons.classes import confusion_counts
from heart.data import load_shipped
from heart.evaluation import intervals
from heart.evaluation.figures import Figure
from heart.lessons.classes import class_figures, confusion_frame
from heart.lessons.classes_severity import (
    GRADES,
    Decided,
    Severity,
    judge,
    median_grade,
    most_probable,
    predict_severity,
    severity_settings,
)
from heart.shares import write_share
from heart.ui.cache import show_chart
from heart.ui.downloads import file_name, show_table_with_data
from heart.ui.errors import errors_shown
from heart.ui.lessons.frame import choose_one
from heart.ui.lessons.networks import epoch_bar

EPOCHS = 30
WAYS = {"most probable": most_probable, "median": median_grade}


@lru_cache(maxsize=8)
def _predict(seed: int) -> Severity:
    """Out-of-fold predictions of the grade; a seed decides folds and weights."""
    with epoch_bar(EPOCHS, "A fold") as tell:
        return predict_severity(
            load_shipped("cleveland"),
            severity_settings(max_epochs=EPOCHS, random_state=seed),
            on_epoch_end=tell,
        )


@st.fragment
def show_severity() -> None:
    """What five grades give, in the most probable grade or in the median one."""
    st.header("How severe: grades 0 to 4 of the Cleveland patients")
    st.markdown(
        "The data's last column is not yes or no: it counts from 0 (no vessel narrowed by more than"
        " 50 %) to 4. The same softmax network, from all 13 features, with preprocessing fitted on"
        " the train part of each of five folds; every patient is judged by networks that never saw"
        " that patient."
    )
    controls, result = st.columns([1, 3], gap="large")
    with controls:
        way = choose_one("Decide for", list(WAYS), key="severity_way")
        seed = st.number_input("Seed", 0, 9_999, 0, key="severity_seed", bind="query-params")
    with result, errors_shown():
        _show_result(_predict(seed), way)


def _show_result(severity: Severity, way: str) -> None:
    y_true = severity.y_true
    decided = judge(y_true, WAYS[way](severity.y_score))
    commonest = judge(y_true, np.full(len(y_true), np.bincount(y_true).argmax()))
    table = class_figures(y_true, decided.grade, n_classes=GRADES)
    _show_figures(decided, commonest, table)
    left, right = st.columns(2)
    with left:
        names = tuple(f"grade {k}" for k in range(GRADES))
        alt = (
            f"Confusion matrix of {len(y_true)} patients over the test folds: true grade against"
            " decided grade"
        )
        show_chart(
            confusion_counts,
            confusion_frame(y_true, decided.grade, names),
            alt=alt,
            key="severity_confusion",
        )
    with right:
        show_table_with_data(_readable(table), table, name=file_name("severity by grade"))
    _explain(y_true, severity, decided, commonest)


def _show_figures(decided: Decided, commonest: Decided, table: pd.DataFrame) -> None:
    n = len(decided.grade)
    interval: Figure = intervals.proportion(round(decided.accuracy * n), n)
    macro = table.loc[table["who"] == "macro", "f1"].item()
    first, second, third, fourth = st.columns(4)
    first.metric(
        "Accuracy",
        write_share(decided.accuracy, digits=1),
        help=f"95 % interval {write_share(interval.low)} to {write_share(interval.high)}",
    )
    second.metric(
        "Share of the commonest grade",
        write_share(commonest.accuracy, digits=1),
        help="What always saying grade 0 would get right.",
    )
    third.metric(
        "Macro F1", f"{macro:.2f}", help="The mean over the five grades, each counting alike."
    )
    fourth.metric(
        "Mean error in grades",
        f"{decided.error:.2f}",
        help=f"Always saying grade 0: {commonest.error:.2f}",
    )


def _readable(table: pd.DataFrame) -> pd.DataFrame:
    shown = {
        title: table[name].map("{:.2f}".format)
        for title, name in (("precision", "precision"), ("recall", "recall"), ("F1", "f1"))
    }
    who = [f"grade {name}" if name.isdigit() else name for name in table["who"]]
    return pd.DataFrame({"patients": table["n"], **shown}).set_axis(
        pd.Index(who, name="of"), axis=0
    )


def _explain(y_true: np.ndarray, severity: Severity, decided: Decided, commonest: Decided) -> None:
    counts = np.bincount(y_true)
    probable, median = (judge(y_true, choose(severity.y_score)) for choose in WAYS.values())
    st.markdown(
        "**Why ordered classes are harder.** Always saying the commonest grade is right for"
        f" {write_share(commonest.accuracy)}; the network for {write_share(decided.accuracy)}."
        " Grade"
        f" {counts.argmin()} has only {counts.min()} patients: micro averages hardly see it, macro"
        f" averages count it as much as the {counts.max()} of grade {counts.argmax()}. Neighbouring"
        " grades overlap. And the loss does not know that the grades have an order: taking 4 for 0"
        " costs the same as taking 1 for 0. Accuracy does not know it either; the mean error in"
        f" grades does. Choosing the most probable grade misses by {probable.error:.2f} grades on"
        f" average, choosing the median of the same probabilities by {median.error:.2f}, always"
        f" saying grade {counts.argmax()} by {commonest.error:.2f}."
    )
