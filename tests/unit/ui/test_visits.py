"""A visitor's files are bounded, and gone with the visitor."""

import asyncio

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from heart.ui import visits
from heart.ui.visits import MAX_BYTES, MAX_FILES, SCRIPT, Visits
from tests.support.coroutines import complete

MIB = 2**20


class Server:
    """Streamlit's part: sessions, files, and routes that put and delete them."""

    def __init__(self):
        self.uploaded_file_mgr = MemoryUploadedFileManager("/_stcore/upload_file")
        self.active, self.closed = {"a", "b"}, []
        self.visits = Visits(self)

    def is_active_session(self, session):
        return session in self.active

    def close_session(self, session):
        self.closed.append(session)

    def files(self, session):
        return list(self.uploaded_file_mgr.file_storage.get(session, {}))

    async def __call__(self, scope, receive, send):
        if scope["type"] == "websocket":
            silent = scope["session"] is None  # it goes on where it was
            content = b"" if silent else begin(scope["session"])
            await send({"type": "websocket.send", "bytes": content})
            return
        *_, session, file = scope["path"].split("/")
        if scope["method"] == "DELETE":
            self.uploaded_file_mgr.remove_file(session, file)
        elif session in self.active:
            await receive()
            self.uploaded_file_mgr.add_file(session, UploadedFileRec(file, "x", "y", b""))
        status = 204 if session in self.active else 400
        await send({"type": "http.response.start", "status": status, "headers": []})

    async def ask(self, method, session, file, size=1, *, receive=asyncio.Event, length=True):
        """The status of an answer."""
        told = []

        async def come():
            pause = receive()
            if receive is asyncio.Event:
                pause.set()
            await pause.wait()

        async def send(message):
            told.append(message)

        scope = {
            "type": "http",
            "method": method,
            "path": f"/_stcore/upload_file/{session}/{file}",
            "headers": [(b"content-length", str(size).encode())] if length else [],
        }
        await self.visits.answer(scope, come, send)
        return told[0]["status"]


def begin(session):
    message = ForwardMsg()
    message.new_session.main_script_path = str(SCRIPT)
    message.new_session.initialize.session_id = session
    return message.SerializeToString()


@pytest.fixture
def server(monkeypatch):
    made = Server()
    monkeypatch.setattr(visits, "get_instance", lambda: made)
    monkeypatch.setattr(visits.st, "get_option", lambda _: 0.01)
    return made


@pytest.mark.parametrize(("size", "left"), [(1, MAX_FILES), (64 * MIB, 3), (MAX_BYTES, 1)])
def test_newest_files_of_a_visitor_stay_and_the_oldest_go(server, size, left):
    async def put_many():
        await server.ask("PUT", "b", "theirs")
        return [await server.ask("PUT", "a", f"{n}", size) for n in range(20)]

    assert complete(put_many()) == [204] * 20
    assert server.files("a") == [f"{n}" for n in range(20 - left, 20)]
    assert server.files("b") == ["theirs"]


def test_file_that_is_put_again_or_deleted_makes_room(server):
    async def put_and_delete():
        for _ in range(20):
            await server.ask("PUT", "a", "again", 64 * MIB)
        for n in range(20):
            await server.ask("PUT", "a", f"{n}", 64 * MIB)
            await server.ask("DELETE", "a", f"{n}")

    complete(put_and_delete())
    assert server.files("a") == ["again"]


def test_file_that_is_too_large_or_of_unknown_length_is_refused(server):
    assert complete(server.ask("PUT", "a", "x", MAX_BYTES + 1)) == 413
    assert complete(server.ask("PUT", "a", "x", length=False)) == 411
    assert server.files("a") == []


def test_files_on_their_way_are_bounded_too(server):
    async def put_at_once():
        gate = asyncio.Event()
        slow = [
            asyncio.create_task(server.ask("PUT", "a", f"{n}", 64 * MIB, receive=lambda: gate))
            for n in range(5)
        ]
        await asyncio.sleep(0)
        gate.set()
        return [await task for task in slow]

    assert complete(put_at_once()) == [204, 204, 204, 413, 413]
    assert server.visits._coming == {}


def test_who_has_no_session_moves_nobodys_files(server):
    async def put():
        await server.ask("PUT", "a", "mine")
        server.active.clear()
        return [await server.ask("PUT", "a", f"{n}") for n in range(20)]

    assert complete(put()) == [400] * 20
    assert server.files("a") == ["mine"]


async def visit(server, session="a", *, resumes=None):
    told = []

    async def send(message):
        told.append(message)

    said = (b"sec-websocket-protocol", f"streamlit, token, {resumes}".encode())
    scope = {"type": "websocket", "session": session, "headers": [said] if resumes else []}
    await server.visits.visit(scope, None, send)
    return told[0]["bytes"]


def test_visitor_who_is_away_long_enough_is_gone_with_the_files(server):
    async def leave():
        await server.ask("PUT", "a", "mine")
        await server.ask("PUT", "b", "theirs")
        await visit(server)
        server.active.discard("a")
        await asyncio.sleep(0.05)

    complete(leave())
    assert server.closed == ["a"]
    assert (server.files("a"), server.files("b")) == ([], ["theirs"])
    assert server.visits._ends == {}


def test_visitor_who_comes_back_keeps_them(server):
    async def come_back():
        await server.ask("PUT", "a", "mine")
        await visit(server)
        await visit(server)  # and stays: the session is active
        await asyncio.sleep(0.05)

    complete(come_back())
    assert (server.closed, server.files("a")) == ([], ["mine"])


def test_visitor_who_came_back_in_silence_is_gone_too(server):
    async def leave():
        await server.ask("PUT", "a", "mine")
        await visit(server, None, resumes="a")
        server.active.discard("a")
        await asyncio.sleep(0.05)

    complete(leave())
    assert (server.closed, server.files("a")) == (["a"], [])


def test_file_that_comes_after_the_visitor_has_gone_does_not_stay(server):
    async def too_late():
        gate = asyncio.Event()
        task = asyncio.create_task(server.ask("PUT", "a", "late", receive=lambda: gate))
        await asyncio.sleep(0)
        server.active.add("a")
        gate.set()
        server.is_active_session = lambda _: False
        await task

    complete(too_late())
    assert server.files("a") == []


def test_message_says_nothing_of_the_folder(server):
    told = complete(visit(server))
    assert str(SCRIPT.parent).encode() not in told
    message = ForwardMsg.FromString(told)
    assert message.new_session.main_script_path == "main.py"
    assert message.new_session.initialize.session_id == "a"
