"""From the key that moves a slider of the threshold page to the changed text, in Chromium: python
benchmarks/threshold_slider.py.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from drive import browse, serve  # noqa: E402

PAUSE_MS = 300
"""Between a change that was seen and the next move."""

WATCH = """() => {
    window.times = []; let pressed = 0;
    document.addEventListener('keydown', () => { pressed = performance.now(); }, true);
    const find = () => [...document.querySelectorAll('[data-testid=stMarkdownContainer] p')]
        .map(p => p.textContent).find(text => /^Threshold \\d+\\s%: disease/.test(text)) || '';
    let last = find();
    setInterval(() => {
      const now = find();
      if (now !== last) { last = now; window.times.push(performance.now() - pressed); }
    }, 2);
}"""


def main() -> None:
    """Press and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moves", type=int, default=40)
    options = parser.parse_args()
    with serve() as address, browse() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.goto(f"{address}/threshold")
        page.get_by_text("By hand").click()
        slider = page.get_by_role("slider", name="Threshold").first
        slider.wait_for()
        slider.focus()
        page.wait_for_timeout(2000)
        page.evaluate(WATCH)
        for done in range(options.moves):
            page.keyboard.press("ArrowRight")
            page.wait_for_function("done => window.times.length > done", arg=done)
            page.wait_for_timeout(PAUSE_MS)
        times = page.evaluate("window.times")
    print(
        f"{len(times)} moves: median {statistics.median(times):.0f} ms, {min(times):.0f} to"
        f" {max(times):.0f} ms"
    )


if __name__ == "__main__":
    main()
