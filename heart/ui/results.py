"""Parts of pages that show results: one patient's answer, figures of the parts, a
confusion matrix.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from heart.charts import hundred_people, loss_curves
from heart.charts.patient import hundred_frame
from heart.markdown import code
from heart.ui.cache import show_chart

if TYPE_CHECKING:
    from heart.bundle import Bundle
    from heart.evaluation import ThresholdMetrics
    from heart.experiments.run import Experiment
    from heart.scoring.patient import Prediction

FIGURE_LABELS = {
    "roc_auc": "ROC AUC",
    "average_precision": "Average precision",
    "log_loss": "Log-loss",
    "brier": "Brier score",
    "accuracy": "Accuracy",
    "recall": "Recall (sensitivity)",
    "specificity": "Specificity",
    "precision": "Precision (positive predictive value)",
    "npv": "Negative predictive value",
}


def show_prediction(prediction: Prediction, bundle: Bundle) -> None:
    """Probability, natural frequency, decision, uncertainty, and what to keep in mind."""
    st.metric("Probability of heart disease", f"{prediction.probability:.0%}")
    of_100 = prediction.of_100
    st.markdown(
        f"Of 100 patients like this one, about **{of_100}** have heart disease and"
        f" **{100 - of_100}** do not."
    )
    show_chart(
        hundred_people,
        hundred_frame(of_100),
        alt=(
            f"100 circles, {of_100} filled for patients with heart disease, {100 - of_100} outlined"
        ),
    )
    _show_decision(prediction, bundle)
    if prediction.low is not None and prediction.high is not None:
        st.caption(
            f"Nine of ten of the model's {bundle.network.members} members say {prediction.low:.0%}"
            f" to {prediction.high:.0%}. That is the model's own uncertainty, not a range the"
            " patient will fall in."
        )
    _show_warnings(prediction)
    st.caption("A probability, not a diagnosis. Do not use it to decide about a patient.")


def _show_decision(prediction: Prediction, bundle: Bundle) -> None:
    threshold = bundle.threshold
    sign, word = ("≥", "disease") if prediction.is_positive else ("<", "no disease")
    reading = (
        "This would be followed up." if prediction.is_positive else "This would not be followed up."
    )
    with st.container(border=True):
        st.markdown(
            f"**Decision: {word}** ({prediction.probability:.0%} {sign} the threshold of"
            f" {threshold.value:.0%})"
        )
        st.caption(
            f"{reading} At this threshold one missed patient counts as much as"
            f" {threshold.cost_ratio:g} false alarms."
        )


def _show_warnings(prediction: Prediction) -> None:
    missing = [
        w.message.removesuffix(" is not known.")
        for w in prediction.warnings
        if w.problem == "missing"
    ]
    others = [w.message for w in prediction.warnings if w.problem != "missing"]
    if others:
        st.warning("Unusual: " + " ".join(others), icon="🔎")
    if missing:
        st.info(
            f"Not known ({len(missing)} of 13): {', '.join(missing)}. The model was trained to"
            " expect that, but it says less.",
            icon="❔",
        )


def figures_table(metrics: Mapping[str, Any]) -> pd.DataFrame:
    """Rows are figures, columns are parts with their counts, cells "0.912 (0.84 to 0.97)"."""
    columns = {
        f"{name}: {part['positives']} of {part['n']} diseased": part["figures"]
        for name, part in metrics.items()
    }
    table = {
        head: [format_figure(figures[name]) for name in FIGURE_LABELS]
        for head, figures in columns.items()
    }
    return pd.DataFrame(table, index=pd.Index(FIGURE_LABELS.values(), name="figure"))


def format_figure(figure: Sequence[float | None]) -> str:
    """A figure with its 95 % interval."""
    value, low, high = figure
    return "–" if value is None else f"{value:.3f} ({low:.2f} to {high:.2f})"


def confusion_table(counts: Mapping[str, int]) -> pd.DataFrame:
    """The confusion matrix in words: rows are what is, columns what the model decides."""
    return pd.DataFrame(
        {
            "decided: disease": [counts["tp"], counts["fp"]],
            "decided: no disease": [counts["fn"], counts["tn"]],
        },
        index=pd.Index(["diseased", "healthy"], name="patients"),
    )


def show_trial(trial: Experiment) -> None:
    """What a training run gave: sizes, figures of every part, loss curves."""
    from heart.model.loop import history_frame  # noqa: PLC0415  torch waits until it is needed

    bundle, split = trial.bundle, trial.split
    st.header("Result")
    st.markdown(
        f"Trained on **{split.train.n}** patients of {code(bundle.data.cohort)} for"
        f" {bundle.epochs_run} epochs; tested on **{split.test.n}** it never saw."
    )
    test, train = bundle.metrics["test"]["figures"], bundle.metrics["train"]["figures"]
    for column, name in zip(
        st.columns(4), ("accuracy", "roc_auc", "log_loss", "recall"), strict=True
    ):
        column.metric(
            f"{FIGURE_LABELS[name]}, test",
            f"{test[name][0]:.3f}",
            help=f"On train: {train[name][0]:.3f}",
        )
    st.table(figures_table(bundle.metrics))
    st.caption(
        f"Accuracy, recall and the like at the threshold of {bundle.threshold.value:.0%}; 95 %"
        " intervals in brackets."
    )
    show_chart(
        loss_curves,
        history_frame(trial.history),
        alt="Loss on the train and valid parts against the epoch",
    )
    st.caption(
        "The train loss is taken while units are dropped and values hidden, so it may lie above the"
        " valid loss."
    )


def show_test_report(at: ThresholdMetrics) -> None:
    """What the threshold does on the test part."""
    st.header("Report on the test part")
    st.caption(
        f"{at.n} patients the model never saw, {at.positives} of them diseased. Nothing is chosen"
        " here. 95 % intervals in brackets."
    )
    matrix, figures = st.columns(2, gap="large")
    matrix.table(confusion_table(at._asdict()))
    shown = {
        FIGURE_LABELS[name]: format_figure(getattr(at, name))
        for name in ("recall", "specificity", "precision", "npv", "accuracy")
    }
    figures.table(
        pd.DataFrame({"on test": list(shown.values())}, index=pd.Index(list(shown), name="figure"))
    )
