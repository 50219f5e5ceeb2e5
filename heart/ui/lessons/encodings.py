"""The lesson on encodings: one category as code, as one-hot and as an embedding."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from heart.charts.lessons.encodings import contributions, height_frame, heights, product_frame
from heart.data import load_shipped
from heart.lessons.encodings import (
    CATEGORIES,
    ORDERS,
    Factorised,
    Heights,
    category_table,
    factorise,
    fit_heights,
    order_losses,
    positions_of,
    through_embedding,
    through_one_hot,
)
from heart.schema import feature
from heart.shares import write_share
from heart.ui.cache import show_chart
from heart.ui.downloads import file_name, show_table_with_data
from heart.ui.errors import errors_shown
from heart.ui.lessons.encodings_costs import SEEDS, show_costs
from heart.ui.lessons.frame import choose_one, show_code, show_formula

ORDER_HELP = (
    "LabelEncoder numbers the categories in the order of the numbers or letters that stand for them"
    " in the file. The other two orders have looked at the outcomes: with them, a line does as well"
    " or as badly as it can."
)
N_UNITS = 8
RARE = 0.05


@st.fragment
def show_encodings() -> None:
    """All parts: what a line can say, what an embedding is, what codes cost."""
    name = st.selectbox(
        "Category",
        CATEGORIES,
        index=1,
        format_func=lambda name: feature(name).label,
        key="encodings_category",
        bind="query-params",
        width=360,
    )
    with errors_shown():
        table = category_table(load_shipped("cleveland"), name)
        _show_heights(table)
        _show_vectors(name, [*table["category"], "unknown"])
        show_costs(name)


def _show_heights(table: pd.DataFrame) -> None:
    """The best line over the code beside the best free heights."""
    st.header("What one linear unit can say")
    words, chart = st.columns([2, 3], gap="large")
    with words:
        order = choose_one("Order of the codes", ORDERS, help=ORDER_HELP, key="encodings_order")
    n, diseased = table["n"].to_numpy(), table["diseased"].to_numpy()
    table = table.assign(position=positions_of(n, diseased, order))
    fitted = fit_heights(n, diseased, table["position"].to_numpy())
    with words:
        st.markdown(describe_order(table.sort_values("position")["category"].tolist()))
        st.markdown(describe_heights(table, fitted))
        _show_losses(fitted)
        if len(table) > 2:
            losses = order_losses(n, diseased).values()
            st.caption(
                f"Over all {len(losses)} orders of the codes the line's log-loss runs from"
                f" {min(losses):.3f} to {max(losses):.3f}."
            )
    with chart:
        alt = (
            "Log-odds of disease of each category: observed with intervals, the best line over the"
            " code, the best free heights"
        )
        show_chart(heights, height_frame(table, fitted.line, fitted.free), alt=alt)
    show_code(fit_heights)


def _show_losses(fitted: Heights) -> None:
    line, free = st.columns(2)
    line.metric(
        "Log-loss of the line",
        f"{fitted.line_loss:.3f}",
        help="In nats a patient, of this category alone.",
    )
    free.metric("Of free heights", f"{fitted.free_loss:.3f}", help="One-hot and embedding alike.")


def _show_vectors(name: str, categories: list[str]) -> None:
    """The three ways to write a category, and why the last two are one."""
    st.header("An embedding is one-hot times a matrix")
    words, chart = st.columns([2, 3], gap="large")
    with words:
        dim = st.slider(
            "Length of the embedding's vectors", 1, 8, 2, key="encodings_dim", bind="query-params"
        )
        seed = st.number_input(
            "Seed of the first weights", 0, SEEDS, 0, key="encodings_seed", bind="query-params"
        )
        drawn = factorise(len(categories), dim=dim, n_units=N_UNITS, random_state=int(seed))
        st.markdown(
            f"{len(categories)} vectors of {dim}, then a layer of {N_UNITS} units:"
            f" **{drawn.n_factorised}** numbers to learn. One-hot and the same layer:"
            f" **{drawn.n_direct}**. Both give the same: over all categories and units the largest"
            f" difference is **{drawn.difference:.0g}**. The matrix has rank **{drawn.rank}**."
        )
        st.markdown(describe_rank(dim, len(categories)))
    with chart:
        st.markdown(
            f"**What each category adds to each of {N_UNITS} hidden units**, before anything is"
            " learnt"
        )
        alt = (
            "A cell a category and hidden unit; colour is what the category adds. The matrix has"
            f" rank {drawn.rank}"
        )
        show_chart(contributions, product_frame(categories, drawn.product), alt=alt)
    vectors = pd.DataFrame(drawn.vectors, index=pd.Index(categories, name=name))
    show_table_with_data(
        _written(categories, drawn, feature(name).words),
        vectors.add_prefix("embedding_").assign(label_code=range(len(categories))),
        name=file_name("encodings of", name),
    )
    show_formula(
        r"\text{code: } w\,c + b \qquad \text{one-hot: } e_c^\top M \qquad \text{embedding: }"
        r" e_c^\top (E\,W), \quad "
        r"E \in \mathbb{R}^{K \times d},\; W \in \mathbb{R}^{d \times H}",
        "c is the code, e_c the row of zeros with a one at place c, K the number of categories, d"
        " the vectors' length, H the units of the next layer. Any M of rank d or less can be"
        " written as E W, and any E W is an M.",
    )
    show_code(through_embedding, through_one_hot)


def _written(categories: list[str], drawn: Factorised, title: str) -> pd.DataFrame:
    """Each category as a code, as one-hot and as a vector, one row a category."""
    codes = range(len(categories))
    columns = {
        "label code": [str(code) for code in codes],
        "one-hot": [" ".join("1" if i == code else "0" for i in codes) for code in codes],
        "embedding": ["  ".join(f"{value:+.2f}" for value in vector) for vector in drawn.vectors],
    }
    return pd.DataFrame(columns, index=pd.Index(categories, name=title))


def describe_order(categories: list[str]) -> str:
    """The categories with their codes, in the order of these."""
    return (
        "Codes: "
        + ", ".join(f"{code} = {category}" for code, category in enumerate(categories))
        + "."
    )


def describe_heights(table: pd.DataFrame, fitted: Heights) -> str:
    """What the line gets wrong.

    Args:
        table: a row a category: `category`, `position`, `log_odds`.
        fitted: its heights, in the same order.
    """
    if len(table) == 2:
        return (
            "Two categories, two points: a line through them is exact. For a yes-or-no category a"
            " **code costs nothing**."
        )
    sign = "+" if fitted.bias >= 0 else "−"
    beyond = _describe_beyond(table)
    worst = int(np.argmax(np.abs(fitted.line - fitted.free)))
    return (
        f"The unit's share of the logit is {fitted.weight:.2f} · code {sign}"
        f" {abs(fitted.bias):.2f}: a **straight line**, so a category in the middle is always put"
        f" between its neighbours{f', but {beyond}' if beyond else ''}. It is furthest off for"
        f" “{table['category'].iloc[worst]}”, by"
        f" {abs(fitted.line[worst] - fitted.free[worst]):.1f}. {_describe_chance(fitted.chance)}"
    )


def _describe_beyond(table: pd.DataFrame) -> str:
    """Which categories do not lie between their neighbours; empty if all do."""
    order = np.argsort(table["position"].to_numpy())
    names, observed = table["category"].to_numpy()[order], table["log_odds"].to_numpy()[order]
    return " and ".join(
        f"“{names[i]}” is observed {'above' if observed[i] > observed[i - 1] else 'below'} both its"
        " neighbours"
        for i in range(1, len(names) - 1)
        if (observed[i] - observed[i - 1]) * (observed[i + 1] - observed[i]) < 0
    )


def _describe_chance(chance: float) -> str:
    """How often a line would show a gap as large as the one seen."""
    if chance < RARE / 50:
        return (
            "A gap like this is **not chance**: with a line as the truth, fewer than one table in a"
            " thousand would show it."
        )
    verdict = "**hardly chance**" if chance < RARE else "these patients cannot tell"
    return (
        f"If a line were the truth, {write_share(chance)} of such tables would show a gap like"
        " this:"
        f" {verdict}."
    )


def describe_rank(dim: int, n_categories: int) -> str:
    """What vectors of this length can express."""
    if dim == 1:
        return (
            "With length 1 all units see the categories on **one line**, as with a code, but in"
            " places that are **learnt**, not given by the alphabet: each row of the picture is a"
            " multiple of any other."
        )
    if dim < n_categories:
        return (
            f"With length {dim} the units share {dim} directions: more than the one of a code,"
            f" fewer than the {n_categories} of one-hot."
        )
    return (
        f"With {n_categories} or more directions nothing is given up: for {n_categories} categories"
        " every matrix can be written so."
    )
