"""What `explain` and its parts are asked about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from heart.bundle import Bundle
    from heart.data import Cohort


class Question(NamedTuple):
    """What is asked about.

    Attributes:
        bundle: the model.
        patient: features to what was given in options, None where not known.
        cohort: the patients that the model learnt from; None where they are not at hand.
        fee: prices that differ from the schedule's, as texts.
    """

    bundle: Bundle
    patient: Mapping[str, str | None]
    cohort: Cohort | None
    fee: tuple[str, ...] = ()
