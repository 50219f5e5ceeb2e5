"""Who may ask: how often, with which token, from where; and what is told of what went wrong."""

from __future__ import annotations

import hmac
import ipaddress
import logging
import math
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from heart.api.problems import RefusedError, broken, problem_response
from heart.api.rate import Rate, address_of
from heart.environment import API_TOKEN, ApiSettings, digest_token
from heart.events import tell
from heart.ui.errors import WithoutValues

FORWARDED = {b"forwarded", b"via", b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip"}
"""Headers of proxies: behind one, everybody seems to be on this machine."""

ROUTES, OTHER = ("predict", "model", "card", "openapi.json"), "other"
"""What the log calls an address."""

log = logging.getLogger(__name__)
log.addFilter(WithoutValues())


class Door:
    """The API, behind a door.

    Args:
        app: what answers whom the door lets in.
        settings: the token and the rate.
        clock: seconds that never go back.
    """

    def __init__(
        self, app: ASGIApp, settings: ApiSettings, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._app, self._token = app, settings.token
        self._rate = Rate(settings.rate, clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        began, status = time.monotonic(), None

        async def send_unstored(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message.get("headers", ()), (b"cache-control", b"no-store")]
                message = {**message, "headers": headers}
            await send(message)

        try:
            self._let_in(scope)
            await self._app(scope, receive, send_unstored)
        except RefusedError as refusal:
            await problem_response(refusal)(scope, receive, send_unstored)
        except ClientDisconnect:
            return
        except Exception:  # the server would log it, with a patient's values
            log.exception("a request failed")  # the filter cuts it
            if status is None:
                await problem_response(broken())(scope, receive, send_unstored)
        finally:
            _tell(scope, status, time.monotonic() - began)

    def _let_in(self, scope: Scope) -> None:
        """Nothing.

        Raises:
            RefusedError: for a request too many, a wrong token, or a stranger without one.
        """
        host = scope["client"][0] if scope.get("client") else ""
        if wait := self._rate.take(address_of(host)):
            raise RefusedError(
                429,
                "fewer requests a minute from one address",
                "one too many",
                "Wait as long as the header Retry-After says.",
                headers={"Retry-After": str(math.ceil(wait))},
            )
        if self._token is None:
            if not is_here(scope):
                raise _elsewhere()
        elif not hmac.compare_digest(self._token, digest_token(_token_of(scope))):
            raise _unknown()


def _tell(scope: Scope, status: int | None, seconds: float) -> None:
    """Note a request in the log, by names of our own: what a stranger writes into an address may be
    a patient's.
    """
    name, method = scope.get("path", "").rpartition("/")[2], scope.get("method")
    tell(
        "request",
        method=method if method in ("GET", "POST") else OTHER,
        route=name if name in ROUTES else OTHER,
        status=status,
        ms=round(1000 * seconds, 1),
    )


def is_here(scope: Scope) -> bool:
    """Whether a request is from this machine: its address and the name that it asks for are, and no
    proxy stands between.
    """
    if {name for name, _ in scope["headers"]} & FORWARDED or not scope.get("client"):
        return False
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    name = hosts[0].decode("latin-1") if len(hosts) == 1 else ""
    return _is_loopback(scope["client"][0]) and _names_loopback(name)


def _names_loopback(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return name == "localhost" or _is_loopback(name)


def _is_loopback(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def _token_of(scope: Scope) -> str:
    """What stands behind "Bearer"; empty where there is not exactly one such header."""
    said = [value for name, value in scope["headers"] if name == b"authorization"]
    scheme, _, token = said[0].decode("latin-1").partition(" ") if len(said) == 1 else ("", "", "")
    return token.strip() if scheme.lower() == "bearer" else ""


def _unknown() -> RefusedError:
    return RefusedError(
        401,
        "the header Authorization: Bearer TOKEN with this server's token",
        "none, or another",
        "Ask whoever runs the server for its token.",
        headers={"WWW-Authenticate": 'Bearer realm="heart"'},
    )


def _elsewhere() -> RefusedError:
    return RefusedError(
        403,
        "a request from this machine itself, as long as the server has no token",
        "one from elsewhere, or through a proxy",
        f"Whoever runs the server can set {API_TOKEN.name}.",
    )
