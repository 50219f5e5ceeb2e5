"""The threshold page's inputs: what the model in use says of patients it did not see, and the
choice of a rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from heart.evaluation import ThresholdChoice, bayes_threshold
from heart.evaluation.metrics import FloatArray, IntArray
from heart.evaluation.out_of_fold import OutOfFold
from heart.evaluation.threshold_curves import ThresholdCurves
from heart.evaluation.thresholds import COST_RATIO_BOUNDS, WANTING, find_threshold
from heart.ui.progress import run_long

if TYPE_CHECKING:
    from collections.abc import Callable

    from heart.data import Split
    from heart.ui.session import Session

RULE_LABELS = {
    "bayes": "Expected cost",
    "cheapest": "Least cost, tuned",
    "sensitivity": "A wanted sensitivity",
    "specificity": "A wanted specificity",
    "f1": "Best F1",
    "youden": "Youden",
    "manual": "By hand",
}
RULE_HELP = (
    "Expected cost is false-alarm cost / (false-alarm cost + missed-patient cost). It needs no data"
    " and is the steady choice. The others are tuned on the out-of-fold predictions, and move a lot"
    " from sample to sample."
)


class Scored(NamedTuple):
    """Outcomes and probabilities of one part, shape (n,) each."""

    y_true: IntArray
    y_score: FloatArray


class Judgement(NamedTuple):
    """What a threshold is chosen on, and what only reports."""

    curves: ThresholdCurves
    test: Scored


def out_of_fold_of(session: Session) -> OutOfFold | None:
    """The model's out-of-fold predictions on the network's own scale: stored with the app, or
    computed in this session; else None.

    Raises:
        BundleError: if the model's cohort is not here.
    """
    from heart.experiments.stored import (  # noqa: PLC0415  torch waits until it is needed
        find_stored,
    )

    bundle = session.bundle
    _split_of(session)  # says so if the cohort is not here
    if session.out_of_fold is None or session.out_of_fold[0] is not bundle.network:
        found = find_stored(bundle)
        if found is None:
            return None
        session.out_of_fold = (bundle.network, found)
    return session.out_of_fold[1]


def compute_out_of_fold(session: Session) -> OutOfFold | None:
    """The predictions; where they are not there yet, a button that computes them, and None until it
    was pressed and has finished.
    """
    found = out_of_fold_of(session)
    if found is not None:
        return found
    st.info(
        "A threshold is judged on patients that the model did not see. For this model that has not"
        " been computed yet: its recipe is trained again in 10 folds, 5 times. That takes about a"
        " minute, once.",
        icon="⏳",
    )
    found = run_long(
        "Cross-validate this model's recipe", "cross_validate", lambda tell: _compute(session, tell)
    )
    if found is not None:
        session.out_of_fold = (session.bundle.network, found)
        st.rerun()
    return None


def _compute(session: Session, tell: Callable[[str, float], None]) -> OutOfFold:
    from heart.experiments.stored import cross_validate_bundle  # noqa: PLC0415

    return cross_validate_bundle(
        session.bundle,
        _split_of(session),
        on_share=lambda share: tell(f"{share:.0%} of the fits", share),
    )


def _split_of(session: Session) -> Split:
    from heart.experiments.run import split_of  # noqa: PLC0415

    return split_of(session.bundle, session.trained_on.values())


def judgement_of(session: Session, predictions: OutOfFold) -> Judgement:
    """The curves of the predictions on the scale of the model's answers, and the scored test part;
    computed once a model.
    """
    from heart.experiments.stored import recalibrated  # noqa: PLC0415

    bundle = session.bundle
    mark = (bundle.network, bundle.recalibration)
    if session.judgement is None or session.judgement[0] != mark:
        test = _split_of(session).test
        scored = Scored(test.y_true, bundle.predict_proba(test.features))
        session.judgement = (
            mark,
            Judgement(ThresholdCurves(recalibrated(bundle, predictions)), scored),
        )
    return session.judgement[1]


def choose_costs(session: Session) -> float:
    """What a missed patient costs, in false alarms."""
    return st.number_input(
        "Cost of a missed patient, in false alarms",
        *COST_RATIO_BOUNDS,
        session.bundle.threshold.cost_ratio,
        step=0.5,
        format="%.1f",
        help="2 means: missing one diseased patient is as bad as two false alarms.",
    )


def choose_threshold(curves: ThresholdCurves, cost_ratio: float) -> ThresholdChoice:
    """The visitor's choice of a rule and its threshold."""
    rule = st.radio(
        "How to choose", list(RULE_LABELS), format_func=RULE_LABELS.__getitem__, help=RULE_HELP
    )
    if rule == "bayes":
        return ThresholdChoice(bayes_threshold(cost_ratio), rule, float(cost_ratio), "costs only")
    if rule == "manual":
        value = (
            st.slider("Threshold", 0, 100, round(bayes_threshold(cost_ratio) * 100), format="%d %%")
            / 100
        )
        return ThresholdChoice(value, rule, float(cost_ratio), "out-of-fold")
    at_least = (
        st.slider(f"Wanted {rule}", 50, 100, 95, format="%d %%") / 100 if rule in WANTING else None
    )
    value = float(find_threshold(curves.counts, rule, cost_ratio=cost_ratio, at_least=at_least))
    return ThresholdChoice(value, rule, float(cost_ratio), "out-of-fold", at_least)
