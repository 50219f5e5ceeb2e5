"""What stands between the network and Streamlit: the names that this server answers to, the headers
that tell a browser what a page may do, the doors that are shut, and who is visiting.

It wraps Streamlit as ASGI middleware, so it is there however the app is started.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from heart.ui.visits import Visits, refuse

HEALTH, METRICS = "/_stcore/health", "/_stcore/metrics"
FOR_ALL = ("/healthz", "/readyz")
"""What a balancer asks under whatever name: nothing in it is anybody's."""

WRONG_NAME = (
    b"This server does not answer to that name. Whoever runs it can allow it:"
    b" --server.allowedHosts NAME\n"
)


def content_policy() -> str:
    """The Content-Security-Policy of every page: all from this server, no script but Streamlit's
    files and what its page begins with, and no frame around it.

    Styles are written into elements by Streamlit's components, charts are drawn as data: and blob:
    images.
    """
    page = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    inline = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in inline]
    return "; ".join(
        (
            "default-src 'self'",
            " ".join(["script-src 'self'", *(f"'sha256-{digest}'" for digest in digests)]),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "worker-src 'self' blob:",
            "frame-src 'none'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


class Guard:
    """Streamlit, guarded.

    Args:
        app: what answers if nothing is wrong.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._visits = Visits(app)
        self._headers = [
            (b"content-security-policy", content_policy().encode()),
            (b"x-frame-options", b"DENY"),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"same-origin"),
            (b"cross-origin-opener-policy", b"same-origin"),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or a visitor for as long as the visit lasts."""
        if scope["type"] == "websocket":
            await self._visits.visit(scope, receive, send)  # Streamlit asks for the host itself
        elif scope["type"] == "http":
            await self._answer(scope, receive, self._with_headers(send))
        else:
            await self._app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].rstrip("/")
        if path.endswith(METRICS):
            await refuse(send, 404, b"Not Found\n")
        elif not is_for_all(path) and not is_allowed(_host_of(scope), allowed_hosts()):
            await refuse(send, 403, WRONG_NAME)
        else:
            await self._visits.answer(scope, receive, send)

    def _with_headers(self, send: Send) -> Send:
        """The same, with the headers on every answer."""
        names = {name for name, _ in self._headers}

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                others = [
                    pair for pair in message.get("headers", ()) if pair[0].lower() not in names
                ]
                message = {**message, "headers": [*others, *self._headers]}
            await send(message)

        return send_with_headers


def base_path() -> str:
    """Under which path the pages are: empty, or as in "/heart"."""
    path = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{path}" if path else ""


def is_for_all(path: str) -> bool:
    """Whether a path is answered under any name."""
    return path.endswith(HEALTH) or path.removeprefix(base_path()) in FOR_ALL


def allowed_hosts() -> Sequence[str]:
    """The names that this server answers to; none stands for all."""
    hosts: Sequence[str] = st.get_option("server.allowedHosts")
    return hosts


def is_allowed(host: str, allowed: Sequence[str]) -> bool:
    """Whether a request's Host is one of the names: whole, or below one that begins with `*.`; its
    port does not count.
    """
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return False
    return (
        not allowed
        or "*" in allowed
        or any(
            name.endswith(one[1:].lower()) if one.startswith("*.") else name == one.lower()
            for one in allowed
        )
    )


def _host_of(scope: Scope) -> str:
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    return hosts[0].decode("latin-1") if len(hosts) == 1 else ""
