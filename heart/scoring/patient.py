"""Patients in, probabilities, decisions and warnings out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from heart.data.frames import canonical_frame
from heart.data.patients import canonical_patient
from heart.evaluation.decisions import (
    DISEASE,
    NO_DISEASE,
    TOO_LITTLE,
    decide,
    decide_each,
    describe_near,
    find_near,
)
from heart.evaluation.members import find_ends
from heart.model.gaps import ABOVE, BELOW, MISSING, UNSEEN
from heart.model.problems import describe_problem, find_patient_problems
from heart.schema import Feature, Value
from heart.units import MG_DL

if TYPE_CHECKING:
    from heart.bundle import Bundle  # at run time its torch is somebody else's import

NEAR, LITTLE = "near the threshold", "too little is known for a decision"
"""Remarks on a row."""


UNREAD = ("missing", "unseen")
"""Problems of values that the model reads as not known."""


class ValueWarning(NamedTuple):
    """A value that the model knows less about: which feature, the value (None if not known), and
    why in words.
    """

    feature: str
    value: Value | None
    problem: str
    message: str


class Prediction(NamedTuple):
    """The answer for one patient.

    Attributes:
        probability: of disease present now, 0-1: the mean of the members'.
        low, high: where nine of ten of the members are, or all of few: the model's own
            uncertainty, not a range for the patient; None with a single member.
        threshold: of the bundle.
        label: "disease" where probability >= threshold, else "no disease"; None where too little is
            known for a decision (`heart.evaluation.decisions`).
        warnings: what was not known, not seen in training, or unusual.
        known: values that are known and that the model reads.
        readable: how many it reads.
        needed: how many have to be known for a decision.
        members: what each of them says, 0-1.
    """

    probability: float
    low: float | None
    high: float | None
    threshold: float
    label: str | None
    warnings: tuple[ValueWarning, ...]
    known: int
    readable: int
    needed: int
    members: tuple[float, ...]

    @property
    def is_positive(self) -> bool:
        """Whether the probability is at or above the threshold, decided or not."""
        return self.probability >= self.threshold

    @property
    def of_100(self) -> int:
        """Of 100 patients like this one, how many have the disease, to the nearest whole person."""
        return round(self.probability * 100)

    @property
    def positive(self) -> int:
        """How many members are at or above the threshold."""
        return sum(member >= self.threshold for member in self.members)

    @property
    def why_undecided(self) -> str | None:
        """Why there is no decision; None where there is one."""
        if self.label is not None:
            return None
        return TOO_LITTLE.format(known=self.known, of=self.readable, needed=self.needed)

    @property
    def why_near(self) -> str | None:
        """Why the decision is near the threshold; None where it is not, or there is none."""
        if self.label is None:
            return None
        return describe_near(
            self.probability,
            self.threshold,
            positive=self.positive,
            members=len(self.members),
        )

    def corrected(self, correct: Callable[[float], float]) -> Prediction:
        """The same answer with its probabilities mapped, and decided at the same threshold.

        Args:
            correct: a rising map, as for another share of ill patients.
        """
        low, high = (None if end is None else correct(end) for end in (self.low, self.high))
        probability = correct(self.probability)
        return self._replace(
            probability=probability,
            low=low,
            high=high,
            label=decide(probability, self.threshold, known=self.known, needed=self.needed),
            members=tuple(correct(member) for member in self.members),
        )


def predict_patient(
    bundle: Bundle, patient: Mapping[str, object], *, units: str = MG_DL
) -> Prediction:
    """The prediction for one patient: names of features to codes, words or None.

    Args:
        bundle: the model.
        patient: canonical values, which are in mg/dl; a text may have its unit ("6.2 mmol/l").
        units: in which the warnings say what is unusual.

    Raises:
        PatientError: for an unknown name, an impossible value, or a patient of whom nothing is
            known.
    """
    values = canonical_patient(patient)
    answers, mean = bundle.predict_encoded(bundle.preprocessor.transform_patient(values))
    members = answers[:, 0]
    low, high = (
        np.quantile(members, find_ends(len(members))).tolist() if len(members) > 1 else (None, None)
    )
    probability, threshold = float(mean[0]), bundle.threshold.value
    warnings = _review(bundle, values, units)
    unread = sum(w.problem in UNREAD for w in warnings)
    known, needed = len(bundle.preprocessor.features) - unread, bundle.needed
    return Prediction(
        probability,
        low,
        high,
        threshold,
        decide(probability, threshold, known=known, needed=needed),
        warnings,
        known,
        len(bundle.preprocessor.readable),
        needed,
        tuple(members.tolist()),
    )


def score_cohort(bundle: Bundle, frame: pd.DataFrame) -> pd.DataFrame:
    """One row a patient, in the frame's order and with its index.

    Columns: `probability` (float64), `decision` ("disease", "no disease", or missing where too
    little is known for one), `unknown` and `unusual` (names of features, separated by commas: not
    known or never seen in training; outside the training range or the usual one), `remark` (`NEAR`,
    `LITTLE` or empty), the texts as categories.

    Args:
        bundle: the model.
        frame: patients, shape (n, at least the model's features), read as
            `heart.data.frames.canonical_frame` says.

    Raises:
        PatientError: for a column that is not there, or an impossible value, with row and column.
    """
    features, threshold = bundle.preprocessor.features, bundle.threshold.value
    frame = canonical_frame(frame, features)
    probability, positive = bundle.predict_sides(bundle.preprocessor.encode(frame))
    problems = bundle.preprocessor.find_problems(frame)
    unread = (problems == MISSING) | (problems == UNSEEN)
    known = (~unread).sum(axis=1)
    decisions = decide_each(probability, threshold, known=known, needed=bundle.needed)
    near = find_near(probability, threshold, positive=positive, members=bundle.network.members)
    return pd.DataFrame(
        {
            "probability": probability,
            "decision": _categorical(decisions, [NO_DISEASE, DISEASE]),
            "unknown": _list_names(unread, features),
            "unusual": _list_names(_find_strange(frame, problems, features), features),
            "remark": _categorical(np.where(decisions < 0, 2, near), ["", NEAR, LITTLE]),
        },
        index=frame.index,
    )


def _find_strange(
    frame: pd.DataFrame, problems: npt.NDArray[np.uint8], features: Sequence[Feature]
) -> npt.NDArray[np.bool_]:
    """Which values are outside the training range or the usual one, shape (n, features)."""
    strange = (problems == BELOW) | (problems == ABOVE)
    for j, entry in enumerate(features):
        low, high = entry.usual
        if np.isfinite(high):
            values = frame[entry.name].to_numpy(dtype=np.float64)  # NaN is neither
            strange[:, j] |= (values < low) | (values > high)
    return np.asarray(strange & (problems != UNSEEN))


def _list_names(flags: npt.NDArray[np.bool_], features: Sequence[Feature]) -> pd.Categorical:
    """The names of the flagged features of each row; every different combination is written once.

    Args:
        flags: shape (n, number of features).
        features: the columns' features.
    """
    patterns = flags @ (1 << np.arange(flags.shape[1]))
    different, codes = np.unique(patterns, return_inverse=True)
    texts = [
        ", ".join(f.name for bit, f in enumerate(features) if pattern >> bit & 1)
        for pattern in different.tolist()
    ]
    return _categorical(codes, texts)


def _categorical(codes: npt.NDArray[Any], texts: Sequence[str]) -> pd.Categorical:
    return pd.Categorical.from_codes(codes.astype(np.int64), pd.Index(list(texts), dtype="str"))


def _review(
    bundle: Bundle, patient: Mapping[str, Value | None], units: str
) -> tuple[ValueWarning, ...]:
    """The warnings for a patient in canonical values, in the order of the features."""
    preprocessor = bundle.preprocessor
    problems = find_patient_problems(preprocessor, patient)
    ranges = preprocessor.ranges
    return tuple(
        ValueWarning(
            f.name,
            patient[f.name],
            problems[f.name],
            describe_problem(
                f, patient[f.name], problems[f.name], training=ranges.get(f.name), units=units
            ),
        )
        for f in preprocessor.features
        if f.name in problems
    )
