"""A client of an ASGI app, without a server."""

import json
from typing import NamedTuple

from tests.support.coroutines import complete

TOKEN = "a-token-of-the-tests-and-of-nobody-else"  # noqa: S105  it opens nothing
HERE = ("127.0.0.1", 50000)


class Reply(NamedTuple):
    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self):
        return json.loads(self.content)

    @property
    def error(self):
        return self.json["error"]


def ask(app, path, *, method="GET", body=(), client=HERE, host="localhost:8501", **headers):
    """What the app answers to a request; underscores in the names of headers are hyphens.

    Args:
        app: it.
        path: with its query.
        method: of HTTP.
        body: its pieces, or one.
        client: address and port; None is a socket of the file system.
        host: which name is asked for.
        headers: others.
    """
    return complete(
        _ask(app, path, body, method=method, client=client, headers={"host": host, **headers})
    )


async def _ask(app, path, body, *, method, client, headers):
    path, _, query = path.partition("?")
    pieces = iter([body] if isinstance(body, bytes) else body)
    told = []

    async def receive():
        piece = next(pieces, None)
        return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

    async def send(message):
        told.append(message)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "client": client,
        "server": ("127.0.0.1", 8501),
        "headers": [
            (name.lower().replace("_", "-").encode(), value.encode())
            for name, value in headers.items()
        ],
    }
    await app(scope, receive, send)
    start, *parts = told
    replied = {name.decode(): value.decode() for name, value in start["headers"]}
    return Reply(start["status"], replied, b"".join(part.get("body", b"") for part in parts))
