"""Work in processes that are forked and have a limit."""

from __future__ import annotations

import contextlib
import math
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Callable

WAITING = 10
"""So many times its processor time may a process take in all: others use the machine too."""


class Child:
    """Work in a forked process, with a limit: what it gives back comes through a pipe.

    Attributes:
        late: whether it took longer than the limit, seconds of processor time, or hung.
    """

    def __init__(self, work: Callable[[], str], seconds: float) -> None:
        self.pipe, write = os.pipe()
        self.end, self.late, self._bytes = time.monotonic() + WAITING * seconds, False, b""
        sys.stdout.flush()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.pipe)
            _work(work, write, math.ceil(seconds))
        os.close(write)

    @property
    def text(self) -> str:
        """What the work gave back; empty if the process ended before."""
        return self._bytes.decode()

    def is_done(self) -> bool:
        """Whether it ended or its time did; reads what there is."""
        if time.monotonic() > self.end:
            self.late = True
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
        while self.late or select.select([self.pipe], [], [], 0)[0]:
            part = b"" if self.late else os.read(self.pipe, 1 << 20)
            self._bytes += part
            if not part:
                _, status = os.waitpid(self.pid, 0)
                spent = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU
                self.late = self.late or spent
                os.close(self.pipe)
                return True
        return False


def _work(work: Callable[[], str], write: int, seconds: int) -> None:
    """The child's part: it never comes back."""
    os.setpgid(0, 0)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):  # what tests print
        os.dup2(nowhere, stream)
    code = 1
    try:
        text = work()
        with os.fdopen(write, "w") as pipe:
            pipe.write(text)
        code = 0
    finally:
        os._exit(code)


def result_of(work: Callable[[], str], seconds: float) -> str:
    """What the work gives back, waited for; empty if it takes longer."""
    child = Child(work, seconds)
    while not child.is_done():
        select.select([child.pipe], [], [], 0.2)
    return child.text
