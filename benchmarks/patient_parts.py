"""From the click on a part of the Patient page's answer to its last line, in Chromium: python
benchmarks/patient_parts.py prints a table.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from drive import PATIENCE_S, browse, calculate, fill_example, serve  # noqa: E402
from playwright.sync_api import Page  # noqa: E402

HURRIED = """([title, quiet]) => new Promise(resolve => {
    const tab = [...document.querySelectorAll('[role=tab]')].find(t => t.textContent === title);
    const app = document.querySelector('[data-testid=stApp]');
    const start = performance.now(); let changed = start;
    const watch = new MutationObserver(() => { changed = performance.now(); });
    watch.observe(app, {subtree: true, childList: true, characterData: true});
    tab.click();
    const timer = setInterval(() => {
      const idle = app.dataset.testScriptState === 'notRunning';
      if (!idle || performance.now() - changed < quiet) return;
      clearInterval(timer); watch.disconnect(); resolve(changed - start);
    }, 5);
})"""
"""Milliseconds from a click on a tab to the last change of the page, before it was still for as
long as `quiet`.
"""
QUIET_MS = 500


def time_parts(page: Page, rounds: int) -> dict[str, list[float]]:
    """Milliseconds for each part, opened in turns."""
    titles = [tab.text_content() or "" for tab in page.get_by_role("tab").all()]
    times: dict[str, list[float]] = {title: [] for title in titles}
    for _ in range(rounds):
        for title in [*titles[1:], titles[0]]:  # the first is open at first
            times[title].append(page.evaluate(HURRIED, [title, QUIET_MS]))
    return times


def main() -> None:
    """Open each part and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    with serve() as address, browse() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(address)
        page.get_by_role("button", name="Calculate").wait_for(timeout=PATIENCE_S * 1000)
        fill_example(page)
        calculate(page)
        page.wait_for_timeout(5000)
        first = time_parts(page, 1)
        times = time_parts(page, options.rounds)
    print("| part | the first time | median | range | times |\n| --- | --- | --- | --- | --- |")
    for title, each in times.items():
        middle, span = statistics.median(each), f"{min(each):.0f} to {max(each):.0f} ms"
        print(f"| {title} | {first[title][0]:.0f} ms | {middle:.0f} ms | {span} | {len(each)} |")


if __name__ == "__main__":
    main()
