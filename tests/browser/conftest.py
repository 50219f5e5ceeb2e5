"""A server of the app and visitors of it. Every page a test opens fails the test if it asks any
other machine for anything.
"""

from urllib.parse import urlsplit

import pytest
from drive import serve
from playwright.sync_api import expect

expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def server_log(tmp_path_factory):
    return tmp_path_factory.mktemp("server") / "log.txt"


@pytest.fixture(scope="session")
def address(browser, server_log):  # noqa: ARG001  without a browser nobody would visit it
    """The server that most journeys share."""
    with serve(server_log) as url:
        yield url


@pytest.fixture
def cold_address(browser, tmp_path):  # noqa: ARG001
    """A server that nobody has visited."""
    with serve(tmp_path / "log.txt") as url:
        yield url


@pytest.fixture(scope="session")
def shared_context(browser):
    """The profile that most pages are tabs of. A tab is a visitor of its own to Streamlit, and the
    profile has Streamlit's scripts compiled already, which is half the work of opening a page.
    """
    context = new_context(browser)
    yield context
    context.close()


def new_context(browser):
    context = browser.new_context(accept_downloads=True, reduced_motion="reduce")
    context.set_default_timeout(30_000)
    return context


@pytest.fixture
def new_page(browser, shared_context):
    """Makes a page of a visitor of its own: `new_page(scheme="dark", width=390)`, with `alone` in a
    profile of its own too.
    """
    pages, foreign, errors = [], [], []

    def make(*, scheme="light", width=1280, alone=False):
        page = (new_context(browser) if alone else shared_context).new_page()
        pages.append(page)
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.on(
            "request",
            lambda request: foreign.append(request.url) if is_foreign(request.url) else None,
        )
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield make
    for page in pages:
        if page.context is shared_context:
            page.close()
        else:
            page.context.close()
    assert not foreign, f"requests that left the machine: {foreign}"
    assert not errors, f"errors in the page: {errors}"


def is_foreign(url):
    return urlsplit(url).scheme not in ("data", "blob") and urlsplit(url).hostname != "127.0.0.1"
