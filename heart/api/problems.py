"""Refusals: a status, and what was expected, what was found and what to do, as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from starlette.responses import Response

from heart.commands.output import write_json
from heart.commands.predict import describe_error
from heart.errors import HeartError
from heart.ui.errors import hide_folders

JSON = "application/json"
NO_HEADERS: Mapping[str, str] = MappingProxyType({})

UNUSABLE = 422
"""The status of a request that was understood and asks for something that cannot be."""


class RefusedError(HeartError):
    """A request that is not answered.

    Args:
        status: of the answer.
        headers: of the answer.
    """

    def __init__(
        self,
        status: int,
        expected: str,
        found: str,
        action: str,
        *,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> None:
        super().__init__(expected, found, action)
        self.status, self.headers = status, headers


def json_response(
    text: str, status: int = 200, headers: Mapping[str, str] = NO_HEADERS
) -> Response:
    """An answer of JSON, as the command line writes it."""
    return Response(f"{text}\n", status, headers=dict(headers), media_type=JSON)


def problem_response(error: HeartError) -> Response:
    """An answer that says what is wrong, without where things are on the server's disk."""
    status, headers = UNUSABLE, NO_HEADERS
    if isinstance(error, RefusedError):
        status, headers = error.status, error.headers
    parts = {key: hide_folders(text) for key, text in describe_error(error).items()}
    return json_response(write_json({"error": parts}), status, headers)


def broken() -> RefusedError:
    """What is told where the fault is this program's."""
    return RefusedError(
        500,
        "an answer",
        "a mistake in this program",
        "Tell whoever runs the server when it was; its log says where in the program.",
    )
