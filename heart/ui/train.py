"""The train page: a run as a visitor makes it, and what it gave."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

import streamlit as st

from heart.bundle import serialise_bundle
from heart.bundle.layout import MAX_NAME
from heart.charts import loss_curves
from heart.config import RECIPES, Settings
from heart.data import Cohort
from heart.data.completeness import write_complete
from heart.evaluation.figures import METRICS, write_value
from heart.experiments.run import find_cohort, plan_experiment
from heart.experiments.runs import SHOWN, Run, train_and_describe
from heart.markdown import code
from heart.model.loop import history_frame
from heart.shares import write_share
from heart.ui.downloads import show_chart_with_data, show_table_with_data
from heart.ui.figures import figures_table, parts_frame
from heart.ui.model_cohort import own_cohorts
from heart.ui.progress import LiveProgress, follow, get_pool
from heart.ui.runs import show_note
from heart.ui.session import Origin, Session
from heart.ui.session_runs import SessionRun
from heart.ui.under_way import under_way
from heart.ui.unsaved import describe_unsaved
from heart.work import Request


def choose_recipe() -> str:
    """The recipe that the settings start from; it stays chosen while other pages are visited."""
    recipe: str = st.selectbox(
        "Recipe",
        list(RECIPES),
        help=(
            "“default” was chosen by cross-validation on Cleveland. “lesson” is the tutorial"
            " model: codes as numbers, one hidden layer of 32, 50 epochs."
        ),
        key="train_recipe",
        persist_state="session",
    )
    return recipe


def run_trial(
    session: Session,
    cohort: Cohort,
    settings: Settings,
    *,
    created_at: datetime,
) -> SessionRun:
    """Train with live progress and a button that stops it; the run, which is then one of the
    session's. What can be refused is refused before that button is there.

    Raises:
        HeartError: for settings outside their bounds, a cohort that cannot be split, a training
            that cannot finish, or too many trainings at once.
    """
    name = suggest_name(cohort.name, settings.recipe)
    plan_experiment(cohort, settings, name=name)
    call = partial(train_and_describe, cohort, settings, name=name, created_at=created_at)
    with under_way("Training"), get_pool().join(Request(call, "on_epoch_end")) as ticket:
        st.button(
            "Stop training",
            help="Ends the training at once; nothing of it is kept.",
            on_click=session.note_stop,
        )
        progress = LiveProgress(settings.max_epochs)
        for news in follow(ticket, progress.bar):
            progress.draw(news)
        progress.clear()
        entry = SessionRun(*ticket.result())
    session.note_cohort(cohort)
    return session.runs.add(entry)


def suggest_name(cohort: str, recipe: str) -> str:
    """A name for a bundle: the cohort's, in the letters that a bundle's may have, and the recipe.

    >>> suggest_name("cleveland+hungary", "default"), suggest_name("my file (2)", "lesson")
    ('cleveland-hungary-default', 'my-file-2-lesson')
    """
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", cohort)[: MAX_NAME - 1 - len(recipe)].strip("-")
    return f"{plain}-{recipe}"


def show_completeness(cohort: Cohort) -> None:
    """Whom a recipe of complete rows leaves out, by hospital."""
    st.caption(write_complete(cohort) or "Every value of every patient is known: all are used.")


def show_result(session: Session, entry: SessionRun) -> None:
    """What a training run gave, and what can be done with its model."""
    st.header(f"Result of run {entry.run.number}")
    show_headline(entry.run)
    cohort = find_cohort(entry.bundle, own_cohorts(session))
    if entry.bundle.settings.complete_rows and cohort is not None:
        show_completeness(cohort)
    show_note(session, entry)
    show_actions(session, entry)
    show_details(entry.run)


def show_headline(run: Run) -> None:
    """On how many patients it was trained and tested, and the figures that matter first."""
    test, train = run.metrics["test"], run.metrics["train"]
    st.markdown(
        f"Trained on **{train['n']}** patients of {code(run.cohort)} for {run.epochs} epochs;"
        f" tested on **{test['n']}** it never saw. It took {run.seconds:.1f} s."
    )
    for column, name in zip(st.columns(len(SHOWN)), SHOWN, strict=True):
        column.metric(
            f"{METRICS[name].label}, test",
            write_value(test["figures"][name][0], name),
            help=f"On train: {write_value(train['figures'][name][0], name)}",
        )


def show_details(run: Run) -> None:
    """The figures of every part, and the loss curves."""
    show_table_with_data(
        figures_table(run.metrics), parts_frame(run.metrics), name="run-figures.csv"
    )
    st.caption(
        f"Accuracy, sensitivity and the like at the threshold of {write_share(run.threshold)}; 95 %"
        " intervals in brackets."
    )
    show_chart_with_data(
        loss_curves,
        history_frame(run.history),
        alt="Loss on the train and valid parts against the epoch",
        name="losses.csv",
    )
    if hindered := describe_hindrance(run.settings):
        st.caption(f"The train loss is taken while {hindered}, so it may lie above the valid loss.")


def describe_hindrance(settings: Mapping[str, Any]) -> str:
    """What makes it harder to be right in training than afterwards; empty where nothing does."""
    dropped = ["units are dropped"] if settings["dropout"] and settings["hidden"] else []
    hidden = ["values are hidden"] if settings["masking"] else []
    return " and ".join([*dropped, *hidden])


def show_actions(session: Session, entry: SessionRun) -> None:
    """Keep the model for the session, download it, or forget the run."""
    number, bundle = entry.run.number, entry.bundle
    in_use = session.is_in_use(bundle)
    with st.container(horizontal=True):
        if not in_use and st.button(
            "Keep for this session",
            type="primary",
            help="Every page then uses it, as long as this session lasts.",
        ):
            session.use(bundle, Origin.TRAINED)
            st.rerun()
        st.download_button(
            "Download",
            lambda: serialise_bundle(bundle),
            f"{bundle.name}.joblib",
            "application/octet-stream",
            on_click=lambda: session.saved.add(entry.run.fingerprint),
            help="One file, which the Bundle page takes back.",
        )
        if st.button("Discard", help="Forgets this run; a model in use stays in use."):
            session.runs.discard(number)
            st.rerun()
    if in_use:
        st.caption(
            "This model is in use on every page. It ends with this session, unless it is downloaded"
            " or kept on the Models page."
        )


def show_losses(session: Session) -> None:
    """What a reload would lose, if anything."""
    if lost := describe_unsaved(session):
        st.caption(lost)
