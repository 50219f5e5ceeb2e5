"""The evaluate page's account of what the model in use uses."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from heart.charts.ranges import uses_ranges
from heart.charts.uses import dependence_dots, dependence_line
from heart.cluster.client import find_scheduler
from heart.evaluation.members import write_members
from heart.experiments.results import describe_stored
from heart.explain.stored_uses import StoredUses, find_stored_uses
from heart.explain.uses import Uses, dots_frame, find_uses, line_frame, uses_table
from heart.schema import Feature
from heart.shares import write_share
from heart.ui.cache import show_chart
from heart.ui.downloads import offer_csv
from heart.ui.for_all import once_for_all
from heart.ui.out_of_fold import split_in_use
from heart.ui.progress import run_once, work_on, write_duration
from heart.ui.session import Session

KEY, CURVES = "uses", "uses_curves"
IN_A_ROW = 3
SECONDS = 30.0
HOW = "its recipe is trained again in each of some 20 folds."
METHODS = {
    "hidden": (
        "Each feature in turn is coded as not known, which this recipe has learnt to read, and the"
        " patients are asked again"
    ),
    "permuted": (
        "This recipe hides no values in training, so that it learns at most from its table's gaps"
        " what “not known” means: instead the patients of a fold exchange their values of a feature"
        " at random, five times"
    ),
}


def show_uses(session: Session) -> None:
    """What the model in use uses, or the button that computes it.

    Raises:
        BundleError: if its cohort is not here.
    """
    st.markdown(
        "Which features do its answers depend on, and how? This is what the model has found"
        " **together** with disease in these patients: not a cause, and nothing that a treatment"
        " would change."
    )
    split = split_in_use(session)
    work = work_on(
        partial(find_uses, session.bundle, split, scheduler=find_scheduler()), "of the work"
    )
    run = partial(run_once, session, key=KEY, depends_on=session.bundle, work=work)
    uses, source = session.kept(KEY, session.bundle), "Computed in this session."
    stored = None if uses is not None else find_uses_stored(session)
    if stored is not None:
        uses, source = stored.uses, describe_stored(stored)
    if uses is None:
        st.caption(f"Takes {write_duration(SECONDS)}: {HOW}")
        run(label="Compute what the model uses")
        return
    _show_figures(uses, source)
    _show_curves(session, uses)
    if stored is not None:
        with st.expander("Compute what the model uses anew"):
            st.caption(f"Takes {write_duration(SECONDS)}: {HOW}")
            run(label="Compute it again")


def find_uses_stored(session: Session) -> StoredUses | None:
    """What is stored with the app of the model in use; None of any but the shipped one.

    Raises:
        BundleError: if its cohort is not here.
        CohortError: if the stored file is damaged.
    """
    bundle, split = session.bundle, split_in_use(session)
    depends_on = (bundle.network, bundle.recalibration)
    return once_for_all(session, "stored uses", depends_on, lambda: find_stored_uses(bundle, split))


def _show_figures(uses: Uses, source: str) -> None:
    table = uses_table(uses)
    st.markdown(
        "**Importance**, left: how much worse without it, out of fold. **Contribution**, right: how"
        " far it moves an answer."
    )
    st.html(uses_ranges(table))
    offer_csv("what-the-model-uses.csv", table)
    st.caption(f"{describe_figures(uses)} {source}")


def describe_figures(uses: Uses) -> str:
    """How both figures were made, and what they do not say."""
    importance, contributions = uses.importance, uses.contributions
    return (
        f"Importance: {METHODS[importance.how]}; by how much the log-loss of"
        f" {importance.log_loss:.3f} rises, for {importance.n:,} train and valid patients, each"
        f" predicted by models that never saw the patient ({importance.folds.n_splits} folds,"
        f" {importance.folds.n_repeats} times; on the network's own scale, before any"
        " recalibration). Where the interval holds 0, these patients do not show that the feature"
        f" is needed beside the others. Contribution: the mean size of its exact Shapley value in"
        f" the answers of the model itself to {contributions.n:,} of its test patients, who it"
        " never saw; 0.7 in log-odds doubles the odds. Bars: 95 % bootstrap intervals over"
        " patients. Of two features that tell the same, each is hardly missed: importance can be"
        " near 0 where the contribution is not. Breiman 2001; Fisher, Rudin and Dominici 2019;"
        " Lundberg and Lee 2017."
    )


@st.fragment
def _show_curves(session: Session, uses: Uses) -> None:
    """Folded away, and drawn when it is opened: so many charts take the browser a second."""
    part = st.expander("The curve of each feature", key=CURVES, on_change="rerun")
    if part.open:
        with part:
            _show_open_curves(session, uses)


def _show_open_curves(session: Session, uses: Uses) -> None:
    st.markdown(describe_curves(session, uses))
    features = {entry.name: entry for entry in session.bundle.preprocessor.features}
    order = [features[name] for name in uses.importance.table["feature"]]
    known = set(uses.curves["feature"])
    for start in range(0, len(order), IN_A_ROW):
        row = st.columns(IN_A_ROW, gap="medium")
        for column, entry in zip(row, order[start : start + IN_A_ROW], strict=False):
            with column:
                _show_curve(session, uses, entry, is_known=entry.name in known)
    offer_csv("partial-dependence.csv", uses.curves)


def describe_curves(session: Session, uses: Uses) -> str:
    """What the curves are, from the model's own facts."""
    members, masking = session.bundle.network.members, session.bundle.settings.masking
    averaged = (
        f"The model's mean answer over {len(uses.patients):,} patients of its cohort if all had"
        " the same value, everything else as it is (partial dependence, Friedman 2001). Ticks are"
        " those patients: the diseased at the top, the healthy at the bottom; beside a code is how"
        " many have it."
    )
    said = [averaged]
    if members > 1:
        said.append(f"The band is where {write_members(members)} are.")
    if masking:
        said.append("Dashed, or the last line: if it were not known.")
    said.append(
        "Where features go together, such as age and maximum heart rate, a curve is also about"
        " patients whom nobody has seen."
    )
    return " ".join(said)


def _show_curve(session: Session, uses: Uses, entry: Feature, *, is_known: bool) -> None:
    shown = entry.in_units(session.units)
    st.markdown(f"**{shown.title}**")
    if not is_known:
        st.caption("No patient of the cohort has a value.")
    elif entry.is_coded:
        frame = dots_frame(uses, entry)
        show_chart(dependence_dots, frame, alt=_describe(shown, frame))
    else:
        frame = line_frame(uses, entry, units=session.units)
        show_chart(dependence_line, frame, alt=_describe(shown, frame))


def _describe(entry: Feature, frame: pd.DataFrame) -> str:
    answers = frame["probability"].dropna()
    return (
        f"{entry.title}: mean answers from {write_share(answers.min())} to"
        f" {write_share(answers.max())} over its values"
    )
