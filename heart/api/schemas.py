"""The JSON schemas of what the API takes and gives (draft 2020-12, as OpenAPI 3.1 wants them); a
patient's is made from `heart.schema`.
"""

from __future__ import annotations

from typing import Any

from heart.schema import FEATURES, Feature
from heart.units import UNITS

Schema = dict[str, Any]

NUMBER = r"[-+]?[0-9]+(\.[0-9]+)?"


def patient_schema() -> Schema:
    """One patient: every value may be missing, but not all."""
    return {
        "type": "object",
        "description": "One patient. What is left out or null is not known; one value at least is.",
        "properties": {entry.name: feature_schema(entry) for entry in FEATURES},
        "additionalProperties": False,
        "minProperties": 1,
    }


def feature_schema(entry: Feature) -> Schema:
    """A feature: its codes or range with its unit, and null."""
    kinds = _codes(entry) if entry.codes else _numbers(entry)
    return {
        "title": entry.title,
        "description": f"{entry.domain}. {entry.help}",
        "anyOf": [*kinds, {"type": "null", "description": "not known"}],
    }


def _codes(entry: Feature) -> list[Schema]:
    kinds: list[Schema] = []
    for code, meaning in entry.codes:
        kinds.append({"const": code, "description": meaning})
        if meaning != code:
            kinds.append({"const": meaning})
    return kinds


def _numbers(entry: Feature) -> list[Schema]:
    """The number, what files write for "not measured", and the number as text with its unit."""
    units = list(dict.fromkeys(entry.in_units(units).unit for units in UNITS))
    domains = " or ".join(entry.in_units(units).domain for units in UNITS[: len(units)])
    return [
        {"type": "number", "minimum": entry.minimum, "maximum": entry.maximum},
        *({"const": code, "description": "not measured"} for code in entry.missing_codes),
        {
            "type": "string",
            "pattern": rf"^\s*{NUMBER}\s*({'|'.join(units)})?\s*$",
            "description": f"The number as text, which may have its unit: {domains}.",
        },
    ]


def _nullable(kind: str, description: str) -> Schema:
    return {"type": [kind, "null"], "description": description}


_SHARE = {"type": "number", "minimum": 0, "maximum": 1}
_MOVED: Schema = {
    "probability": {**_SHARE, "description": "of heart disease present now"},
    "decision": {
        "enum": ["disease", "no disease", None],
        "description": "at the model's threshold; null where too little is known",
    },
    "no_decision": _nullable("string", "why there is no decision"),
    "near_threshold": _nullable("string", "why the decision is near the threshold"),
    "of_100": {"type": "integer", "description": "of 100 such patients, how many have it"},
    "model_low": _nullable("number", "lower end of what the model's members say"),
    "model_high": _nullable("number", "upper end of what the model's members say"),
    "members_positive": {"type": "integer", "description": "members at or above the threshold"},
}
ELSEWHERE: Schema = {
    "type": "object",
    "description": "the answer where another share of patients is ill; only if asked for",
    "properties": {"prevalence": _SHARE, "training_prevalence": _SHARE, **_MOVED},
    "required": ["prevalence", "training_prevalence", *_MOVED],
    "additionalProperties": False,
}
_ANSWER: Schema = {
    **_MOVED,
    "threshold": {**_SHARE, "description": "disease is decided at this probability and above"},
    "members": {"type": "integer", "description": "networks in the model"},
    "known": {"type": "integer", "description": "values that are known and that the model reads"},
    "warnings": {
        "type": "array",
        "items": {"type": "string"},
        "description": "values not known, not seen in training, or unusual",
    },
}
_NUMBERED = {"line": {"type": "integer", "minimum": 1, "description": "the patient's number"}}


def answer_schema(**others: Schema) -> Schema:
    """An answer, with more that is always in it."""
    return {
        "type": "object",
        "properties": {**others, **_ANSWER, "elsewhere": ELSEWHERE},
        "required": [*others, *_ANSWER],
        "additionalProperties": False,
    }


def error_schema(**others: Schema) -> Schema:
    """An error, with more that is always in it."""
    parts = ("expected", "found", "action")
    error = {
        "type": "object",
        "properties": {part: {"type": "string"} for part in parts},
        "required": list(parts),
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {**others, "error": error},
        "required": [*others, "error"],
        "additionalProperties": False,
    }


def all_schemas() -> dict[str, Schema]:
    """Every schema by its name in the document."""
    note: Schema = {"type": "string", "description": "what the answer is not"}
    return {
        "Patient": patient_schema(),
        "Answer": answer_schema(note=note),
        "NumberedAnswer": answer_schema(**_NUMBERED),
        "Problem": error_schema(),
        "NumberedProblem": error_schema(**_NUMBERED),
        "Model": {"type": "object", "description": "what `python -m heart show --json` prints"},
        "Card": {
            "type": "object",
            "properties": {"name": {"type": "string"}, "markdown": {"type": "string"}},
            "required": ["name", "markdown"],
            "additionalProperties": False,
        },
    }
