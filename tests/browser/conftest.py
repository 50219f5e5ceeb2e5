"""A server of the app and visitors of it. Every page a test opens fails the test if it asks any
other machine for anything.
"""

from contextlib import ExitStack, contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

import pytest
from drive import serve
from playwright.sync_api import Page, expect

from tests.support.asking import TOKEN

expect.set_options(timeout=30_000)

ROOT = str(Path(__file__).parents[2]).encode()
BRIEF = Path(__file__).parents[1] / "support" / "brief"


@pytest.fixture(scope="session")
def start_server(browser):  # noqa: ARG001  without a browser nobody would visit it
    """A server for the time of a `with` block, and a look into what it logged."""

    @contextmanager
    def start(log, **environment):
        with serve(log, environment=environment) as url:
            yield url
        text = log.read_text()
        assert "URL:" in text
        assert "Traceback" not in text
        assert "deprecat" not in text.lower()

    return start


@pytest.fixture(scope="session")
def address(start_server, tmp_path_factory):
    """The server that most journeys share, with an API beside the pages; its lessons learn in
    brief. What any of them wrote into its log is looked at in the end.
    """
    api = {"HEART_API": "1", "HEART_API_TOKEN": TOKEN} if find_spec("fastapi") else {}
    log = tmp_path_factory.mktemp("server") / "log.txt"
    with start_server(log, PYTHONPATH=str(BRIEF), **api) as url:
        yield url


class Tab(NamedTuple):
    page: Page
    faults: list[str]
    """Requests that left the machine, errors in the page, what its policy forbids, messages that
    say too much.
    """


def open_tab(browser, **options):
    """A tab in a profile of its own, with these options of Playwright's."""
    context = browser.new_context(accept_downloads=True, reduced_motion="reduce", **options)
    context.set_default_timeout(30_000)
    tab = Tab(context.new_page(), [])
    tab.page.on("request", lambda request: note_foreign(tab, request.url))
    tab.page.on("pageerror", lambda error: tab.faults.append(str(error)))
    tab.page.on("console", lambda message: note_policy(tab, message.text))
    tab.page.on("websocket", lambda socket: socket.on("framereceived", partial(note_paths, tab)))
    return tab


def note_policy(tab, text):
    """What the page wanted to do and its Content-Security-Policy forbids."""
    if "Content Security Policy" in text or "Content-Security-Policy" in text:
        tab.faults.append(text)


def note_paths(tab, frame):
    """A message that says where on the server's disk something is."""
    if ROOT in (frame if isinstance(frame, bytes) else frame.encode()):
        tab.faults.append("a message with a path of the server")


def note_foreign(tab, url):
    if urlsplit(url).scheme not in ("data", "blob") and urlsplit(url).hostname != "127.0.0.1":
        tab.faults.append(f"a request that left the machine: {url}")


@pytest.fixture(scope="session")
def idle_tabs():
    """Tabs that no test uses at the moment. Whoever opens the app in one is a visitor of its own to
    Streamlit; a new tab would compile Streamlit's scripts again, which is half the work.
    """
    tabs = []
    yield tabs
    for tab in tabs:
        tab.page.context.close()


@pytest.fixture(scope="session")
def borrow_tab(browser, idle_tabs):
    """Lends a tab for the time of a `with` block, and fails it if the page had faults."""

    @contextmanager
    def borrow():
        tab = idle_tabs.pop() if idle_tabs else open_tab(browser)
        yield tab.page
        if tab.page.url.startswith("http"):  # what the tab kept would fill the next visitor's form
            tab.page.evaluate("sessionStorage.clear()")
            # ends the visit; at the same address, so that the tab's process and what it compiled
            # stay, a fifth of the next visit's work
            tab.page.goto(urljoin(tab.page.url, "/_stcore/health"))
        faults = tab.faults.copy()
        tab.faults.clear()
        idle_tabs.append(tab)
        assert faults == []

    return borrow


@pytest.fixture
def new_page(borrow_tab):
    """Makes a page of a visitor of its own: `new_page(scheme="dark", width=390)`."""
    with ExitStack() as borrowed:

        def make(*, scheme="light", width=1280):
            page = borrowed.enter_context(borrow_tab())
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            return page

        yield make
