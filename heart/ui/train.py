"""The train page: a run as a visitor makes it, and what it gave."""

from __future__ import annotations

import re
from datetime import datetime

import streamlit as st

from heart.charts import loss_curves
from heart.config import Settings
from heart.data import Cohort
from heart.evaluation.figures import METRICS, write_value
from heart.experiments.run import Experiment, run_experiment
from heart.markdown import code
from heart.model.loop import history_frame
from heart.ui.cache import show_chart
from heart.ui.figures import figures_table
from heart.ui.progress import LiveProgress, training_slot
from heart.ui.session import Session

MAX_NAME = 64
"""Letters of a bundle's name."""


def run_trial(
    session: Session, cohort: Cohort, settings: Settings, *, created_at: datetime
) -> Experiment:
    """Train with live progress and return the experiment; a cohort that is not shipped stays in the
    session, to judge the model on.

    Raises:
        HeartError: for a cohort that cannot be split, a training that cannot finish, or too many
            trainings at once.
    """
    with training_slot():
        progress = LiveProgress(settings.max_epochs)
        experiment = run_experiment(
            cohort,
            settings,
            name=suggest_name(cohort.name, settings.recipe),
            created_at=created_at,
            on_epoch_end=progress,
        )
        progress.clear()
    session.trained_on[cohort.fingerprint] = cohort
    return experiment


def suggest_name(cohort: str, recipe: str) -> str:
    """A name for a bundle: the cohort's, in the letters that a bundle's may have, and the recipe.

    >>> suggest_name("cleveland+hungary", "default"), suggest_name("my file (2)", "lesson")
    ('cleveland-hungary-default', 'my-file-2-lesson')
    """
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", cohort)[: MAX_NAME - 1 - len(recipe)].strip("-")
    return f"{plain}-{recipe}"


def show_trial(trial: Experiment) -> None:
    """What a training run gave: sizes, figures of every part, loss curves."""
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
            f"{METRICS[name].label}, test",
            write_value(test[name][0], name),
            help=f"On train: {write_value(train[name][0], name)}",
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
