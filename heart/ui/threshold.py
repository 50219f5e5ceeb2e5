"""The threshold page: a rule is chosen, its threshold shown on patients that the model did not see,
reported on the test part, and put into the model.
"""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd
import streamlit as st

from heart.evaluation.figures import write_figure, write_value
from heart.evaluation.out_of_fold import OutOfFold
from heart.evaluation.policies import Zones
from heart.evaluation.threshold_curves import ThresholdCurves
from heart.evaluation.thresholds import (
    COST_RATIO_BOUNDS,
    RULES,
    ThresholdChoice,
    bayes_threshold,
    choose_by_rule,
    set_threshold,
)
from heart.experiments.run import judge
from heart.experiments.stored import recalibrated
from heart.shares import write_share
from heart.ui.downloads import show_table_with_data
from heart.ui.out_of_fold import split_in_use
from heart.ui.session import Change, Session
from heart.ui.threshold_results import (
    choose_prevalence,
    offer_table,
    show_choice,
    show_counts,
    show_curves,
    show_prevalence,
)
from heart.ui.threshold_rules import show_rules
from heart.ui.threshold_test import OWN_SHARE, Scored, choice_to_use, show_test_report

RULE_HELP = (
    "Expected cost is false-alarm cost / (false-alarm cost + missed-patient cost). It needs no data"
    " and is the steady choice. The others are tuned on the out-of-fold predictions, and move a lot"
    " from sample to sample."
)

NOT_STORED = (
    "A model keeps a threshold for its own probabilities, and where another share is ill those are"
    " not right: put the share back to keep one. The Patient page's part Elsewhere corrects the"
    " probability of one patient instead."
)

ZONE_WORDS = {
    "rule out": "Rule out: below {high}",
    "cannot tell": "Cannot tell: {low} to {high}",
    "rule in": "Rule in: {low} and above",
}


class Judgement(NamedTuple):
    """What a threshold is chosen on, and what only reports."""

    curves: ThresholdCurves
    test: Scored


def judgement_of(session: Session, predictions: OutOfFold) -> Judgement:
    """The curves of the predictions on the scale of the model's answers, and the scored test part;
    computed once a model.
    """
    bundle = session.bundle

    def make() -> Judgement:
        test = split_in_use(session).test
        return Judgement(
            ThresholdCurves(recalibrated(bundle, predictions)),
            Scored(test.y_true, bundle.predict_proba(test.features)),
        )

    return session.once("judgement", (bundle.network, bundle.recalibration, predictions), make)


@st.fragment
def decide(session: Session, judgement: Judgement) -> None:
    """Everything that follows the sliders; looked up in tables that were computed once."""
    curves = judgement.curves
    left, right = st.columns([2, 3], gap="large")
    with left:
        cost_ratio = choose_costs(session)
        choice = choose_threshold(curves, cost_ratio)
        prevalence = choose_prevalence(curves)
        show_choice(curves, choice)
        elsewhere = prevalence != curves.prevalence
        if elsewhere:
            st.caption(NOT_STORED)
        if st.button(
            "Use this threshold in the model", type="primary", width="stretch", disabled=elsewhere
        ):
            to_use = choice_to_use(session, choice)
            judged = judge(session.bundle, split_in_use(session), to_use)
            session.use_changed(judged, Change.THRESHOLD)
            st.rerun()
    table = curves.table(cost_ratio=cost_ratio, prevalence=prevalence)
    at = curves.at(choice.value, cost_ratio=cost_ratio, prevalence=prevalence)
    with right:
        show_curves(curves, table, at, choice, prevalence)
    st.header("What it does")
    show_prevalence(curves, at, choice, prevalence)
    show_counts(at, choice, prevalence)
    show_rules(curves, choice, prevalence=prevalence)
    offer_table(table)
    show_test_report(session, judgement.test, choice)


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
        "How to choose", list(RULES), format_func=lambda name: RULES[name].label, help=RULE_HELP
    )
    if rule == "manual":
        start = round(bayes_threshold(cost_ratio) * 100)
        percent = st.slider("Threshold", 0, 100, start, format="%d %%")
        return set_threshold(percent / 100, cost_ratio=cost_ratio)
    at_least = None
    if RULES[rule].wants_share:
        at_least = st.slider(f"Wanted {rule}", 50, 100, 95, format="%d %%") / 100
    return choose_by_rule(curves.counts, rule, cost_ratio=cost_ratio, at_least=at_least)


@st.fragment
def draw_zones(judgement: Judgement) -> None:
    """Three zones with borders of their own, from a wanted sensitivity for the lower one and a
    wanted specificity for the upper one.
    """
    st.header("Rule out, rule in, or cannot tell")
    left, right = st.columns(2, gap="large")
    sensitivity = (
        left.slider("Rule out keeps a sensitivity of at least", 80, 100, 95, format="%d %%") / 100
    )
    specificity = (
        right.slider("Rule in keeps a specificity of at least", 80, 100, 95, format="%d %%") / 100
    )
    zones = judgement.curves.zones(sensitivity=sensitivity, specificity=specificity)
    show_table_with_data(zones_table(zones), zones_frame(zones), name="zones.csv")
    st.caption(
        f"Sensitivity {write_figure(zones.sensitivity, 'recall')} and negative predictive value"
        f" {write_figure(zones.npv, 'npv')} at the lower border; specificity"
        f" {write_figure(zones.specificity, 'specificity')} and positive predictive value"
        f" {write_figure(zones.precision, 'precision')} at the upper"
        f" one. {OWN_SHARE}{_certify(zones, sensitivity, specificity, judgement.curves)}"
    )
    corrected = judgement.curves.corrected(sensitivity=sensitivity, specificity=specificity)
    st.caption(
        "These patients set the borders, which flatters them. Corrected for that by the bootstrap:"
        f" sensitivity {write_value(corrected.sensitivity, 'recall')}, negative predictive value"
        f" {write_value(corrected.npv, 'npv')}, specificity"
        f" {write_value(corrected.specificity, 'specificity')}, positive predictive value"
        f" {write_value(corrected.precision, 'precision')}."
    )


def _certify(zones: Zones, sensitivity: float, specificity: float, curves: ThresholdCurves) -> str:
    """A sentence where the intervals do not reach what is wanted."""
    promises = {
        "sensitivity": (zones.sensitivity, sensitivity),
        "specificity": (zones.specificity, specificity),
    }
    short = [
        name
        for name, (figure, wanted) in promises.items()
        if figure.low is not None and figure.low < wanted
    ]
    if not short:
        return ""
    positives = int(curves.y_true.sum())
    return (
        f" {len(curves.y_true)} patients, {positives} of them diseased, are too few to guarantee"
        f" the wanted {' and '.join(short)}."
    )


def zones_frame(zones: Zones) -> pd.DataFrame:
    """One row a zone, its `share` of diseased with `share_low` and `share_high`."""
    rows = [
        zone._asdict() | dict(zip(("share", "share_low", "share_high"), zone.share, strict=True))
        for zone in zones.zones
    ]
    return pd.DataFrame(rows)


def zones_table(zones: Zones) -> pd.DataFrame:
    """One row a zone, in words."""
    n = sum(zone.patients for zone in zones.zones)
    rows = {
        ZONE_WORDS[zone.name].format(low=write_share(zone.low), high=write_share(zone.high)): {
            "patients": str(zone.patients),
            "of 100": f"{100 * zone.patients / n:.0f}",
            "diseased": str(zone.diseased),
            "share diseased": write_figure(zone.share),
            "likelihood ratio": (
                "–" if zone.likelihood_ratio is None else f"{zone.likelihood_ratio:.2f}"
            ),
        }
        for zone in zones.zones
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("zone")
