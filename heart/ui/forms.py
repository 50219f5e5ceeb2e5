"""The patient form and the settings form, generated from the schema and the bounds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from heart.config import (
    BOUNDS,
    CATEGORY_INPUTS,
    DEVICES,
    RECIPES,
    Settings,
    get_recipe,
    parse_widths,
)
from heart.schema import EXAMPLE_PATIENT, FEATURES, Feature, Value

NOT_KNOWN = "not known"
PER_ROW = 2
COMMON = ("max_epochs", "members", "dropout", "random_state")


def field_key(feature: Feature) -> str:
    """The key of a feature's widget; it holds no value."""
    return f"patient_{feature.name}"


def fill_patient(patient: Mapping[str, Value]) -> None:
    """Put a patient into the form; what is not given becomes not known."""
    for feature in FEATURES:
        value = patient.get(feature.name)
        st.session_state[field_key(feature)] = (
            NOT_KNOWN if feature.is_coded and value is None else value
        )


def fill_example() -> None:
    """Put the example patient into the form."""
    fill_patient(
        {
            name: float(value) if name in _MEASURED else value
            for name, value in EXAMPLE_PATIENT.items()
        }
    )


def clear_patient() -> None:
    """Empty the form."""
    fill_patient({})


_MEASURED = {feature.name for feature in FEATURES if not feature.is_coded}


def show_patient_fields() -> dict[str, Value | None]:
    """A field for every feature, under the heading of its group; the values, None where
    not known.
    """
    values: dict[str, Value | None] = {}
    for group in dict.fromkeys(feature.group for feature in FEATURES):
        st.markdown(f"**{group}**")
        members = [feature for feature in FEATURES if feature.group == group]
        for row in _rows(members):
            for column, feature in zip(
                st.columns(PER_ROW, vertical_alignment="bottom"), row, strict=False
            ):
                with column:
                    values[feature.name] = _show_field(feature)
    return values


def _rows(features: list[Feature]) -> list[list[Feature]]:
    return [features[start : start + PER_ROW] for start in range(0, len(features), PER_ROW)]


def _show_field(feature: Feature) -> Value | None:
    if feature.is_coded:
        return _show_choice(feature)
    # no limits on the widget: the browser would drop a value silently; the schema refuses it with
    # the reason
    return st.number_input(
        f"{feature.label} ({feature.minimum:g} to {feature.maximum:g} {feature.unit})",
        value=None,
        step=10.0**-feature.decimals,
        format=f"%.{feature.decimals}f",
        placeholder=NOT_KNOWN,
        help=feature.help,
        key=field_key(feature),
        persist_state="session",
    )


def _show_choice(feature: Feature) -> Value | None:
    labels = {NOT_KNOWN: NOT_KNOWN, **dict(feature.codes)}
    chosen = st.selectbox(
        feature.title,
        list(labels),
        format_func=lambda code: labels[code],
        help=feature.help,
        key=field_key(feature),
        persist_state="session",
    )
    return None if chosen == NOT_KNOWN else chosen


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
    changes: dict[str, Any] = {}
    with left:
        changes["hidden"] = st.text_input(
            "Hidden layers",
            ", ".join(map(str, start.hidden)),
            key=f"train_{start.recipe}_hidden",
            help=(
                "Width of each hidden layer, as in “32” or “64, 32”: at most four, at most 256"
                " wide. Empty: a logistic regression."
            ),
        )
        changes["linear_path"] = st.checkbox(
            "Linear path",
            start.linear_path,
            key=f"train_{start.recipe}_linear_path",
            help=(
                "Whether the inputs also reach the output directly, as in a logistic regression,"
                " beside the hidden layers."
            ),
        )
        changes["categories"] = st.selectbox(
            "Categories enter as",
            CATEGORY_INPUTS,
            index=CATEGORY_INPUTS.index(start.categories),
            key=f"train_{start.recipe}_categories",
            help=(
                "An embedding gives each category a vector of its own; a code used as a number"
                " ranks them."
            ),
        )
        changes["device"] = st.selectbox(
            "Device", DEVICES, index=DEVICES.index(start.device), key=f"train_{start.recipe}_device"
        )
    others = [name for name in BOUNDS if name not in (*COMMON, "time_limit")]
    for position, name in enumerate(others):
        with right if position % 2 else left:
            changes[name] = _show_bound(name, start)
    return changes


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
    )


def build_settings(recipe: str, changes: dict[str, Any]) -> Settings:
    """The settings that a form describes.

    Raises:
        SettingsError: for a width that is not a whole number, or a value outside its bounds.
    """
    return get_recipe(recipe, **{**changes, "hidden": parse_widths(changes["hidden"])})
