"""`predict`: one patient from options, or a stream of them, one a line."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO

from heart.commands.bundles import find_bundle
from heart.errors import HeartError, PatientError
from heart.schema import FEATURE_NAMES
from heart.scoring.patient import Prediction, predict_patient

if TYPE_CHECKING:
    from heart.bundle import Bundle

MAX_LINE = 2**16
"""Bytes; a patient has some 300."""

_JSON = 'one JSON object a line, as in {"age": 61, "sex": "male"}'
_MEND = "Correct the line; the others are answered."


def run_predict(options: argparse.Namespace) -> dict[str, Any] | int:
    """The answer for the patient in the options; without one, an answer for each line of standard
    input.
    """
    bundle = find_bundle(options.bundle)
    patient = {name: getattr(options, name) for name in FEATURE_NAMES}
    if any(value is not None for value in patient.values()) or sys.stdin.isatty():
        return describe_prediction(predict_patient(bundle, patient)) | {
            "note": "a probability, not a diagnosis"
        }
    return filter_lines(bundle, sys.stdin.buffer, sys.stdout)


def filter_lines(bundle: Bundle, lines: BinaryIO, out: TextIO) -> int:
    """Answer patients as JSON Lines (jsonlines.org), one line out for each line in, in the same
    order; 1 if a line was bad, else 0.
    """
    status = 0
    for answer in answer_lines(bundle, _cut(lines)):
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


def answer_lines(bundle: Bundle, lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """For each line the answer, or an object whose `error` says what was expected, what was found
    and what to do; both with `line`.
    """
    for number, line in enumerate(lines, 1):
        try:
            answer = describe_prediction(predict_patient(bundle, _read_patient(line)))
        except HeartError as error:
            answer = {
                "error": {"expected": error.expected, "found": error.found, "action": error.action}
            }
        yield {"line": number, **answer}


def _read_patient(line: bytes) -> dict[str, Any]:
    """One line's patient.

    Raises:
        PatientError: if it is no JSON object, or names a value twice.
    """
    if len(line) > MAX_LINE:
        raise _bad_line(f"more than {MAX_LINE:,} bytes")
    try:
        patient = json.loads(line.decode("utf-8-sig"), object_pairs_hook=_once)
    except PatientError:
        raise
    except (ValueError, RecursionError) as error:
        raise _bad_line("something else" if line.strip() else "an empty line") from error
    if type(patient) is not dict:
        raise _bad_line(f"a {type(patient).__name__}")
    return patient


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise PatientError("each name once", f"{twice[:40]!r} twice", _MEND, feature=twice)
    return dict(pairs)


def _bad_line(found: str) -> PatientError:
    return PatientError(_JSON, found, _MEND, feature="")


def describe_prediction(prediction: Prediction) -> dict[str, Any]:
    """Probability, decision, the model's own uncertainty and the warnings."""
    return {
        "probability": prediction.probability,
        "decision": prediction.label,
        "threshold": prediction.threshold,
        "of_100": prediction.of_100,
        "model_low": prediction.low,
        "model_high": prediction.high,
        "warnings": [warning.message for warning in prediction.warnings],
    }
