"""The threshold page's inputs: the scored parts of the model's own cohort, and the choice of a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from heart.evaluation import ThresholdChoice, bayes_threshold, select_threshold
from heart.evaluation.metrics import FloatArray, IntArray

if TYPE_CHECKING:
    from heart.ui.state import Session


class Scored(NamedTuple):
    """Outcomes and probabilities of one part, shape (n,) each."""

    y_true: IntArray
    y_score: FloatArray


class ScoredParts(NamedTuple):
    """What a threshold is chosen on, and what only reports."""

    valid: Scored
    test: Scored


def score_parts(session: Session) -> ScoredParts:
    """The valid and test parts with the model's probabilities; computed once a model.

    Raises:
        BundleError: if the model's cohort is not here.
    """
    from heart.experiment import split_of  # noqa: PLC0415  torch waits until it is needed

    bundle = session.bundle
    if session.scored is None or session.scored[0] is not bundle.network:
        split = split_of(bundle, session.trained_on.values())
        parts = (Scored(part.y_true, bundle.predict_proba(part.features)) for part in (split.valid, split.test))
        session.scored = (bundle.network, ScoredParts(*parts))
    return session.scored[1]


def choose_threshold(valid: Scored, cost_ratio: float) -> ThresholdChoice:
    """The visitor's choice: by expected cost, the cheapest on valid, or by hand."""
    labels = {
        "bayes": f"Expected cost: {bayes_threshold(cost_ratio):.0%}",
        "cheapest": f"Cheapest on valid: {select_threshold(*valid, rule='cheapest', cost_ratio=cost_ratio).value:.0%}",
        "manual": "By hand",
    }
    rule = st.radio(
        "How to choose",
        list(labels),
        format_func=labels.__getitem__,
        help="Expected cost is false-alarm cost / (false-alarm cost + missed-patient cost). It needs no data and is the steadier choice: "
        "the cheapest threshold of 49 patients moves a lot from split to split.",
    )
    if rule != "manual":
        return select_threshold(*valid, rule=rule, cost_ratio=cost_ratio)
    value = st.slider("Threshold", 0, 100, round(bayes_threshold(cost_ratio) * 100), format="%d %%") / 100
    return ThresholdChoice(value, "manual", float(cost_ratio), "valid")
