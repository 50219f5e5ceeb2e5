"""The Train page's search for settings."""

from __future__ import annotations

from functools import partial
from importlib.util import find_spec

import pandas as pd
import streamlit as st

from heart.charts.search import search_history, setting_importance
from heart.cluster.client import find_scheduler
from heart.config import Settings
from heart.data import Cohort
from heart.evaluation.figures import write_figure
from heart.experiments.runs import name_setting, write_setting
from heart.experiments.search import AT_ONCE, GIVEN_UP, KEPT, MEMBERS, Search, Tried, Worth, search
from heart.experiments.search_space import NAMES
from heart.ui.downloads import file_name, show_chart_with_data, show_table_with_data
from heart.ui.progress import Work, run_once, write_duration
from heart.ui.session import Session
from heart.work import Request

TRIALS = (10, 20, 40, 80)
SECONDS = 4.0
"""Of a setting, about, with 303 patients; the judgement at the end takes as long as six."""

STATES = {KEPT: "judged to the end", GIVEN_UP: "given up"}


def show_search(session: Session, cohort: Cohort) -> Settings | None:
    """A search on these patients; the best settings where the visitor wants a model of them."""
    st.markdown(
        "Try many settings, each judged by cross-validation on these patients: the first are the"
        " default recipe's, the next are proposed by what was seen so far. Whatever wins among many"
        " looks better than it is, so it is judged once more on other folds."
    )
    if find_spec("optuna") is None:
        st.info(
            "The search needs Optuna: `pip install -r requirements-search.txt`, then start the app"
            " again.",
            icon=":material/extension:",
        )
        return None
    trials = st.select_slider("Settings to try", TRIALS, TRIALS[1], key="search_trials")
    seconds = SECONDS * (trials + 6) * max(cohort.n / 303, 0.3)
    st.caption(f"Takes {write_duration(seconds)}. The members are {MEMBERS} meanwhile.")
    key, depends_on = f"search {cohort.fingerprint}", trials
    result: Search | None = run_once(
        session, "Search", key, depends_on, _work(cohort, trials=trials)
    )
    return None if result is None else _show(cohort, result)


def _work(cohort: Cohort, *, trials: int) -> Work:
    losses: list[float] = []

    def write(tried: Tried, done: int, trials: int) -> tuple[str, float]:
        if tried.log_loss is not None:
            losses.append(tried.log_loss)
        lowest = f", lowest log-loss {min(losses):.4f}" if losses else ""
        return f"{done} of {trials} tried{lowest}", done / trials

    scheduler = find_scheduler()
    at_once = 1 if scheduler is None else AT_ONCE
    call = partial(search, cohort, trials=trials, at_once=at_once, scheduler=scheduler)
    return Work(Request(call, "on_trial"), write)


def _show(cohort: Cohort, result: Search) -> Settings | None:
    st.markdown(describe_search(result))
    show_chart_with_data(
        search_history,
        history_frame(result),
        alt="Log-loss of each of the settings in the order of trying, and the lowest so far",
        name=file_name("search", cohort.name),
    )
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**The best settings**")
        table = settings_frame(result)
        show_table_with_data(table, table, name=file_name("search-settings", cohort.name))
    with right:
        if result.importance:
            st.markdown("**What made the difference**")
            show_chart_with_data(
                setting_importance,
                importance_frame(result),
                alt="Share of each setting in what makes the log-losses differ",
                name=file_name("search-importance", cohort.name),
            )
        else:
            st.caption("Too few were judged to the end to say which setting makes a difference.")
    wanted = st.button(
        "Train with the best settings", type="primary", help="As a run of this session, below."
    )
    return result.best if wanted else None


def describe_search(result: Search) -> str:
    """How many were tried, and what the best is worth, on the folds that chose it and on others."""
    given_up = sum(one.state == GIVEN_UP for one in result.tried)
    tried = len(result.tried)
    folds = f"{result.folds.n_splits} folds, {result.folds.n_repeats} times"
    said = [
        f"**{tried} settings were tried** ({folds}), {given_up} of them given up on the way.",
        f"On the folds by which it was chosen the best {_write_worth(result.chosen)}.",
        f"**On other folds of the same patients it {_write_worth(result.untouched)}.**",
        _conclude(result),
    ]
    return " ".join(said)


def _write_worth(worth: Worth) -> str:
    gain = write_figure(worth.gain, "log_loss", signed=True)
    return (
        f"has a log-loss of {worth.best:.4f}, where the settings that the search began with have"
        f" {worth.base:.4f} (gain {gain}, 95 % interval over folds; above 0 is better)"
    )


def _conclude(result: Search) -> str:
    _, low, high = result.untouched.gain
    if low is not None and low > 0:
        return "It is better there too; that is of these patients, not of others."
    if high is not None and high < 0:
        return "There it is worse: keep the settings that the search began with."
    return "That interval holds 0: whether it is better cannot be told from these patients."


def history_frame(result: Search) -> pd.DataFrame:
    """What `heart.charts.search.search_history` draws; what could not be trained is left out."""
    rows = [
        (one.number + 1, sum(one.losses) / len(one.losses), STATES[one.state], one.log_loss)
        for one in result.tried
        if one.state in STATES
    ]
    frame = pd.DataFrame(rows, columns=["number", "log_loss", "state", "judged"])
    lowest = frame["judged"].astype("float64").cummin().ffill()
    return frame.drop(columns="judged").assign(lowest=lowest)


def settings_frame(result: Search) -> pd.DataFrame:
    """The best settings beside those that the search began with, one row a setting it could
    change.
    """
    base, best = result.base.as_dict(), result.best.as_dict()
    rows = {
        name_setting(name): {
            "at first": write_setting(base[name]),
            "best": write_setting(best[name]),
        }
        for name in NAMES
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("setting")


def importance_frame(result: Search) -> pd.DataFrame:
    """What `heart.charts.search.setting_importance` draws, the largest first."""
    ordered = sorted(result.importance.items(), key=lambda pair: -pair[1])
    return pd.DataFrame(
        [(name_setting(name), share) for name, share in ordered], columns=["setting", "share"]
    )
