"""The evaluate page: which model is judged, what its predictions are worth, and recalibration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from heart.charts import decision, precision_recall, reliability, roc
from heart.data import Cohort
from heart.evaluation.calibration import (
    Calibration,
    brier_parts,
    mean_calibration,
    reliability_table,
)
from heart.evaluation.curves import precision_recall_table, roc_table
from heart.evaluation.decision_curve import decision_curve
from heart.evaluation.figures import METRICS, write_agreement, write_figure, write_value
from heart.evaluation.metrics import FloatArray, IntArray
from heart.evaluation.out_of_fold import OutOfFold
from heart.evaluation.recalibration import (
    METHODS,
    MIN_ISOTONIC,
    advise_against,
    compare_recalibrations,
)
from heart.evaluation.subgroups import subgroup_table
from heart.experiments.contenders import contender_of
from heart.experiments.overlap import Overlap, find_overlap
from heart.experiments.results import RECIPE, THRESHOLD, find_results
from heart.experiments.run import recalibrate
from heart.markdown import code
from heart.shares import write_share
from heart.ui.downloads import file_name, show_chart_with_data, show_table_with_data
from heart.ui.for_all import once_for_all
from heart.ui.forest import show_forest
from heart.ui.model_cohort import own_cohorts
from heart.ui.out_of_fold import compute_out_of_fold, split_in_use
from heart.ui.session import Change, Session

SUBGROUP_FIGURES = ("recall", "specificity", "roc_auc")
TITLES = {"none": "None", "temperature": "Temperature", "platt": "Platt", "isotonic": "Isotonic"}
RECALIBRATION_FIGURES = ("log_loss", "brier", "intercept", "slope")


def describe_judged(session: Session, cohort: Cohort) -> str:
    """Which model is judged on this page, and that it is its recipe, in Markdown."""
    bundle = session.bundle
    return (
        f"Judged is **the model in use**, {code(bundle.name)}, at its threshold of"
        f" {write_share(bundle.threshold.value)}: its recipe ({contender_of(bundle).words}) is"
        " trained anew on the patients chosen here, unless a row says “the model itself”."
        f" {_whose(session, cohort)}"
    )


def _whose(session: Session, cohort: Cohort) -> str:
    """Which of the chosen patients the model in use has seen itself."""
    overlap = find_judged(session, cohort)
    if not overlap.known:
        return (
            "Whether the model itself has learnt from these patients is not known: not everybody"
            " that it learnt from is."
        )
    return (
        f"Of these {overlap.n:,} patients the model itself was fitted or stopped on"
        f" {overlap.seen:,}, and tested on {overlap.tested:,}."
    )


def find_judged(session: Session, cohort: Cohort) -> Overlap:
    """How many of the chosen patients the model in use has seen itself."""
    bundle, cohorts = session.bundle, own_cohorts(session)
    return once_for_all(
        session,
        "judged patients seen",
        (bundle, cohort.fingerprint, *cohorts),
        lambda: find_overlap(bundle, cohort.features, cohorts=cohorts),
    )


def show_discrimination(session: Session, predictions: OutOfFold) -> None:
    """ROC, precision-recall, reliability and decision curve of out-of-fold predictions of the model
    in use.
    """
    st.caption(
        f"Drawn for {code(session.bundle.name)}, each of the {len(predictions.y_true):,} patients"
        " with the mean of the repeats' predictions. The figures of the leaderboard are those of"
        " one repeat, averaged over the repeats: a mean of several models looks a little better"
        " than each of them."
    )
    y_true, y_score = predictions.y_true, predictions.mean_score
    roc_band, precision_recall_band = find_bands(session, predictions)
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**ROC curve**, with 95 % bootstrap band")
        show_chart_with_data(
            roc,
            roc_band,
            alt="ROC curve of the out-of-fold predictions with its bootstrap band",
            name=file_name("roc", session.bundle.name),
        )
        _show_calibration(session, predictions)
    with right:
        st.markdown("**Precision-recall curve**, with 95 % bootstrap band")
        show_chart_with_data(
            precision_recall,
            precision_recall_band,
            alt="Precision against recall (sensitivity) with its bootstrap band",
            name=file_name("precision-recall", session.bundle.name),
        )
        _show_net_benefit(session, y_true, y_score)


def find_bands(session: Session, predictions: OutOfFold) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The `roc_table` and the `precision_recall_table`, with their bootstrap bands."""
    y_true, y_score = predictions.y_true, predictions.mean_score
    return once_for_all(
        session,
        "bands",
        predictions,
        lambda: (roc_table(y_true, y_score), precision_recall_table(y_true, y_score)),
    )


def _show_calibration(session: Session, predictions: OutOfFold) -> None:
    y_true, y_score = predictions.y_true, predictions.mean_score
    st.markdown("**Calibration**: expected and observed, exact 95 % intervals, with patients")
    show_chart_with_data(
        reliability,
        reliability_table(y_true, y_score),
        alt="Observed against expected share of disease in ten bins",
        name=file_name("calibration", session.bundle.name),
    )
    calibration = find_calibration(session, predictions)
    parts = brier_parts(y_true, y_score)
    st.caption(
        f"Intercept {write_agreement(calibration.intercept, 'intercept')} (0 is right), slope"
        f" {write_agreement(calibration.slope, 'slope')} (1 is right), means over the repeats with"
        " 95 % intervals; expected"
        f" {write_share(calibration.expected, digits=1)}, observed"
        f" {write_share(calibration.observed, digits=1)}. The Brier score of what is drawn:"
        f" reliability {parts.reliability:.4f}, resolution {parts.resolution:.4f},"
        f" uncertainty {parts.uncertainty:.4f}."
    )


def find_calibration(session: Session, predictions: OutOfFold) -> Calibration:
    """Intercept and slope, means over the repeats."""
    return once_for_all(
        session,
        "mean calibration",
        predictions,
        lambda: mean_calibration(predictions.y_true, predictions.y_score),
    )


def _show_net_benefit(session: Session, y_true: IntArray, y_score: FloatArray) -> None:
    threshold = session.bundle.threshold.value
    st.markdown(
        "**Decision curve**: is following the model worth more than following up everybody?"
    )
    show_chart_with_data(
        decision,
        decision_curve(y_true, y_score).assign(chosen=threshold),
        alt="Net benefit of the model, of all and of none against the threshold",
        name=file_name("decision-curve", session.bundle.name),
    )
    st.caption(
        f"Dashed: the model's own threshold, {write_share(threshold)}. Net benefit: true positives"
        " less false ones at the threshold's odds, a patient (Vickers and Elkin 2006)."
    )


def show_subgroups(session: Session, cohort: Cohort, predictions: OutOfFold) -> None:
    """What the predictions are worth in each subgroup of the cohort, at the threshold of the model
    in use.
    """
    threshold = session.bundle.threshold.value
    table = find_subgroups(session, cohort, predictions)
    show_forest(
        table.rename(columns={"group": "label", "patients": "n"}).assign(marked=False),
        subgroups_shown(table),
        figures=SUBGROUP_FIGURES,
        whose="each subgroup",
        name=file_name("subgroups", cohort.name, session.bundle.name),
        reference="all",
    )
    st.caption(
        f"Of {code(session.bundle.name)} at its threshold of {write_share(threshold)}, out of"
        " fold; 95 % intervals. ROC AUC is the mean over the repeats, as on the leaderboard. Fewer"
        " than 15 patients, or 5 of either outcome, get no figures."
    )


def find_subgroups(session: Session, cohort: Cohort, predictions: OutOfFold) -> pd.DataFrame:
    """The `subgroup_table` at the threshold of the model in use."""
    threshold = session.bundle.threshold.value
    return once_for_all(
        session,
        "subgroups",
        (predictions, threshold),
        lambda: _find_subgroups(cohort, predictions, threshold),
    )


def _find_subgroups(cohort: Cohort, predictions: OutOfFold, threshold: float) -> pd.DataFrame:
    """The table as it is stored with these very predictions, else computed."""
    stored = find_results(cohort)
    known = stored is not None and predictions is stored.leaderboard[RECIPE]
    if stored is not None and known and threshold == THRESHOLD:
        return stored.subgroups
    return subgroup_table(
        cohort.features, predictions.y_true, predictions.y_score, threshold=threshold
    )


def subgroups_shown(table: pd.DataFrame) -> pd.DataFrame:
    """The subgroup table in words."""
    rows = {
        row["group"]: {
            "Patients": str(row["patients"]),
            "Diseased": f"{row['diseased']} ({write_share(row['share'])})",
            "Expected": "–" if pd.isna(row["expected"]) else write_share(row["expected"]),
            **{METRICS[name].label: _subgroup_cell(row, name) for name in SUBGROUP_FIGURES},
        }
        for row in table.to_dict("records")
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("group")


def _subgroup_cell(row: Mapping[Any, Any], name: str) -> str:
    """A figure of a subgroup, or why it has none."""
    return row["note"] or write_figure([row[f"{name}{end}"] for end in ("", "_low", "_high")], name)


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
    table = find_recalibrations(session, predictions)
    show_table_with_data(recalibrations_shown(table), table, name="recalibrations.csv")
    st.caption(
        f"The {len(predictions.y_true):,} patients of the train and valid parts of"
        f" {code(session.bundle.name)}, each figure a mean over the repeats, as on its card. The"
        " leaderboard is of all patients chosen above, so that its models learn from more: its"
        " figures are others."
    )
    _choose(session, predictions, table)


def find_recalibrations(session: Session, predictions: OutOfFold) -> pd.DataFrame:
    """What each method does, fold by fold."""
    return once_for_all(
        session, "recalibrations", predictions, lambda: compare_recalibrations(predictions)
    )


def recalibrations_shown(table: pd.DataFrame) -> pd.DataFrame:
    """The comparison in words, one row a method."""
    rows = {
        TITLES[row["method"]]: {
            METRICS[name].label: write_value(row[name], name, digits=3)
            for name in RECALIBRATION_FIGURES
        }
        for row in table.to_dict("records")
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("recalibration")


def _choose(session: Session, predictions: OutOfFold, compared: pd.DataFrame) -> None:
    n, current = len(predictions.y_true), session.bundle.recalibration.method
    possible = [m for m in METHODS if m == current or m != "isotonic" or n >= MIN_ISOTONIC]
    method = st.radio(
        "Recalibration",
        possible,
        possible.index(current),
        format_func=TITLES.__getitem__,
        captions=[METHODS[m] for m in possible],
    )
    if "isotonic" not in possible:
        st.caption(f"Isotonic recalibration needs {MIN_ISOTONIC:,} patients; these are {n:,}.")
    if advice := advise_against(compared, method):
        st.warning(advice, icon=":material/thumb_down:")
    if st.button("Use this recalibration in the model", disabled=method == current):
        recalibrated = recalibrate(session.bundle, split_in_use(session), predictions, method)
        session.use_changed(recalibrated, Change.RECALIBRATION)
        st.rerun()
