"""How long a page takes to open on a warm server: from the click on its name in the navigation to
the last change of the page, in Chromium: `python benchmarks/page_open.py`.

Every page is opened twice by one visitor: at first, when what it computes once is computed, and
again. Its charts are drawn within that time; a page that goes on changing after its script has
ended is not done.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from drive import PATIENCE_S, browse, serve  # noqa: E402
from playwright.sync_api import Page, expect  # noqa: E402

from heart.ui.navigation import PAGES, START  # noqa: E402

QUIET_MS = 600
"""A page that has not changed for so long is open; it is not part of the time."""

WATCH = """() => {
  window.lastChange = 0;
  new MutationObserver(() => { window.lastChange = performance.now(); }).observe(
    document.querySelector("[data-testid=stMain]"),
    {subtree: true, childList: true, characterData: true});
}"""


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="visitors; the median is printed")
    parser.add_argument("--quick", action="store_true", help="one page, one visitor, not warm")
    options = parser.parse_args()
    names = list(PAGES)[1:2] if options.quick else list(PAGES)
    with serve() as address, browse() as browser:
        if not options.quick:
            warm_up(browser.new_page(), address)
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
        for _ in range(1 if options.quick else options.rounds):
            page = browser.new_page()
            for name, pair in visit(page, address, names):
                times[name].append(pair)
            page.close()
    print("\n| page | at first, s | again, s |\n|---|---|---|")
    for name, pairs in times.items():
        first, again = (sorted(column)[len(pairs) // 2] for column in zip(*pairs, strict=True))
        print(f"| {PAGES[name][0]} | {first:.2f} | {again:.2f} |")


def warm_up(page: Page, address: str) -> None:
    """Open every page once, so that the server has imported and read what all visitors share."""
    page.goto(address)
    for name in PAGES:
        open_page(page, name)
    page.close()


def visit(
    page: Page, address: str, names: Sequence[str]
) -> Iterator[tuple[str, tuple[float, float]]]:
    """Each page with the seconds that it took to open, at first and again."""
    page.goto(address)
    wait_for_rest(page)
    first = {name: open_page(page, name) for name in (*names, START)}
    for name in reversed(names):  # not first the one that is open
        yield name, (first[name], open_page(page, name))


def open_page(page: Page, name: str) -> float:
    """Click on a page's name; seconds to the last change."""
    title = PAGES[name][0]
    page.get_by_test_id("stTopNavLink").filter(has_text=title).first.wait_for()
    page.evaluate(WATCH)
    start = page.evaluate("performance.now()")
    page.get_by_role("link", name=title, exact=True).first.click()
    expect(page.get_by_role("heading", name=title, exact=True, level=1)).to_be_visible(
        timeout=PATIENCE_S * 1000
    )
    wait_for_rest(page)
    return float(page.evaluate("window.lastChange") - start) / 1000


def wait_for_rest(page: Page) -> None:
    """Wait until the script has run and nothing has changed for a while."""
    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=PATIENCE_S * 1000)
    deadline, last = time.monotonic() + PATIENCE_S, -1.0
    while time.monotonic() < deadline:
        page.wait_for_timeout(QUIET_MS)
        change = float(page.evaluate("window.lastChange || 0"))
        if change == last:
            return
        last = change


if __name__ == "__main__":
    main()
