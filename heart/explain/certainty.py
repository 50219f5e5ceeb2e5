"""How sure an answer is: the members, the zone, what such answers were worth, and whether the
patient is one of those that the model learnt about.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from heart.bundle import Bundle
from heart.evaluation.figures import Figure
from heart.evaluation.intervals import proportion
from heart.evaluation.metrics import FloatArray, IntArray
from heart.evaluation.policies import Zone, Zones
from heart.evaluation.threshold_curves import choose_zones
from heart.explain.cases import Cases
from heart.explain.neighbours import nearest
from heart.schema import Feature, Value

NEAR = 30
"""So many patients with the nearest probabilities say what such an answer was worth. A fixed number
keeps the interval's width about the same everywhere (at most 37 points), which bins of equal width
would not: most patients get a probability near 0 or 1.
"""

WANTED = 0.95
"""Sensitivity that ruling out keeps, and specificity that ruling in keeps."""

CLOSEST = 5
"""Novelty is the mean distance to so many nearest patients."""

MAX_COMPARED = 500
"""Cohort patients whose own distances are computed, all to each other."""


class Members(NamedTuple):
    """What a model's members say, one by one: its own uncertainty, not a range for the patient.

    Attributes:
        n: members.
        low, middle, high: 5th, 50th and 95th percentile of their probabilities.
        lowest, highest: of all.
        positive: how many of them are at or above the threshold.
    """

    n: int
    low: float
    middle: float
    high: float
    lowest: float
    highest: float
    positive: int


class Nearby(NamedTuple):
    """Patients that were given nearly the same probability by models that had not seen them.

    Attributes:
        patients, diseased: counts.
        share: of diseased, with its exact 95 % interval.
        low, high: least and greatest of their probabilities.
        expected: mean of their probabilities; inside the interval of `share` the model is not shown
            to be wrong here.
    """

    patients: int
    diseased: int
    share: Figure
    low: float
    high: float
    expected: float


class ZoneOf(NamedTuple):
    """The zone that a probability falls into, and all three."""

    zone: Zone
    zones: Zones


class Place(NamedTuple):
    """Where a value stands among a cohort's patients of the same sex, or among all where the sex is
    not known.

    Attributes:
        feature: which.
        value: canonical.
        sex: code of the patients it is compared with; None for all.
        patients: how many of them have a known value.
        below: share with a lower value and half of those with the same, 0-1, for measured numbers;
            NaN for codes and where there are no patients.
        same: how many have the same value.
        outside: whether a measured number is below or above all of them, or nobody has the code.
    """

    feature: Feature
    value: Value
    sex: Value | None
    patients: int
    below: float
    same: int
    outside: bool


class Novelty(NamedTuple):
    """How far a patient is from the cohort, against how far its own patients are from each other.

    Attributes:
        distance: mean Gower distance to the nearest patients; None where nobody can be compared.
        compared: cohort patients whose own distance was computed the same way, on the same
            features, each without itself.
        farther: how many of them are as far from their nearest, or farther.
        typical: the median of theirs.
    """

    distance: float | None
    compared: int
    farther: int
    typical: float


def member_spread(bundle: Bundle, patient: Mapping[str, Value | None]) -> Members | None:
    """The members' answers, recalibrated; None for a model with a single one, which cannot say."""
    encoded = bundle.preprocessor.transform_patient(patient)
    answers = bundle.predict_encoded(encoded)[0][:, 0]
    if len(answers) < 2:
        return None
    low, middle, high = np.quantile(answers, [0.05, 0.5, 0.95]).tolist()
    positive = int((answers >= bundle.threshold.value).sum())
    return Members(
        len(answers), low, middle, high, float(answers.min()), float(answers.max()), positive
    )


def find_zone(
    y_true: IntArray, y_score: FloatArray, probability: float, *, wanted: float = WANTED
) -> ZoneOf:
    """The zone of a probability, with borders that keep the wanted sensitivity and specificity on
    these patients (`heart.evaluation.policies.three_zones`).

    Args:
        y_true: 0 or 1, shape (n,).
        y_score: out-of-fold probabilities on the scale of the answer, shape (n,).
        probability: the answer.
        wanted: sensitivity of ruling out and specificity of ruling in.
    """
    zones = choose_zones(y_true, y_score, sensitivity=wanted, specificity=wanted)
    out, unclear, ruled_in = zones.zones
    zone = out if probability < out.high else ruled_in if probability >= ruled_in.low else unclear
    return ZoneOf(zone, zones)


def find_nearby(
    y_true: IntArray, y_score: FloatArray, probability: float, *, how_many: int = NEAR
) -> Nearby:
    """What patients with this probability turned out to have: the nearest in probability, and all
    that are exactly as near as the last of them.

    Args:
        y_true: 0 or 1, shape (n,).
        y_score: out-of-fold probabilities on the scale of the answer, shape (n,).
        probability: the answer.
        how_many: patients; all of a smaller cohort.
    """
    apart = np.abs(y_score - probability)
    border = np.sort(apart)[min(how_many, len(apart)) - 1]
    near = apart <= border
    patients, diseased = int(near.sum()), int(y_true[near].sum())
    scores = y_score[near]
    return Nearby(
        patients,
        diseased,
        proportion(diseased, patients),
        float(scores.min()),
        float(scores.max()),
        float(scores.mean()),
    )


def find_places(cases: Cases, patient: Mapping[str, Value | None]) -> tuple[Place, ...]:
    """For each known value that the model uses its place among the cohort's patients of this
    sex.
    """
    sex = patient.get("sex")
    among = cases.features if sex is None else cases.features[cases.features["sex"] == sex]
    return tuple(
        _place(entry, value, cases.features, None)
        if entry.name == "sex"
        else _place(entry, value, among, sex)
        for entry in cases.used
        if (value := patient[entry.name]) is not None
    )


def _place(entry: Feature, value: Value, among: pd.DataFrame, sex: Value | None) -> Place:
    known = among[entry.name].dropna()
    n, same = len(known), int((known == value).sum())
    if entry.is_coded:
        return Place(entry, value, sex, n, float("nan"), same, n > 0 and same == 0)
    numbers = known.to_numpy(dtype=np.float64)
    lower = int((numbers < float(value)).sum())
    below = (lower + same / 2) / n if n else float("nan")
    return Place(entry, value, sex, n, below, same, n > 0 and same == 0 and lower in (0, n))


def find_novelty(cases: Cases, patient: Mapping[str, Value | None]) -> Novelty:
    """Whether the patient is further from the cohort than its own patients are.

    The patient's mean distance to the `CLOSEST` nearest, against the same of each cohort patient,
    left out of the cohort one by one, on the features that are known of this patient. Both are
    measured among the same (at most `MAX_COMPARED`, evenly spaced) patients, as distances shrink
    with the number of patients. Patients with exactly the same values are left out.
    """
    point = cases.gower.point(patient)
    step = -(-cases.n // MAX_COMPARED)
    rows = np.arange(0, cases.n, step)
    distance = cases.gower.distances(point).distance[rows]
    distance[cases.gower.same(point)[rows]] = np.inf
    chosen = nearest(distance, rows, CLOSEST)
    own = np.sort(cases.gower.among(rows, point), axis=1)[:, :CLOSEST]
    comparable = np.isfinite(own).all(axis=1)
    means = own[comparable].mean(axis=1) if comparable.any() else np.empty(0)
    if len(chosen) < CLOSEST or not len(means):
        return Novelty(None, len(means), 0, float("nan"))
    mine = float(distance[chosen].mean())
    farther = int((means >= mine - 1e-12).sum())
    return Novelty(mine, len(means), farther, float(np.median(means)))
