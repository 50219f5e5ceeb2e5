"""The settings form of the Train page, generated from the bounds; what is filled in stays while
other pages are visited.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from heart.config import (
    BOUNDS,
    CATEGORY_INPUTS,
    DEVICES,
    ENTRIES,
    ENTRY_SETTINGS,
    RECIPES,
    Settings,
    get_recipe,
    parse_widths,
)
from heart.schema import feature

COMMON = ("max_epochs", "members", "dropout", "random_state")


def show_settings_fields(recipe: str) -> dict[str, Any]:
    """The changed settings, from a field for each with its bounds, starting from the recipe."""
    start = RECIPES[recipe]
    columns = st.columns(len(COMMON))
    changes: dict[str, Any] = {}
    for column, name in zip(columns, COMMON, strict=True):
        with column:
            changes[name] = _show_bound(name, start)
    with st.expander("More settings"):
        changes |= _show_more(start)
    return changes


def _show_more(start: Settings) -> dict[str, Any]:
    left, right = st.columns(2)
    with left:
        changes = _show_choices(start)
    others = [name for name in BOUNDS if name not in (*COMMON, "time_limit")]
    for position, name in enumerate(others):
        with right if position % 2 else left:
            changes[name] = _show_bound(name, start)
    return changes


def _show_choices(start: Settings) -> dict[str, Any]:
    """What is no number between bounds."""
    return {
        "hidden": st.text_input(
            "Hidden layers",
            ", ".join(map(str, start.hidden)),
            key=f"train_{start.recipe}_hidden",
            persist_state="session",
            help=(
                "Width of each hidden layer, as in “32” or “64, 32”: at most four, at most 256"
                " wide. Empty: a logistic regression."
            ),
        ),
        "linear_path": st.checkbox(
            "Linear path",
            start.linear_path,
            key=f"train_{start.recipe}_linear_path",
            persist_state="session",
            help=(
                "Whether the inputs also reach the output directly, as in a logistic regression,"
                " beside the hidden layers."
            ),
        ),
        "categories": st.selectbox(
            "Categories enter as",
            CATEGORY_INPUTS,
            index=CATEGORY_INPUTS.index(start.categories),
            key=f"train_{start.recipe}_categories",
            persist_state="session",
            help=(
                "An embedding gives each category a vector of its own; a code used as a number"
                " ranks them."
            ),
        ),
        **{name: _show_entry(name, start) for name in ENTRY_SETTINGS},
        "device": st.selectbox(
            "Device",
            DEVICES,
            index=DEVICES.index(start.device),
            key=f"train_{start.recipe}_device",
            persist_state="session",
        ),
    }


def _show_entry(name: str, start: Settings) -> Any:
    return st.selectbox(
        f"{feature(ENTRY_SETTINGS[name]).label}: enters as",
        ENTRIES,
        index=ENTRIES.index(getattr(start, name)),
        key=f"train_{start.recipe}_{name}",
        persist_state="session",
        help=(
            "Its codes have an order. As a number it is scaled like a measurement, as a category"
            " each code has a vector of its own, and as both it enters twice."
        ),
    )


def _show_bound(name: str, start: Settings) -> int | float:
    bound = BOUNDS[name]
    value = bound.kind(getattr(start, name))
    step = 1 if bound.kind is int else 10.0 ** (-5 if name == "lr" else -2)
    return st.number_input(
        bound.label,
        bound.kind(bound.low),
        bound.kind(bound.high),
        value,
        step=step,
        format="%d" if bound.kind is int else ("%.5f" if name == "lr" else "%.2f"),
        help=f"{bound.help} From {bound.low:g} to {bound.high:g}.",
        key=f"train_{start.recipe}_{name}",
        persist_state="session",
    )


def build_settings(recipe: str, changes: dict[str, Any]) -> Settings:
    """The settings that a form describes.

    Raises:
        SettingsError: for a width that is not a whole number, or a value outside its bounds.
    """
    return get_recipe(recipe, **{**changes, "hidden": parse_widths(changes["hidden"])})
