"""The patients that the model in use learnt from, where they are at hand: shipped with the app, or
in this visitor's session.
"""

from __future__ import annotations

from heart.data import Cohort
from heart.experiments.run import find_cohort
from heart.ui.session import Session


def own_cohorts(session: Session) -> tuple[Cohort, ...]:
    """The cohorts of this session that are not shipped and that a model may have learnt from."""
    uploads = () if session.upload is None else (session.upload,)
    return (*session.trained_on.values(), *uploads)


def find_model_cohort(session: Session) -> Cohort | None:
    """The cohort that the model in use learnt from, with every patient of the table; None where it
    is neither shipped nor in this session. A bundle carries no patients.
    """
    bundle = session.bundle
    cohorts = own_cohorts(session)
    depends_on = (bundle.data.cohort, bundle.data.fingerprint, *cohorts)
    return session.once("model cohort", depends_on, lambda: find_cohort(bundle, cohorts))
