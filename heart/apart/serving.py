"""The forking side: what the process does with the connections that it is handed, and what its
children have in common.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
from collections.abc import Callable
from typing import NoReturn

from heart.events import describe_fault


def serve(answer: Callable[[socket.socket], object], *, nice: int) -> None:
    """Fork for each connection that arrives on standard input, until the asking process has ended.

    Args:
        answer: what a child does with its connection; the child ends with it.
        nice: how far the children stand back behind the asking process.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the children
    gc.freeze()
    with socket.socket(fileno=sys.stdin.fileno()) as control:
        while True:
            message, descriptors, _, _ = socket.recv_fds(control, 1, 1)
            if not message:
                return
            for descriptor in descriptors:
                if os.fork() == 0:
                    control.close()
                    _answer(answer, socket.socket(fileno=descriptor), nice)
                os.close(descriptor)


def _answer(
    answer: Callable[[socket.socket], object], connection: socket.socket, nice: int
) -> NoReturn:
    """Answer and end; the end is silent where anything is in the way."""
    try:
        os.nice(nice)
        _forbid_core()
        answer(connection)
    finally:
        os._exit(0)


def _forbid_core() -> None:
    """A crash leaves no file, which would hold patients."""
    import resource  # noqa: PLC0415  absent on Windows, as is fork

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def describe_defect(error: BaseException) -> str:
    """Where our own code has failed, without any value that it worked on."""
    return " in ".join(describe_fault(error))
