"""What the model would answer if a value were different, all others as they are.

These are answers of the model for other patients, not what becomes of this one: somebody whose
cholesterol is lowered by a drug is not somebody who has always had a lower one (Goldstein et al.,
Peeking inside the black box: individual conditional expectation, JCGS 24 (2015), for the curves).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from heart.bundle import Bundle
from heart.data.patients import canonical_patient, dtype_of
from heart.evaluation.members import find_ends
from heart.schema import Feature, Value
from heart.units import MG_DL, to_shown

NOT_KNOWN = "not known"

UNCHANGEABLE = frozenset({"age", "sex"})
"""Features that nobody can change in a patient."""

GRID = 33
"""Values of a number that are tried, beside the patient's own."""


class Curve(NamedTuple):
    """The model's answers over the values of one feature.

    Attributes:
        feature: whose values differ.
        training: least and greatest value of the train part, for a number of which there was one.
        table: one row a value, ascending, or in the order of the codes; "not known" last, if the
            model was trained for that or it is the patient's. Columns: `value` (canonical; None for
            not known), `words` (with its unit), `probability`, `low` and `high` (the
            members' range; NaN with a single one), `is_patient`, `in_training` (inside
            the range, or a code that occurred; True for not known).
    """

    feature: Feature
    training: tuple[float, float] | None
    table: pd.DataFrame

    @property
    def can_change(self) -> bool:
        """Whether such a change can happen to a patient at all."""
        return self.feature.name not in UNCHANGEABLE

    @property
    def span(self) -> float:
        """How far apart the answers are, over the values that can be known."""
        known = self.table.loc[self.table["value"].notna(), "probability"]
        return float(known.max() - known.min())


class Change(NamedTuple):
    """A feature of which two patients have different values; None where not known."""

    feature: Feature
    value: Value | None
    other: Value | None

    @property
    def can_change(self) -> bool:
        """Whether such a change can happen to a patient at all."""
        return self.feature.name not in UNCHANGEABLE


class Difference(NamedTuple):
    """Two patients and the model's answers.

    Attributes:
        probability, other: of the first and of the second.
        low, high: range (`heart.evaluation.members`) of their own differences, second - first; None
            with a single member.
        changes: where they differ, in the order of the model's features.
    """

    probability: float
    other: float
    low: float | None
    high: float | None
    changes: tuple[Change, ...]


def what_if(bundle: Bundle, patient: Mapping[str, object]) -> tuple[Curve, ...]:
    """A curve for each feature of the model, in their order.

    Raises:
        PatientError: for an unknown name, an impossible value, or a patient of whom nothing is
            known.
    """
    own = canonical_patient(patient)
    tried = {f.name: _values_to_try(bundle, f, own[f.name]) for f in bundle.preprocessor.features}
    answers = _answer(bundle, _vary(bundle, own, tried))
    curves, start = [], 0
    for entry in bundle.preprocessor.features:
        values = tried[entry.name]
        rows = answers.iloc[start : start + len(values)].reset_index(drop=True)
        curves.append(_curve(bundle, entry, values, own[entry.name], rows))
        start += len(values)
    return tuple(curves)


def compare_patients(
    bundle: Bundle, patient: Mapping[str, object], other: Mapping[str, object]
) -> Difference:
    """The answers for two patients, and where they differ.

    Raises:
        PatientError: as `what_if`, for either.
    """
    first, second = canonical_patient(patient), canonical_patient(other)
    features = bundle.preprocessor.features
    encoded = bundle.preprocessor.encode(_frame([first, second], features))
    members, mean = bundle.predict_encoded(encoded)
    low, high = (
        np.quantile(members[:, 1] - members[:, 0], find_ends(len(members))).tolist()
        if len(members) > 1
        else (None, None)
    )
    changes = [
        Change(entry, first[entry.name], second[entry.name])
        for entry in features
        if first[entry.name] != second[entry.name]
    ]
    return Difference(mean[0].item(), mean[1].item(), low, high, tuple(changes))


def line_frame(curve: Curve, *, units: str = MG_DL) -> pd.DataFrame:
    """A number's curve as `heart.charts.what_if.answer_line` draws it, one row a value: `value`, in
    these units, `words`, `probability`, `low`, `high`; and in every row `own` and `answer` (the
    patient's value and probability), `train_low` and `train_high`, `unknown` (the probability if it
    were not known): NaN where there is none.
    """
    entry, table = curve.feature, curve.table
    known, unknown = table[table["value"].notna()], table[table["value"].isna()]
    own = table[table["is_patient"]].iloc[0]
    low, high = curve.training or (np.nan, np.nan)
    return pd.DataFrame(
        {
            "value": [to_shown(entry.name, v, units) for v in known["value"]],
            "words": [entry.describe(v, units=units) for v in known["value"]],
            **known[["probability", "low", "high"]],
            "own": np.nan if own["value"] is None else to_shown(entry.name, own["value"], units),
            "answer": own["probability"],
            "train_low": to_shown(entry.name, low, units),
            "train_high": to_shown(entry.name, high, units),
            "unknown": unknown["probability"].max(),
        }
    ).astype({"own": "float64", "unknown": "float64"})


def dot_frame(curve: Curve) -> pd.DataFrame:
    """A code's answers as `heart.charts.what_if.answer_dots` draws them, one row a code: `words`,
    `state`, `probability`, `low`, `high`.
    """
    table = curve.table
    state = np.select(
        [table["is_patient"], ~table["in_training"].astype(bool)],
        ["this patient", "never in training"],
        "another value",
    )
    return table[["words", "probability", "low", "high"]].assign(state=state)


def _values_to_try(bundle: Bundle, entry: Feature, own: Value | None) -> list[Value | None]:
    """The codes, or a grid over the usual values, those of training and the patient's; not known,
    where that means something.
    """
    values: list[Value | None] = (
        [code for code, _ in entry.codes] if entry.is_coded else [*_grid(bundle, entry, own)]
    )
    return [*values, None] if bundle.settings.masking or own is None else values


def _grid(bundle: Bundle, entry: Feature, own: Value | None) -> list[float]:
    ends = [end for end in entry.usual if np.isfinite(end)] or [entry.minimum, entry.maximum]
    ends += bundle.preprocessor.ranges.get(entry.name, ())
    ends += [own] if isinstance(own, int | float) else []
    points = np.round(np.linspace(min(ends), max(ends), GRID), entry.decimals)
    grid: list[float] = np.unique([*points, *ends]).tolist()
    return grid


def _vary(
    bundle: Bundle,
    patient: Mapping[str, Value | None],
    tried: Mapping[str, Sequence[Value | None]],
) -> pd.DataFrame:
    """The patient once for every value that is tried."""
    patients = [{**patient, name: value} for name, values in tried.items() for value in values]
    return _frame(patients, bundle.preprocessor.features)


def _frame(
    patients: Sequence[Mapping[str, Value | None]], features: Sequence[Feature]
) -> pd.DataFrame:
    """Canonical patients as a frame of the model's features."""
    return pd.DataFrame(
        {f.name: pd.Series([p[f.name] for p in patients], dtype=dtype_of(f)) for f in features}
    )


def _answer(bundle: Bundle, frame: pd.DataFrame) -> pd.DataFrame:
    """`probability`, `low` and `high` of each patient."""
    members, mean = bundle.predict_encoded(bundle.preprocessor.encode(frame))
    low, high = (
        np.quantile(members, find_ends(len(members)), axis=0)
        if len(members) > 1
        else np.full((2, len(frame)), np.nan)
    )
    return pd.DataFrame({"probability": mean, "low": low, "high": high})


def _curve(
    bundle: Bundle,
    entry: Feature,
    values: Sequence[Value | None],
    own: Value | None,
    answers: pd.DataFrame,
) -> Curve:
    training = bundle.preprocessor.ranges.get(entry.name)
    table = pd.DataFrame(
        {
            "value": pd.Series(list(values), dtype=object),
            "words": [NOT_KNOWN if v is None else entry.describe(v) for v in values],
            **answers,
            "is_patient": [v == own for v in values],
            "in_training": _were_seen(bundle, entry, values, training),
        }
    )
    return Curve(entry, training, table)


def _were_seen(
    bundle: Bundle,
    entry: Feature,
    values: Sequence[Value | None],
    training: tuple[float, float] | None,
) -> npt.NDArray[np.bool_]:
    if entry.name in bundle.preprocessor.encoders_:
        classes = bundle.preprocessor.encoders_[entry.name].classes_.tolist()
        return np.array([v is None or v in classes for v in values])
    low, high = training or (np.inf, -np.inf)
    return np.array([not isinstance(v, int | float) or low <= v <= high for v in values])
