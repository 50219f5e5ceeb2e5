"""The process that forks a child for each piece of long work: `python -m heart.work.server` is
started by `heart.work.pool`.
"""

from __future__ import annotations

import importlib
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from heart.apart.serving import serve
from heart.work.request import Message, Request, answer, pack, read_messages, unpack, write_message

NICE = 10
"""A tenth of a processor that the pages want too."""

FIRST_OUT_OF_MEMORY = 500
"""Linux's `oom_score_adj`: where memory ends, work ends before the process that answers."""

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

    def tell(*words: object) -> None:
        write_message(connection, pack(Message("told", words)))

    write_message(connection, pack(answer(request, tell)))


def _end_with(messages: Iterator[bytes]) -> None:
    """End this process when nobody listens any more: nothing else is ever sent to it."""
    next(messages, None)
    os._exit(0)


def main() -> None:
    """Import what the work needs, then fork for each connection."""
    for name in PRELOADED:
        importlib.import_module(name)
    serve(work, nice=NICE)


if __name__ == "__main__":
    main()
