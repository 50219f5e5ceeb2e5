"""A visitor of the app without a browser: Streamlit's own protocol over a websocket, for
benchmarks.
"""

from __future__ import annotations

import time
import urllib.request
import uuid
from typing import Any
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import connect

PATIENCE_S = 120


class Client:
    """A connection to the server, and what its page shows.

    Args:
        address: of the server, as in http://127.0.0.1:8501.

    Attributes:
        widgets: label to identifier, of what the last run showed.
        text: everything that the last run said, one piece a line.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        url = f"ws://{urlsplit(address).netloc}/_stcore/stream"
        self._socket = connect(url, subprotocols=["streamlit"], max_size=None).__enter__()  # type: ignore[list-item]
        self._states: dict[str, WidgetState] = {}
        self._page = self._session = ""
        self.widgets: dict[str, str] = {}
        self._fragments: dict[str, str] = {}
        self.text = ""

    def run(self, page: str | None = None) -> float:
        """Seconds from asking for a page, by default the one it is at, to its last line."""
        if page is not None:
            self._page = page
        return self._rerun()

    def set(self, label: str, **value: Any) -> None:
        """Give a widget a value, as in `double_value=61.0`; nothing is sent yet."""
        identifier = self.widgets[label]
        self._states[identifier] = WidgetState(id=identifier, **value)

    def press(self, label: str) -> float:
        """Seconds from pressing a button to the page's last line."""
        trigger = WidgetState(id=self.widgets[label], trigger_value=True)
        return self._rerun(trigger, fragment=self._fragments.get(label, ""))

    def change(self, label: str, **value: Any) -> float:
        """Seconds from giving a widget a value to the last line of what it changes: of its fragment
        where it is in one, as a browser asks for, else of the page.
        """
        self.set(label, **value)
        return self._rerun(fragment=self._fragments.get(label, ""))

    def put(self, label: str, content: bytes, *, name: str = "file.csv") -> None:
        """Hand a file to an uploader; the page has not run yet."""
        ask = BackMsg()
        ask.file_urls_request.request_id = uuid.uuid4().hex
        ask.file_urls_request.file_names.append(name)
        ask.file_urls_request.session_id = self._session
        self._socket.send(ask.SerializeToString())
        while (answer := self._receive()).WhichOneof("type") != "file_urls_response":
            pass
        (urls,) = answer.file_urls_response.file_urls
        _put(self._address, urls.upload_url, content, name)
        identifier = self.widgets[label]
        state = WidgetState(id=identifier)
        info = state.file_uploader_state_value.uploaded_file_info.add()
        info.name, info.size, info.file_id = name, len(content), urls.file_id
        info.file_urls.CopyFrom(urls)
        self._states[identifier] = state

    def close(self) -> None:
        """Leave."""
        self._socket.close()

    def _rerun(self, trigger: WidgetState | None = None, *, fragment: str = "") -> float:
        message = BackMsg()
        message.rerun_script.fragment_id = fragment
        message.rerun_script.page_name = self._page
        states = [*self._states.values(), *([trigger] if trigger else [])]
        message.rerun_script.widget_states.widgets.extend(states)
        seen, fragments = (dict(self.widgets), dict(self._fragments)) if fragment else ({}, {})
        said: list[str] = []
        start = time.perf_counter()
        self._socket.send(message.SerializeToString())
        while (answer := self._receive()).WhichOneof("type") != "script_finished":
            if answer.WhichOneof("type") == "new_session":
                self._session = answer.new_session.initialize.session_id
            elif answer.delta.WhichOneof("type") == "new_element":
                element = answer.delta.new_element
                shown = getattr(element, str(element.WhichOneof("type")))
                if getattr(shown, "id", "") and hasattr(shown, "label"):
                    seen[shown.label] = shown.id
                    fragments[shown.label] = answer.delta.fragment_id
                said.append(getattr(shown, "body", ""))
        seconds = time.perf_counter() - start
        self.widgets, self._fragments = seen, fragments
        self.text = "\n".join(filter(None, said))
        return seconds

    def _receive(self) -> ForwardMsg:
        answer = ForwardMsg()
        answer.ParseFromString(bytes(self._socket.recv(timeout=PATIENCE_S)))  # type: ignore[arg-type]
        return answer


def _put(address: str, path: str, content: bytes, name: str) -> None:
    """Send a file as a browser's form does, with the token that the server gave it before."""
    with urllib.request.urlopen(f"{address}/_stcore/health") as response:
        cookie = response.headers["Set-Cookie"].partition(";")[0]
    border = uuid.uuid4().hex
    head = f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    request = urllib.request.Request(
        address + path,
        data=head.encode() + content + f"\r\n--{border}--\r\n".encode(),
        method="PUT",
        headers={
            "Content-Type": f"multipart/form-data; boundary={border}",
            "Cookie": cookie,
            "X-Xsrftoken": cookie.partition("=")[2].strip('"'),
        },
    )
    with urllib.request.urlopen(request):
        pass
