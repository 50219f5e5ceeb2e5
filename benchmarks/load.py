"""How long people wait for an answer while many use the app at once, three train and one evaluates;
and what is left of memory when they have gone.

`python benchmarks/load.py` prints tables for docs/PERFORMANCE.md. The people speak Streamlit's own
protocol; there is no browser, and they share the machine with the server.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from client import Client  # noqa: E402
from drive import serve  # noqa: E402
from processes import processor_seconds, resident_mib  # noqa: E402

WARM_UP_S = 25
"""After this the server has imported all that it imports by itself."""

SUBMIT, PAGE, THRESHOLD = "form submit", "another page", "another threshold"
AGE, COST = "Age (18 to 110 years)", "Cost of a missed patient, in false alarms"
PAGES = ("cohort", "models", "evaluate", "learn", "score")
TRAINERS = 3


class Notes:
    """What everybody waited for, in seconds by kind, and what went wrong."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.errors: list[str] = []

    def note(self, kind: str, seconds: float) -> None:
        """One wait."""
        with self._lock:
            self.seconds[kind].append(seconds)

    def fail(self, error: str) -> None:
        """One mistake."""
        with self._lock:
            self.errors.append(error)


def be_a_person(address: str, notes: Notes, *, seed: int, think: float, until: float) -> None:
    """Do one thing after the other, with a pause after each, and leave in the middle of it.

    Args:
        address: of the server.
        notes: what is waited for.
        seed: of what is done and when.
        think: mean seconds of a pause, exponentially distributed.
        until: when to leave (`time.monotonic`).
    """
    chance = random.Random(seed)
    person = Client(address)
    time.sleep(chance.expovariate(1 / think))
    for _ in walk(person, notes, chance):
        time.sleep(max(min(chance.expovariate(1 / think), until - time.monotonic()), 0))
        if time.monotonic() >= until:
            break
    person.close()


def walk(person: Client, notes: Notes, chance: random.Random) -> Iterator[None]:
    """Fill in the form, change it, look at other pages, move the threshold, and begin again; each
    pause is a `yield`.
    """
    while True:
        notes.note(PAGE, person.run(""))
        person.press("Fill in an example patient")
        for _ in range(3):
            yield
            person.set(AGE, double_value=float(chance.randint(30, 75)))
            notes.note(SUBMIT, person.press("Calculate"))
            if "Decision" not in person.text:
                notes.fail("no decision")
        yield
        notes.note(PAGE, person.run(chance.choice(PAGES)))
        yield
        notes.note(PAGE, person.run("threshold"))
        for _ in range(2):
            yield
            cost = float(chance.randint(1, 8))
            notes.note(THRESHOLD, person.change(COST, double_value=cost))
        yield


def train(address: str, notes: Notes, until: float) -> None:
    """Train again and again, so that there is always a training or a place in the queue."""
    person = Client(address)
    while time.monotonic() < until:
        person.run("train")
        person.set("Members", double_value=64.0)
        notes.note("training", person.press("Train"))
    person.close()


def evaluate(address: str, notes: Notes, until: float) -> None:
    """Compute the learning curve again and again."""
    while time.monotonic() < until:
        person = Client(address)  # whoever has computed it is not asked again
        person.run("evaluate")
        notes.note("learning curve", person.press("Compute the learning curve again"))
        person.close()


def load(address: str, people: int, *, seconds: float, think: float, busy: bool) -> Notes:
    """What so many people wait for, over so many seconds."""
    notes, until = Notes(), time.monotonic() + seconds
    tasks: list[Callable[[], None]] = [
        lambda seed=seed: be_a_person(address, notes, seed=seed, think=think, until=until)  # type: ignore[misc]
        for seed in range(people)
    ]
    if busy:
        tasks += [lambda: train(address, notes, until)] * TRAINERS
        tasks.append(lambda: evaluate(address, notes, until))
    with ThreadPoolExecutor(len(tasks)) as threads:
        for future in [threads.submit(task) for task in tasks]:
            try:
                future.result()
            except Exception as error:  # noqa: BLE001  the table tells it, the others go on
                notes.fail(f"{type(error).__name__}: {error}")
    return notes


def write_row(people: int, notes: Notes, kind: str) -> str:
    """Median and 95th percentile of one kind of wait, in milliseconds."""
    waits = sorted(notes.seconds[kind])
    if len(waits) < 2:
        return f"| {people} | {kind} | {len(waits)} | – | – |"
    p95 = statistics.quantiles(waits, n=20)[-1]
    return f"| {people} | {kind} | {len(waits)} | {_ms(statistics.median(waits))} | {_ms(p95)} |"


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:,.0f}"


def find_server() -> int:
    """The process that this one has started last."""
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    return int(children[-1])


def come_and_go(address: str, sessions: int) -> None:
    """So many visitors open the form, get an answer and leave, ten at a time."""

    def visit(_: int) -> None:
        person = Client(address)
        person.run("")
        person.press("Fill in an example patient")
        person.press("Calculate")
        person.close()

    with ThreadPoolExecutor(10) as threads:
        list(threads.map(visit, range(sessions)))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="*", default=[10, 25, 50])
    parser.add_argument("--seconds", type=float, default=40.0, help="of each load")
    parser.add_argument("--think", type=float, default=5.0, help="mean seconds of a pause")
    parser.add_argument("--sessions", type=int, default=500, help="that come and go at the end")
    parser.add_argument("--idle", action="store_true", help="nobody trains or evaluates")
    options = parser.parse_args()
    # what a session holds goes when it has been away for this long: at once, so that it is seen
    with serve(environment={"STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": "1"}) as address:
        server = find_server()
        time.sleep(WARM_UP_S)
        print("| people | what | waits | median, ms | 95th percentile, ms |")
        print("| --- | --- | --- | --- | --- |")
        for people in options.people:
            before, start = processor_seconds(server), time.monotonic()
            notes = load(
                address,
                people,
                seconds=options.seconds,
                think=options.think,
                busy=not options.idle,
            )
            taken, passed = processor_seconds(server) - before, time.monotonic() - start
            for kind in notes.seconds:
                print(write_row(people, notes, kind))
            print(f"| {people} | errors | {len(notes.errors)} | | |")
            print(
                f"| {people} | server's processor | {taken / passed:.0%} of a core | | |",
                flush=True,
            )
            for error in sorted(set(notes.errors))[:5]:
                print(error, file=sys.stderr)
        come_and_go(address, options.sessions // 10)
        time.sleep(5)
        before = resident_mib(server)
        come_and_go(address, options.sessions)
        time.sleep(5)
        after = resident_mib(server)
        print(
            f"\n{options.sessions} sessions that came and went: {before:.0f} MiB before,"
            f" {after:.0f} after ({after / before - 1:+.1%})."
        )


if __name__ == "__main__":
    main()
