"""The test part's report on the threshold page: it comes after the choice, so that nothing can be
chosen by it.
"""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd
import streamlit as st

from heart.evaluation.figures import SHARES, write_figure
from heart.evaluation.judged import ThresholdMetrics, metrics_at
from heart.evaluation.metrics import FloatArray, IntArray
from heart.evaluation.thresholds import AFTER_TEST, ThresholdChoice, mark_reported
from heart.shares import write_share
from heart.ui.downloads import offer_csv
from heart.ui.figures import confusion_table, label_index
from heart.ui.session import Change, Session

OWN_SHARE = "The share of ill patients chosen above does not enter here."
NOT_YET = (
    "The test part only reports. It is shown for the threshold that you decide on, once **Use this"
    " threshold in the model** is pressed."
)


class Scored(NamedTuple):
    """Outcomes and probabilities of one part, shape (n,) each."""

    y_true: IntArray
    y_score: FloatArray


def choice_to_use(session: Session, choice: ThresholdChoice) -> ThresholdChoice:
    """The choice as it would go into the model in use, marked where it comes after another one's
    report.
    """
    model = session.model
    return mark_reported(choice, model.bundle.threshold, reported=Change.THRESHOLD in model.changes)


def show_test_report(session: Session, test: Scored, choice: ThresholdChoice) -> None:
    """What the threshold does on the test part, where it was put into the model on this page; else
    when that will be shown.
    """
    st.header("Report on the test part")
    stored = session.bundle.threshold
    if Change.THRESHOLD not in session.model.changes or stored.value != choice.value:
        later = choice_to_use(session, choice).chosen_on == AFTER_TEST
        st.caption(NOT_YET + (_warn_before(stored) if later else ""))
        return
    if stored.chosen_on == AFTER_TEST:
        st.warning(
            "Another chosen threshold had been reported here before this one was chosen: these"
            " figures may be better than those on new patients. The card says so.",
            icon=":material/visibility:",
        )
    _show(metrics_at(test.y_true, test.y_score, stored.value))


def _warn_before(stored: ThresholdChoice) -> str:
    return (
        f" That was done for {write_share(stored.value)}: of another one the card will say that it"
        " was chosen after a look at the test part."
    )


def _show(at: ThresholdMetrics) -> None:
    st.caption(
        f"{at.n} patients the model never saw, {at.positives} of them diseased, at"
        f" {write_share(at.threshold)}, which is in the model. 95 % intervals in brackets."
        f" {OWN_SHARE}"
    )
    matrix, figures = st.columns(2, gap="large")
    matrix.table(confusion_table(at._asdict()))
    cells = [write_figure(getattr(at, name), name) for name in SHARES]
    figures.table(pd.DataFrame({"on test": cells}, index=label_index(*SHARES)))
    offer_csv("threshold-on-test.csv", report_frame(at))


def report_frame(at: ThresholdMetrics) -> pd.DataFrame:
    """One row: the threshold, the counts, and each share with `_low` and `_high`."""
    shares = {
        f"{name}{end}": value
        for name in SHARES
        for end, value in zip(("", "_low", "_high"), getattr(at, name), strict=True)
    }
    counts = {name: getattr(at, name) for name in ("threshold", "tn", "fp", "fn", "tp")}
    return pd.DataFrame([counts | shares])
