"""How long a reader of the calculator's file waits, in Chromium: until the page is ready, from the
press of Calculate to the answer, and from there to the why.

`python benchmarks/calculator.py` prints a table for docs/PERFORMANCE.md: the shipped model, and one
of two hidden layers that is nearly as large as a file may be; on this machine, and with Chromium
slowed down to a quarter, which is about a phone.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "scripts"))

import pandas as pd  # noqa: E402
from drive import browse  # noqa: E402
from playwright.sync_api import Page  # noqa: E402

from heart.bundle import Bundle, load_bundle  # noqa: E402
from heart.bundle.calculator import export_calculator  # noqa: E402
from heart.model.network import HeartMLP  # noqa: E402
from heart.paths import SHIPPED_BUNDLE  # noqa: E402
from heart.schema import EXAMPLE_PATIENT  # noqa: E402

SLOWER = 4
LARGE: dict[str, Any] = {"hidden": (64, 64), "members": 50}

# the answer is there when the press returns; the why when its table is
PRESS = """age => new Promise(resolve => {
  document.getElementById('field-age').value = age;
  const start = performance.now();
  document.querySelector('button[type=submit]').click();
  const answered = performance.now();
  const observer = new MutationObserver(() => {
    if (!document.querySelector('#why table')) return;
    observer.disconnect();
    resolve([answered - start, performance.now() - answered]);
  });
  observer.observe(document.getElementById('why'), { childList: true });
})"""
READY = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"


def large_bundle(bundle: Bundle) -> Bundle:
    """A model with as many weights as nearly fill a file; they are random."""
    settings = replace(bundle.settings, **LARGE)
    network = HeartMLP(bundle.network.n_numeric, bundle.network.cardinalities, settings)
    return replace(bundle, settings=settings, network=network.requires_grad_(requires_grad=False))


def time_page(page: Page, file: Path, rounds: int) -> dict[str, str]:
    """Medians in milliseconds, for the example patient at so many ages: all 13 values are known."""
    ready, answers, whys = [], [], []
    for _ in range(3):
        page.goto(file.as_uri())
        ready.append(page.evaluate(READY))
    for name, value in EXAMPLE_PATIENT.items():
        page.evaluate(
            "([id, text]) => document.getElementById(id).value = text",
            [f"field-{name}", str(value)],
        )
    for round_ in range(rounds):
        answer, why = page.evaluate(PRESS, str(30 + round_ % 50))
        answers.append(answer)
        whys.append(why)
    return {
        "file": f"{file.stat().st_size / 1e6:.1f} MB",
        "ready": f"{statistics.median(ready):.0f} ms",
        "answer": _spread(answers),
        "why": _spread(whys),
    }


def _spread(times: list[float]) -> str:
    return f"{statistics.median(times):.1f} ms ({min(times):.1f} to {max(times):.1f})"


def main() -> None:
    """Measure and print."""
    from recipes import to_markdown  # noqa: PLC0415  a script beside this one

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--rounds", type=int, default=20, help="answers of the shipped model, at each speed"
    )
    parser.add_argument("--quick", action="store_true", help="the shipped model, twice")
    options = parser.parse_args()
    shipped = load_bundle(SHIPPED_BUNDLE)
    bundles = {"the shipped model": shipped}
    if not options.quick:
        bundles["50 members of 64 and 64"] = large_bundle(shipped)
    rows = []
    with tempfile.TemporaryDirectory() as folder, browse() as browser:
        page = browser.new_page()
        session = page.context.new_cdp_session(page)
        for name, bundle in bundles.items():
            file = Path(folder) / "calculator.html"
            file.write_bytes(export_calculator(bundle))
            for times in (1,) if options.quick else (1, SLOWER):
                session.send("Emulation.setCPUThrottlingRate", {"rate": times})
                speed = "this machine" if times == 1 else f"{times} times slower"
                rounds = 2 if options.quick else options.rounds if bundle is shipped else 3
                found = time_page(page, file, rounds)
                rows.append({"model": name, "speed": speed} | found)
    print(to_markdown(pd.DataFrame(rows)))


if __name__ == "__main__":
    main()
