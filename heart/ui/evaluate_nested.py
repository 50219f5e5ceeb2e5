"""The evaluate page's check of how much our recipe owes to the patients it was chosen with."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from heart.cluster.client import find_scheduler
from heart.config import RECIPES
from heart.data import Cohort
from heart.evaluation.figures import LEADERBOARD, METRICS, write_figure
from heart.evaluation.out_of_fold import OutOfFold
from heart.experiments.cross_validation import Folds
from heart.experiments.nested import (
    INNER_FOLDS,
    MEMBERS,
    Nested,
    compare_nested,
    judge_nested,
    nested_folds,
    short_list,
    write_how_nested,
)
from heart.experiments.results import RECIPE, describe_stored, find_results
from heart.experiments.tuning import count_choices
from heart.ui.downloads import file_name, show_table_with_data
from heart.ui.for_all import once_for_all
from heart.ui.progress import run_once, work_on, write_duration
from heart.ui.session import Session

INNER_SECONDS = 0.2
"""A fit of the inner folds on 303 patients takes about, on one core."""


def show_nested(session: Session, cohort: Cohort, folds: Folds, plain: OutOfFold) -> None:
    """The recipe chosen inside the folds beside the default one, or the button that computes it.

    Args:
        session: of the visitor.
        cohort: the patients.
        folds: of the leaderboard.
        plain: the default recipe on them.
    """
    st.subheader("If the recipe were chosen without these patients")
    nested, source = _find(session, cohort, folds)
    if nested is None:
        _offer(session, cohort, folds)
        return
    compared = find_compared(session, nested, plain)
    show_table_with_data(
        nested_table(compared), nested_frame(compared), name=file_name("nested", cohort.name)
    )
    more = write_figure(compared.difference["log_loss"], "log_loss", signed=True)
    st.caption(
        f"{write_how_nested(nested_folds(folds))} Taken: {count_choices(nested.chosen)}. Against"
        f" the default recipe on the same folds its log-loss differs by {more}, the mean over folds"
        " with the corrected resampled t interval. The default recipe was chosen from more than"
        f" this list. {nested.fits:,} fits, {nested.seconds:,.0f} s on the machine that computed"
        f" them. {source}"
    )


def _find(session: Session, cohort: Cohort, folds: Folds) -> tuple[OutOfFold | None, str]:
    """What this session has computed, else what is stored, and where it comes from."""
    kept: OutOfFold | None = session.kept(_key(cohort), folds)
    if kept is not None:
        return kept, "Computed in this session."
    stored = find_results(cohort)
    if stored is None or stored.nested is None or stored.folds != folds:
        return None, ""
    return stored.nested, describe_stored(stored)


def _key(cohort: Cohort) -> str:
    return f"nested {cohort.fingerprint}"


def find_compared(session: Session, nested: OutOfFold, plain: OutOfFold) -> Nested:
    """The `compare_nested` of both."""
    return once_for_all(
        session, "nested compared", (nested, plain), lambda: compare_nested(nested, plain)
    )


def _offer(session: Session, cohort: Cohort, folds: Folds) -> None:
    cut = nested_folds(folds)
    whole = RECIPES[RECIPE].members / MEMBERS  # the one that is taken, in inner fits
    fits = cut.n_splits * cut.n_repeats * (INNER_FOLDS * len(short_list()) + whole)
    st.caption(
        f"{write_how_nested(cut)} Takes"
        f" {write_duration(INNER_SECONDS * fits * max(cohort.n / 303, 0.3))}."
    )
    work = work_on(partial(judge_nested, cohort, folds=cut, scheduler=find_scheduler()))
    run_once(session, "Choose the recipe inside the folds", _key(cohort), folds, work)


def nested_frame(compared: Nested) -> pd.DataFrame:
    """One row a way to choose: `recipe`, and each figure with `_low` and `_high`."""
    rows = {
        "chosen inside the folds": compared.nested.pooled,
        "default": compared.plain.pooled,
        "difference": compared.difference,
    }
    return pd.DataFrame(
        [
            {
                "recipe": recipe,
                **{
                    f"{name}{end}": value
                    for name in LEADERBOARD
                    for end, value in zip(("", "_low", "_high"), figures[name], strict=True)
                },
            }
            for recipe, figures in rows.items()
        ]
    )


def nested_table(compared: Nested) -> pd.DataFrame:
    """Both in words."""
    rows = {"chosen inside the folds": compared.nested, "the default recipe": compared.plain}
    return pd.DataFrame.from_dict(
        {
            recipe: {METRICS[n].label: write_figure(of.pooled[n], n) for n in LEADERBOARD}
            for recipe, of in rows.items()
        },
        orient="index",
    ).rename_axis("recipe")
