"""The runs of a session: their table, and the curves of some over each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from heart.charts.train import MOST_RUNS, run_curves
from heart.evaluation.figures import METRICS
from heart.experiments.runs import MAX_NOTE, SHOWN, Run, check_note, curves_frame, runs_frame
from heart.ui.cache import show_chart
from heart.ui.downloads import offer_csv
from heart.ui.errors import errors_shown
from heart.ui.session import Origin, Session
from heart.ui.session_runs import MAX_BYTES, MAX_RUNS, SessionRun, SessionRuns

_ORDER = ("run", *SHOWN, "seconds", "epochs", "changed", "recipe", "patients", "state", "note")


def show_note(session: Session, entry: SessionRun) -> None:
    """What the visitor writes about a run."""
    run = entry.run
    text = st.text_input(
        "Note",
        run.note,
        max_chars=MAX_NOTE,
        key=f"run_note_{run.number}",
        placeholder="What was tried, in one line",
        width=480,
    )
    with errors_shown():
        if check_note(text) != run.note:
            session.runs.note(run.number, text)
            st.rerun()


def show_runs(session: Session) -> None:
    """The table of all runs, to be sorted and chosen from, and what is chosen."""
    st.header("Runs of this session")
    st.caption(
        "Choose one row and its result stands above; choose two or more and their curves are drawn"
        " over each other. A column's head sorts. Figures are those on the test part."
    )
    chosen = _choose(session)
    if len(chosen) == 1:
        _show_one(session, chosen[0])
    elif chosen:
        show_curves([entry.run for entry in chosen])
    st.caption(
        f"The last {MAX_RUNS} runs at most, with weights of {MAX_BYTES / 2**20:g} MiB together; the"
        " oldest go first, a model in use stays in use. Nobody else sees them, and they end with"
        " this session." + _left_out(session.runs)
    )


def _left_out(runs: SessionRuns) -> str:
    return f" {runs.left_out} went already." if runs.left_out else ""


def follow_choice(session: Session) -> None:
    """A run that was chosen alone in the table is the one whose result is looked at."""
    chosen = _chosen(session.runs, st.session_state.get(_key(session.runs)))
    if len(chosen) == 1:
        session.runs.shown = chosen[0].run.number


def _key(runs: SessionRuns) -> str:
    """Of the table. Other rows, another key: Streamlit remembers rows by where they stood."""
    return f"runs_{'_'.join(str(entry.run.number) for entry in runs.entries)}"


def _chosen(runs: SessionRuns, event: Any) -> list[SessionRun]:
    rows = event["selection"]["rows"] if event else []
    return [runs.entries[row] for row in rows if row < len(runs.entries)]


def _choose(session: Session) -> list[SessionRun]:
    """The rows that are chosen in the table."""
    entries = session.runs.entries
    frame = runs_frame([entry.run for entry in entries])
    event: Any = st.dataframe(
        frame.assign(state=[_state(session, entry) for entry in entries]),
        key=_key(session.runs),
        on_select="rerun",
        selection_mode="multi-row",
        hide_index=True,
        column_config=_columns(),
        column_order=_ORDER,
        placeholder="–",
        alt="Runs of this session, one a row, with settings, figures on test, seconds and note",
    )
    offer_csv("runs.csv", frame)
    return _chosen(session.runs, event)


def _columns() -> dict[str, Any]:
    numbers = {
        name: st.column_config.NumberColumn(
            METRICS[name].label, format=f"%.{METRICS[name].digits}f"
        )
        for name in SHOWN
    }
    return numbers | {
        "run": st.column_config.NumberColumn("Run", format="%d", width="small"),
        "note": st.column_config.TextColumn("Note"),
        "state": st.column_config.TextColumn("State"),
        "changed": st.column_config.TextColumn("Differs from the recipe"),
        "recipe": st.column_config.TextColumn("Recipe"),
        "patients": st.column_config.TextColumn("Patients"),
        "epochs": st.column_config.NumberColumn("Epochs", format="%d"),
        "seconds": st.column_config.NumberColumn("Seconds", format="%.1f"),
    }


def _state(session: Session, entry: SessionRun) -> str:
    states = {
        "in use": session.is_in_use(entry.bundle),
        "saved": entry.run.fingerprint in session.saved,
    }
    return ", ".join(state for state, holds in states.items() if holds)


def _show_one(session: Session, entry: SessionRun) -> None:
    """That the chosen run stands above, and the way to keep it from here."""
    number = entry.run.number
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(f"The result of run {number} stands above.", width="content")
        if not session.is_in_use(entry.bundle) and st.button(f"Keep run {number}"):
            session.use(entry.bundle, Origin.TRAINED)
            st.rerun()


def show_curves(runs: Sequence[Run]) -> None:
    """The losses of some runs over each other, on train and on valid."""
    if len(runs) > MOST_RUNS:
        st.caption(f"The first {MOST_RUNS} of the {len(runs)} chosen runs are drawn.")
    drawn = runs[:MOST_RUNS]
    frame = curves_frame(drawn)
    names = ", ".join(str(run.number) for run in drawn)
    columns = st.columns(2, gap="large")
    for column, part in zip(columns, ("train", "valid"), strict=True):
        column.markdown(f"**Loss on {part}**")
        curve: pd.DataFrame = frame[frame["part"] == part]
        alt = f"Loss on the {part} part against the epoch, of runs {names}"
        show_chart(run_curves, curve, alt=alt, container=column)
    offer_csv("run-losses.csv", frame)
