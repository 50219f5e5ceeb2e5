"""Every page, whole, in three windows, to be looked at: `python scripts/all_pages.py FOLDER` writes
a PNG a page and window; with names, as in `python scripts/all_pages.py FOLDER bundle learn-loss`,
only those pages.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from drive import PATIENCE_S, browse, calculate, fill_example, serve  # noqa: E402
from playwright.sync_api import Browser, Page, ViewportSize, expect  # noqa: E402

from heart.lessons import LESSONS  # noqa: E402
from heart.ui.navigation import PAGES, START  # noqa: E402

NAMES = (*PAGES, *(lesson.address for lesson in LESSONS.values()))
MOST_HIGH = 12_000
"""Pixels: what a screenshot of a page that is higher leaves out."""

QUIET_MS, DRAWN_MS = 400, 900
"""How long a page must stay as it is to be done, and what its charts are given to draw."""


class Window(NamedTuple):
    """A size and a colour scheme to look at pages in."""

    name: str
    width: int
    height: int
    scheme: str


WINDOWS = (
    Window("wide-light", 1440, 900, "light"),
    Window("wide-dark", 1440, 900, "dark"),
    Window("phone", 390, 844, "light"),
)


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", help=", ".join(NAMES))
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    with serve() as address, browse() as browser:
        for name in arguments.names or NAMES:
            take_page(browser, address, name, arguments.folder)


def take_page(browser: Browser, address: str, name: str, folder: Path) -> None:
    """One page in every window; the Patient page with an answer."""
    page = browser.new_page()
    page.goto(f"{address}/{'' if name == START else name}")
    if name == START:
        fill_example(page)
        calculate(page)
    for window in WINDOWS:
        page.emulate_media(color_scheme="dark" if window.scheme == "dark" else "light")
        take_whole(page, {"width": window.width, "height": window.height})
        page.screenshot(path=folder / f"{name}-{window.name}.png")
    page.close()


def take_whole(page: Page, size: ViewportSize) -> None:
    """Make the window as high as the page, once it has come to rest in that width."""
    page.set_viewport_size(size)
    wait_for_rest(page)
    page.wait_for_timeout(DRAWN_MS)
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": min(int(height), MOST_HIGH)})
    page.mouse.move(5, 400)
    page.wait_for_timeout(DRAWN_MS)


def wait_for_rest(page: Page) -> None:
    """Wait until the page's script has run and nothing was added for a while."""
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=PATIENCE_S * 1000
    )
    expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=PATIENCE_S * 1000)
    deadline, elements = time.monotonic() + PATIENCE_S, -1
    while time.monotonic() < deadline:
        counted = int(page.evaluate("document.querySelectorAll('*').length"))
        if counted == elements:
            return
        elements = counted
        page.wait_for_timeout(QUIET_MS)


if __name__ == "__main__":
    main()
