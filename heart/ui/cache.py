"""The specifications of charts, made once for all sessions: building one takes 20-30 ms."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cache
from typing import Any, Literal

import pandas as pd
import streamlit as st

from heart.charts.style import Drawing


@cache
def _chart_spec(
    draw: Callable[[pd.DataFrame], Drawing], columns: tuple[tuple[str, str], ...]
) -> dict[str, Any]:
    """The Vega-Lite specification of a chart of frames with these columns, without data."""
    empty = pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in columns})
    spec = draw(empty).to_dict()
    return {key: value for key, value in spec.items() if key not in ("data", "datasets")}


def show_chart(
    draw: Callable[[pd.DataFrame], Drawing],
    frame: pd.DataFrame,
    *,
    alt: str,
    key: str | None = None,
    container: Any = st,
    width: Literal["stretch", "content"] = "stretch",
) -> None:
    """Show `draw(frame)`; its specification is made once and shared.

    Args:
        draw: a chart function of `heart.charts`, whose specification depends on the frame's columns
            only.
        frame: the data.
        alt: what the chart shows, for those who do not see it.
        key: keeps the element's identity across reruns.
        container: where to show it, the page by default.
        width: of the container, or the chart's own.
    """
    columns = tuple((str(name), str(dtype)) for name, dtype in frame.dtypes.items())
    # Streamlit writes into the specification it is given
    spec = copy.deepcopy(_chart_spec(draw, columns))
    container.vega_lite_chart(frame, spec, alt=alt, key=key, width=width, height="content")
