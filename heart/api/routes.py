"""What the server answers beside the pages."""

from __future__ import annotations

import os

from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from heart.api.health import tell_life, tell_readiness
from heart.api.problems import RefusedError, problem_response
from heart.commands.extras import require
from heart.environment import API, ApiSettings, Environment, read_api

LIFE, READINESS, ROOT = "/healthz", "/readyz", "/api/v1"


def make_routes(prefix: str = "", environment: Environment = os.environ) -> list[BaseRoute]:
    """The routes before Streamlit's: whether the server lives and is ready, which is always told,
    and the API, if the environment asks for it.

    Args:
        prefix: the path under which the pages are.
        environment: what it asks for.

    Raises:
        SettingsError: for settings that cannot be.
        MissingExtraError: if FastAPI is not installed and the API is asked for.
    """
    settings = read_api(environment)
    api = _closed if settings is None else _open(settings, f"{prefix}{ROOT}")
    return [
        Route(f"{prefix}{LIFE}", tell_life),
        Route(f"{prefix}{READINESS}", tell_readiness),
        Mount(f"{prefix}{ROOT}", api),
        Mount(f"{prefix}/api", _nothing),
    ]


def _open(settings: ApiSettings, server: str) -> ASGIApp:
    require("fastapi")
    from heart.api.app import make_api  # noqa: PLC0415  FastAPI, which may not be installed
    from heart.api.door import Door  # noqa: PLC0415  no need of it without an API

    return Door(make_api(settings, server), settings)


async def _closed(scope: Scope, receive: Receive, send: Send) -> None:
    refusal = RefusedError(
        404,
        "a server whose API is on",
        "one whose API is off",
        f"Whoever runs the server can set {API.name}=1.",
    )
    await _say(problem_response(refusal), scope, receive, send)


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    refusal = RefusedError(404, f"an address under {ROOT}", "another", "Correct the address.")
    await _say(problem_response(refusal), scope, receive, send)


async def _say(response: Response, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
    else:
        await response(scope, receive, send)
