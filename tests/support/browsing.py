"""What a visitor with a browser does on every page."""

import time

from playwright.sync_api import expect

from heart.ui.navigation import PAGES as BY_NAME
from heart.ui.navigation import START

PAGES = {"" if name == START else name: title for name, (title, _) in BY_NAME.items()}
"""The heading of every page by its path in the URL."""


def open_page(page, address, path=""):
    page.goto(f"{address}/{path}")
    expect_page(page, path)


def go_to(page, title):
    page.get_by_role("link", name=title, exact=True).click()
    expect_page(page, next(path for path, heading in PAGES.items() if heading == title))


def expect_page(page, path):
    """Wait until the page of that path is there to its last line."""
    expect(page.get_by_role("heading", name=PAGES[path], exact=True, level=1)).to_be_visible()
    expect_rest(page)
    if PAGES[path] == PAGES[""]:
        expect(page.locator("[data-ready]")).to_be_attached()  # the form's part in the browser


def expect_rest(page):
    """Wait until the page's script has run to its end."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def calculate_example(page):
    """The probability of the example patient, as the page shows it."""
    page.get_by_role("button", name="Fill in an example patient").click()
    expect(page.get_by_role("spinbutton", name="Age")).to_have_value("80")
    page.get_by_role("button", name="Calculate").click()
    expect(page.get_by_text("Decision:")).to_be_visible()
    return page.get_by_test_id("stMetricValue").inner_text()


def expect_no_sideways_scrolling(page):
    """Wait until the charts have followed the window and reading needs no scrolling to the side."""
    fits = (
        "(main => main.scrollWidth <= main.clientWidth)"
        "(document.querySelector('[data-testid=stMain]'))"
    )
    wait_until(lambda: page.evaluate(fits), page, "the page scrolls to the side")


def expect_copy(page, holds):
    """Wait until the browser's copy of the form is as `holds` wants it; None if there is none."""
    copy = "sessionStorage.getItem('heart.patient')"
    wait_until(lambda: holds(page.evaluate(copy)), page, "the browser's copy is another one")


def wait_until(holds, page, otherwise):
    """Ask again and again from here: the page's policy forbids it to evaluate a text by itself."""
    deadline = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < deadline, otherwise
        page.wait_for_timeout(50)


def download(page, label):
    """The name and the content of what a button gives."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=label, exact=True).click()
    return waiting.value.suggested_filename, waiting.value.path().read_bytes()
