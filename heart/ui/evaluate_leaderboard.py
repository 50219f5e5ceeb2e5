"""The evaluate page's leaderboard: the model in use, models of the registry and simpler ones on the
same folds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import streamlit as st

from heart.bundle.registry import open_registry
from heart.cluster.client import find_scheduler
from heart.config import RECIPES
from heart.data import Cohort
from heart.errors import BundleError
from heart.evaluation.figures import LEADERBOARD, NO_FIGURE
from heart.evaluation.out_of_fold import OutOfFold
from heart.experiments.contenders import (
    CHOSEN_HERE,
    Contender,
    can_learn,
    contender_of,
    write_all_chosen,
    write_how_chosen,
)
from heart.experiments.cross_validation import Folds
from heart.experiments.leaderboard import (
    MODELS,
    NO_FIGURES,
    Entry,
    ModelFigures,
    leaderboard,
    models_for,
    run_leaderboard,
)
from heart.experiments.results import RECIPE, Results, describe_stored, find_results
from heart.experiments.tuning import find_untuned, write_untuned
from heart.markdown import code
from heart.shares import write_share
from heart.ui.downloads import file_name
from heart.ui.evaluate_entries import leaderboard_rows, leaderboard_table, show_tuning
from heart.ui.evaluate_nested import show_nested
from heart.ui.for_all import once_for_all
from heart.ui.forest import show_forest
from heart.ui.progress import Work, run_long, write_duration
from heart.ui.session import Session
from heart.ui.shared import load_shared
from heart.work import Request

SECONDS = {
    "default": 40.0,
    "logistic regression": 45.0,
    "random forest": 100.0,
    "extra trees": 100.0,
    "gradient boosting": 120.0,
    "SVM": 110.0,
}
"""What five times ten fits on 303 patients take about, on one core, each tuned; the others a second
each. They weigh the shares of the progress, and the guess of the time that all take.
"""

Row = Contender | str
"""What is judged in a row of the leaderboard: a bundle's recipe, or one of `MODELS`."""


class Board(NamedTuple):
    """What was judged of a cohort.

    Attributes:
        folds: the same for all.
        results: by the row's key.
        figures: of these results by key, where they are known.
        source: where they come from, in words.
    """

    folds: Folds
    results: Mapping[str, OutOfFold]
    figures: Mapping[str, ModelFigures] = NO_FIGURES
    source: str = "Computed in this session."


def show_leaderboard(session: Session, cohort: Cohort) -> OutOfFold | None:
    """The models that were judged, and buttons for those that were not; the out-of-fold predictions
    of the model in use, None where there are none yet.
    """
    board = find_board(session, cohort)
    folds = Folds.fitting(cohort.features, cohort.y_true) if board is None else board.folds
    rows = rows_of(session, cohort, folds, _choose_kept(session))
    _explain_rows(session, cohort, rows)
    if board is None:
        _offer_all(session, cohort, rows, "Judge all models")
        return None
    judged = judged_rows(board, rows)
    missing = {title: row for title, row in rows.items() if title not in judged}
    if missing:
        _offer_missing(session, cohort, board, missing)
    _show_board(session, cohort, board, rows, judged)
    if RECIPE in board.results:
        show_nested(session, cohort, board.folds, board.results[RECIPE])
    with st.expander("Compute the leaderboard anew"):
        _offer_all(session, cohort, rows, "Judge all models again")
    return board.results.get(contender_of(session.bundle).key)


def judged_rows(board: Board, rows: Mapping[str, Row]) -> dict[str, OutOfFold]:
    """The predictions of each row that is on the board, by its title."""
    return {
        title: board.results[key_of(row)]
        for title, row in rows.items()
        if key_of(row) in board.results
    }


def find_board(session: Session, cohort: Cohort) -> Board | None:
    """What this session has judged of the cohort, else what is stored with the app."""
    kept: Board | None = session.kept(_key(cohort), None)
    if kept is not None:
        return kept
    stored = find_results(cohort)
    return None if stored is None else _board_of(stored)


def _board_of(stored: Results) -> Board:
    return Board(stored.folds, stored.leaderboard, stored.figures, describe_stored(stored))


def _key(cohort: Cohort) -> str:
    return f"leaderboard {cohort.fingerprint}"


def key_of(row: Row) -> str:
    """Under which its predictions are kept: two bundles of one recipe share them."""
    return row if isinstance(row, str) else row.key


def rows_of(session: Session, cohort: Cohort, folds: Folds, kept: Sequence[str]) -> dict[str, Row]:
    """Title of each row, in Markdown, and what is judged in it: the model in use, models of the
    registry, and those of `MODELS` that are not among them already. Models that cannot learn from
    these patients are left out.
    """
    mine = contender_of(session.bundle)
    what = "the model in use" + ("" if mine.recipe is None else f", {mine.recipe} recipe")
    bundles = {f"{code(session.bundle.name)} ({what}{_beside(cohort, mine)})": mine}
    for name in kept:
        other = contender_of(load_shared(open_registry().path_of(name)))
        bundles[f"{code(name)} (kept{_beside(cohort, other)})"] = other
    rows: dict[str, Row] = {}
    for title, contender in bundles.items():
        if contender.key not in map(key_of, rows.values()) and can_learn(cohort, contender, folds):
            rows[title] = contender
    taken = set(map(key_of, rows.values()))
    others = [model for model in models_for(cohort, folds) if model not in taken]
    return rows | {_title_of(cohort, model): model for model in others}


def _title_of(cohort: Cohort, model: str) -> str:
    beside = _beside(cohort, Contender(RECIPES[model])) if model in RECIPES else ""
    return f"{model} ({beside.removeprefix('; ')})" if beside else model


def _beside(cohort: Cohort, contender: Contender) -> str:
    """That a recipe was chosen with these very patients, after its name."""
    told = write_how_chosen(contender.settings, cohort.report.matched)
    return f"; {CHOSEN_HERE}" if told else ""


def _choose_kept(session: Session) -> list[str]:
    """Models of the registry that are put beside the one in use."""
    in_use = (session.bundle.name, session.bundle.created_at)
    try:
        entries = open_registry().read().entries
    except BundleError:  # the Models page tells of it
        return []
    others = [
        entry.name
        for entry in entries
        if entry.about is not None and (entry.name, entry.about.created_at) != in_use
    ]
    if not others:
        return []
    return st.multiselect(
        "Kept models beside it",
        others,
        help="Of each, the recipe is trained anew on the same folds.",
        placeholder="Choose from the models of this server",
        key="leaderboard_kept",
    )


def _explain_rows(session: Session, cohort: Cohort, rows: Mapping[str, Row]) -> None:
    """What is missing on the board, and why."""
    mine = contender_of(session.bundle)
    keys = set(map(key_of, rows.values()))
    if mine.key not in keys:
        st.info(
            f"The recipe of {code(session.bundle.name)} leaves patients with a missing value out of"
            " training, and of these patients too few are complete: it cannot be judged on them."
        )
    left_out = [model for model in MODELS if model not in keys and model != mine.key]
    if left_out:
        st.caption(
            f"Not on this leaderboard: {', '.join(left_out)}. Its recipe leaves patients with a"
            f" missing value out, and of these {cohort.n:,} too few are complete."
        )


def _offer_all(session: Session, cohort: Cohort, rows: Mapping[str, Row], label: str) -> None:
    """The button that judges every row, and how often the patients are cut anew."""
    repeats = st.select_slider(
        "Repeats of the cross-validation",
        [1, 2, 3, 5],
        5,
        help="Each repeat takes as long again.",
        key=f"repeats {label}",
    )
    folds = Folds.fitting(cohort.features, cohort.y_true, repeats)
    st.caption(f"Takes {_how_long(cohort, folds, rows.values())}.")
    results = run_long(label, label, _work(cohort, folds, rows))
    if results is not None:
        session.keep(_key(cohort), None, Board(folds, results))
        st.rerun()


def _offer_missing(
    session: Session, cohort: Cohort, board: Board, missing: Mapping[str, Row]
) -> None:
    """The button that judges what is not on the board yet, on the folds of the others."""
    names = ", ".join(missing)
    st.info(
        f"Not judged on these patients yet: {names}. That takes"
        f" {_how_long(cohort, board.folds, missing.values())}, once.",
        icon=":material/hourglass_empty:",
    )
    results = run_long(
        "Judge it on the same folds" if len(missing) == 1 else "Judge them on the same folds",
        f"missing {_key(cohort)}",
        _work(cohort, board.folds, missing),
    )
    if results is not None:
        more = board._replace(
            results={**board.results, **results},
            source=f"Of {names}: computed in this session. The others: {board.source}",
        )
        session.keep(_key(cohort), None, more)
        st.rerun()


def _work(cohort: Cohort, folds: Folds, rows: Mapping[str, Row]) -> Work:
    """What gives the out-of-fold predictions of each row, by its key."""
    titles = {key_of(row): title for title, row in rows.items()}
    weights = {key_of(row): _weigh(row) for row in rows.values()}
    order = [
        key_of(row) for kind in (Contender, str) for row in rows.values() if isinstance(row, kind)
    ]

    def write(key: str, share: float) -> tuple[str, float]:
        if key not in titles:  # a scheduler's workers have all of them in hand
            return f"{write_share(share)} of the repeats of all models", share
        done = sum(weights[other] for other in order[: order.index(key)]) + share * weights[key]
        return f"{titles[key]}: {write_share(share)}", done / sum(weights.values())

    call = partial(
        run_leaderboard,
        cohort,
        folds=folds,
        models=[row for row in rows.values() if isinstance(row, str)],
        contenders={key_of(row): row for row in rows.values() if isinstance(row, Contender)},
        scheduler=find_scheduler(),
    )
    return Work(Request(call, "on_model"), write)


def _weigh(row: Row) -> float:
    """Seconds, about, of five times ten fits on 303 patients."""
    if isinstance(row, str):
        return SECONDS.get(row, 1.0)
    return max(SECONDS["default"] * row.settings.members / 32, 1.0)


def _how_long(cohort: Cohort, folds: Folds, rows: Iterable[Row]) -> str:
    """About how long, before anything has begun; while it runs, the time that is left is told."""
    fits = folds.n_repeats * folds.n_splits / 50
    return write_duration(sum(map(_weigh, rows)) * fits * max(cohort.n / 303, 0.3))


def _show_board(
    session: Session,
    cohort: Cohort,
    board: Board,
    rows: Mapping[str, Row],
    judged: Mapping[str, OutOfFold],
) -> None:
    entries = find_entries(session, board, rows, judged)
    mine = contender_of(session.bundle).key
    marked = next((title for title in judged if key_of(rows[title]) == mine), None)
    show_forest(
        leaderboard_rows(entries, n=len(next(iter(judged.values())).y_true), marked=marked),
        leaderboard_table(entries),
        figures=("log_loss", *(name for name in LEADERBOARD if name != "log_loss")),
        whose=f"{len(entries)} models",
        name=file_name("leaderboard", cohort.name),
    )
    folds = board.folds
    st.caption(
        f"{folds.n_splits} folds, {folds.n_repeats} times; every patient predicted by models that"
        " never saw them. Figures are pooled over a repeat's patients and averaged over repeats,"
        " with 95 % bootstrap intervals over patients (ROC AUC and average precision: as many of"
        " each class); accuracy is at 50 %. “behind” is the mean difference in log-loss to the best"
        " model, fold by fold, with the corrected resampled t interval (Nadeau and Bengio 2003):"
        " where it holds 0, the two cannot be told apart."
        f" {board.source} {_how_chosen(cohort, rows)}"
    )
    show_tuning(entries, name=file_name("tuning", cohort.name))
    if untuned := write_untuned(find_untuned(judged)):
        st.warning(untuned, icon=":material/tune:")
    if any(entry.figures["roc_auc"] == NO_FIGURE for entry in entries):
        st.caption(
            "–: a model that gives all patients of a fold the same probability ranks nobody, and"
            " has no ROC AUC and no average precision."
        )


def _how_chosen(cohort: Cohort, rows: Mapping[str, Row]) -> str:
    contenders = [
        Contender(RECIPES[row]) if isinstance(row, str) else row
        for row in rows.values()
        if not isinstance(row, str) or row in RECIPES
    ]
    return write_all_chosen(contenders, cohort.report.matched)


def find_entries(
    session: Session, board: Board, rows: Mapping[str, Row], judged: Mapping[str, OutOfFold]
) -> Sequence[Entry]:
    """Figures and order of what was judged, by the titles of `rows_of`."""
    known = {
        title: board.figures[key_of(rows[title])]
        for title in judged
        if key_of(rows[title]) in board.figures
    }
    return once_for_all(
        session,
        "leaderboard entries",
        (tuple(judged), tuple(judged.values())),
        lambda: leaderboard(judged, known=known),
    )
