"""What the environment says to Heart: every variable that it reads, and how their words are read.

The README's table of settings is compared with `VARIABLES`.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from heart.errors import SettingsError
from heart.paths import FOLDER_VARIABLE, READ_ONLY_VARIABLE

Environment = Mapping[str, str]

ADDRESS = re.compile(r"[!-?A-~]+@[!-?A-~]+", re.ASCII)
"""What an address is made of: two parts of visible ASCII, and one @."""

YES, NO = ("1", "true", "yes", "on"), ("", "0", "false", "no", "off")


class Variable(NamedTuple):
    """One variable.

    Attributes:
        name: in the environment.
        default: what holds without it, as one would write it; empty for nothing.
        meaning: what it is for.
        low, high: the limits of a whole number, inclusive; None where it is none.
    """

    name: str
    default: str
    meaning: str
    low: int | None = None
    high: int | None = None


MODELS = Variable(FOLDER_VARIABLE, "", "the folder of the registry, which has to be there")
READ_ONLY = Variable(READ_ONLY_VARIABLE, "no", "whether nothing in the registry may be changed")
ANALYSTS = Variable(
    "HEART_ANALYSTS",
    "",
    "addresses with commas between, of those who may keep, rename, delete and activate models on"
    " the pages; with a login nobody else may",
)
WORKERS = Variable(
    "HEART_WORKERS", "2", "trainings and other long work at once; the others wait", 1, 64
)
LEAST_TOKEN = 32
"""Characters: what nobody guesses at any rate."""

LOG = Variable(
    "HEART_LOG", "text", "how the server writes its log: `text`, or `json` for one line an event"
)
MOST_TOKEN = 4096
"""Bytes of its file that are read."""

API = Variable("HEART_API", "no", "whether there is an HTTP API under `/api/v1`")
API_TOKEN = Variable(
    "HEART_API_TOKEN",
    "",
    f"the bearer token of the API, at least {LEAST_TOKEN} characters; without one it answers this"
    " machine only",
)
API_TOKEN_FILE = Variable(
    "HEART_API_TOKEN_FILE", "", "a file with that token instead, as of systemd's credentials"
)
API_RATE = Variable(
    "HEART_API_RATE", "300", "requests a minute from one address to the API", 1, 100_000
)
API_MAX_BYTES = Variable(
    "HEART_API_MAX_BYTES", "1048576", "bytes of a request to the API", 1, 64 * 2**20
)
API_MAX_PATIENTS = Variable(
    "HEART_API_MAX_PATIENTS", "1000", "patients in a request to the API", 1, 10_000
)

SCHEDULER = Variable(
    "HEART_SCHEDULER",
    "",
    "the Dask scheduler of commands that have `--scheduler` and of what Evaluate, Threshold and the"
    " search on Train compute, as in `tcp://127.0.0.1:8786`",
)

VARIABLES = (
    MODELS,
    READ_ONLY,
    ANALYSTS,
    LOG,
    WORKERS,
    API,
    API_TOKEN,
    API_TOKEN_FILE,
    API_RATE,
    API_MAX_BYTES,
    API_MAX_PATIENTS,
    SCHEDULER,
)


def says_yes(variable: Variable, environment: Environment = os.environ) -> bool:
    """What a variable says that is yes or no.

    Raises:
        SettingsError: if it is neither.

    >>> says_yes(API, {"HEART_API": "1"}), says_yes(API, {})
    (True, False)
    """
    text = environment.get(variable.name, variable.default)
    word = text.strip().lower()
    if word not in YES + NO:
        raise SettingsError(
            f"{variable.name} to be yes or no (also true, on, 1; false, off, 0)",
            repr(text[:40]),
            "Correct the variable, or leave it out.",
        )
    return word in YES


def wants_json_log(environment: Environment = os.environ) -> bool:
    """Whether the log is to be lines of JSON.

    Raises:
        SettingsError: if it is to be something that there is not.
    """
    word = environment.get(LOG.name, "").strip().lower() or LOG.default
    if word not in ("text", "json"):
        raise SettingsError.unknown(LOG.name, word[:40], ("text", "json"))
    return word == "json"


def whole_number(variable: Variable, environment: Environment = os.environ) -> int:
    """What a variable says that is a whole number.

    Raises:
        SettingsError: if it is none, or outside the limits.

    >>> whole_number(API_RATE, {"HEART_API_RATE": "60"}), whole_number(API_RATE, {})
    (60, 300)
    """
    text = environment.get(variable.name, "").strip() or variable.default
    low, high = variable.low or 0, variable.high or 0
    if not (text.isascii() and text.isdigit() and len(text) <= 12 and low <= int(text) <= high):
        raise SettingsError(
            f"{variable.name} to be a whole number from {low:,} to {high:,}",
            repr(text[:40]),
            "Correct the variable, or leave it out.",
        )
    return int(text)


def read_analysts(environment: Environment = os.environ) -> frozenset[str]:
    """The addresses of those who may change models on the pages, in small letters.

    Raises:
        SettingsError: for what is no address; only ASCII, of which no two signs look alike.

    >>> sorted(read_analysts({"HEART_ANALYSTS": "Ada@clinic.example, bo@clinic.example"}))
    ['ada@clinic.example', 'bo@clinic.example']
    """
    words = [word.strip() for word in environment.get(ANALYSTS.name, "").split(",")]
    addresses = frozenset(word.lower() for word in words if word)
    for address in addresses:
        if not ADDRESS.fullmatch(address):
            raise SettingsError(
                f"{ANALYSTS.name} to be addresses (name@place, ASCII) with commas between",
                repr(address[:80]),
                "Correct the variable, or leave it out.",
            )
    return addresses


class ApiSettings(NamedTuple):
    """The HTTP API that is wanted.

    Attributes:
        token: the SHA-256 of its bearer token; None where there is none.
        rate: requests a minute from one address.
        max_bytes: of a request.
        max_patients: in a request.
    """

    token: bytes | None
    rate: int
    max_bytes: int
    max_patients: int


def read_api(environment: Environment = os.environ) -> ApiSettings | None:
    """The API that the environment asks for; None if it asks for none.

    Raises:
        SettingsError: for a variable that cannot be, whose value is told unless it is the token.

    >>> read_api({}), read_api({"HEART_API": "1"}).rate
    (None, 300)
    """
    if not says_yes(API, environment):
        return None
    return ApiSettings(
        _read_token(_find_token(environment)),
        whole_number(API_RATE, environment),
        whole_number(API_MAX_BYTES, environment),
        whole_number(API_MAX_PATIENTS, environment),
    )


def digest_token(token: str) -> bytes:
    """The SHA-256 of a token: all have one length, so that comparing tells nothing of theirs."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


def _find_token(environment: Environment) -> str:
    """The token as text, from the environment or from the file that it names; empty for none."""
    text, named = (environment.get(each.name, "") for each in (API_TOKEN, API_TOKEN_FILE))
    if not named:
        return text
    if text:
        raise SettingsError(
            f"either {API_TOKEN.name} or {API_TOKEN_FILE.name}", "both", "Leave one of them out."
        )
    try:
        content = Path(named).read_bytes()[:MOST_TOKEN]
    except OSError as error:
        raise SettingsError(
            f"{API_TOKEN_FILE.name} to be a file that can be read",
            error.strerror or type(error).__name__,
            "Make it, or leave the variable out: the API would answer this machine only.",
        ) from error
    # a line's end is no part of it; an empty file is a token that is too short, and not none
    return content.decode("utf-8", "replace").removesuffix("\n").removesuffix("\r") or " "


def _read_token(text: str) -> bytes | None:
    if not text:
        return None
    visible = text.isascii() and text.isprintable() and " " not in text
    if not visible or len(text) < LEAST_TOKEN:
        raise SettingsError(
            f"{API_TOKEN.name} to be at least {LEAST_TOKEN} letters, digits and signs of ASCII",
            f"{len(text)} characters" if visible else "others among them",
            'Make one: python -c "import secrets; print(secrets.token_urlsafe(32))"',
        )
    return digest_token(text)
