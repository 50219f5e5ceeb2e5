"""How many requests a second the API's `POST predict` answers, and how long each takes, for one
patient and for 100, asked by 1, 8 and 32 clients at once, while nobody else is there and while a
page trains.

`python benchmarks/api.py` prints tables for docs/PERFORMANCE.md. The clients keep their connection,
ask again as soon as they have an answer, and share the machine with the server; whom it sends away
because its desk is full waits as long as it says.
"""

from __future__ import annotations

import argparse
import http.client
import json
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from client import Client  # noqa: E402
from drive import serve  # noqa: E402

from heart.environment import API, API_RATE  # noqa: E402
from heart.schema import EXAMPLE_PATIENT  # noqa: E402

PATH = "/api/v1/predict"
WARM_UP_S = 25
"""After this the server has imported all that it imports by itself."""

SETTINGS = {API.name: "1", API_RATE.name: "100000"}
"""The rate is a limit, not a speed: it is out of the way."""

MEMBERS = 64
"""Of the models that the page trains, one after another."""


class Load(NamedTuple):
    """What clients got.

    Attributes:
        waits: seconds of each answer.
        refused: how many requests found the desk full.
        seconds: how long they asked.
        size: bytes of an answer.
    """

    waits: list[float]
    refused: int
    seconds: float
    size: int


def make_body(patients: int) -> bytes:
    """The example patient, or so many of them, of another age each."""
    ages = range(30, 80)
    many = [{**EXAMPLE_PATIENT, "age": ages[i % len(ages)]} for i in range(patients)]
    return json.dumps(many[0] if patients == 1 else many).encode()


def ask_again_and_again(address: str, body: bytes, until: float) -> Load:
    """One client's answers until then.

    Raises:
        RuntimeError: for an answer that is neither one nor a full desk.
    """
    connection = http.client.HTTPConnection(urlsplit(address).netloc)
    waits, refused, size, began = [], 0, 0, time.monotonic()
    while time.monotonic() < until:
        asked = time.perf_counter()
        connection.request("POST", PATH, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        content = answer.read()
        if answer.status == 200:
            waits.append(time.perf_counter() - asked)
            size = len(content)
        elif answer.status == 503:
            refused += 1
            time.sleep(float(answer.headers["Retry-After"]))
        else:
            raise RuntimeError(content.decode())
    connection.close()
    return Load(waits, refused, time.monotonic() - began, size)


def ask(address: str, *, patients: int, clients: int, seconds: float) -> Load:
    """What so many clients get at once."""
    body, until = make_body(patients), time.monotonic() + seconds
    with ThreadPoolExecutor(clients) as threads:
        asked = [threads.submit(ask_again_and_again, address, body, until) for _ in range(clients)]
        loads = [future.result() for future in asked]
    return Load(
        [wait for load in loads for wait in load.waits],
        sum(load.refused for load in loads),
        max(load.seconds for load in loads),
        max(load.size for load in loads),
    )


@contextmanager
def trained_beside(address: str) -> Iterator[None]:
    """Somebody trains on a page, again and again, for as long as the block lasts."""
    person, over = Client(address), threading.Event()

    def train() -> None:
        while not over.is_set():
            person.run("train")
            person.set("Members", double_value=float(MEMBERS))
            person.press("Train")

    with ThreadPoolExecutor(1) as thread:
        trainings = thread.submit(train)
        time.sleep(1)  # so that the first has begun
        try:
            yield
        finally:
            over.set()
            trainings.result()
            person.close()


def write_row(meanwhile: str, patients: int, clients: int, load: Load) -> str:
    """Answers a second, median, 95th percentile in milliseconds, and who was sent away."""
    cells = [meanwhile, f"{patients}", f"{clients}", f"{len(load.waits) / load.seconds:,.1f}"]
    if len(load.waits) > 1:
        p95 = statistics.quantiles(load.waits, n=20)[-1]
        cells += [f"{1e3 * seconds:,.0f}" for seconds in (statistics.median(load.waits), p95)]
    else:
        cells += ["–", "–"]
    cells += [f"{len(load.waits):,}", f"{load.refused:,}"]
    return f"| {' | '.join(cells)} |"


def measure(address: str, meanwhile: str, options: argparse.Namespace) -> dict[int, int]:
    """Print a row for each number of patients and of clients; bytes of an answer by patients."""
    sizes = {}
    for patients in options.patients:
        for clients in options.clients:
            load = ask(address, patients=patients, clients=clients, seconds=options.seconds)
            sizes[patients] = load.size
            print(write_row(meanwhile, patients, clients, load), flush=True)
    return sizes


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, nargs="*", default=[1, 100], help="of a request")
    parser.add_argument("--clients", type=int, nargs="*", default=[1, 8, 32], help="at once")
    parser.add_argument("--seconds", type=float, default=20.0, help="of each row")
    parser.add_argument("--warm-up", type=float, default=WARM_UP_S, help="seconds before")
    options = parser.parse_args()
    with serve(environment=SETTINGS) as address:
        time.sleep(options.warm_up)
        ask(address, patients=1, clients=1, seconds=1)  # the first answer loads the model
        columns = [
            *("meanwhile", "patients", "clients", "answers a second"),
            *("median, ms", "95th percentile, ms", "answers", "sent away"),
        ]
        print(f"| {' | '.join(columns)} |\n|{' --- |' * len(columns)}")
        sizes = measure(address, "nothing", options)
        with trained_beside(address):
            measure(address, "a page trains", options)
    print("\n| patients | request, bytes | answer, bytes |\n| --- | --- | --- |")
    for patients, size in sizes.items():
        print(f"| {patients} | {len(make_body(patients)):,} | {size:,} |")


if __name__ == "__main__":
    main()
