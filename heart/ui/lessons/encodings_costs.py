"""The last part of the lesson on encodings: what codes cost a model, cross-validated."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from heart.charts.lessons.encodings import cost_frame, log_loss_costs, roc_auc_costs
from heart.lessons.encodings import CATEGORIES
from heart.lessons.encodings_costs import (
    NETWORKS,
    Cost,
    columns_of,
    compare_networks,
    compare_scores,
    score_logistic,
)
from heart.schema import feature
from heart.ui.cache import show_chart
from heart.ui.downloads import file_name, show_table_with_data
from heart.ui.lessons.frame import show_code
from heart.ui.progress import run_once, work_on
from heart.ui.session import get_session

SEEDS = 9_999
RECIPE_HELP = (
    "Only the way categories enter is changed. With masking, values are hidden at random in"
    " training, and a hidden category is the code of “unknown”: for a network that reads codes as"
    " numbers that is one number more, beyond the largest, and costs it extra."
)


def show_costs(name: str) -> None:
    """The cross-validated cost: of logistic regression at once, of a network on demand.

    Args:
        name: the category that is looked at.
    """
    st.header("What it costs on Cleveland")
    controls, results = st.columns([1, 2], gap="large")
    with controls:
        n_repeats, folds, recipe, members = _choose()
    one_hot = score_logistic(frozenset(), n_repeats, folds)
    costs = {
        f"logistic, only {feature(name).words} as code": compare_scores(
            one_hot, score_logistic(frozenset([name]), n_repeats, folds)
        ),
        "logistic, all as codes": compare_scores(
            one_hot, score_logistic(frozenset(CATEGORIES), n_repeats, folds)
        ),
    }
    with controls:
        network = _compare_networks(recipe, members, n_repeats, folds)
    if network is not None:
        costs["network, all as codes"] = network
    with results:
        _show_comparisons(costs)
    show_code(columns_of)


def _choose() -> tuple[int, int, str, int]:
    """Repeats and seed of the folds, recipe and members of the network."""
    n_repeats = st.select_slider(
        "Repeats of the 10-fold cross-validation",
        (1, 2, 3, 5),
        3,
        key="encodings_repeats",
        bind="query-params",
    )
    folds = int(
        st.number_input(
            "Seed of folds and networks",
            0,
            SEEDS,
            0,
            key="encodings_folds",
            bind="query-params",
        )
    )
    recipe = st.selectbox(
        "Recipe of the network",
        list(NETWORKS),
        key="encodings_recipe",
        bind="query-params",
        help=RECIPE_HELP,
    )
    members = st.select_slider(
        "Members of the network", (1, 2, 4, 8), 2, key="encodings_members", bind="query-params"
    )
    return int(n_repeats), folds, recipe, int(members)


def _compare_networks(recipe: str, members: int, n_repeats: int, random_state: int) -> Cost | None:
    """The network's cost, if it was asked for; kept in this session for each choice of settings."""
    work = work_on(
        partial(
            compare_networks,
            recipe,
            members=members,
            n_repeats=n_repeats,
            random_state=random_state,
        )
    )
    # a key a choice: each is kept
    key = f"encodings_train {recipe} {members} {n_repeats} {random_state}"
    cost: Cost | None = run_once(get_session(), "Train the network both ways", key, None, work)
    if cost is None:
        st.caption(f"About {2 + members * n_repeats} seconds.")
    return cost


def _show_comparisons(costs: dict[str, Cost]) -> None:
    st.markdown(
        " ".join(describe_cost(name, cost) for name, cost in costs.items() if "all" in name)
    )
    frame = cost_frame(
        {name: {"roc_auc": cost.roc_auc, "log_loss": cost.log_loss} for name, cost in costs.items()}
    )
    beside = "against one column or vector a category, with intervals"
    show_chart(roc_auc_costs, frame, alt=f"AUC that codes lose {beside}")
    show_chart(log_loss_costs, frame, alt=f"Log-loss that codes add {beside}")
    rows = {
        name: {
            "AUC": f"{cost.better[0]:.3f} → {cost.worse[0]:.3f}",
            "lost": "{:+.3f} ({:+.3f} to {:+.3f})".format(*cost.roc_auc),
            "log-loss": f"{cost.better[1]:.3f} → {cost.worse[1]:.3f}",
            "added": "{:+.3f} ({:+.3f} to {:+.3f})".format(*cost.log_loss),
        }
        for name, cost in costs.items()
    }
    shown = pd.DataFrame.from_dict(rows, orient="index").rename_axis("one-hot or embedding → codes")
    show_table_with_data(shown, frame, name=file_name("cost of codes"))
    st.caption(
        "Means over the folds, and the paired differences with 95 % intervals (corrected resampled"
        " t, Nadeau and Bengio 2003): where one holds 0, the two ways cannot be told apart on 303"
        " patients. All preprocessing is fitted inside the fold."
    )


def describe_cost(name: str, cost: Cost) -> str:
    """One comparison in a sentence."""
    who = "A logistic regression" if name.startswith("logistic") else "The network"
    lost, added = cost.roc_auc.value, cost.log_loss.value
    return (
        f"{who} that reads codes loses **{lost:.3f}** of AUC and adds **{added:.3f}** of log-loss:"
        f" {_say_sure(cost)}."
    )


def _say_sure(cost: Cost) -> str:
    sure = {
        name: figure.low is not None and figure.low > 0
        for name, figure in (("AUC", cost.roc_auc), ("log-loss", cost.log_loss))
    }
    if all(sure.values()):
        return "both intervals leave 0 out"
    if any(sure.values()):
        return (
            f"the interval of the {'AUC' if sure['AUC'] else 'log-loss'} leaves 0 out, the other"
            " does not"
        )
    return "both intervals hold 0, so 303 patients do not settle it"
