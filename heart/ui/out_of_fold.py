"""What the model in use says of patients that it did not see: the threshold page, recalibration
and the card ask for it.
"""

from __future__ import annotations

from functools import partial

import streamlit as st

from heart.cluster.client import find_scheduler
from heart.data import Split
from heart.evaluation.out_of_fold import OutOfFold
from heart.experiments.run import split_of
from heart.experiments.stored import cross_validate_bundle, find_stored
from heart.ui.for_all import once_for_all
from heart.ui.model_cohort import own_cohorts
from heart.ui.progress import Work, run_now, run_once, work_on
from heart.ui.session import Session

LABEL = "Cross-validate this model's recipe"
_KEY = "out_of_fold"
_ASKED = "out_of_fold_asked"
WHAT = (
    "For this model that has not been computed yet: its recipe is trained again in 10 folds, 5"
    " times. That takes about a minute, once."
)


def split_in_use(session: Session) -> Split:
    """The parts that the model in use was trained and judged on.

    Raises:
        BundleError: if its cohort is not here.
    """
    bundle, cohorts = session.bundle, own_cohorts(session)
    depends_on = (bundle.settings, bundle.data.cohort, bundle.data.fingerprint, *cohorts)
    return once_for_all(session, "split in use", depends_on, lambda: split_of(bundle, cohorts))


def find_out_of_fold(session: Session) -> OutOfFold | None:
    """The predictions on the network's own scale, stored with the app or computed in this session;
    else None.

    Raises:
        BundleError: if the model's cohort is not here.
    """
    bundle = session.bundle
    split_in_use(session)  # says so if the cohort is not here
    computed: OutOfFold | None = session.kept(_KEY, bundle.network)
    return computed or once_for_all(session, "stored", bundle.network, lambda: find_stored(bundle))


def compute_out_of_fold(session: Session) -> OutOfFold | None:
    """The predictions; where they are not there yet, a button that computes them, and None until it
    was pressed and has finished.

    Raises:
        BundleError: if the model's cohort is not here.
    """
    predictions = find_out_of_fold(session)
    if predictions is not None:
        return predictions
    st.info(
        f"A threshold is judged on patients that the model did not see. {WHAT}",
        icon=":material/hourglass_top:",
    )
    computed: OutOfFold | None = run_once(
        session, LABEL, _KEY, session.bundle.network, _work(session)
    )
    return computed


def ask_for_out_of_fold() -> None:
    """The same button for a fragment, which could not stop what it started: the next run of the
    whole page computes them, in `answer_request`.
    """
    st.info(WHAT, icon=":material/hourglass_top:")
    if st.button(LABEL, type="primary", key=_ASKED + "_button"):
        st.session_state[_ASKED] = True
        st.rerun()


def answer_request(session: Session) -> None:
    """Compute the predictions if `ask_for_out_of_fold` was pressed; then the page runs again.

    Raises:
        BundleError: if the model's cohort is not here.
    """
    if st.session_state.pop(_ASKED, False) and find_out_of_fold(session) is None:
        result = run_now(LABEL, _KEY, _work(session))
        session.keep(_KEY, session.bundle.network, result)
        st.rerun()


def _work(session: Session) -> Work:
    split, scheduler = split_in_use(session), find_scheduler()
    return work_on(partial(cross_validate_bundle, session.bundle, split, scheduler=scheduler))
