"""How long a newcomer waits: from `streamlit run` to the first probability in the browser, and for
each later one.

`python benchmarks/first_prediction.py --rounds 5` prints medians and ranges, in seconds. Each round
has a fresh browser, started before the clock. `--cold` (Linux, as root) empties the file cache
before each round, as after a restart of the machine.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from drive import browse, calculate, fill_example, serve
from playwright.sync_api import Browser, Page

# time from leaving the changed field to the first change of the answer, measured inside the page
CHANGE = """
() => new Promise(resolve => {
  const answer = document.querySelector('[data-testid=stMetricValue]');
  const before = answer.innerText, start = performance.now();
  const observer = new MutationObserver(() => {
    const now = document.querySelector('[data-testid=stMetricValue]');
    if (now && now.innerText !== before) {
      observer.disconnect();
      resolve((performance.now() - start) / 1000);
    }
  });
  observer.observe(document.body, {subtree: true, childList: true, characterData: true});
  document.activeElement.blur();
})
"""


def time_first(browser: Browser) -> tuple[float, list[float]]:
    """Seconds from starting the server to the first probability, and of ten later changes."""
    start = time.perf_counter()
    with serve() as address:
        page = browser.new_page()
        page.goto(address)
        fill_example(page)
        calculate(page)
        first = time.perf_counter() - start
        later = [time_change(page, age) for age in (30, 75, 35, 70, 40, 65, 45, 60, 50, 77)]
        page.close()
    return first, later


def time_change(page: Page, age: int) -> float:
    """Seconds from leaving the field with another age to the changed probability."""
    page.get_by_role("spinbutton", name="Age").fill(str(age))
    page.wait_for_timeout(400)
    return float(page.evaluate(CHANGE))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--cold", action="store_true", help="empty the file cache before each round"
    )
    arguments = parser.parse_args()
    firsts, laters = [], []
    for _ in range(arguments.rounds):
        if arguments.cold:
            os.sync()
            Path("/proc/sys/vm/drop_caches").write_text("3", encoding="ascii")
        with browse() as browser:
            first, later = time_first(browser)
        firsts.append(first)
        laters += later
    for name, seconds in (
        ("streamlit run to first probability", firsts),
        ("later change of a value to changed probability", laters),
    ):
        print(
            f"{name}: median {statistics.median(seconds):.3f} s, {min(seconds):.3f} to"
            f" {max(seconds):.3f} ({len(seconds)} times)"
        )


if __name__ == "__main__":
    main()
