"""The evaluate page's fits of the default recipe: at other hospitals, and on fewer patients."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from heart.charts import learning, local_patients
from heart.config import RECIPES
from heart.data import SHIPPED, Cohort
from heart.evaluation.figures import METRICS, write_calibration, write_figure, write_value
from heart.evaluation.judged import Judged
from heart.experiments.hospitals import DETRANO, External, judge_elsewhere, local_recalibration
from heart.experiments.learning_curve import learning_curve
from heart.shares import write_share
from heart.ui.cache import show_chart
from heart.ui.progress import Tell, run_once
from heart.ui.session import Session

FEATURE_TITLES = {"all": "all", "shared": "those it has"}


def show_elsewhere(session: Session, cohort: Cohort) -> None:
    """The default recipe at the other hospitals, or the button that computes it."""
    if not set(cohort.name.split("+")) < set(SHIPPED):
        st.caption(
            "Choose one hospital, or some but not all of them, to see how a model of them does at"
            " the others."
        )
        return

    def work(tell: Tell) -> list[External]:
        return judge_elsewhere(
            cohort.name,
            RECIPES["default"],
            on_share=lambda share: tell(f"{write_share(share)} of the hospitals", share),
        )

    key = f"elsewhere {cohort.fingerprint}"
    results = run_once(session, "Test at the other hospitals", key, None, work)
    if results is None:
        return
    st.table(elsewhere_table(results))
    st.caption(
        "Nothing of a tested hospital was used in training. Accuracy alone misleads where nearly"
        " all are ill: compare it with the share. “1989” is the accuracy at 50 % of Detrano and"
        " colleagues, trained on Cleveland (Am J Cardiol 64:304-310)."
    )
    _show_local(session, results)


def elsewhere_table(results: Sequence[External]) -> pd.DataFrame:
    """One row a tested hospital and set of features."""
    rows = [
        {
            "hospital": SHIPPED[result.tested_on],
            "features": FEATURE_TITLES[result.features],
            "patients": str(result.judged.scores.n),
            "diseased": f"{write_share(result.judged.scores.positives / result.judged.scores.n)}",
            **_figures(result.judged, "accuracy"),
            "1989": _write_study(result),
            **_figures(result.judged, "roc_auc", "log_loss"),
            "intercept, slope": write_calibration(
                result.judged.calibration.intercept, result.judged.calibration.slope
            ),
            "lacks": ", ".join(result.lacking) or "nothing",
        }
        for result in results
    ]
    return pd.DataFrame(rows).set_index(["hospital", "features"])


def _figures(judged: Judged, *names: str) -> dict[str, str]:
    return {METRICS[name].words: write_figure(judged.figure(name), name) for name in names}


def _write_study(result: External) -> str:
    """The accuracy of the 1989 study, which was trained on Cleveland alone."""
    study = DETRANO.get(result.tested_on) if result.trained_on == "cleveland" else None
    return "–" if study is None else write_value(study, "accuracy", digits=2)


def _show_local(session: Session, results: Sequence[External]) -> None:
    whole = {result.tested_on: result for result in results if result.features == "all"}
    name = st.selectbox(
        "What a few local patients would mend at", list(whole), format_func=SHIPPED.__getitem__
    )
    judged = whole[name].judged
    table = session.once(
        "local patients", judged, lambda: local_recalibration(judged.y_true, judged.y_score)
    )
    show_chart(
        local_patients,
        table,
        alt="Log-loss against the number of local patients that the intercept was fitted on",
    )
    st.caption(
        "The intercept alone is fitted on so many local patients and judged on the others; median"
        " and 10th to 90th percentile of 200 draws."
    )


def show_learning_curve(session: Session, cohort: Cohort) -> None:
    """Log-loss against the patients learnt from, or the button that computes it."""

    def work(tell: Tell) -> pd.DataFrame:
        return learning_curve(
            cohort,
            RECIPES["default"],
            on_share=lambda share: tell(f"{write_share(share)} of the fits", share),
        )

    key = f"learning {cohort.fingerprint}"
    curve = run_once(session, "Compute the learning curve", key, None, work)
    if curve is None:
        return
    show_chart(
        learning,
        curve,
        alt="Log-loss on held-out patients against the number of patients learnt from",
    )
    st.caption(
        "Mean over 20 random test parts, with the 10th to 90th percentile. A curve that still falls"
        " says: more patients would help."
    )
