"""Whether the server lives, and whether it can answer: for what starts it and what stands before
it. Nothing of a patient or of the disk is in it, so both are told to everybody.
"""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from heart.api.desk import Desk
from heart.api.problems import RefusedError, json_response, problem_response
from heart.commands.output import write_json
from heart.errors import BundleError
from heart.ui.warmup import is_warm

_desk = Desk(workers=1)


class Readiness(NamedTuple):
    """Whether requests can be answered.

    Attributes:
        model: "loaded", "loading", or "broken" where the active model's file is no bundle;
            "unknown" where the registry cannot be read.
        registry: "readable" or "unreadable"; "unknown" at the beginning.
    """

    model: str
    registry: str

    @property
    def is_ready(self) -> bool:
        """Whether they can."""
        return self == ("loaded", "readable")


async def tell_life(request: Request) -> Response:  # noqa: ARG001  the protocol's
    """That the event loop turns."""
    return json_response(write_json({"status": "ok"}))


async def tell_readiness(request: Request) -> Response:  # noqa: ARG001  the protocol's
    """200 when a patient can be answered, else 503; what is missing is named."""
    try:
        async with _desk.place():
            readiness = await _desk.make(find_readiness)
    except RefusedError as refusal:
        return problem_response(refusal)
    status = "ready" if readiness.is_ready else "not ready"
    text = write_json({"status": status, **readiness._asdict()})
    return json_response(text, 200 if readiness.is_ready else 503)


def find_readiness() -> Readiness:
    """What can be said without waiting for an import."""
    if not is_warm():
        return Readiness("loading", "unknown")
    from heart.bundle.registry import open_registry  # noqa: PLC0415  torch, which is here by now
    from heart.ui.shared import load_active  # noqa: PLC0415  the same

    try:
        with suppress(FileNotFoundError):  # nobody has kept a model yet
            next(open_registry().folder.iterdir(), None)
    except (BundleError, OSError):
        return Readiness("unknown", "unreadable")
    try:
        load_active()
    except BundleError:
        return Readiness("broken", "readable")
    return Readiness("loaded", "readable")
