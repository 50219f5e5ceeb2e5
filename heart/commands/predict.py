"""`predict`: one patient from options, or a stream of them, one a line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO

import click
from click.shell_completion import CompletionItem

from heart.commands.inputs import REAL, Function, bundle_argument, command, find_bundle
from heart.commands.streams import take_standard_input
from heart.commands.suggestions import suggesting
from heart.errors import BundleError, HeartError, PatientError
from heart.schema import FEATURES, Feature, feature
from heart.scoring.from_json import Wording, as_patient, parse_json
from heart.units import MMOL_L

if TYPE_CHECKING:
    from heart.bundle import Bundle
    from heart.explain.prevalence import Elsewhere
    from heart.scoring.patient import Prediction

MAX_LINE = 2**16
"""Bytes; a patient has some 300."""

_LINE = Wording(
    'one JSON object a line, as in {"age": 61, "sex": "male"}',
    "an empty line",
    "Correct the line; the others are answered.",
)
_MOVED = (
    "probability",
    "decision",
    "no_decision",
    "near_threshold",
    "of_100",
    "model_low",
    "model_high",
    "members_positive",
)


def features_options(function: Function) -> Function:
    """An option for each feature."""
    for entry in reversed(FEATURES):
        function = click.option(
            f"--{entry.name}",
            metavar="VALUE",
            help=f"{entry.label}: {_domains(entry)}",
            shell_complete=partial(_complete_code, entry),
        )(function)
    return function


def _domains(entry: Feature) -> str:
    """What an option may be, in each unit that it may have."""
    other = entry.in_units(MMOL_L)
    with_unit = f", or {other.domain} with the unit" if other.unit != entry.unit else ""
    return f"{entry.domain}{with_unit}"


def _complete_code(
    entry: Feature, _: click.Context, __: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    """The feature's codes, with what they mean."""
    codes = [CompletionItem(str(code), help=meaning) for code, meaning in entry.codes]
    return [item for item in codes if item.value.startswith(incomplete)]


prevalence_option = click.option(
    "--prevalence",
    type=REAL,
    metavar="SHARE",
    help="share of ill patients where the patient comes from, as in 0.1: the probability there too",
)


@command
@bundle_argument
@prevalence_option
@features_options
def predict(
    *, bundle: str | None, prevalence: float | None, **patient: str | None
) -> dict[str, Any] | int:
    """The probability of heart disease for one patient; what is not given is not known. Without
    options, for each line of standard input, which is one patient as JSON.
    """
    nobody = all(value is None for value in patient.values())
    if nobody and (sys.stdin is None or sys.stdin.isatty()):
        raise PatientError(
            "a value in an option, as in --age 61 --sex male, or patients on standard input",
            "an empty patient on a terminal",
            "Give an option, or pipe in one JSON object a line.",
            feature="",
        )
    chosen = find_bundle(bundle)
    place = None if prevalence is None else find_place(chosen, prevalence)
    return (
        filter_lines(chosen, take_standard_input(), sys.stdout, place)
        if nobody
        else answer(chosen, patient, place)
    )


def find_place(bundle: Bundle, prevalence: float) -> Elsewhere:
    """The place where this share of the patients is ill.

    Raises:
        SettingsError: for a share that cannot be.
        BundleError: for a model that names patients of one outcome only.
    """
    from heart.explain.prevalence import go_elsewhere

    place = go_elsewhere(bundle, prevalence)
    if place is None:
        raise BundleError(
            "a model that learnt from ill and healthy patients",
            "one that names patients of one outcome only",
            "Leave --prevalence out.",
        )
    return place


def answer(
    bundle: Bundle, patient: dict[str, str | None], place: Elsewhere | None = None
) -> dict[str, Any]:
    """The answer for one patient, as `--json` prints it."""
    return describe_answer(predict_one(bundle, patient), place)


def describe_answer(prediction: Prediction, place: Elsewhere | None = None) -> dict[str, Any]:
    """One patient's answer, as `--json` prints it."""
    return (
        describe_prediction(prediction)
        | describe_elsewhere(prediction, place)
        | {"note": "a probability, not a diagnosis"}
    )


def predict_one(bundle: Bundle, patient: dict[str, str | None]) -> Prediction:
    """The prediction for a patient from options.

    Raises:
        PatientError: for a patient that cannot be; it says what may have been meant.
    """
    from heart.scoring.patient import predict_patient

    try:
        return predict_patient(bundle, patient)
    except PatientError as error:
        word = patient.get(error.feature) or ""
        meanings = [meaning for _, meaning in feature(error.feature).codes] if word else []
        with suggesting(word, meanings):
            raise


def filter_lines(
    bundle: Bundle, lines: BinaryIO, out: TextIO, place: Elsewhere | None = None
) -> int:
    """Answer patients as JSON Lines (jsonlines.org), one line out for each line in, in the same
    order; 1 if a line was bad, else 0.
    """
    status = 0
    for answer in answer_lines(bundle, _cut(lines), place):
        out.write(json.dumps(answer) + "\n")
        out.flush()  # the next program of the pipeline need not wait
        status |= "error" in answer
    return status


def _cut(lines: BinaryIO) -> Iterator[bytes]:
    """The lines without their ends; of one that is too long only the beginning, which is too long
    still.
    """
    while line := lines.readline(MAX_LINE + 2):
        while not line.endswith(b"\n") and (rest := lines.readline(MAX_LINE)):
            line = line[: MAX_LINE + 1] + (b"\n" if rest.endswith(b"\n") else b"")
        yield line.rstrip(b"\r\n")


def answer_lines(
    bundle: Bundle, lines: Iterable[bytes], place: Elsewhere | None = None
) -> Iterator[dict[str, Any]]:
    """`answer_each` for lines of JSON."""
    return answer_each(bundle, (partial(_read_patient, line) for line in lines), place)


def answer_each(
    bundle: Bundle,
    patients: Iterable[Callable[[], Mapping[str, Any]]],
    place: Elsewhere | None = None,
) -> Iterator[dict[str, Any]]:
    """For each patient the answer, or an object whose `error` says what was expected, what was
    found and what to do; both with `line`, its number.

    Args:
        bundle: the model.
        patients: each reads one, or raises a `HeartError`.
        place: where else the answers are wanted for.
    """
    from heart.scoring.patient import predict_patient

    for number, read in enumerate(patients, 1):
        try:
            prediction = predict_patient(bundle, read())
            answer = describe_prediction(prediction) | describe_elsewhere(prediction, place)
        except HeartError as error:
            answer = {"error": describe_error(error)}
        yield {"line": number, **answer}


def describe_error(error: HeartError) -> dict[str, str]:
    """What was expected, what was found and what to do."""
    return {"expected": error.expected, "found": error.found, "action": error.action}


def _read_patient(line: bytes) -> dict[str, Any]:
    """One line's patient.

    Raises:
        PatientError: if it is no JSON object, or names a value twice.
    """
    if len(line) > MAX_LINE:
        found = f"more than {MAX_LINE:,} bytes"
        raise PatientError(_LINE.expected, found, _LINE.mend, feature="")
    return as_patient(parse_json(line, _LINE), _LINE)


def describe_prediction(prediction: Prediction) -> dict[str, Any]:
    """Probability, decision (None, and why, where too little is known), the model's own uncertainty
    and the warnings.
    """
    return {
        "probability": prediction.probability,
        "decision": prediction.label,
        "no_decision": prediction.why_undecided,
        "near_threshold": prediction.why_near,
        "threshold": prediction.threshold,
        "of_100": prediction.of_100,
        "model_low": prediction.low,
        "model_high": prediction.high,
        "members": len(prediction.members),
        "members_positive": prediction.positive,
        "known": prediction.known,
        "warnings": [warning.message for warning in prediction.warnings],
    }


def describe_elsewhere(prediction: Prediction, place: Elsewhere | None) -> dict[str, Any]:
    """The answer where another share of patients is ill; nothing without a place."""
    if place is None:
        return {}
    there = describe_prediction(prediction.corrected(place.correct))
    return {
        "elsewhere": {
            "prevalence": place.there,
            "training_prevalence": place.here,
            **{key: there[key] for key in _MOVED},
        }
    }
