"""The evaluate page: the leaderboard, what its first model's predictions are worth, and
recalibration.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from heart.charts import decision, precision_recall, reliability, roc
from heart.data import Cohort
from heart.evaluation.calibration import brier_parts, calibration_of, reliability_table
from heart.evaluation.curves import precision_recall_table, roc_table
from heart.evaluation.decision_curve import decision_curve
from heart.evaluation.figures import LEADERBOARD, METRICS, write_figure, write_value
from heart.evaluation.metrics import FloatArray, IntArray
from heart.evaluation.out_of_fold import OutOfFold
from heart.evaluation.recalibration import METHODS, MIN_ISOTONIC, compare_recalibrations
from heart.evaluation.subgroups import subgroup_table
from heart.evaluation.threshold_table import COST_RATIO
from heart.evaluation.thresholds import bayes_threshold
from heart.experiments.cross_validation import Folds
from heart.experiments.leaderboard import MODELS, leaderboard, run_leaderboard
from heart.experiments.run import recalibrate
from heart.shares import write_share
from heart.ui.cache import show_chart
from heart.ui.out_of_fold import compute_out_of_fold, split_in_use
from heart.ui.progress import Tell, run_once
from heart.ui.session import Change, Session

SUBGROUP_FIGURES = ("recall", "specificity", "roc_auc")
TITLES = {"none": "None", "temperature": "Temperature", "platt": "Platt", "isotonic": "Isotonic"}
RECALIBRATION_FIGURES = ("log_loss", "brier", "intercept", "slope")


def show_leaderboard(session: Session, cohort: Cohort) -> Mapping[str, OutOfFold] | None:
    """Every model on the same folds, or the button that computes them; model to its out-of-fold
    predictions, None before.
    """
    results = _run_models(session, cohort)
    if results is None:
        return None
    st.table(session.once("leaderboard table", results, lambda: leaderboard_table(results)))
    predictions = next(iter(results.values()))
    st.caption(
        f"{predictions.n_folds} folds, {len(predictions.y_score)} times; every patient predicted by"
        " models that never saw them. Figures are pooled over a repeat's patients and averaged"
        " over repeats, with 95 % bootstrap intervals over patients. “behind” is the mean"
        " difference in log-loss to the best model, fold by fold, with the corrected resampled t"
        " interval (Nadeau and Bengio 2003): where it holds 0, the two cannot be told apart."
    )
    return results


def _run_models(session: Session, cohort: Cohort) -> Mapping[str, OutOfFold] | None:
    key = f"leaderboard {cohort.fingerprint}"
    repeats = 5
    if session.kept(key, None) is None:
        repeats = st.select_slider(
            "Repeats of the cross-validation",
            [1, 2, 3, 5],
            5,
            help="Each repeat takes as long again.",
        )

    def work(tell: Tell) -> Mapping[str, OutOfFold]:
        return run_leaderboard(
            cohort,
            folds=Folds.fitting(cohort.features, cohort.y_true, repeats),
            on_model=lambda model, share: tell(
                f"{model}: {write_share(share)}", (MODELS.index(model) + share) / len(MODELS)
            ),
        )

    return run_once(session, "Judge all models", key, None, work)


def leaderboard_table(results: Mapping[str, OutOfFold]) -> pd.DataFrame:
    """One row a model, best first; cells "0.914 (0.88 to 0.94)"."""
    entries = leaderboard(dict(results))
    rows = {
        entry.model: {
            **{
                METRICS[name].label: write_figure(entry.figures[name], name) for name in LEADERBOARD
            },
            f"{METRICS['log_loss'].label} behind": write_figure(
                entry.behind["log_loss"], "log_loss", signed=True
            ),
            "Seconds": f"{entry.seconds:.1f}",
        }
        for entry in entries
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("model")


def show_discrimination(session: Session, predictions: OutOfFold) -> None:
    """ROC, precision-recall, reliability and decision curve of out-of-fold predictions."""
    y_true, y_score = predictions.y_true, predictions.mean_score
    roc_band, precision_recall_band = session.once(
        "bands",
        predictions,
        lambda: (roc_table(y_true, y_score), precision_recall_table(y_true, y_score)),
    )
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**ROC curve**, with 95 % bootstrap band")
        show_chart(
            roc,
            roc_band,
            alt="ROC curve of the out-of-fold predictions with its bootstrap band",
        )
        _show_calibration(y_true, y_score)
    with right:
        st.markdown("**Precision and recall**, with 95 % bootstrap band")
        show_chart(
            precision_recall,
            precision_recall_band,
            alt="Precision against recall with its bootstrap band",
        )
        _show_net_benefit(y_true, y_score)


def _show_calibration(y_true: IntArray, y_score: FloatArray) -> None:
    st.markdown("**Calibration**: expected and observed, exact 95 % intervals")
    show_chart(
        reliability,
        reliability_table(y_true, y_score),
        alt="Observed against expected share of disease in ten bins",
    )
    calibration, parts = calibration_of(y_true, y_score), brier_parts(y_true, y_score)
    st.caption(
        f"Intercept {write_value(calibration.intercept, 'intercept')} (0 is right), slope"
        f" {write_value(calibration.slope, 'slope')} (1 is right); expected"
        f" {write_share(calibration.expected, digits=1)}, observed"
        f" {write_share(calibration.observed, digits=1)}. Brier score:"
        f" reliability {parts.reliability:.4f}, resolution {parts.resolution:.4f}, uncertainty"
        f" {parts.uncertainty:.4f}. The mean of the repeats' predictions is judged here."
    )


def _show_net_benefit(y_true: IntArray, y_score: FloatArray) -> None:
    st.markdown(
        "**Decision curve**: is following the model worth more than following up everybody?"
    )
    show_chart(
        decision,
        decision_curve(y_true, y_score).assign(chosen=bayes_threshold(COST_RATIO)),
        alt="Net benefit of the model, of all and of none against the threshold",
    )
    st.caption(
        "Net benefit: true positives less false ones at the threshold's odds, a patient"
        " (Vickers and Elkin 2006)."
    )


def show_subgroups(session: Session, cohort: Cohort, predictions: OutOfFold) -> None:
    """What the predictions are worth in each subgroup of the cohort."""
    threshold = bayes_threshold(COST_RATIO)
    table = session.once(
        "subgroups",
        predictions,
        lambda: subgroup_table(
            cohort.features, predictions.y_true, predictions.mean_score, threshold=threshold
        ),
    )
    st.table(subgroups_shown(table))
    st.caption(
        f"At the threshold of {write_share(threshold)}; 95 % intervals. Fewer than 15 patients, or"
        " 5 of"
        " either outcome, get no figures."
    )


def subgroups_shown(table: pd.DataFrame) -> pd.DataFrame:
    """The subgroup table in words."""
    rows = {
        row["group"]: {
            "Patients": str(row["patients"]),
            "Diseased": f"{row['diseased']} ({write_share(row['share'])})",
            "Expected": "–" if pd.isna(row["expected"]) else f"{write_share(row['expected'])}",
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
    table = session.once("recalibrations", predictions, lambda: compare_recalibrations(predictions))
    st.table(recalibrations_shown(table))
    _choose(session, predictions)


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
        recalibrated = recalibrate(session.bundle, split_in_use(session), predictions, method)
        session.use_changed(recalibrated, Change.RECALIBRATION)
        st.rerun()
