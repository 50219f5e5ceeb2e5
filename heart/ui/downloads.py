"""Charts and tables that can be downloaded: what stands behind them, as CSV for spreadsheets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from heart.charts.style import Drawing
from heart.scoring.safe_csv import to_safe_csv
from heart.ui.cache import show_chart

LONGEST_NAME = 80
HELP = "What stands behind it, at full precision. Safe for spreadsheets."

Make = Callable[[], pd.DataFrame]
"""Makes a tidy frame; called at the click, not at the drawing."""


def show_chart_with_data(
    draw: Callable[[pd.DataFrame], Drawing],
    frame: pd.DataFrame,
    *,
    alt: str,
    name: str,
    container: Any = st,
) -> None:
    """`show_chart`, and below it its data as CSV. As a picture (PNG) the browser saves it: the
    chart's own toolbar has a button for that.

    Args:
        draw: a chart function of `heart.charts`.
        frame: its data.
        alt: what the chart shows.
        name: of the file, as `file_name` makes it; once a page.
        container: where to show both.
    """
    show_chart(draw, frame, alt=alt, container=container)
    offer_csv(name, lambda: frame, container=container)


def show_table_with_data(
    shown: Any, data: pd.DataFrame | Make, *, name: str, container: Any = st
) -> None:
    """A table in words, and below it the numbers that it was written from, as CSV.

    Args:
        shown: what `st.table` takes.
        data: the tidy frame, or what makes it.
        name: of the file, as `file_name` makes it; once a page.
        container: where to show both.
    """
    container.table(shown)
    offer_csv(name, data, container=container)


def offer_csv(name: str, data: pd.DataFrame | Make, *, container: Any = st) -> None:
    """A quiet button that downloads a frame as CSV. Its bytes are made at the click.

    Args:
        name: of the file, as `file_name` makes it; once a page.
        data: the frame, or what makes it.
        container: where to show it.
    """
    right = container.container(horizontal=True, horizontal_alignment="right")
    right.download_button(
        name,
        partial(make_csv, data),
        file_name=name,
        mime="text/csv",
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
        help=HELP,
        key=f"csv_{name}",
    )


def make_csv(data: pd.DataFrame | Make) -> bytes:
    """The frame as CSV that no spreadsheet takes for formulas, with its index where that has a
    name.
    """
    frame = data if isinstance(data, pd.DataFrame) else data()
    named = any(name is not None for name in frame.index.names)
    return to_safe_csv(frame.reset_index() if named else frame)


def file_name(*words: str, suffix: str = ".csv") -> str:
    """Words as the name of a file: small letters, digits and single hyphens, whatever a cohort or a
    model is called.

    >>> file_name("Leaderboard", "cleveland+va_long_beach")
    'leaderboard-cleveland-va-long-beach.csv'
    """
    plain = unicodedata.normalize("NFKD", " ".join(words)).encode("ascii", "ignore").decode()
    parts = re.findall("[a-z0-9]+", plain.lower())
    return ("-".join(parts)[:LONGEST_NAME].strip("-") or "table") + suffix
