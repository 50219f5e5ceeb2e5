"""What a threshold means for many patients: zones, a thousand patients, another share
of ill ones.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import expit, logit

from heart.errors import SettingsError
from heart.evaluation.figures import Figure
from heart.evaluation.intervals import proportion
from heart.evaluation.judged import metrics_at
from heart.evaluation.metrics import FloatArray, IntArray

PREVALENCE_BOUNDS = (0.01, 0.99)
THOUSAND = 1000


def check_prevalence(prevalence: float | None) -> None:
    """Refuse a share of ill patients that cannot be; None stands for the cohort's own.

    Raises:
        SettingsError: for one outside its bounds.
    """
    low, high = PREVALENCE_BOUNDS
    if prevalence is not None and not low <= prevalence <= high:
        raise SettingsError(
            f"a share of ill patients from {low:g} to {high:g}",
            f"{prevalence:g}",
            "Choose one inside.",
        )


class Zone(NamedTuple):
    """Patients whose probability is from `low` up to, but not including, `high`.

    Attributes:
        name: "rule out", "cannot tell" or "rule in".
        low, high: probabilities.
        patients, diseased: counts.
        share: of diseased among them.
        likelihood_ratio: how much more often a diseased patient is in this zone than a healthy one;
            None where no healthy one is.
    """

    name: str
    low: float
    high: float
    patients: int
    diseased: int
    share: Figure
    likelihood_ratio: float | None


class Zones(NamedTuple):
    """Three zones and what their borders promise: sensitivity and NPV at the lower one, specificity
    and precision at the upper one.
    """

    zones: tuple[Zone, Zone, Zone]
    sensitivity: Figure
    npv: Figure
    specificity: Figure
    precision: Figure


def three_zones(y_true: IntArray, y_score: FloatArray, *, low: float, high: float) -> Zones:
    """Rule out below `low`, rule in from `high` on, and between them the patients about whom the
    model cannot tell.

    Args:
        y_true: 0 or 1, shape (n,).
        y_score: probabilities, shape (n,).
        low: the border below which disease is ruled out.
        high: the border from which on it is ruled in; an equal one leaves nobody between.

    Raises:
        SettingsError: if `low` is above `high`.
    """
    if not 0 <= low <= high <= 1:
        raise SettingsError(
            "a lower border at or below the upper one",
            f"{low:g} and {high:g}",
            "Change one of them.",
        )
    out, rest = y_score < low, y_score >= high
    zones = (
        _zone("rule out", 0.0, low, y_true, out),
        _zone("cannot tell", low, high, y_true, ~out & ~rest),
        _zone("rule in", high, 1.0, y_true, rest),
    )
    below, above = metrics_at(y_true, y_score, low), metrics_at(y_true, y_score, high)
    return Zones(zones, below.recall, below.npv, above.specificity, above.precision)


def _zone(name: str, low: float, high: float, y_true: IntArray, inside: np.ndarray) -> Zone:
    patients, diseased = int(inside.sum()), int(y_true[inside].sum())
    positives = int(y_true.sum())
    negatives = len(y_true) - positives
    healthy = patients - diseased
    ratio = (diseased / positives) / (healthy / negatives) if healthy and positives else None
    return Zone(name, low, high, patients, diseased, proportion(diseased, patients), ratio)


class Rates(NamedTuple):
    """What a threshold gives where a given share of the patients is diseased; arrays of any one
    shape, NaN where nobody is decided so.

    Attributes:
        precision: share of diseased among those decided "disease" (positive predictive value).
        npv: share of healthy among the others.
        needed: follow-ups for one diseased patient found (number needed to evaluate), 1 /
            precision.
        cost: in false alarms a patient.
    """

    precision: FloatArray
    npv: FloatArray
    needed: FloatArray
    cost: FloatArray


def rates_at_prevalence(
    recall: FloatArray, specificity: FloatArray, prevalence: float, *, cost_ratio: float
) -> Rates:
    """Bayes' theorem: recall and specificity stay, what they mean changes with the share of ill
    patients.

    That they stay assumes that the patients differ in how many are ill and in nothing else.
    """
    detected, missed = recall * prevalence, (1 - recall) * prevalence
    alarmed, spared = (1 - specificity) * (1 - prevalence), specificity * (1 - prevalence)
    with np.errstate(invalid="ignore", divide="ignore"):
        precision = np.asarray(detected / (detected + alarmed))
        return Rates(
            precision,
            np.asarray(spared / (spared + missed)),
            np.asarray(1 / precision),
            np.asarray(cost_ratio * missed + alarmed),
        )


def of_thousand(recall: float, specificity: float, prevalence: float) -> dict[str, int]:
    """The confusion counts `tn`, `fp`, `fn`, `tp` of a thousand patients, rounded so that they add
    up.
    """
    diseased = round(THOUSAND * prevalence)
    tp = round(diseased * recall)
    tn = round((THOUSAND - diseased) * specificity)
    return {"tn": tn, "fp": THOUSAND - diseased - tn, "fn": diseased - tp, "tp": tp}


def probability_at_prevalence(probability: FloatArray, *, here: float, there: float) -> FloatArray:
    """The probabilities that patients would have where a share `there` is ill instead of `here`,
    same shape; 0 and 1 stay.

    All log-odds move by the difference of the shares' log-odds (Saerens, Latinne and Decaestecker,
    Neural Computation 14:21, 2002, equation 4; Elkan 2001, theorem 2). That assumes that the ill
    patients there are like those here, the healthy ones too, and only their shares differ.

    Args:
        probability: 0-1.
        here: share of ill patients where the model learnt, inside 0 and 1.
        there: share of ill patients where it is used, inside 0 and 1.
    """
    return np.asarray(expit(logit(probability) + logit(there) - logit(here)))


def threshold_at_prevalence(threshold: float, *, here: float, there: float) -> float:
    """The model's probability at which a patient from elsewhere has a risk of `threshold`: the way
    back of `probability_at_prevalence`.
    """
    return float(probability_at_prevalence(np.array(threshold), here=there, there=here))
