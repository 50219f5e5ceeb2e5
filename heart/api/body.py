"""What a request brings: a body of bounded length, and what may stand in its address."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from starlette.requests import Request

from heart.api.problems import JSON, RefusedError

PATIENCE_S = 10.0
"""So long a body may be on its way."""


async def read_body(request: Request, limit: int, *, patience: float = PATIENCE_S) -> bytes:
    """The body of a request.

    Args:
        request: it.
        limit: bytes.
        patience: seconds until all of it has to be here.

    Raises:
        RefusedError: if it is no JSON by its header, too long, or too slow.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != JSON:
        raise RefusedError(415, f"the header Content-Type: {JSON}", "none, or another", "Send it.")
    try:
        async with asyncio.timeout(patience):
            return await _read(request, limit)
    except TimeoutError as error:
        raise RefusedError(
            408, f"a body within {patience:g} seconds", "one that did not end", "Send it again."
        ) from error


async def _read(request: Request, limit: int) -> bytes:
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length[:20]) > limit:  # what it says, the server holds it to
        raise _too_long(limit)
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > limit:
            raise _too_long(limit)
    return bytes(content)


def check_parameters(request: Request, allowed: Collection[str] = ()) -> None:
    """Refuse what does not belong into an address, which others write down: a patient above all.

    Raises:
        RefusedError: if there is such a parameter, or one twice; it is not quoted.
    """
    names = [name for name, _ in request.query_params.multi_items()]
    if len(set(names)) < len(names) or not set(names) <= set(allowed):
        told = f"no parameter but {', '.join(allowed)}, once" if allowed else "no parameter"
        raise RefusedError(
            400, told, "another", "Send a patient in the body; an address is written into logs."
        )


def _too_long(limit: int) -> RefusedError:
    return RefusedError(
        413, f"a body of at most {limit:,} bytes", "a longer one", "Send the patients in parts."
    )
