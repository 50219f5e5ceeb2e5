"""The evaluate page's last part: recalibration of the model in use, judged on patients that took no
part in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from heart.evaluation.out_of_fold import OutOfFold
from heart.evaluation.recalibration import METHODS, MIN_ISOTONIC, compare_recalibrations
from heart.ui.threshold import compute_out_of_fold

if TYPE_CHECKING:
    from heart.ui.session import Session

TITLES = {"none": "None", "temperature": "Temperature", "platt": "Platt", "isotonic": "Isotonic"}
COLUMNS = {
    "log_loss": "Log-loss",
    "brier": "Brier",
    "intercept": "Intercept (0 is right)",
    "slope": "Slope (1 is right)",
}


def show_recalibration(session: Session) -> None:
    """What each method does, and the one that goes into the model."""
    st.markdown(
        "Probabilities that are too high, too low or too sure can be put right by a map fitted on"
        " patients that the model did not see. Here each fold is recalibrated by what the others"
        " say; a method that does not lower the log-loss is not worth having."
    )
    predictions = compute_out_of_fold(session)
    if predictions is None:
        return
    st.table(recalibrations_shown(compare_recalibrations(predictions)))
    _choose(session, predictions)


def recalibrations_shown(table: pd.DataFrame) -> pd.DataFrame:
    """The comparison in words, one row a method."""
    rows = {
        TITLES[row["method"]]: {title: f"{row[name]:.3f}" for name, title in COLUMNS.items()}
        for row in table.to_dict("records")
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("recalibration")


def _choose(session: Session, predictions: OutOfFold) -> None:
    n, current = len(predictions.y_true), session.bundle.recalibration.method
    possible = [name for name in METHODS if name != "isotonic" or n >= MIN_ISOTONIC]
    method = st.radio(
        "Recalibration",
        possible,
        possible.index(current),
        format_func=TITLES.__getitem__,
        captions=[METHODS[m] for m in possible],
    )
    if "isotonic" not in possible:
        st.caption(f"Isotonic recalibration needs {MIN_ISOTONIC:,} patients; these are {n:,}.")
    if st.button("Use this recalibration in the model", disabled=method == current):
        session.use_recalibration(predictions, method)
        st.rerun()
