"""How many patients a prediction model for a yes-or-no outcome should be developed on."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy.special import expit, logit, ndtri

from heart.errors import SettingsError

SHRINKAGE, OPTIMISM, MARGIN = 0.9, 0.05, 0.05
_NODES = 4001
_WIDTH = 9.0


class SampleSize(NamedTuple):
    """Least numbers of patients by the criteria of Riley et al. (BMJ 2020;368:m441).

    Attributes:
        shrinkage: for an expected shrinkage of the effects of at most 10 %.
        optimism: for an expected optimism in Nagelkerke's R-squared of at most 0.05.
        prevalence: for the overall share of disease within 0.05 of the truth.
    """

    shrinkage: int
    optimism: int
    prevalence: int

    @property
    def needed(self) -> int:
        """The largest of the three."""
        return max(self)


def sample_size(parameters: int, *, prevalence: float, roc_auc: float) -> SampleSize:
    """What the criteria ask for.

    R-squared comes from the AUC as in Riley et al. (Statistics in Medicine 2021;40:133): log-odds
    normally distributed in those with and without disease, here integrated instead of simulated.

    Args:
        parameters: candidate predictor parameters.
        prevalence: expected share of disease, between 0 and 1.
        roc_auc: expected area under the ROC curve, between 0.5 and 1.

    Raises:
        SettingsError: for values outside these.

    >>> sample_size(13, prevalence=139 / 303, roc_auc=0.9)
    SampleSize(shrinkage=193, optimism=256, prevalence=382)
    """
    if not (parameters >= 1 and 0 < prevalence < 1 and 0.5 < roc_auc < 1):
        raise SettingsError(
            "at least one parameter, a share between 0 and 1 and an AUC between 0.5 and 1",
            f"{parameters}, {prevalence:g} and {roc_auc:g}",
            "Correct the values.",
        )
    r_squared = cox_snell(prevalence, roc_auc)
    largest = 1 - math.exp(2 * _mean_log_likelihood_of_share(prevalence))
    allowed = r_squared / (r_squared + OPTIMISM * largest)
    return SampleSize(
        shrinkage=_patients_for(parameters, r_squared, SHRINKAGE),
        optimism=_patients_for(parameters, r_squared, allowed),
        prevalence=math.ceil((1.96 / MARGIN) ** 2 * prevalence * (1 - prevalence)),
    )


def cox_snell(prevalence: float, roc_auc: float) -> float:
    """Cox and Snell's R-squared of a model with this AUC, if a normally distributed score of equal
    variance stands behind it.

    Then the log-odds are linear in the score, so the likelihood can be integrated over the two
    normal densities.
    """
    distance = math.sqrt(2) * float(ndtri(roc_auc))
    score = np.linspace(-_WIDTH, _WIDTH + distance, _NODES)
    log_odds = logit(prevalence) + distance * score - distance**2 / 2
    density = np.exp(-(score**2) / 2), np.exp(-((score - distance) ** 2) / 2)
    step = (score[1] - score[0]) / math.sqrt(2 * math.pi)
    healthy = float((density[0] * np.log(expit(-log_odds))).sum() * step)
    diseased = float((density[1] * np.log(expit(log_odds))).sum() * step)
    mean_log_likelihood = (1 - prevalence) * healthy + prevalence * diseased
    return 1 - math.exp(-2 * (mean_log_likelihood - _mean_log_likelihood_of_share(prevalence)))


def _mean_log_likelihood_of_share(prevalence: float) -> float:
    """Of a model that knows the share of disease and nothing else, a patient, in nats."""
    return prevalence * math.log(prevalence) + (1 - prevalence) * math.log(1 - prevalence)


def _patients_for(parameters: int, r_squared: float, shrinkage: float) -> int:
    return math.ceil(parameters / ((shrinkage - 1) * math.log(1 - r_squared / shrinkage)))
