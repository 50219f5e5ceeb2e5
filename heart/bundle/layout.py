"""What a bundle may hold: the layout of format versions 1 to 5, and the digest."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import datetime
from typing import Any

from heart.bundle.checks import (
    Check,
    bits,
    blob,
    integer,
    listing,
    number,
    one_of,
    optional,
    record,
    refuse,
    table,
    text,
)
from heart.bundle.learnt import N_BYTES
from heart.bundle.rules import KINDS, check_agreement
from heart.config import (
    BOUNDS,
    CATEGORY_INPUTS,
    DEVICES,
    ENTRIES,
    ENTRY_SETTINGS,
    LATER,
    MAX_LAYERS,
    MAX_WIDTH,
    RECIPES,
)
from heart.errors import BundleError
from heart.evaluation.recalibration import MAX_KNOTS, METHODS
from heart.evaluation.thresholds import CHOSEN_ON, COST_RATIO_BOUNDS, RULES
from heart.schema import FEATURE_NAMES

FORMAT, FORMAT_VERSION = "heart-bundle", 5
READABLE = (1, 2, 3, 4, 5)
"""Version 2 adds `recalibration`, and `at_least` to the threshold; version 3 adds `learnt`;
version 4 adds `settings.pieces` and `scaler.knots`; version 5 adds `settings.slope_as` and `ca_as`,
features of the kind "both", and has the other two also where there are no pieces. It is written
only where a setting needs it: older programs read version 3, which all others are written as. All
are read.
"""

WITHOUT_LATER = 3
"""The version that is written where no setting is used that it does not know."""

PARTS = ("train", "valid", "test")
FIGURES = (
    "roc_auc",
    "average_precision",
    "log_loss",
    "brier",
    "accuracy",
    "precision",
    "recall",
    "specificity",
    "npv",
)
N_GOLDEN = 5
MAX_NAME = 64
"""Letters of a bundle's name."""

NAME_PATTERN = rf"[A-Za-z0-9_-]{{1,{MAX_NAME}}}"
NAME_RULE = f"a name of 1 to {MAX_NAME} letters, digits, - and _"

_PIECE = 2**16
_TITLE_PATTERN = r"[A-Za-z0-9][A-Za-z0-9 _.,/()%+-]{0,79}"
_TITLE_RULE = "a cohort's name of at most 80 plain letters, digits and signs"
_TITLE = text(_TITLE_PATTERN, _TITLE_RULE)
_COUNT = integer(0, 10**9)
_BOOL = one_of([True, False])
_FIGURE = listing(optional(number(-100, 100)), 3, 3)


def _any_value(value: object, where: str) -> None:
    if type(value) not in (int, float, str) or (type(value) is str and len(value) > 64):
        raise refuse(f"{where} to be a code or a number", type(value).__name__)


def _time(value: object, where: str) -> None:
    """A time in UTC, ISO 8601, to the second."""
    expected = f"{where} to be a time in UTC as in 2026-01-31T12:00:00+00:00"
    if type(value) is not str or not re.fullmatch(
        r"[0-9]{4}(?:-[0-9]{2}){2}T[0-9]{2}(?::[0-9]{2}){2}\+00:00", value
    ):
        raise refuse(expected, "something else")
    try:
        datetime.fromisoformat(value)
    except ValueError as error:
        raise refuse(expected, value) from error


_FEATURE: Check = record(
    {
        "name": one_of(FEATURE_NAMES),
        "kind": one_of(list(KINDS.values())),
        "unit": text(r"[A-Za-z/ ]{0,16}", "a unit"),
        "codes": listing(listing(_any_value, 2, 2), 0, 64),
        "range": optional(listing(number(), 2, 2)),
        "training_range": optional(listing(number(), 2, 2)),
    }
)

_SETTINGS: dict[str, Check] = {
    "recipe": one_of(list(RECIPES)),
    "hidden": listing(integer(1, MAX_WIDTH), 0, MAX_LAYERS),
    "linear_path": _BOOL,
    "categories": one_of(CATEGORY_INPUTS),
    "missing_flags": _BOOL,
    "complete_rows": _BOOL,
    **{
        name: integer(int(b.low), int(b.high)) if b.kind is int else number(b.low, b.high)
        for name, b in BOUNDS.items()
        if name not in LATER
    },
    "device": one_of(DEVICES),
    "epochs_run": integer(1, int(BOUNDS["max_epochs"].high)),
    "device_used": one_of(["cpu", "cuda"]),
}
_SCALER = {name: listing(number(), 0, 128) for name in ("mean", "scale", "median")}
_PIECES = BOUNDS["pieces"]

_PART: Check = record(
    {
        "n": _COUNT,
        "positives": _COUNT,
        "confusion": record(dict.fromkeys(("tn", "fp", "fn", "tp"), _COUNT)),
        "figures": record(dict.fromkeys(FIGURES, _FIGURE)),
    }
)

_THRESHOLD = {
    "value": number(0, 1),
    "rule": one_of(list(RULES)),
    "cost_ratio": number(*COST_RATIO_BOUNDS),
    "chosen_on": one_of(list(CHOSEN_ON)),
}

_RECALIBRATION: Check = record(
    {
        "method": one_of(list(METHODS)),
        "slope": number(1e-3, 1e3),
        "intercept": number(-100, 100),
        "knots": listing(listing(number(0, 1), 2, 2), 0, MAX_KNOTS),
        "patients": _COUNT,
    }
)

_VERSION_1: dict[str, Check] = {
    "format": one_of([FORMAT]),
    "format_version": one_of([1]),
    "name": text(NAME_PATTERN, NAME_RULE),
    "created_at": _time,
    "features": listing(_FEATURE, 1, 128),
    "scaler": record(_SCALER),
    "encoders": table(FEATURE_NAMES, listing(_any_value, 0, 64)),
    "model": blob,
    "settings": record(_SETTINGS),
    "threshold": record(_THRESHOLD),
    "metrics": record(dict.fromkeys(PARTS, _PART)),
    "data": record(
        {
            "cohort": _TITLE,
            "n": _COUNT,
            "positives": _COUNT,
            "fingerprint": text(r"[0-9a-f]{64}", "a SHA-256"),
        }
    ),
    "golden": listing(
        record(
            {"patient": table(FEATURE_NAMES, optional(_any_value)), "probability": number(0, 1)}
        ),
        N_GOLDEN,
        N_GOLDEN,
    ),
    "versions": record(
        {
            name: text(r"[0-9A-Za-z.+_-]{1,40}", "a version")
            for name in ("python", "torch", "scikit-learn", "numpy", "heart")
        }
    ),
    "sha256": text(r"[0-9a-f]{64}", "a SHA-256"),
}

_VERSION_2: dict[str, Check] = _VERSION_1 | {
    "format_version": one_of([2]),
    "threshold": record(_THRESHOLD | {"at_least": optional(number(0, 1))}),
    "recalibration": _RECALIBRATION,
}

_LEARNT: Check = record(
    dict.fromkeys(PARTS, record({"public": bits(8 * N_BYTES), "others": _COUNT}))
)

_VERSION_3: dict[str, Check] = _VERSION_2 | {
    "format_version": one_of([3]),
    "learnt": optional(_LEARNT),
}

_KNOTS: Check = listing(listing(number(), 3, int(_PIECES.high) + 1), 0, 128)

_VERSION_4: dict[str, Check] = _VERSION_3 | {
    "format_version": one_of([4]),
    "scaler": record(_SCALER | {"knots": _KNOTS}),
    "settings": record(_SETTINGS | {"pieces": integer(2, int(_PIECES.high))}),
}

_ANY_KNOTS: Check = listing(listing(number(), 0, int(_PIECES.high) + 1), 0, 128)

_VERSION_5: dict[str, Check] = _VERSION_4 | {
    "format_version": one_of([5]),
    "scaler": record(_SCALER | {"knots": _ANY_KNOTS}),
    "settings": record(
        _SETTINGS
        | {"pieces": integer(1, int(_PIECES.high))}
        | dict.fromkeys(ENTRY_SETTINGS, one_of(ENTRIES))
    ),
}

_LAYOUTS: dict[int, Check] = {
    1: record(_VERSION_1),
    2: record(_VERSION_2),
    3: record(_VERSION_3),
    4: record(_VERSION_4),
    5: record(_VERSION_5),
}


def check_name(name: str) -> None:
    """Refuse a bundle's name that could be a path or markup.

    Raises:
        BundleError: saying which names are possible.
    """
    if not re.fullmatch(NAME_PATTERN, name):
        raise BundleError(NAME_RULE, repr(name[:80]), "Choose another name.")


def check_title(title: str) -> None:
    """Refuse a cohort's name that a bundle cannot hold.

    Raises:
        BundleError: saying which names are possible.
    """
    if not re.fullmatch(_TITLE_PATTERN, title):
        raise BundleError(_TITLE_RULE, repr(title[:80]), "Give the cohort another name.")


def _show_version(version: object) -> str:
    return str(version) if type(version) is int else f"a {type(version).__name__}"


def digest(content: dict[str, Any]) -> str:
    """SHA-256 of everything but the digest itself, in hexadecimal: of its JSON with sorted keys,
    bytes as hexadecimal text.

    The weights, by far the largest part, are hashed piece by piece: as one text they would take
    four times their memory.
    """
    sha = hashlib.sha256()
    separator = "{"
    for key in sorted(content.keys() - {"sha256"}):
        sha.update(f"{separator}{json.dumps(key)}: ".encode())
        separator = ", "
        if type(value := content[key]) is bytes:
            sha.update(b'"')
            for start in range(0, len(value), _PIECE):
                sha.update(value[start : start + _PIECE].hex().encode())
            sha.update(b'"')
        else:
            sha.update(json.dumps(value, sort_keys=True, default=bytes.hex).encode())
    sha.update(b"}")
    return sha.hexdigest()


def check_content(content: object) -> dict[str, Any]:
    """The content, if its layout, its digest and the agreement of its parts are right.

    Raises:
        BundleError: naming the place, what was expected and what was found.
    """
    checked = check_layout(content)
    if digest(checked) != checked["sha256"]:
        raise refuse("content that matches its SHA-256", "a changed or damaged file")
    check_agreement(checked)
    return checked


def check_layout(content: object) -> dict[str, Any]:
    """The content, if its layout is right.

    Raises:
        BundleError: naming the place, what was expected and what was found.
    """
    version = (
        content.get("format_version")
        if type(content) is dict and content.get("format") == FORMAT
        else FORMAT_VERSION
    )
    if version not in READABLE:
        raise refuse(
            f"format version {READABLE[0]} to {READABLE[-1]}",
            f"{_show_version(version)}, which needs another version of this software",
        )
    _LAYOUTS[version if type(version) is int else FORMAT_VERSION](content, "bundle")
    checked: dict[str, Any] = content  # type: ignore[assignment]
    return checked
