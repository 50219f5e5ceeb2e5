"""The evaluate page's parts: long work with progress, computed once a cohort, and what it found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from heart.charts import decision, learning, local_patients, precision_recall, reliability, roc
from heart.config import RECIPES
from heart.data import SHIPPED, Cohort
from heart.evaluation import bayes_threshold
from heart.evaluation.calibration import brier_parts, calibration_of, reliability_table
from heart.evaluation.curves import precision_recall_table, roc_table
from heart.evaluation.decision_curve import decision_curve
from heart.evaluation.out_of_fold import OutOfFold
from heart.evaluation.subgroups import subgroup_table
from heart.evaluation.thresholds import COST_RATIO
from heart.ui.cache import show_chart
from heart.ui.progress import run_long

if TYPE_CHECKING:
    from heart.evaluation.metrics import Figure
    from heart.experiments.hospitals import External
    from heart.ui.session import Session

FIGURE_TITLES = {
    "auc": "ROC AUC",
    "average_precision": "Average precision",
    "log_loss": "Log-loss",
    "brier": "Brier",
    "accuracy": "Accuracy",
}
FEATURE_TITLES = {"all": "all", "shared": "those it has"}


@dataclass
class Evaluation:
    """What was computed for a cohort.

    Attributes:
        results: model to its out-of-fold predictions.
        elsewhere: the default recipe at the other hospitals.
        curve: the learning curve.
    """

    results: dict[str, OutOfFold] | None = None
    elsewhere: list[External] | None = None
    curve: pd.DataFrame | None = None


def evaluation_of(session: Session, cohort: Cohort) -> Evaluation:
    """What this session has computed for the cohort so far."""
    return session.evaluations.setdefault(cohort.fingerprint, Evaluation())


def show_leaderboard(cohort: Cohort, evaluation: Evaluation) -> None:
    """Every model on the same folds, or the button that computes them."""
    if evaluation.results is None:
        repeats = st.select_slider(
            "Repeats of the cross-validation", [1, 2, 3, 5], 5, help="About ten seconds a repeat."
        )
        found = run_long(
            "Judge all models", "leaderboard", lambda tell: _run_models(cohort, repeats, tell)
        )
        if found is None:
            return
        evaluation.results = found
        st.rerun()
    st.table(leaderboard_table(evaluation.results))
    predictions = next(iter(evaluation.results.values()))
    st.caption(
        f"{predictions.n_folds} folds, {len(predictions.y_score)} times; every patient predicted by"
        " models that never saw them. Figures are pooled over a repeat's patients and averaged"
        " over repeats, with 95 % bootstrap intervals over patients. “behind” is the mean"
        " difference in log-loss to the best model, fold by fold, with the corrected resampled t"
        " interval (Nadeau and Bengio 2003): where it holds 0, the two cannot be told apart."
    )


def _run_models(
    cohort: Cohort, repeats: int, tell: Callable[[str, float], None]
) -> dict[str, OutOfFold]:
    # torch waits until it is needed
    from heart.experiments.cross_validation import (  # noqa: PLC0415
        MODELS,
        Folds,
        run_leaderboard,
    )

    def on_model(model: str, share: float) -> None:
        tell(f"{model}: {share:.0%}", (MODELS.index(model) + share) / len(MODELS))

    return run_leaderboard(
        cohort, folds=Folds.fitting(cohort.features, cohort.y_true, repeats), on_model=on_model
    )


def leaderboard_table(results: Mapping[str, OutOfFold]) -> pd.DataFrame:
    """One row a model, best first; cells "0.914 (0.88 to 0.94)"."""
    from heart.experiments.cross_validation import leaderboard  # noqa: PLC0415

    entries = leaderboard(dict(results))
    rows = {
        entry.model: {
            **{title: _cell(entry.figures[name]) for name, title in FIGURE_TITLES.items()},
            "Log-loss behind": _cell(entry.behind["log_loss"], signed=True),
            "Seconds": f"{entry.seconds:.1f}",
        }
        for entry in entries
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("model")


def _cell(figure: Figure, *, signed: bool = False) -> str:
    value, low, high = figure
    if value is None or low is None or high is None:
        return "–"
    sign = "+" if signed else ""
    return f"{value:{sign}.3f} ({low:{sign}.2f} to {high:{sign}.2f})"


def show_discrimination(cohort: Cohort, predictions: OutOfFold) -> None:
    """ROC, precision-recall, reliability, decision curve and subgroups of the default recipe's
    out-of-fold predictions.
    """
    y_true, y_score = predictions.y_true, predictions.mean_score
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**ROC curve**, with 95 % bootstrap band")
        show_chart(
            roc,
            roc_table(y_true, y_score),
            alt="ROC curve of the out-of-fold predictions with its bootstrap band",
        )
    with right:
        st.markdown("**Precision and recall**, with 95 % bootstrap band")
        show_chart(
            precision_recall,
            precision_recall_table(y_true, y_score),
            alt="Precision against recall with its bootstrap band",
        )
    with left:
        st.markdown("**Calibration**: expected and observed, exact 95 % intervals")
        show_chart(
            reliability,
            reliability_table(y_true, y_score),
            alt="Observed against expected share of disease in ten bins",
        )
        _show_calibration(predictions)
    with right:
        st.markdown(
            "**Decision curve**: is following the model worth more than following up everybody?"
        )
        curve = decision_curve(y_true, y_score).assign(chosen=bayes_threshold(COST_RATIO))
        show_chart(
            decision,
            curve,
            alt="Net benefit of the model, of all and of none against the threshold",
        )
        st.caption(
            "Net benefit: true positives less false ones at the threshold's odds, a patient"
            " (Vickers and Elkin 2006)."
        )
    st.header("Subgroups")
    threshold = bayes_threshold(COST_RATIO)
    st.table(subgroups_shown(subgroup_table(cohort.features, y_true, y_score, threshold=threshold)))
    st.caption(
        f"At the threshold of {threshold:.0%}; 95 % intervals. Fewer than 15 patients, or 5 of"
        " either outcome, get no figures."
    )


def _show_calibration(predictions: OutOfFold) -> None:
    found = calibration_of(predictions.y_true, predictions.mean_score)
    parts = brier_parts(predictions.y_true, predictions.mean_score)
    st.caption(
        f"Intercept {found.intercept:+.2f} (0 is right), slope {found.slope:.2f} (1 is right);"
        f" expected {found.expected:.1%}, observed {found.observed:.1%}. Brier score: reliability"
        f" {parts.reliability:.4f}, resolution {parts.resolution:.4f}, uncertainty"
        f" {parts.uncertainty:.4f}. The mean of the repeats' predictions is judged here."
    )


def subgroups_shown(table: pd.DataFrame) -> pd.DataFrame:
    """The subgroup table in words."""
    rows = {}
    for row in table.to_dict("records"):
        figures = {
            title: row["note"] or _cell(tuple(row[f"{name}{end}"] for end in ("", "_low", "_high")))  # type: ignore[arg-type]
            for name, title in {
                "recall": "Recall",
                "specificity": "Specificity",
                "roc_auc": "ROC AUC",
            }.items()
        }
        expected = "–" if pd.isna(row["expected"]) else f"{row['expected']:.0%}"
        rows[row["group"]] = {
            "Patients": str(row["patients"]),
            "Diseased": f"{row['diseased']} ({row['share']:.0%})",
            "Expected": expected,
        } | figures
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("group")


def show_elsewhere(cohort: Cohort, evaluation: Evaluation) -> None:
    """The default recipe at the other hospitals, or the button that computes it."""
    names = cohort.name.split("+")
    if not set(names) < set(SHIPPED):
        st.caption(
            "Choose one hospital, or some but not all of them, to see how a model of them does at"
            " the others."
        )
        return
    if evaluation.elsewhere is None:
        found = run_long(
            "Test at the other hospitals",
            "elsewhere",
            lambda tell: _run_elsewhere(cohort.name, tell),
        )
        if found is None:
            return
        evaluation.elsewhere = found
        st.rerun()
    st.table(elsewhere_table(evaluation.elsewhere))
    st.caption(
        "Nothing of a tested hospital was used in training. Accuracy alone misleads where nearly"
        " all are ill: compare it with the share. “1989” is the accuracy at 50 % of Detrano and"
        " colleagues, trained on Cleveland (Am J Cardiol 64:304-310)."
    )
    _show_local(evaluation.elsewhere)


def _run_elsewhere(name: str, tell: Callable[[str, float], None]) -> list[External]:
    from heart.experiments.hospitals import (  # noqa: PLC0415  torch waits until it is needed
        judge_elsewhere,
    )

    return judge_elsewhere(
        name,
        RECIPES["default"],
        on_share=lambda share: tell(f"{share:.0%} of the hospitals", share),
    )


def elsewhere_table(found: list[External]) -> pd.DataFrame:
    """One row a tested hospital and set of features."""
    from heart.experiments.hospitals import DETRANO  # noqa: PLC0415

    rows = []
    for e in found:
        study = DETRANO.get(e.tested_on) if e.trained_on == "cleveland" else None
        rows.append(
            {
                "hospital": SHIPPED[e.tested_on],
                "features": FEATURE_TITLES[e.features],
                "patients": str(e.scores.n),
                "diseased": f"{e.scores.positives / e.scores.n:.0%}",
                "accuracy": _cell(e.at.accuracy),
                "1989": "–" if study is None else f"{study:.2f}",
                "ROC AUC": _cell(e.scores.roc_auc),
                "log-loss": _cell(e.scores.log_loss),
                "intercept, slope": f"{e.calibration.intercept:+.2f}, {e.calibration.slope:.2f}",
                "lacks": ", ".join(e.lacking) or "nothing",
            }
        )
    return pd.DataFrame(rows).set_index(["hospital", "features"])


def _show_local(found: list[External]) -> None:
    from heart.data import load_shipped  # noqa: PLC0415
    from heart.experiments.hospitals import local_recalibration  # noqa: PLC0415

    whole = {e.tested_on: e for e in found if e.features == "all"}
    name = st.selectbox(
        "What a few local patients would mend at", list(whole), format_func=SHIPPED.__getitem__
    )
    table = local_recalibration(load_shipped(name).y_true, whole[name].y_score)
    show_chart(
        local_patients,
        table,
        alt="Log-loss against the number of local patients that the intercept was fitted on",
    )
    st.caption(
        "The intercept alone is fitted on so many local patients and judged on the others; median"
        " and 10th to 90th percentile of 200 draws."
    )


def show_learning_curve(cohort: Cohort, evaluation: Evaluation) -> None:
    """Log-loss against the patients learnt from, or the button that computes it."""
    if evaluation.curve is None:
        found = run_long(
            "Compute the learning curve", "learning", lambda tell: _run_curve(cohort, tell)
        )
        if found is None:
            return
        evaluation.curve = found
        st.rerun()
    show_chart(
        learning,
        evaluation.curve,
        alt="Log-loss on held-out patients against the number of patients learnt from",
    )
    st.caption(
        "Mean over 20 random test parts, with the 10th to 90th percentile. A curve that still falls"
        " says: more patients would help."
    )


def _run_curve(cohort: Cohort, tell: Callable[[str, float], None]) -> pd.DataFrame:
    from heart.experiments.learning_curve import (  # noqa: PLC0415  torch waits until it is needed
        learning_curve,
    )

    return learning_curve(
        cohort, RECIPES["default"], on_share=lambda share: tell(f"{share:.0%} of the fits", share)
    )
