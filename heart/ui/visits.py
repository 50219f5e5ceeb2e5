"""Visits, from the first word of a browser until it has been away for long enough: what is told to
it, the files that it puts here, and the end of what it leaves behind.
"""

from __future__ import annotations

import asyncio
import re
from typing import cast

import streamlit as st
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import get_instance
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from heart.paths import PACKAGE

SCRIPT = PACKAGE / "ui" / "main.py"
SCRIPT_BYTES = str(SCRIPT).encode()

UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/([^/]+)$")

MAX_FILES = 8
MAX_BYTES = 192 * 2**20
"""What a visitor can have here at once: three files of the largest size, of which a page shows one
or two. Older ones go.
"""


class Visits:
    """All visitors of this server.

    Args:
        app: Streamlit.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._files: dict[str, dict[str, int]] = {}  # of each session, oldest first, their bytes
        self._coming: dict[str, list[int]] = {}  # bytes of files on their way
        self._ends: dict[str, asyncio.TimerHandle] = {}  # of visitors who are away

    async def visit(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection of a browser. Its session ends when it has been away for as long as
        Streamlit waits for it.
        """
        sessions = set(_resumed_by(scope))

        async def tell(message: Message) -> None:
            content = message.get("bytes")
            if content and SCRIPT_BYTES in content:
                session, content = without_path(content)
                if session:
                    sessions.add(session)
                    self._stay(session)
                message = {**message, "bytes": content}
            await send(message)

        try:
            await self._app(scope, receive, tell)
        finally:
            for session in sessions:
                self._leave(session)

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A request, of which only those about a visitor's files are looked at."""
        upload = UPLOAD.search(scope["path"])
        if upload is not None and scope["method"] == "PUT":
            await self._put(upload[1], upload[2], scope, receive, send)
            return
        await self._app(scope, receive, send)
        if upload is not None and scope["method"] == "DELETE":
            self._files.get(upload[1], {}).pop(upload[2], None)

    async def _put(
        self, session: str, file: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """A file that comes; where there is no room for it, the oldest ones go."""
        size, coming = _length_of(scope), self._coming.setdefault(session, [])
        if size is None or len(coming) >= MAX_FILES or sum(coming) + size > MAX_BYTES:
            await refuse(send, 411 if size is None else 413, b"A file of known, possible length.\n")
            return
        statuses = []

        async def note(message: Message) -> None:
            statuses.append(message.get("status"))
            await send(message)

        coming.append(size)
        try:
            await self._app(scope, receive, note)
        finally:
            coming.remove(size)
            if not coming:
                self._coming.pop(session, None)
            if 204 in statuses:
                self._keep(session, file, size)

    def _keep(self, session: str, file: str, size: int) -> None:
        """Note a file that has come, and make room."""
        runtime = get_instance()
        if not runtime.is_active_session(session) and session not in self._ends:
            self._end(session)  # it left while the file was on its way
            return
        files = self._files.setdefault(session, {})
        files.pop(file, None)
        files[file] = size
        while len(files) > MAX_FILES or sum(files.values()) > MAX_BYTES:
            oldest = next(iter(files))
            del files[oldest]
            manager = cast("MemoryUploadedFileManager", runtime.uploaded_file_mgr)
            manager.remove_file(session_id=session, file_id=oldest)

    def _stay(self, session: str) -> None:
        """Somebody is here, perhaps again."""
        if end := self._ends.pop(session, None):
            end.cancel()

    def _leave(self, session: str) -> None:
        """Somebody is away, perhaps for a moment."""
        wait = float(st.get_option("server.disconnectedSessionTTL"))
        self._stay(session)
        self._ends[session] = asyncio.get_running_loop().call_later(wait, self._end, session)

    def _end(self, session: str) -> None:
        """Somebody is gone, and what was put here with them: Streamlit itself forgets it only when
        the next one comes.
        """
        self._ends.pop(session, None)
        runtime = get_instance()
        if not runtime.is_active_session(session):
            runtime.close_session(session)
            runtime.uploaded_file_mgr.remove_session_files(session)
            self._files.pop(session, None)


def without_path(content: bytes) -> tuple[str, bytes]:
    """The session that Streamlit begins a run of the script in, and the message that says so,
    without the folder of the script on this server; other messages as they are, without a session.
    """
    message = ForwardMsg.FromString(content)
    if message.WhichOneof("type") != "new_session":
        return "", content
    message.new_session.main_script_path = SCRIPT.name
    return message.new_session.initialize.session_id, message.SerializeToString()


def _resumed_by(scope: Scope) -> list[str]:
    """The session that a browser says it was in, after its subprotocol and its token."""
    said = [value for name, value in scope["headers"] if name == b"sec-websocket-protocol"]
    words = said[0].decode("latin-1").split(",") if said else []
    return [word.strip() for word in words[2:3] if word.strip()]


def _length_of(scope: Scope) -> int | None:
    """What the request says about its length, which the server holds it to."""
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(lengths[0]) if len(lengths) == 1 and lengths[0].isdigit() else None


async def refuse(send: Send, status: int, body: bytes) -> None:
    """A short answer in plain text."""
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
