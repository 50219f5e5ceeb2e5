"""What all sessions share: the shipped model, the shipped cohorts and the specifications of charts. Nothing of a patient."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from heart.ui.warmup import ROOT, load_heavy

if TYPE_CHECKING:
    from heart.bundle import Bundle
    from heart.charts.style import Drawing

DEFAULT_BUNDLE = ROOT / "models" / "cleveland.joblib"


@cache
def default_bundle() -> Bundle:
    """The shipped model; never changed."""
    load_heavy()
    from heart.bundle import load_bundle  # noqa: PLC0415

    return load_bundle(DEFAULT_BUNDLE)


@cache
def _chart_spec(draw: Callable[[pd.DataFrame], Drawing], columns: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """The Vega-Lite specification of a chart of frames with these columns, without data. Building one takes 20-30 ms."""
    empty = pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in columns})
    spec = draw(empty).to_dict()
    return {key: value for key, value in spec.items() if key not in ("data", "datasets")}


def show_chart(draw: Callable[[pd.DataFrame], Drawing], frame: pd.DataFrame, *, alt: str, key: str | None = None, place: Any = st) -> None:
    """Show `draw(frame)`; its specification is made once and shared.

    Args:
        draw: a chart function of `heart.charts`, whose specification depends on the frame's columns only.
        frame: the data.
        alt: what the chart shows, for those who do not see it.
        key: keeps the element's identity across reruns.
        place: where to show it, a container or placeholder.
    """
    columns = tuple((str(name), str(dtype)) for name, dtype in frame.dtypes.items())
    # Streamlit writes into the specification it is given
    place.vega_lite_chart(frame, copy.deepcopy(_chart_spec(draw, columns)), alt=alt, key=key, width="stretch")
