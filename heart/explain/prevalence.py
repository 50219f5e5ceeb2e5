"""The same patient where another share of patients is ill."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from heart.bundle import Bundle
from heart.evaluation.policies import check_prevalence, probability_at_prevalence


class Elsewhere(NamedTuple):
    """A place that differs from where a model learnt in the share of ill patients, and in nothing
    else.

    Attributes:
        here: share of ill patients among those that the model was fitted on.
        there: share of ill patients where this one comes from.
    """

    here: float
    there: float

    @property
    def shift(self) -> float:
        """What is added to the log-odds of every answer."""
        return math.log(self.there / (1 - self.there)) - math.log(self.here / (1 - self.here))

    def correct(self, probability: float) -> float:
        """The probability there of a patient whose probability is this one here."""
        return float(
            probability_at_prevalence(np.array(probability), here=self.here, there=self.there)
        )


def training_prevalence(bundle: Bundle) -> float | None:
    """The share of ill patients among those that a model was fitted on; None where all or none
    were, as such a share cannot be corrected.
    """
    part = bundle.metrics["train"]
    return part["positives"] / part["n"] if 0 < part["positives"] < part["n"] else None


def go_elsewhere(bundle: Bundle, there: float) -> Elsewhere | None:
    """The place where a share `there` of the patients is ill; None where the model's own share is
    not known.

    Raises:
        SettingsError: for a share outside `heart.evaluation.policies.PREVALENCE_BOUNDS`.
    """
    check_prevalence(there)
    here = training_prevalence(bundle)
    return None if here is None else Elsewhere(here, there)
