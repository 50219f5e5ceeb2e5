"""The lesson on encodings: one category as code, one-hot and embedding; and what codes cost a model
of all 13 features.
"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from heart.charts.lessons.encodings import contributions, height_frame, heights, product_frame
from heart.schema import feature
from heart.ui.cache import show_chart
from heart.ui.errors import errors_shown
from heart.ui.lessons.encodings_costs import NAMES, SEEDS, show_costs
from heart.ui.lessons.encodings_words import describe_heights, describe_order, describe_rank
from heart.ui.lessons.frame import show_code, show_formula
from heart.ui.warmup import load_heavy

ORDER_HELP = (
    "LabelEncoder numbers the categories in the order of the numbers or letters that stand for them"
    " in the file. The other two orders have looked at the outcomes: with them, a line does as well"
    " or as badly as it can."
)
N_UNITS = 8


@st.fragment
def show_encodings() -> None:
    """All parts: what a line can say, what an embedding is, what codes cost."""
    load_heavy()
    name = st.selectbox(
        "Category",
        NAMES,
        index=1,
        format_func=lambda name: feature(name).label,
        key="encodings_category",
        bind="query-params",
        width=360,
    )
    with errors_shown():
        table = _table_of(name)
        _show_heights(table)
        _show_vectors(name, [*table["category"], "unknown"])
        show_costs(name)


def _table_of(name: str) -> pd.DataFrame:
    from heart.data import load_shipped  # noqa: PLC0415  scikit-learn waits until it is needed
    from heart.lessons.encodings import category_table  # noqa: PLC0415

    return category_table(load_shipped("cleveland"), name)


def _show_heights(table: pd.DataFrame) -> None:
    """The best line over the code beside the best free heights."""
    from heart.lessons.encodings import (  # noqa: PLC0415
        ORDERS,
        fit_heights,
        order_losses,
        positions_of,
    )

    st.header("What one linear unit can say")
    words, chart = st.columns([2, 3], gap="large")
    with words:
        order = st.segmented_control(
            "Order of the codes",
            ORDERS,
            default=ORDERS[0],
            required=True,
            help=ORDER_HELP,
            key="encodings_order",
            bind="query-params",
        )
    n, diseased = table["n"].to_numpy(), table["diseased"].to_numpy()
    table = table.assign(position=positions_of(n, diseased, order))
    found = fit_heights(n, diseased, table["position"].to_numpy())
    with words:
        st.markdown(describe_order(table.sort_values("position")["category"].tolist()))
        st.markdown(describe_heights(table, found))
        line, free = st.columns(2)
        line.metric(
            "Log-loss of the line",
            f"{found.line_loss:.3f}",
            help="In nats a patient, of this category alone.",
        )
        free.metric(
            "Of free heights", f"{found.free_loss:.3f}", help="One-hot and embedding alike."
        )
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
        show_chart(heights, height_frame(table, found.line, found.free), alt=alt)
    show_code(fit_heights)


def _show_vectors(name: str, categories: list[str]) -> None:
    """The three ways to write a category, and why the last two are one."""
    # torch waits until it is needed
    from heart.lessons.encodings_factorised import (  # noqa: PLC0415
        factorise,
        through_embedding,
        through_one_hot,
    )

    st.header("An embedding is one-hot times a matrix")
    words, chart = st.columns([2, 3], gap="large")
    with words:
        dim = st.slider(
            "Length of the embedding's vectors", 1, 8, 2, key="encodings_dim", bind="query-params"
        )
        seed = st.number_input(
            "Seed of the first weights", 0, SEEDS, 0, key="encodings_seed", bind="query-params"
        )
        found = factorise(len(categories), dim=dim, n_units=N_UNITS, random_state=int(seed))
        st.markdown(
            f"{len(categories)} vectors of {dim}, then a layer of {N_UNITS} units:"
            f" **{found.n_factorised}** numbers to learn. One-hot and the same layer:"
            f" **{found.n_direct}**. Both give the same: over all categories and units the largest"
            f" difference is **{found.difference:.0g}**. The matrix has rank **{found.rank}**."
        )
        st.markdown(describe_rank(dim, len(categories)))
    with chart:
        st.markdown(
            f"**What each category adds to each of {N_UNITS} hidden units**, before anything is"
            " learnt"
        )
        alt = (
            "A cell a category and hidden unit; colour is what the category adds. The matrix has"
            f" rank {found.rank}"
        )
        show_chart(contributions, product_frame(categories, found.product), alt=alt)
    written = {
        "label code": [str(code) for code in range(len(categories))],
        "one-hot": [
            " ".join("1" if i == code else "0" for i in range(len(categories)))
            for code in range(len(categories))
        ],
        "embedding": ["  ".join(f"{value:+.2f}" for value in vector) for vector in found.vectors],
    }
    st.table(pd.DataFrame(written, index=pd.Index(categories, name=feature(name).label.lower())))
    show_formula(
        r"\text{code: } w\,c + b \qquad \text{one-hot: } e_c^\top M \qquad \text{embedding: }"
        r" e_c^\top (E\,W), \quad "
        r"E \in \mathbb{R}^{K \times d},\; W \in \mathbb{R}^{d \times H}",
        "c is the code, e_c the row of zeros with a one at place c, K the number of categories, d"
        " the vectors' length, H the units of the next layer. Any M of rank d or less can be"
        " written as E W, and any E W is an M.",
    )
    show_code(through_embedding, through_one_hot)
