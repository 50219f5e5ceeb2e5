"""What the server's process computes for a run of each page, in milliseconds of the processor: the
first time a visitor comes there, and when the same visitor comes again.

`python benchmarks/page_costs.py` prints a table for docs/PERFORMANCE.md; `--tree` measures another
checkout beside it. The visitors speak Streamlit's own protocol; there is no browser. Counted is the
process's own time (Linux), so other programs on the machine change little.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from client import Client  # noqa: E402
from drive import serve  # noqa: E402
from load import AGE, COST, WARM_UP_S, find_server  # noqa: E402
from processes import processor_seconds  # noqa: E402

PAGES = ("cohort", "train", "evaluate", "threshold", "bundle", "models", "score", "learn")
AGAIN = 5
"""Runs that are measured as one: the system counts in steps of 10 ms."""

Costs = dict[str, list[float]]


def settled(pid: int) -> float:
    """Seconds that a process has taken, once it rests: what follows a run's last message counts."""
    before = processor_seconds(pid)
    while True:
        time.sleep(0.15)
        if (now := processor_seconds(pid)) == before:
            return now
        before = now


def visit(address: str, server: int, costs: Costs) -> None:
    """One visitor opens every page, each several times, submits and moves the threshold."""
    person = Client(address)

    def note(what: str, times: int, *, page: str | None = None, press: str = "") -> None:
        start = settled(server)
        for number in range(times):
            if press == "Calculate":
                person.set(AGE, double_value=40.0 + number)
                person.press(press)
            elif press:
                person.change(press, double_value=2.0 + number)
            else:
                person.run(page)
        costs[what].append(1000 * (settled(server) - start) / times)

    note("Patient, empty", 1, page="")
    person.press("Fill in an example patient")
    note("form submit", AGAIN, press="Calculate")
    for name in PAGES:
        note(f"{name.capitalize()}, first", 1, page=name)
        note(f"{name.capitalize()}, again", AGAIN, page=name)
        if name == "threshold":
            note("another threshold", AGAIN, press=COST)
    person.close()


def measure(tree: Path, visitors: int) -> Costs:
    """What each run costs in a checkout: one visitor who is not counted, then so many after it."""
    costs: Costs = defaultdict(list)
    with serve(tree=tree) as address:
        server = find_server()
        time.sleep(WARM_UP_S)
        visit(address, server, defaultdict(list))
        for _ in range(visitors):
            visit(address, server, costs)
    return costs


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=3)
    parser.add_argument("--tree", type=Path, help="a checkout to measure first")
    options = parser.parse_args()
    trees = [tree.resolve() for tree in (options.tree, ROOT) if tree]
    found = [measure(tree, options.visitors) for tree in trees]
    print(f"| a run of | {' | '.join(f'{tree.name}, ms' for tree in trees)} |")
    print("| --- |" + " --- |" * len(trees))
    for what in found[-1]:
        medians = (f"{statistics.median(costs[what]):.0f}" for costs in found)
        print(f"| {what} | {' | '.join(medians)} |")


if __name__ == "__main__":
    main()
