"""The question which column of a file is which, where its names and values do not say so."""

from __future__ import annotations

import streamlit as st

from heart.data.columns import NEEDED
from heart.errors import ColumnsError, OpenColumn
from heart.markdown import code
from heart.schema import TARGET, TARGET_LABEL, feature

NOT_USED = "not used"
PER_LINE = 3


def ask_columns(error: ColumnsError, purpose: str) -> dict[str, str] | None:
    """A select box for each open column: the column's key to its feature, "" for one that is not
    used. None until it is answered.

    Args:
        error: with the open columns.
        purpose: tells this question's widgets from others.
    """
    with st.container(border=True):
        st.warning(
            "**Which column is which?** Neither the names nor the values of these columns say it."
            " Nothing was guessed and nothing is lost.",
            icon=":material/help:",
        )
        st.text(f"Expected: {error.expected}\nFound: {error.found}")
        with st.form(f"columns_{purpose}", border=False):
            answers = _show_boxes(error.open_columns, purpose)
            sent = st.form_submit_button("Read it with these columns", type="primary")
        if not sent:
            return None
        used = [name for name in answers.values() if name]
        twice = sorted({name for name in used if used.count(name) > 1})
        if twice:
            st.error(f"Each only once: {', '.join(map(_title, twice))}.", icon=":material/error:")
            return None
        return answers


def _show_boxes(columns: tuple[OpenColumn, ...], purpose: str) -> dict[str, str]:
    """The boxes, several in a line, and what is chosen in them."""
    answers = {}
    for start in range(0, len(columns), PER_LINE):
        line = columns[start : start + PER_LINE]
        for column, place in zip(line, st.columns(PER_LINE), strict=False):
            with place:
                answers[column.key] = _show_box(column, purpose)
    return answers


def _show_box(column: OpenColumn, purpose: str) -> str:
    options = ["", *column.options]
    name: str = st.selectbox(
        f"Column {code(column.name)}",
        options,
        index=options.index(column.suggested) if column.suggested else 0,
        format_func=_title,
        key=f"column_{purpose}_{column.key}",
    )
    shown = f"{', '.join(column.examples)} …\n" if column.examples else ""
    reason = f"suggested: {column.reason}" if column.suggested else column.reason
    st.text(f"{shown}({reason})")
    return name


def _title(name: str) -> str:
    """A feature in words, marked where a table cannot do without it."""
    if not name:
        return NOT_USED
    title = TARGET_LABEL if name == TARGET else feature(name).label
    return f"{title} ({name}){' — needed' if name in NEEDED else ''}"
