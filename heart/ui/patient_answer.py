"""What the Patient page's parts are given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from heart.schema import Value
from heart.ui.session import Session

if TYPE_CHECKING:  # the first paint does not wait for scikit-learn and torch
    from heart.scoring.patient import Prediction


class Answer(NamedTuple):
    """What the parts below the answer explain.

    Attributes:
        session: whose model in use gave it.
        patient: canonical values of all 13 features, None where not known.
        prediction: for this patient by `session.bundle`.
    """

    session: Session
    patient: Mapping[str, Value | None]
    prediction: Prediction
