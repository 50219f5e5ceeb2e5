"""How long a run of the Patient page takes, for one visitor and for twenty at once, before and
after somebody has opened the Cohort page and the lessons.

`python benchmarks/visitors.py` prints a table for docs/PERFORMANCE.md. The visitors speak
Streamlit's own protocol; there is no browser.
"""

from __future__ import annotations

import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from client import Client  # noqa: E402
from drive import serve  # noqa: E402

from heart.lessons import LESSONS  # noqa: E402

AT_ONCE, RUNS, ALONE = 20, 8, 25
WARM_UP_S = 25
"""After this the server has imported all that it imports by itself."""

LONG = "overfitting"
"""The lesson that trains for a quarter of a minute, and imports nothing that the others do not."""


def time_one(address: str) -> float:
    """Median seconds of a visitor who is alone."""
    visitor = Client(address)
    visitor.run()
    return statistics.median(visitor.run() for _ in range(ALONE))


def time_many(address: str) -> float:
    """Median seconds where all ask again and again at once."""
    visitors = [Client(address) for _ in range(AT_ONCE)]
    for visitor in visitors:
        visitor.run()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        runs = list(pool.map(_run_often, visitors))
    return statistics.median([seconds for each in runs for seconds in each])


def _run_often(visitor: Client) -> list[float]:
    return [visitor.run() for _ in range(RUNS)]


def main() -> None:
    """Measure and print."""
    print(f"| a run of the Patient page | one visitor | {AT_ONCE} at once |\n| --- | --- | --- |")
    with serve() as address:
        time.sleep(WARM_UP_S)
        for when in ("before", "after"):
            one, many = time_one(address), time_many(address)
            print(f"| {when} the lessons | {one * 1e3:.0f} ms | {many:.2f} s |", flush=True)
            if when == "before":
                visitor = Client(address)
                lessons = [entry.address for name, entry in LESSONS.items() if name != LONG]
                for page in ("cohort", *lessons):
                    visitor.run(page)


if __name__ == "__main__":
    main()
