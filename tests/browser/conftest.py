"""A server of the app and a browser on it. Every page a test opens fails the test if it asks any
other machine for anything.
"""

import os
from urllib.parse import urlsplit

import pytest
from drive import launch, serve
from playwright.sync_api import Error, expect, sync_playwright

expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        try:
            launched = launch(playwright)
        except Error as error:
            if os.environ.get("HEART_REQUIRE_BROWSER") == "1":
                raise
            pytest.skip(
                f"no Chromium on this machine ({error.message.splitlines()[0]}): install Debian's"
                " package chromium"
            )
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def server_log(tmp_path_factory):
    return tmp_path_factory.mktemp("server") / "log.txt"


@pytest.fixture(scope="session")
def address(server_log):
    """The server that most journeys share."""
    with serve(server_log) as url:
        yield url


@pytest.fixture
def cold_address(tmp_path):
    """A server that nobody has visited."""
    with serve(tmp_path / "log.txt") as url:
        yield url


@pytest.fixture
def new_page(browser):
    """Makes a page of a visitor of its own: `new_page(scheme="dark", width=390)`."""
    contexts, foreign, errors = [], [], []

    def make(*, scheme="light", width=1280):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, accept_downloads=True
        )
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "request",
            lambda request: foreign.append(request.url) if is_foreign(request.url) else None,
        )
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert not foreign, f"requests that left the machine: {foreign}"
    assert not errors, f"errors in the page: {errors}"


def is_foreign(url):
    return urlsplit(url).scheme not in ("data", "blob") and urlsplit(url).hostname != "127.0.0.1"
