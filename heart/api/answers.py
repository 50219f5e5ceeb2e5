"""What the API answers, made by the functions of the commands; each call may take a while, so none
belongs into the event loop.
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from heart.api.problems import RefusedError
from heart.commands.card import describe_card
from heart.commands.inputs import REAL
from heart.commands.output import write_json
from heart.commands.predict import answer_each, describe_answer, find_place
from heart.commands.show import describe_bundle
from heart.errors import BundleError, SettingsError
from heart.scoring.from_json import Wording, as_patient, parse_json
from heart.ui.warmup import load_all, load_heavy

if TYPE_CHECKING:
    from heart.bundle import Bundle

BODY = Wording(
    'one patient as a JSON object, {"age": 61, "sex": "male"}, or an array of them',
    "an empty body",
    "Correct the body.",
)
ITEM = Wording(
    "each patient to be a JSON object",
    "nothing",
    "Correct this patient; the others are answered.",
)


class Answer(NamedTuple):
    """What is said, as JSON, and the SHA-256 of the model that said it."""

    text: str
    fingerprint: str


def predict(content: bytes, prevalence: str | None, max_patients: int) -> Answer:
    """What `predict --json` prints for one patient; for an array a list of what it prints for
    lines.

    Args:
        content: the patients as JSON.
        prevalence: share of ill patients where else the answer is wanted for.
        max_patients: in an array.

    Raises:
        PatientError: for one patient that cannot be.
        SettingsError: for a prevalence that cannot be.
        RefusedError: for too many patients, or if there is no model to ask.
    """
    load_heavy()
    from heart.scoring.patient import predict_patient  # noqa: PLC0415  torch, which came in order

    said = parse_json(content, BODY)
    bundle = _model()
    place = None if prevalence is None else find_place(bundle, _share(prevalence))
    if type(said) is not list:
        answer: Any = describe_answer(predict_patient(bundle, as_patient(said, BODY)), place)
    elif len(said) > max_patients:
        raise RefusedError(
            413, f"at most {max_patients:,} patients", f"{len(said):,}", "Send them in parts."
        )
    else:
        answer = list(answer_each(bundle, (partial(as_patient, one, ITEM) for one in said), place))
    return Answer(write_json(answer), _fingerprint(bundle))


def model() -> Answer:
    """What `show --json` prints of the active model."""
    load_all()
    return _describe(_model())


def card() -> Answer:
    """What `card --json` prints of the active model."""
    load_all()
    return _card(_model())


def _model() -> Bundle:
    """The active model.

    Raises:
        RefusedError: if it cannot be had: no other one answers in its place.
    """
    from heart.ui.shared import load_active  # noqa: PLC0415  torch

    try:
        return load_active()
    except BundleError as error:
        raise RefusedError(503, error.expected, error.found, error.action) from error


def _share(text: str) -> float:
    load_all()  # going elsewhere is one of the parts that explain an answer
    try:
        return float(REAL.convert(text, None, None))
    except SettingsError as error:
        raise SettingsError("prevalence to be a number", error.found, error.action) from error


@lru_cache(maxsize=4)
def _fingerprint(bundle: Bundle) -> str:
    from heart.bundle.storage import fingerprint_of  # noqa: PLC0415  torch

    return fingerprint_of(bundle)


@lru_cache(maxsize=4)
def _describe(bundle: Bundle) -> Answer:
    return Answer(write_json(describe_bundle(bundle)), _fingerprint(bundle))


@lru_cache(maxsize=4)
def _card(bundle: Bundle) -> Answer:
    return Answer(write_json(describe_card(bundle)), _fingerprint(bundle))
