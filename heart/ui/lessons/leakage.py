"""The lesson on leakage: which mistake, on whose patients, by which model; and how much better it
makes the model look.
"""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from heart.charts.lessons.leakage import LIES, REPORTS, all_lies, lie_frame, report_frame
from heart.lessons.leakage import (
    FOREST,
    LEAKS,
    MAX_SEED,
    Lie,
    Setup,
    measure_all,
    measure_leak,
    summarise_lies,
)
from heart.lessons.leakage_mistakes import fill_by_outcome
from heart.lessons.pipeline import encode_clean, learn_fill
from heart.shares import write_share
from heart.ui.cache import show_chart
from heart.ui.downloads import file_name, show_table_with_data
from heart.ui.errors import errors_shown
from heart.ui.lessons.frame import choose_one, show_code, slow_bar
from heart.ui.lessons.leakage_words import FIGURES, MISTAKES, PATIENTS, describe_lies
from heart.ui.progress import Work, run_once, run_quietly
from heart.ui.session import get_session
from heart.work import Request

SPLITS = (20, 50, 100, 200)


@st.fragment
def show_leaks() -> None:
    """The choice, what one mistake does over many splits, and all of them side by side."""
    controls, results = st.columns([1, 2], gap="large")
    with controls:
        setup, n_splits = _choose()
    with results, errors_shown():
        _show_one(setup, n_splits)
    st.header("All of them, side by side")
    with errors_shown():
        _show_all(setup, n_splits)


def _choose() -> tuple[Setup, int]:
    leak = st.radio(
        "Mistake",
        list(MISTAKES),
        format_func=lambda name: MISTAKES[name].title,
        key="leakage_leak",
        bind="query-params",
    )
    cohort = choose_one(
        "Patients of", list(PATIENTS), format_func=PATIENTS.__getitem__, key="leakage_cohort"
    )
    models = LEAKS[leak].models
    # a key a mistake: what one of them offers, another does not
    model = (
        st.selectbox("Model", models, key=f"leakage_model_{leak}", bind="query-params")
        if len(models) > 1
        else models[0]
    )
    n_splits = st.select_slider(
        "Random splits", SPLITS, SPLITS[-1], key="leakage_splits", bind="query-params"
    )
    seed = st.number_input("Seed", 0, MAX_SEED, 0, key="leakage_seed", bind="query-params")
    return Setup(leak, cohort, model, int(seed)), int(n_splits)


def _measure(setup: Setup, n_splits: int) -> pd.DataFrame:
    """With a bar; forests take long, and so are grown elsewhere."""
    with slow_bar() as tell:

        def on_share(share: float) -> None:
            tell(share, f"{n_splits} splits: {write_share(share)}")

        if setup.model != FOREST:
            return measure_leak(setup, n_splits=n_splits, on_share=on_share)
        work = Request(partial(measure_leak, setup, n_splits=n_splits), "on_share")
        measured: pd.DataFrame = get_session().once(
            "leakage_forest", (*setup, n_splits), lambda: run_quietly(work, on_share)
        )
        return measured


def _show_one(setup: Setup, n_splits: int) -> None:
    mistake = MISTAKES[setup.leak]
    st.markdown(f"**The mistake.** {mistake.wrong}\n\n**The honest way.** {mistake.right}")
    measured = _measure(setup, n_splits)
    lies = summarise_lies(measured)
    st.markdown(describe_lies(lies, setup, n_splits))
    figures = LEAKS[setup.leak].figures
    figure = choose_one(
        "Figure",
        figures,
        format_func=FIGURES.__getitem__,
        key=f"leakage_figure_{'_'.join(figures)}",
    )
    lie = lies[figure]
    _show_metrics(lie, figure)
    part = measured[measured["figure"] == figure]
    name = FIGURES[figure]
    show_chart(
        REPORTS[figure],
        report_frame(part),
        alt=f"Distribution of the {name} over the splits, honest and with the mistake",
    )
    show_chart(
        LIES[figure],
        lie_frame(part, low=lie.low, high=lie.high),
        alt=f"Distribution over the splits of how much better the {name} looks",
    )
    st.caption(
        "Below: the difference, split by split; orange is the mean, the grey band its 95 %"
        f" interval. {_how_paired(setup)} In {write_share(lie.flattered)} of the splits the mistake"
        f" flatters; nine of ten differences lie between {lie.q05:+.1f} and {lie.q95:+.1f}. Splits"
        " of the same patients are no independent samples: the interval is widened for that"
        " (Nadeau and Bengio 2003)."
    )
    if mistake.elsewhere:
        st.caption(f"In public audits of files of these patients: {mistake.elsewhere}")
    _show_code(setup.leak)


def _how_paired(setup: Setup) -> str:
    if setup.leak == "duplicates":
        return (
            "Each split of patients is compared with a split of rows, so chance adds to the spread"
            " of the differences."
        )
    return "Both ways use the same split, the same patients and the same model."


def _show_metrics(lie: Lie, figure: str) -> None:
    honest, leaky, difference = st.columns(3)
    unit = "\N{NO-BREAK SPACE}%" if figure == "accuracy" else ""
    honest.metric(f"Honest {FIGURES[figure]}", f"{lie.honest:.1f}{unit}")
    leaky.metric("With the mistake", f"{lie.leaky:.1f}{unit}")
    difference.metric(
        "The lie",
        f"{lie.mean:+.1f}",
        help=f"95 % interval {lie.low:+.1f} to {lie.high:+.1f}; positive flatters.",
    )


def _show_all(setup: Setup, n_splits: int) -> None:
    about = st.empty()
    about.markdown(
        f"Each with one model, on the patients of {PATIENTS[setup.cohort]}. About ten seconds."
    )
    table = run_once(
        get_session(),
        "Measure all five",
        "leakage_measure",
        (setup.cohort, n_splits, setup.random_state),
        _work_on_all(setup, n_splits),
    )
    if table is None:
        return
    about.empty()
    table = table.assign(name=[MISTAKES[leak].title for leak in table["leak"]])
    show_chart(
        all_lies, table, alt="Mean lie of each mistake in points of accuracy, with its interval"
    )
    st.caption(
        "Point: the mean. Thick: its 95 % interval. Thin: where nine of ten splits lie. The dashed"
        f" line is honesty. Patients of {PATIENTS[setup.cohort]}, {n_splits} splits."
    )
    show_table_with_data(_shown(table), table, name=file_name("leakage"))


def _work_on_all(setup: Setup, n_splits: int) -> Work:
    def write(leak: str, share: float) -> tuple[str, float]:
        whole = (list(LEAKS).index(leak) + share) / len(LEAKS)
        return f"{MISTAKES[leak].title}: {write_share(share)}", whole

    return Work(Request(partial(measure_all, setup, n_splits=n_splits), "on_leak"), write)


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    signed = {name: [f"{value:+.1f}" for value in table[name]] for name in ("mean", "low", "high")}
    columns = {
        "model": table["model"],
        "honest": [write_share(value / 100, digits=1) for value in table["honest"]],
        "with the mistake": [write_share(value / 100, digits=1) for value in table["leaky"]],
        "lie (points)": [
            f"{mean} ({low} to {high})" for mean, low, high in zip(*signed.values(), strict=True)
        ],
        "in public audits": [MISTAKES[name].elsewhere or "–" for name in table["leak"]],
    }
    return pd.DataFrame(columns).set_axis(pd.Index(table["name"], name="mistake"), axis=0)


def _show_code(leak: str) -> None:
    """The lines that cheat, beside those that do not."""
    extra = (fill_by_outcome,) if leak == "imputation" else ()
    show_code(LEAKS[leak].run, *extra, encode_clean, learn_fill)
