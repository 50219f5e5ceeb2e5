"""What the model in use says of patients that it did not see: the threshold page, recalibration
and the card ask for it.
"""

from __future__ import annotations

import streamlit as st

from heart.data import Split
from heart.evaluation.out_of_fold import OutOfFold
from heart.experiments.run import split_of
from heart.experiments.stored import cross_validate_bundle, find_stored
from heart.ui.model_cohort import own_cohorts
from heart.ui.progress import Tell, run_once
from heart.ui.session import Session


def split_in_use(session: Session) -> Split:
    """The parts that the model in use was trained and judged on.

    Raises:
        BundleError: if its cohort is not here.
    """
    return split_of(session.bundle, own_cohorts(session))


def find_out_of_fold(session: Session) -> OutOfFold | None:
    """The predictions on the network's own scale, stored with the app or computed in this session;
    else None.

    Raises:
        BundleError: if the model's cohort is not here.
    """
    bundle = session.bundle
    split_in_use(session)  # says so if the cohort is not here
    computed: OutOfFold | None = session.kept("out_of_fold", bundle.network)
    return computed or session.once("stored", bundle.network, lambda: find_stored(bundle))


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
        "A threshold is judged on patients that the model did not see. For this model that has not"
        " been computed yet: its recipe is trained again in 10 folds, 5 times. That takes about a"
        " minute, once.",
        icon="⏳",
    )

    def work(tell: Tell) -> OutOfFold:
        return cross_validate_bundle(
            session.bundle,
            split_in_use(session),
            on_share=lambda share: tell(f"{share:.0%} of the fits", share),
        )

    label = "Cross-validate this model's recipe"
    return run_once(session, label, "out_of_fold", session.bundle.network, work)
