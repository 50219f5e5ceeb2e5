"""The evaluate page's fits of the recipe of the model in use: at other hospitals, and on fewer
patients.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from heart.charts import learning, local_patients
from heart.cluster.client import find_scheduler
from heart.data import SHIPPED, Cohort
from heart.evaluation.figures import METRICS, write_calibration, write_figure, write_value
from heart.evaluation.judged import Judged
from heart.experiments.contenders import contender_of
from heart.experiments.hospitals import (
    DETRANO,
    External,
    judge_elsewhere,
    judge_itself,
    local_recalibration,
)
from heart.experiments.learning_curve import MEMBERS, learning_curve
from heart.experiments.results import RECIPE, describe_stored, find_results
from heart.experiments.run import find_learnt
from heart.markdown import code
from heart.shares import write_share
from heart.ui.downloads import file_name, show_chart_with_data
from heart.ui.for_all import once_for_all
from heart.ui.forest import show_forest
from heart.ui.model_cohort import own_cohorts
from heart.ui.progress import run_once, work_on, write_duration
from heart.ui.session import Session

FEATURE_TITLES = {"all": "all", "shared": "those it has", "itself": "the model itself"}
FEATURE_WORDS = {
    "all": "all features",
    "shared": "without those it lacks",
    "itself": "the model itself",
}


def show_elsewhere(session: Session, cohort: Cohort) -> None:
    """The recipe of the model in use at the other hospitals, or the button that computes it."""
    if not set(cohort.name.split("+")) < set(SHIPPED):
        st.caption(
            "Choose one hospital, or some but not all of them, to see how a model of them does at"
            " the others."
        )
        return

    contender = contender_of(session.bundle)
    work = work_on(
        partial(
            judge_elsewhere,
            cohort.name,
            contender.settings,
            used=contender.used,
            scheduler=find_scheduler(),
        ),
        "of the hospitals",
    )
    key, depends_on = (
        f"elsewhere {cohort.fingerprint}",
        contender._replace(recalibration="none").key,
    )
    results, source = session.kept(key, depends_on), "Computed in this session."
    stored = find_results(cohort) if results is None and depends_on == RECIPE else None
    if stored is not None:
        results, source = stored.elsewhere, describe_stored(stored)
    if results is None:
        st.caption(f"Takes {write_duration(0.3 * contender.settings.members * cohort.n / 303)}.")
        run_once(session, "Test at the other hospitals", key, depends_on, work)
        return
    _show_hospitals(session, cohort, results, source)
    if stored is not None:
        with st.expander("Test at the other hospitals anew"):
            run_once(session, "Test at the other hospitals again", key, depends_on, work)


def _show_hospitals(
    session: Session, cohort: Cohort, results: Sequence[External], source: str
) -> None:
    """Each tested hospital with its interval, and what is to be known of the figures."""
    shown = [*results, *find_itself(session, cohort)]
    shown.sort(key=lambda result: list(SHIPPED).index(result.tested_on))
    show_forest(
        elsewhere_rows(shown),
        elsewhere_table(shown),
        figures=("roc_auc", "log_loss", "accuracy"),
        whose="the recipe at each hospital",
        name=file_name("hospitals", cohort.name, session.bundle.name),
    )
    kept = contender_of(session.bundle).recalibration == "none"
    recalibrated = "" if kept else " It is not recalibrated here."
    st.caption(
        f"The recipe of {code(session.bundle.name)}, trained on all {cohort.n:,} patients chosen"
        f" above, and decided at 50 %.{recalibrated} {_about_itself(session, cohort)} {source}"
    )
    st.caption(
        "Nothing of a tested hospital was used in training. Accuracy alone misleads where nearly"
        " all are ill: compare it with the share. “1989” is the accuracy at 50 % of Detrano and"
        " colleagues, trained on Cleveland (Am J Cardiol 64:304-310), of 425 patients at Budapest,"
        " 143 in Switzerland and 200 at Long Beach: at the first two not only these."
    )
    _show_local(session, cohort, results)


def find_itself(session: Session, cohort: Cohort) -> list[External]:
    """The weights of the model in use at the other hospitals, where the chosen patients are its
    own: what the card and the Models page show too.
    """
    bundle = session.bundle
    if cohort.fingerprint != bundle.data.fingerprint:
        return []
    learnt = find_learnt(bundle, own_cohorts(session))
    judged = once_for_all(
        session, "itself elsewhere", (bundle,), lambda: judge_itself(bundle, learnt, threshold=0.5)
    )
    names = {title: name for name, title in SHIPPED.items()}
    return [External(cohort.name, names[one.name], "itself", (), one) for one in judged]


def _about_itself(session: Session, cohort: Cohort) -> str:
    """What is said of the model's own weights."""
    bundle = session.bundle
    if cohort.fingerprint == bundle.data.fingerprint:
        return (
            f"“{FEATURE_WORDS['itself']}” is {code(bundle.name)} with its weights as they are,"
            f" fitted on {bundle.metrics['train']['n']:,} of them: the figures of its card and of"
            " the Models page."
        )
    return "Its own weights, which learnt from another table, are judged on its card and on Models."


def _town(hospital: str) -> str:
    """Where it is: the end of its name."""
    return SHIPPED[hospital].rpartition(", ")[2]


def elsewhere_rows(results: Sequence[External]) -> pd.DataFrame:
    """What a forest plot and the download are made of: one row a tested hospital and set of
    features.
    """
    records = []
    for result in results:
        record: dict[str, object] = {
            "label": f"{_town(result.tested_on)}, {FEATURE_WORDS[result.features]}",
            "tested_on": result.tested_on,
            "n": result.judged.scores.n,
            "marked": result.features == "itself",
            "trained_on": result.trained_on,
            "features": result.features,
            "lacks": " ".join(result.lacking),
        }
        for name in ("roc_auc", "log_loss", "accuracy", "intercept", "slope"):
            ends = zip(("", "_low", "_high"), result.judged.figure(name), strict=True)
            record |= {f"{name}{end}": value for end, value in ends}
        records.append(record)
    return pd.DataFrame(records)


def elsewhere_table(results: Sequence[External]) -> pd.DataFrame:
    """One row a tested hospital and set of features, or the model itself."""
    rows = [
        {
            "hospital": SHIPPED[result.tested_on],
            "features": FEATURE_TITLES[result.features],
            "patients": str(result.judged.scores.n),
            "diseased": write_share(result.judged.scores.positives / result.judged.scores.n),
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


def _show_local(session: Session, cohort: Cohort, results: Sequence[External]) -> None:
    whole = {result.tested_on: result for result in results if result.features == "all"}
    name = st.selectbox(
        "What a few local patients would mend at", list(whole), format_func=SHIPPED.__getitem__
    )
    judged = whole[name].judged
    table = find_local(session, cohort, judged)
    show_chart_with_data(
        local_patients,
        table,
        alt="Log-loss against the number of local patients that the intercept was fitted on",
        name=file_name("local patients", name),
    )
    st.caption(
        "The intercept alone is fitted on so many local patients and judged on the others; median"
        " and 10th to 90th percentile of 200 draws."
    )


def find_local(session: Session, cohort: Cohort, judged: Judged) -> pd.DataFrame:
    """What the intercept of a few local patients mends."""
    return once_for_all(session, "local patients", judged, lambda: _find_local(cohort, judged))


def _find_local(cohort: Cohort, judged: Judged) -> pd.DataFrame:
    """The table as it is stored with these very predictions, else computed."""
    stored = find_results(cohort)
    there = () if stored is None else stored.elsewhere
    if stored is not None and any(judged is external.judged for external in there):
        return stored.local[judged.name]
    return local_recalibration(judged.y_true, judged.y_score)


def show_learning_curve(session: Session, cohort: Cohort) -> None:
    """Log-loss against the patients that the recipe of the model in use learns from, or the button
    that computes it.
    """
    contender = contender_of(session.bundle)
    work = work_on(
        partial(
            learning_curve,
            cohort,
            contender.settings,
            used=contender.used,
            scheduler=find_scheduler(),
        )
    )
    key, depends_on = f"learning {cohort.fingerprint}", contender._replace(recalibration="none").key
    curve, source = session.kept(key, depends_on), "Computed in this session."
    stored = find_results(cohort) if curve is None and depends_on == RECIPE else None
    if stored is not None:
        curve, source = stored.learning, describe_stored(stored)
    if curve is None:
        members = min(MEMBERS, contender.settings.members)
        st.caption(f"Takes {write_duration(6 * members * cohort.n / 303)}.")
        run_once(session, "Compute the learning curve", key, depends_on, work)
        return
    show_chart_with_data(
        learning,
        curve,
        alt="Log-loss on held-out patients against the number of patients learnt from",
        name=file_name("learning curve", cohort.name, session.bundle.name),
    )
    st.caption(
        f"The recipe of {code(session.bundle.name)}"
        f"{'' if contender.recalibration == 'none' else ', not recalibrated,'}"
        f"{'' if contender.settings.members <= MEMBERS else f' with {MEMBERS} members'}: mean over"
        " 20 random test parts, with the 10th to 90th percentile. A curve that still falls says:"
        f" more patients would help. {source}"
    )
    if stored is not None:
        with st.expander("Compute the learning curve anew"):
            run_once(session, "Compute the learning curve again", key, depends_on, work)
