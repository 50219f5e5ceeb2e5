"""Patients written as JSON: what the command line and the HTTP API are given."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from heart.errors import PatientError


class Wording(NamedTuple):
    """What an error says of a text.

    Attributes:
        expected: what would have been right.
        empty: what a text without anything in it is called.
        mend: what to do.
    """

    expected: str
    empty: str
    mend: str


def parse_json(content: bytes, wording: Wording) -> Any:
    """What a JSON text says, in UTF-8, with or without a mark at its beginning.

    Raises:
        PatientError: if it is no JSON, or an object names a value twice.
    """

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            found = f"{twice[:40]!r} twice"
            raise PatientError("each name once", found, wording.mend, feature=twice)
        return dict(pairs)

    try:
        return json.loads(content.decode("utf-8-sig"), object_pairs_hook=once)
    except PatientError:
        raise
    except (ValueError, RecursionError) as error:
        found = "something else" if content.strip() else wording.empty
        raise PatientError(wording.expected, found, wording.mend, feature="") from error


def as_patient(value: Any, wording: Wording) -> dict[str, Any]:
    """A value of JSON that is an object.

    Raises:
        PatientError: if it is none.
    """
    if type(value) is not dict:
        raise PatientError(wording.expected, f"a {type(value).__name__}", wording.mend, feature="")
    return value
