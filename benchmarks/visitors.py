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
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from drive import serve  # noqa: E402
from streamlit.proto.BackMsg_pb2 import BackMsg  # noqa: E402
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg  # noqa: E402
from websockets.sync.client import connect  # noqa: E402

from heart.lessons import LESSONS  # noqa: E402

AT_ONCE, RUNS, ALONE = 20, 8, 25
WARM_UP_S = 25
"""After this the server has imported all that it imports by itself."""

LONG = "overfitting"
"""The lesson that trains for a quarter of a minute, and imports nothing that the others do not."""


class Visitor:
    """A connection to the server."""

    def __init__(self, address: str) -> None:
        url = f"ws://{urlsplit(address).netloc}/_stcore/stream"
        self._socket = connect(url, subprotocols=["streamlit"], max_size=None).__enter__()  # type: ignore[list-item]

    def run(self, page: str = "") -> float:
        """Seconds from asking for a page to its last line."""
        message = BackMsg()
        message.rerun_script.page_name = page
        start = time.perf_counter()
        self._socket.send(message.SerializeToString())
        while True:
            answer = ForwardMsg.FromString(bytes(self._socket.recv(timeout=120)))  # type: ignore[arg-type]
            if answer.WhichOneof("type") == "script_finished":
                return time.perf_counter() - start


def time_one(address: str) -> float:
    """Median seconds of a visitor who is alone."""
    visitor = Visitor(address)
    visitor.run()
    return statistics.median(visitor.run() for _ in range(ALONE))


def time_many(address: str) -> float:
    """Median seconds where all ask again and again at once."""
    visitors = [Visitor(address) for _ in range(AT_ONCE)]
    for visitor in visitors:
        visitor.run()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        runs = list(pool.map(_run_often, visitors))
    return statistics.median([seconds for each in runs for seconds in each])


def _run_often(visitor: Visitor) -> list[float]:
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
                visitor = Visitor(address)
                lessons = [entry.address for name, entry in LESSONS.items() if name != LONG]
                for page in ("cohort", *lessons):
                    visitor.run(page)


if __name__ == "__main__":
    main()
