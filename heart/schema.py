"""The 13 features and the target: one table that drives validation, encoding, the form and the
charts.

Names and codes are UCI's (DOI 10.24432/C52P4X); the codes of the patient form are the codes of the
data by construction.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from heart.errors import PatientError

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

    def describe(self, value: Value) -> str:
        """The value in words, with its unit."""
        for code, label in self.codes:
            if code == value:
                return label
        return f"{value:g} {self.unit}".rstrip() if isinstance(value, int | float) else str(value)

    def parse(self, value: object) -> Value | None:
        """The canonical value of what somebody entered, or None where it is not known.

        Numbers may come as int, float or text; codes also by their label. Codes that files use for
        "not measured" (a cholesterol of 0) are None.

        Raises:
            PatientError: for anything that is not a possible value.

        >>> feature("cp").parse("atypical angina")
        2
        >>> feature("chol").parse("0") is None
        True
        """
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        if isinstance(value, str):
            for code, label in self.codes:
                if value.strip().casefold() in (label.casefold(), str(code).casefold()):
                    return code
        number = _as_number(value)
        if number is not None and math.isnan(number):
            return None
        if number in self.missing_codes:
            return None
        for code, _ in self.codes:
            if number is not None and code == number:
                return code
        if number is None or self.codes or not self.minimum <= number <= self.maximum:
            raise self.impossible(value)
        return number

    def impossible(self, value: object) -> PatientError:
        """The error for a value that cannot be."""
        shown = repr(value) if len(repr(value)) <= 40 else f"{repr(value)[:40]}…"
        return PatientError(
            f"{self.label} ({self.name}) to be {'one of ' if self.codes else ''}{self.domain}",
            shown,
            "Correct the value, or leave it out if it is not known.",
            feature=self.name,
        )

    def is_unusual(self, value: Value) -> bool:
        """Whether a possible value is so rare that it deserves a second look."""
        return isinstance(value, int | float) and not self.usual[0] <= value <= self.usual[1]


def _as_number(value: object) -> float | None:
    """The value as a float if it is a plain ASCII number, else None (True is not 1, full-width
    digits are not a number).
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        text = value.strip()
        if not text.isascii() or not set(text) <= set("0123456789.+-eE"):
            return None
        value = text
    try:
        return float(value)  # type: ignore[arg-type]
    except (OverflowError, TypeError, ValueError):
        return None


_NO_YES = ((0, "no"), (1, "yes"))
_PERSON, _REST, _EXERCISE, _IMAGING = "The person", "At rest", "Exercise test", "Imaging"

FEATURES: tuple[Feature, ...] = (
    Feature(
        "age",
        "Age",
        "scale",
        _PERSON,
        "Age at the time of the examination.",
        "years",
        18,
        110,
        (25, 85),
    ),
    Feature(
        "sex",
        "Sex",
        "label",
        _PERSON,
        "Sex as recorded by the hospital.",
        codes=((0, "female"), (1, "male")),
    ),
    Feature(
        "cp",
        "Chest pain",
        "label",
        _PERSON,
        "Typical angina: pressure behind the breastbone, brought on by exertion, relieved by rest"
        " or nitroglycerin. Atypical angina: two of these three. Asymptomatic: no chest pain; in"
        " these data it has the highest share of disease, because other findings led to the"
        " referral.",
        codes=(
            (1, "typical angina"),
            (2, "atypical angina"),
            (3, "non-anginal pain"),
            (4, "asymptomatic"),
        ),
    ),
    Feature(
        "trestbps",
        "Resting blood pressure",
        "scale",
        _REST,
        "Systolic pressure on admission.",
        "mm Hg",
        50,
        300,
        (80, 220),
        missing_codes=(0,),
    ),
    Feature(
        "chol",
        "Serum cholesterol",
        "scale",
        _REST,
        "Total cholesterol. From mmol/l multiply by 38.67.",
        "mg/dl",
        50,
        1000,
        (100, 450),
        missing_codes=(0,),
    ),
    Feature(
        "fbs",
        "Fasting blood sugar above 120 mg/dl",
        "label",
        _REST,
        "120 mg/dl is 6.7 mmol/l.",
        codes=_NO_YES,
    ),
    Feature(
        "restecg",
        "Resting ECG",
        "label",
        _REST,
        "ST-T abnormality: T wave inversion or ST elevation or depression of more than 0.05 mV. "
        "Hypertrophy: by Estes' criteria, probable or definite.",
        codes=((0, "normal"), (1, "ST-T abnormality"), (2, "left ventricular hypertrophy")),
    ),
    Feature(
        "thalach",
        "Maximum heart rate",
        "scale",
        _EXERCISE,
        "Highest rate reached in the exercise test.",
        "bpm",
        40,
        250,
        (60, 210),
    ),
    Feature(
        "exang",
        "Angina during exercise",
        "label",
        _EXERCISE,
        "Whether the exercise brought on chest pain.",
        codes=_NO_YES,
    ),
    Feature(
        "oldpeak",
        "ST depression",
        "scale",
        _EXERCISE,
        "ST depression in exercise relative to rest. A negative value is an elevation.",
        "mm",
        -5,
        10,
        (-3, 6.5),
        decimals=1,
    ),
    Feature(
        "slope",
        "Slope of the ST segment",
        "scale",
        _EXERCISE,
        "Slope of the ST segment at peak exercise.",
        minimum=1,
        maximum=3,
        codes=((1, "upsloping"), (2, "flat"), (3, "downsloping")),
    ),
    Feature(
        "ca",
        "Major vessels coloured",
        "label",
        _IMAGING,
        "How many of the three major vessels fluoroscopy shows calcified. Many clinics do not have"
        " it: leave it as not known.",
        codes=((0, "0"), (1, "1"), (2, "2"), (3, "3")),
    ),
    Feature(
        "thal",
        "Thallium scan",
        "label",
        _IMAGING,
        "Blood supply of the heart muscle on a thallium scan. "
        "A fixed defect is there at rest and in exercise, a reversible one in exercise only.",
        codes=(
            ("normal", "normal"),
            ("fixed", "fixed defect"),
            ("reversible", "reversible defect"),
        ),
    ),
)

FEATURE_NAMES: tuple[str, ...] = tuple(f.name for f in FEATURES)

SEVERITIES: tuple[int, ...] = (0, 1, 2, 3, 4)

EXAMPLE_PATIENT: Mapping[str, Value] = {
    "age": 80,
    "sex": 0,
    "cp": 1,
    "trestbps": 124,
    "chol": 300,
    "fbs": 1,
    "restecg": 2,
    "thalach": 150,
    "exang": 0,
    "oldpeak": 2.3,
    "slope": 3,
    "ca": 0,
    "thal": "fixed",
}
"""The patient that the tutorial behind this project predicts."""

_BY_NAME = {f.name: f for f in FEATURES}


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
        PatientError: for an unknown name, an impossible value, or a patient of whom nothing is
            known.
    """
    unknown = [name for name in patient if name not in _BY_NAME]
    if unknown:
        feature(unknown[0])
    values = {f.name: f.parse(patient.get(f.name)) for f in FEATURES}
    if all(value is None for value in values.values()):
        raise PatientError(
            "at least one known value",
            "an empty patient",
            "Fill in what is known about the patient.",
            feature=FEATURE_NAMES[0],
        )
    return values
