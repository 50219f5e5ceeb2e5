"""The process that forks a child for each piece of long work: `python -m heart.work.server` is
started by `heart.work.pool`.
"""

from __future__ import annotations

import importlib
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from heart.apart.serving import serve
from heart.environment import SCHEDULER
from heart.work.request import Message, Request, answer, pack, read_messages, unpack, write_message

NICE = 10
"""A tenth of a processor that the pages want too."""

FIRST_OUT_OF_MEMORY = 500
"""Linux's `oom_score_adj`: where memory ends, work ends before the process that answers."""

BETWEEN_MESSAGES_S = 0.1
"""Pages draw progress no more often."""

PRELOADED = (
    "heart.bundle",
    "heart.experiments.hospitals",
    "heart.experiments.leaderboard",
    "heart.experiments.learning_curve",
    "heart.experiments.nested",
    "heart.experiments.runs",
    "heart.experiments.search",
    "heart.experiments.stored",
    "heart.experiments.work_up",
    "heart.explain.uses",
    "heart.lessons.encodings_costs",
    "heart.lessons.leakage",
    "heart.lessons.overfitting_patients",
    "heart.work.whole_file",
)
"""What the work needs: imported once, not by each child again."""


def work(connection: socket.socket) -> None:
    """Do what the connection asks for, tell how far it is, and answer."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(FIRST_OUT_OF_MEMORY))
    messages = read_messages(connection)
    request: Request = unpack(next(messages))
    threading.Thread(target=_end_with, args=(messages,), daemon=True).start()

    teller = Teller(connection)
    teller.end(answer(request, teller.tell))


class Teller:
    """Sends what work tells: at once, and what comes soon after that together. Each message has the
    asking process, which answers people, wake up.

    Args:
        connection: to the asking process.
        interval: seconds between two messages.
    """

    def __init__(self, connection: socket.socket, *, interval: float = BETWEEN_MESSAGES_S) -> None:
        self._connection, self._interval = connection, interval
        self._waiting: list[tuple[object, ...]] = []
        self._next = 0.0
        self._timer: threading.Timer | None = None
        self._lock = threading.Lock()

    def tell(self, *words: object) -> None:
        """Send this, now or soon.

        Raises:
            OSError: if nobody listens any more.
        """
        with self._lock:
            self._waiting.append(words)
            early = self._next - time.monotonic()
            if early <= 0:
                self._send()
            elif self._timer is None:
                self._timer = threading.Timer(early, self._send_late)
                self._timer.daemon = True
                self._timer.start()

    def end(self, last: Message) -> None:
        """Send what is left, and how it ended.

        Raises:
            OSError: if nobody listens any more.
        """
        with self._lock:
            self._send()
            write_message(self._connection, pack(last))

    def _send_late(self) -> None:
        with self._lock, suppress(OSError):  # the next telling meets it too
            self._send()

    def _send(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._next = None, time.monotonic() + self._interval
        if self._waiting:
            told, self._waiting = self._waiting, []
            write_message(self._connection, pack(Message("told", told)))


def _end_with(messages: Iterator[bytes]) -> None:
    """End this process when nobody listens any more: nothing else is ever sent to it."""
    next(messages, None)
    os._exit(0)


def main() -> None:
    """Import what the work needs, then fork for each connection."""
    for name in PRELOADED:
        importlib.import_module(name)
    if os.environ.get(SCHEDULER.name):  # a child that asks for one, and says so where there is none
        with suppress(ModuleNotFoundError):
            importlib.import_module("distributed")
    serve(work, nice=NICE)


if __name__ == "__main__":
    main()
