"""What all sessions share: the shipped model, the shipped cohorts and the specifications of charts.
Nothing of a patient.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from heart.ui.warmup import load_heavy

if TYPE_CHECKING:
    from heart.bundle import Bundle
    from heart.charts.style import Drawing

MAX_BUNDLES = 4


def load_active() -> Bundle:
    """The registry's active model, the shipped one until somebody chooses another; never changed.

    Raises:
        BundleError: if its file is no longer valid.
    """
    load_heavy()
    from heart.bundle.registry import open_registry  # noqa: PLC0415

    return load_shared(open_registry().active_path)


def load_shared(path: Path) -> Bundle:
    """The model in a file of the registry, read once for all sessions until the file changes.

    Raises:
        BundleError: if it is not valid.
    """
    load_heavy()
    return _load_bundle(path, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=MAX_BUNDLES)
# another time is another file
def _load_bundle(path: Path, changed_at: int) -> Bundle:  # noqa: ARG001
    from heart.bundle import load_bundle  # noqa: PLC0415

    return replace(load_bundle(path), name=path.stem)


@cache
def _chart_spec(
    draw: Callable[[pd.DataFrame], Drawing], columns: tuple[tuple[str, str], ...]
) -> dict[str, Any]:
    """The Vega-Lite specification of a chart of frames with these columns, without data. Building
    one takes 20-30 ms.
    """
    empty = pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in columns})
    spec = draw(empty).to_dict()
    return {key: value for key, value in spec.items() if key not in ("data", "datasets")}


def show_chart(
    draw: Callable[[pd.DataFrame], Drawing],
    frame: pd.DataFrame,
    *,
    alt: str,
    key: str | None = None,
    place: Any = st,
) -> None:
    """Show `draw(frame)`; its specification is made once and shared.

    Args:
        draw: a chart function of `heart.charts`, whose specification depends on the frame's columns
            only.
        frame: the data.
        alt: what the chart shows, for those who do not see it.
        key: keeps the element's identity across reruns.
        place: where to show it, a container or placeholder.
    """
    columns = tuple((str(name), str(dtype)) for name, dtype in frame.dtypes.items())
    # Streamlit writes into the specification it is given
    place.vega_lite_chart(
        frame, copy.deepcopy(_chart_spec(draw, columns)), alt=alt, key=key, width="stretch"
    )
