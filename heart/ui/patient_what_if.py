"""The Patient page's part "What if"."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from heart.bundle import Bundle
from heart.charts.style import Drawing
from heart.charts.what_if import answer_dots, answer_line
from heart.errors import PatientError
from heart.evaluation.members import write_members
from heart.explain.what_if import (
    NOT_KNOWN,
    Change,
    Curve,
    Difference,
    compare_patients,
    dot_frame,
    line_frame,
    what_if,
)
from heart.schema import Feature, Value
from heart.shares import write_share
from heart.ui.cache import show_chart
from heart.ui.downloads import offer_csv
from heart.ui.patient_answer import Answer
from heart.units import to_canonical, to_shown

PER_ROW, AT_ONCE = 3, 6
SECOND, OTHERS = "what_if_second", "what_if_others"
OF = "what_if_of"
"""Under which it is noted whose values the second patient's fields started from."""


def show_what_if(answer: Answer) -> None:
    """A second patient beside this one, and the answer over the values of each feature."""
    bundle = answer.session.bundle
    st.markdown(
        "What the model would answer for **another patient** with a different value, all others as"
        " they are. It is not what would become of this patient: values hang together, and"
        " treating one is not the same as having another one."
    )
    second = st.expander("A second patient, beside this one", key=SECOND, on_change="rerun")
    if second.open:
        with second:
            _show_second(answer)
    curves = answer.session.once(
        "what if",
        (bundle, tuple(answer.patient.items())),
        lambda: what_if(bundle, answer.patient),
    )
    st.caption(_explain_marks(bundle, curves))
    _show_curves(curves, answer)


def _explain_marks(bundle: Bundle, curves: tuple[Curve, ...]) -> str:
    members = bundle.network.members
    numbers = any(curve.training is not None for curve in curves)
    unseen = any(not c.table["in_training"].all() for c in curves if c.feature.is_coded)
    sentences = [
        "◆ this patient.",
        f"Light band: {write_members(members)}." if members > 1 else "",
        "Grey area: the values in training; beyond it the curve is a guess." if numbers else "",
        "Dashed: if it were not known." if bundle.settings.masking else "",
        "✚ never occurred in training." if unseen else "",
        "The features that move the answer furthest come first.",
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _show_curves(curves: tuple[Curve, ...], answer: Answer) -> None:
    """Small multiples, all on the same scale of probability; those that move the answer least wait
    until somebody asks, as each takes a browser some 50 ms.
    """
    ordered = sorted(curves, key=lambda curve: -curve.span)
    units = answer.session.units
    _show_rows(ordered[:AT_ONCE], units)
    if rest := ordered[AT_ONCE:]:
        names = ", ".join(curve.feature.in_units(units).label for curve in rest)
        others = st.expander(f"The others: {names}", key=OTHERS, on_change="rerun")
        if others.open:
            with others:
                _show_rows(rest, units)
    offer_csv("what-if.csv", lambda: curves_frame(ordered))


def curves_frame(curves: Sequence[Curve]) -> pd.DataFrame:
    """All curves below each other, each with its feature's name."""
    return pd.concat(
        [curve.table.assign(feature=curve.feature.name) for curve in curves], ignore_index=True
    )


def _show_rows(curves: Sequence[Curve], units: str) -> None:
    for start in range(0, len(curves), PER_ROW):
        row = curves[start : start + PER_ROW]
        for column, curve in zip(st.columns(PER_ROW), row, strict=False):
            with column:
                _show_curve(curve, units)


def _show_curve(curve: Curve, units: str) -> None:
    entry = curve.feature.in_units(units)
    fixed = "" if curve.can_change else " · nobody can change it"
    st.markdown(f"**{entry.title}**{fixed}")
    draw: Callable[[pd.DataFrame], Drawing] = answer_dots if entry.is_coded else answer_line
    frame = dot_frame(curve) if entry.is_coded else line_frame(curve, units=units)
    show_chart(draw, frame, alt=_describe(curve, units))


def _describe(curve: Curve, units: str) -> str:
    """What a curve shows, for those who do not see it."""
    rows = curve.table.to_dict("records")
    ends = rows if curve.feature.is_coded else [rows[0], *[r for r in rows if r["is_patient"]]]
    if not curve.feature.is_coded:
        ends.append([row for row in rows if row["value"] is not None][-1])
    shown = [
        f"{_words(curve.feature, r['value'], units)} {write_share(r['probability'])}" for r in ends
    ]
    return (
        f"Probability by {curve.feature.in_units(units).label}: {', '.join(dict.fromkeys(shown))}"
    )


def _words(entry: Feature, value: Value | None, units: str) -> str:
    return NOT_KNOWN if value is None else entry.describe(value, units=units)


def _show_second(answer: Answer) -> None:
    """Fields that start from this patient's values, and the difference that theirs make."""
    bundle, units = answer.session.bundle, answer.session.units
    features = bundle.preprocessor.features
    _start_fields(answer, features)
    st.button("As this patient again", on_click=_reset)
    result, fields = st.columns([2, 3], gap="large")  # on a phone the result stands first
    typed: dict[str, Any] = {}
    with fields:
        for start in range(0, len(features), 2):
            for column, entry in zip(st.columns(2), features[start : start + 2], strict=False):
                with column:
                    typed[entry.name] = _show_field(entry, answer.patient[entry.name], units)
    with result:
        other = {**answer.patient, **_read(features, typed, answer)}
        _show_difference(compare_patients(bundle, answer.patient, other), bundle, units)


def _key(entry: Feature) -> str:
    return f"what_if_{entry.name}"


def _start_fields(answer: Answer, features: Sequence[Feature]) -> None:
    """Give the fields this patient's values, once for each patient and unit."""
    of = (tuple(answer.patient.items()), answer.session.units, answer.session.bundle.name)
    if st.session_state.get(OF) == of and _key(features[0]) in st.session_state:
        return
    st.session_state[OF] = of
    for entry in features:
        value = answer.patient[entry.name]
        if entry.is_coded:
            st.session_state[_key(entry)] = NOT_KNOWN if value is None else value
        else:
            st.session_state[_key(entry)] = _shown(entry, value, answer.session.units)


def _reset() -> None:
    st.session_state.pop(OF, None)


def _shown(entry: Feature, value: Value | None, units: str) -> float | None:
    return float(to_shown(entry.name, value, units)) if isinstance(value, int | float) else None


def _show_field(entry: Feature, own: Value | None, units: str) -> Any:
    """The field of the second patient, with this one's value in its label."""
    shown = entry.in_units(units)
    label = f"{shown.title}, here {_words(entry, own, units)}"
    if entry.is_coded:
        labels = {NOT_KNOWN: NOT_KNOWN, **dict(entry.codes)}
        return st.selectbox(label, list(labels), format_func=lambda c: labels[c], key=_key(entry))
    # no limits on the widget: the browser would drop a value silently
    step = 10.0**-shown.decimals
    return st.number_input(
        label,
        value=None,
        step=step,
        format=f"%.{shown.decimals}f",
        placeholder=NOT_KNOWN,
        key=_key(entry),
    )


def _read(
    features: Sequence[Feature], typed: Mapping[str, Any], answer: Answer
) -> dict[str, Value | None]:
    """What the fields hold, canonical; this patient's own value where a field still shows it.

    Raises:
        PatientError: for the first impossible value.
    """
    units = answer.session.units
    values: dict[str, Value | None] = {}
    for entry in features:
        value, own = typed[entry.name], answer.patient[entry.name]
        if entry.is_coded:
            values[entry.name] = None if value == NOT_KNOWN else entry.parse(value)
        elif value == _shown(entry, own, units):
            values[entry.name] = own
        else:
            values[entry.name] = _parse(entry, value, units)
    return values


def _parse(entry: Feature, shown: float | None, units: str) -> Value | None:
    try:
        return entry.parse(None if shown is None else to_canonical(entry.name, shown, units))
    except PatientError as error:
        raise entry.in_units(units).impossible(shown) from error


def _show_difference(told: Difference, bundle: Bundle, units: str) -> None:
    points = round((told.other - told.probability) * 100)
    st.metric(
        "Probability of the second patient",
        write_share(told.other),
        f"{points:+d} percentage points" if points else "the same, rounded",
        delta_color="off",
        delta_arrow="auto" if points else "off",
    )
    st.markdown(f"This patient: **{write_share(told.probability)}**.")
    if not told.changes:
        st.caption("Change a value to see the difference that it makes to the model.")
        return
    for change in told.changes:
        st.markdown(_describe_change(change, units))
    if told.low is not None and told.high is not None:
        st.caption(
            f"{write_members(bundle.network.members).capitalize()} put the difference between"
            f" {told.low * 100:+.0f} and {told.high * 100:+.0f} percentage points."
        )


def _describe_change(change: Change, units: str) -> str:
    before, after = (_words(change.feature, v, units) for v in (change.value, change.other))
    fixed = "" if change.can_change else " (nobody can change it)"
    return f"- {change.feature.in_units(units).label}: {before} → {after}{fixed}"
