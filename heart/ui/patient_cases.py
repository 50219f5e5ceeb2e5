"""The patients of the model in use, for the parts of the Patient page, and words about them."""

from __future__ import annotations

from heart.data import SHIPPED
from heart.explain.cases import Cases, Unseen, gather_cases, recalibrate_unseen
from heart.markdown import code
from heart.ui.model_cohort import find_model_cohort
from heart.ui.out_of_fold import find_out_of_fold, split_in_use
from heart.ui.session import Session

NOT_HERE = (
    "This needs the patients that the model learnt from, and a bundle carries none. The cohort"
    " {cohort} is not shipped and not in this session: load its file on the Cohort page."
)


def find_cases(session: Session) -> Cases | None:
    """The patients of the model in use with its answers; None where they are not at hand."""
    if find_model_cohort(session) is None:
        return None
    bundle, split = session.bundle, split_in_use(session)
    predictions = find_out_of_fold(session)
    return session.once(
        "cases",
        (bundle.network, bundle.recalibration, split, predictions),
        lambda: gather_cases(bundle, split, predictions),
    )


def find_unseen(session: Session) -> Unseen | None:
    """The out-of-fold predictions of the model in use, on the scale of its answers; None where they
    are not stored and were not computed yet.
    """
    predictions = find_out_of_fold(session)
    if predictions is None:
        return None
    return recalibrate_unseen(session.bundle, predictions)


def name_cohort(session: Session) -> str:
    """The cohort that the model in use learnt from, in words; a name from a file as code."""
    name = session.bundle.data.cohort
    return SHIPPED.get(name) or code(name)


def not_here(session: Session) -> str:
    """That the model's patients are not at hand, and what to do."""
    return NOT_HERE.format(cohort=name_cohort(session))
