"""The 13 features and the target: one table for validation, encoding, the form and the charts.

Names and codes are UCI's (DOI 10.24432/C52P4X); the codes of the patient form are the codes of the
data by construction.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from heart.errors import PatientError
from heart.units import CONVERSIONS, MG_DL, MMOL_L, UNITS, shown_limits, to_canonical, to_shown

Value = int | float | str

TARGET = "num"
HEALTHY, DISEASED = "healthy", "diseased"
TARGET_LABEL = "Heart disease (a vessel narrowed by more than 50 %)"


@dataclass(frozen=True, slots=True)
class Feature:
    """One column of the data.

    Attributes:
        name: UCI's column name.
        label: the clinical name, for screens.
        encoding: "scale" (StandardScaler) or "label" (LabelEncoder, then an embedding).
        unit: unit of a measured number, empty for codes.
        minimum, maximum: possible values, inclusive; outside is an error.
        usual: values outside this inclusive range are possible, but worth a second look.
        decimals: digits after the point that the measurement has.
        codes: code and its meaning, in the order of the codes; empty for a measured number.
        missing_codes: numbers that files use for "not measured".
        group: heading under which the form shows it.
        help: one or two sentences for somebody who meets the measurement for the first time.
    """

    name: str
    label: str
    encoding: Literal["scale", "label"]
    group: str
    help: str
    unit: str = ""
    minimum: float = -math.inf
    maximum: float = math.inf
    usual: tuple[float, float] = (-math.inf, math.inf)
    decimals: int = 0
    codes: tuple[tuple[Value, str], ...] = ()
    missing_codes: tuple[float, ...] = ()

    @property
    def title(self) -> str:
        """The label with its unit, as in "Resting blood pressure (mm Hg)"."""
        return f"{self.label} ({self.unit})" if self.unit else self.label

    @property
    def words(self) -> str:
        """The label within a sentence."""
        return within_sentence(self.label)

    @property
    def is_coded(self) -> bool:
        """Whether the values are codes with a meaning, not a measurement."""
        return bool(self.codes)

    @property
    def holds_text(self) -> bool:
        """Whether the codes are words."""
        return any(isinstance(code, str) for code, _ in self.codes)

    @property
    def domain(self) -> str:
        """The possible values in words: "60 to 1000 mg/dl" or "1 (typical angina), 2 (…)"."""
        if self.codes:
            return ", ".join(
                str(code) if str(code) == label else f"{code} ({label})"
                for code, label in self.codes
            )
        return f"{self.minimum:g} to {self.maximum:g} {self.unit}".rstrip()

    def in_units(self, units: str) -> Feature:
        """The feature as somebody with these units (of `heart.units.UNITS`) meets it: label, unit,
        limits, usual range and help. Values beside it are those of `heart.units.to_shown`.

        >>> feature("chol").in_units("mmol/l").domain
        '1.3 to 25.85 mmol/l'
        """
        if units == MG_DL or self.name not in _IN_MMOL:
            return self
        label, help_text = _IN_MMOL[self.name]
        shown = replace(self, label=label, help=help_text)
        if self.name not in CONVERSIONS:
            return shown
        low, high = shown_limits(self.name, self.minimum, self.maximum)
        usual_low, usual_high = (round(to_shown(self.name, end, units), 1) for end in self.usual)
        return replace(
            shown,
            unit=MMOL_L,
            minimum=low,
            maximum=high,
            usual=(usual_low, usual_high),
            decimals=CONVERSIONS[self.name].decimals,
        )

    def describe(self, value: Value, *, units: str = MG_DL) -> str:
        """The canonical value in words, with its unit, for somebody with these units.

        >>> feature("chol").describe(233, units="mmol/l")
        '6.03 mmol/l'
        """
        for code, label in self.codes:
            if code == value:
                return label
        if not isinstance(value, int | float):
            return str(value)
        shown = to_shown(self.name, value, units)
        return f"{shown:g} {self.in_units(units).unit}".rstrip()

    def parse(self, value: object) -> Value | None:
        """The canonical value of what somebody entered, or None where it is not known.

        Numbers may come as int, float or text, as text also with their unit; codes also by their
        label. Codes that files use for "not measured" (a cholesterol of 0) are None.

        Raises:
            PatientError: for anything that is not a possible value.

        >>> feature("cp").parse("atypical angina")
        2
        >>> feature("chol").parse("0") is None
        True
        >>> feature("chol").parse("6.2 mmol/l") == 6.2 * 38.67
        True
        """
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        if isinstance(value, str):
            for code, label in self.codes:
                if value.strip().casefold() in (label.casefold(), str(code).casefold()):
                    return code
        number = self._without_unit(value) if isinstance(value, str) else _as_number(value)
        if number is None:
            raise self.impossible(value)
        if math.isnan(number) or number in self.missing_codes:
            return None
        for code, _ in self.codes:
            if code == number:
                return code
        if self.codes or not self.minimum <= number <= self.maximum:
            raise self.impossible(value)
        return number

    def _without_unit(self, text: str) -> float | None:
        """The canonical number of a text, with or without a unit; None where there is none."""
        for units in UNITS:
            unit, stripped = self.in_units(units).unit, text.strip()
            if unit and stripped.casefold().endswith(unit.casefold()):
                number = _as_number(stripped[: -len(unit)])
                return None if number is None else to_canonical(self.name, number, units)
        return _as_number(text)

    def impossible(self, value: object) -> PatientError:
        """The error for a value that cannot be."""
        shown = repr(value).removesuffix(".0") if isinstance(value, float) else repr(value)
        shown = shown if len(shown) <= 40 else f"{shown[:40]}…"
        return PatientError(
            f"{self.label} ({self.name}) to be {'one of ' if self.codes else ''}{self.domain}",
            shown,
            self._other_unit(value) or "Correct the value, or leave it out if it is not known.",
            feature=self.name,
        )

    def _other_unit(self, value: object) -> str:
        """What to do about a value that would be possible in the feature's other unit; empty if
        there is none, or it would not.
        """
        number = None if self.codes else _as_number(value)
        for units in UNITS:
            other = _BY_NAME[self.name].in_units(units) if self.name in CONVERSIONS else self
            is_other = other.unit != self.unit
            if is_other and number is not None and other.minimum <= number <= other.maximum:
                return (
                    f"If it is in {other.unit}, choose or write that unit; if not, correct the"
                    " value or leave it out."
                )
        return ""

    def is_unusual(self, value: Value) -> bool:
        """Whether a possible value is so rare that it deserves a second look."""
        return isinstance(value, int | float) and not self.usual[0] <= value <= self.usual[1]


def _as_number(value: object) -> float | None:
    """The value as a float if it is a plain number; True is none, nor are bytes or full-width
    digits.
    """
    if isinstance(value, bool | bytes | bytearray):
        return None
    if isinstance(value, str) and not set(value.strip()) <= set("0123456789.+-eE"):
        return None
    try:
        return float(value)  # type: ignore[arg-type]
    except (OverflowError, TypeError, ValueError):
        return None


_NO_YES = ((0, "no"), (1, "yes"))
_PERSON, _REST, _EXERCISE, _IMAGING = "The person", "At rest", "Exercise test", "Imaging"

# a table, not calls: which column it is, what values it has, what it means
# fmt: off
FEATURES: tuple[Feature, ...] = (
    Feature("age", "Age", "scale", _PERSON,
            unit="years", minimum=18, maximum=110, usual=(25, 85),
            help="Age at the time of the examination."),
    Feature("sex", "Sex", "label", _PERSON,
            codes=((0, "female"), (1, "male")),
            help="Sex as recorded by the hospital."),
    Feature("cp", "Chest pain", "label", _PERSON,
            codes=((1, "typical angina"), (2, "atypical angina"), (3, "non-anginal pain"),
                   (4, "asymptomatic")),
            help="Typical angina: pressure behind the breastbone, brought on by exertion, relieved "
                 "by rest or nitroglycerin. Atypical angina: two of these three. Asymptomatic: no "
                 "chest pain; in these data it has the highest share of disease, because other "
                 "findings led to the referral."),
    Feature("trestbps", "Resting blood pressure", "scale", _REST,
            unit="mm Hg", minimum=50, maximum=300, usual=(80, 220), missing_codes=(0,),
            help="Systolic pressure on admission."),
    Feature("chol", "Serum cholesterol", "scale", _REST,
            unit="mg/dl", minimum=50, maximum=1000, usual=(100, 450), missing_codes=(0,),
            help="Total cholesterol. From mmol/l multiply by 38.67."),
    Feature("fbs", "Fasting blood sugar above 120 mg/dl", "label", _REST,
            codes=_NO_YES,
            help="120 mg/dl is 6.7 mmol/l."),
    Feature("restecg", "Resting ECG", "label", _REST,
            codes=((0, "normal"), (1, "ST-T abnormality"), (2, "left ventricular hypertrophy")),
            help="ST-T abnormality: T wave inversion or ST elevation or depression of more than "
                 "0.05 mV. Hypertrophy: by Estes' criteria, probable or definite."),
    Feature("thalach", "Maximum heart rate", "scale", _EXERCISE,
            unit="bpm", minimum=40, maximum=250, usual=(60, 210),
            help="Highest rate reached in the exercise test."),
    Feature("exang", "Angina during exercise", "label", _EXERCISE,
            codes=_NO_YES,
            help="Whether the exercise brought on chest pain."),
    Feature("oldpeak", "ST depression", "scale", _EXERCISE,
            unit="mm", minimum=-5, maximum=10, usual=(-3, 6.5), decimals=1,
            help="ST depression in exercise relative to rest. A negative value is an elevation."),
    Feature("slope", "Slope of the ST segment", "scale", _EXERCISE,
            minimum=1, maximum=3, codes=((1, "upsloping"), (2, "flat"), (3, "downsloping")),
            help="Slope of the ST segment at peak exercise."),
    Feature("ca", "Major vessels coloured", "label", _IMAGING,
            minimum=0, maximum=3, codes=((0, "0"), (1, "1"), (2, "2"), (3, "3")),
            help="How many of the three major vessels fluoroscopy shows calcified. Many clinics do "
                 "not have it: leave it as not known."),
    Feature("thal", "Thallium scan", "label", _IMAGING,
            codes=(("normal", "normal"), ("fixed", "fixed defect"),
                   ("reversible", "reversible defect")),
            help="Blood supply of the heart muscle on a thallium scan. A fixed defect is there at "
                 "rest and in exercise, a reversible one in exercise only."),
)
# fmt: on

_IN_MMOL = {
    "chol": ("Serum cholesterol", "Total cholesterol. Times 38.67 it is in mg/dl."),
    "fbs": ("Fasting blood sugar above 6.7 mmol/l", "6.7 mmol/l is 120 mg/dl."),
}
"""Label and help of the features that somebody with mmol/l reads differently."""

FEATURE_NAMES: tuple[str, ...] = tuple(f.name for f in FEATURES)

SEVERITIES: tuple[int, ...] = (0, 1, 2, 3, 4)

# fmt: off
EXAMPLE_PATIENT: Mapping[str, Value] = {
    "age": 80, "sex": 0, "cp": 1, "trestbps": 124, "chol": 300, "fbs": 1, "restecg": 2,
    "thalach": 150, "exang": 0, "oldpeak": 2.3, "slope": 3, "ca": 0, "thal": "fixed",
}
# fmt: on
"""The patient that the tutorial behind this project predicts."""

_BY_NAME = {f.name: f for f in FEATURES}


def within_sentence(label: str) -> str:
    """A label as it is written within a sentence.

    >>> within_sentence("Resting ECG"), within_sentence("ST depression")
    ('resting ECG', 'ST depression')
    """
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def feature(name: str) -> Feature:
    """The feature called `name`.

    Raises:
        PatientError: if there is none.
    """
    if name not in _BY_NAME:
        raise PatientError(
            f"a feature among {', '.join(FEATURE_NAMES)}",
            repr(name),
            "Correct the name or leave it out.",
            feature=name,
        )
    return _BY_NAME[name]


def parse_patient(patient: Mapping[str, object]) -> dict[str, Value | None]:
    """All 13 features of one patient in their canonical codes; what is not given is None.

    Raises:
        PatientError: for an unknown name, an impossible value, or nothing known at all.
    """
    for name in patient:
        feature(name)
    values = {f.name: f.parse(patient.get(f.name)) for f in FEATURES}
    if all(value is None for value in values.values()):
        raise PatientError(
            "at least one known value",
            "an empty patient",
            "Fill in what is known about the patient.",
            feature=FEATURE_NAMES[0],
        )
    return values
