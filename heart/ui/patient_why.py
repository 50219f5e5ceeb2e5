"""Why: from nothing known to this patient's probability, value by value."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from heart.charts.patient_why import waterfall
from heart.evaluation.members import write_members
from heart.explain.why import (
    Step,
    Why,
    explain_patient,
    format_log_odds,
    game_of,
    waterfall_frame,
)
from heart.schema import FEATURES
from heart.shares import write_share
from heart.ui.cache import show_chart
from heart.ui.downloads import offer_csv
from heart.ui.model_cohort import find_model_cohort
from heart.ui.patient_answer import Answer
from heart.ui.patient_cases import not_here


def show_why(answer: Answer) -> None:
    """The contributions as a waterfall, and what to keep in mind; or why there are none."""
    told = _explain(answer)
    if told is None:
        st.info(
            "No values were hidden from this model in training, so it learnt little or nothing of"
            " what “not known” means, and cannot be asked what it would say if less were known. "
            + not_here(answer.session),
            icon=":material/help:",
        )
        return
    units = answer.session.units
    start = "Nothing known" if told.game == "masked" else "Mean of its cohort"
    st.markdown(_introduce(told))
    frame = waterfall_frame(told, start=start, units=units)
    show_chart(waterfall, frame, alt=_describe(told, units))
    _show_notes(told, answer)
    with st.expander("The same as a table"):
        st.table(_table(told, units))
        if (members := answer.session.bundle.network.members) > 1:
            st.caption(f"In brackets where {write_members(members)} put it.")
    offer_csv("why.csv", frame)


def _explain(answer: Answer) -> Why | None:
    session, bundle = answer.session, answer.session.bundle
    cohort = None if game_of(bundle) == "masked" else find_model_cohort(session)
    return session.once(
        "why",
        (bundle, cohort, tuple(answer.patient.items())),
        lambda: explain_patient(
            bundle, answer.patient, cohort=None if cohort is None else cohort.features
        ),
    )


def _introduce(told: Why) -> str:
    if told.game == "masked":
        start = f"Of somebody of whom nothing is known, the model says **{write_share(told.base)}**"
    else:
        start = (
            "No values were hidden from this model in training, so it learnt little or nothing of"
            " what “not known” means. So what is left out takes the values"
            f" of {told.background} patients of its cohort, of whom it says"
            f" **{write_share(told.base)}** on average"
        )
    return (
        f"{start}; of this patient **{write_share(told.probability)}**. Each bar is what one known"
        " value adds on the way, the largest first: ► raises it, ◄ lowers it."
    )


def _show_notes(told: Why, answer: Answer) -> None:
    bundle, units = answer.session.bundle, answer.session.units
    disputed = [_name(step, units) for step in told.steps if step.is_disputed]
    if bundle.network.members > 1:
        agreement = (
            f" They do not agree on the direction of: {', '.join(disputed)}." if disputed else ""
        )
        st.caption(
            f"The line below a bar is where {write_members(bundle.network.members)} put it."
            f"{agreement}"
        )
    for sentence in _unused(told, answer):
        st.caption(sentence)
    st.caption(
        "This explains the model, not the disease: a value that raises the probability need not"
        " cause anything. The number beside a value is its Shapley value in log-odds, by which the"
        " axis is spaced: the mean over all orders in which the values could become known. The"
        " probabilities between belong to this order."
    )


def _unused(told: Why, answer: Answer) -> list[str]:
    """Which features have no part in the answer, and why, in sentences."""
    units, read = answer.session.units, {step.feature for step in told.steps}
    unused = [step for step in told.steps if not step.is_used]
    unread = [
        f"{f.in_units(units).label} ({f.describe(value, units=units)})"
        for f in FEATURES
        if f not in read and (value := answer.patient[f.name]) is not None
    ]
    reasons = {
        "Not known": [_name(step, units) for step in unused if step.value is None],
        "Never seen in training and so read as not known": [
            _name(step, units) for step in unused if step.value is not None
        ],
        "Not read by this model": unread,
    }
    return [
        f"{reason}, without a part in it: {', '.join(names)}."
        for reason, names in reasons.items()
        if names
    ]


def _name(step: Step, units: str) -> str:
    """A feature and its value in words."""
    label = step.feature.in_units(units).label
    if step.value is None:
        return label
    return f"{label} ({_value(step, units)})"


def _describe(told: Why, units: str) -> str:
    """What the waterfall shows, for those who do not see it."""
    steps = [
        f"{_name(step, units)} {step.effect}{_by(step)}" for step in told.steps if step.is_used
    ]
    return (
        f"A waterfall from {write_share(told.base)} to {write_share(told.probability)} in"
        f" {len(steps)} steps of log-odds: {'; '.join(steps) or 'none'}."
    )


def _by(step: Step) -> str:
    return "" if step.effect == "changes nothing" else f" it by {abs(step.contribution):.2f}"


def _table(told: Why, units: str) -> pd.DataFrame:
    """The steps in words; three columns, which fit a phone."""
    return pd.DataFrame(
        [
            {
                "Value": f"{step.feature.in_units(units).label}: {_value(step, units)}",
                "Effect, log-odds": _effect(step),
                "Then": write_share(step.after),
            }
            for step in told.steps
        ]
    ).set_index("Value")


def _value(step: Step, units: str) -> str:
    return "not known" if step.value is None else step.feature.describe(step.value, units=units)


def _effect(step: Step) -> str:
    """What a step does, with the members' range where there is one."""
    if not step.is_used:
        return "no part in it"
    text = f"{step.effect}, {format_log_odds(step.contribution)}"
    if step.low is None or step.high is None:
        return text
    return f"{text} ({format_log_odds(step.low)} to {format_log_odds(step.high)})"
