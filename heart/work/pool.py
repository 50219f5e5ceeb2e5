"""Who works, who waits, and for whom: a few places, a queue, and one computation for all who ask
for the same.
"""

from __future__ import annotations

import pickle
import socket
import threading
import time
from contextlib import suppress
from typing import Any, Self

from heart.apart.forks import IS_POSSIBLE, ForkServer
from heart.errors import TrainingError
from heart.events import tell
from heart.work.request import (
    Message,
    Request,
    answer,
    digest_of,
    open_result,
    read_messages,
    unpack,
    write_message,
)

SERVER = "heart.work.server" if IS_POSSIBLE else None
MAX_WAITING = 32
"""Longer queues are refused: each place in it holds a request, with its patients, in memory."""


STOPPED, LOST = "stopped", "lost"
"""How work ends in the log where nobody wanted it any longer, or its process died; else as its last
message says.
"""


class Job:
    """One piece of work. All of it changes under the pool's lock.

    Attributes:
        request: what is asked, as bytes where another process does it.
        name: of the function, for the log.
        key: who asks for the same has the same; None where that is not known.
        told: what it has told, each as the arguments.
        last: how it ended; None where nobody knows, or it has not.
        is_over: whether it has ended, or nobody wants it any longer.
        visitors: how many wait for it.
        connection: to its process, while it has one.
    """

    def __init__(self, request: Request | bytes, *, name: str, key: str | None) -> None:
        self.request, self.name, self.key = request, name, key
        self.told: list[tuple[Any, ...]] = []
        self.last: Message | None = None
        self.is_over = False
        self.visitors = 0
        self.connection: socket.socket | None = None


class Ticket:
    """One visitor's part in a piece of work, from `Pool.join`. It is used in a `with` block: when
    the last one leaves that, the work ends.
    """

    def __init__(self, pool: Pool, job: Job) -> None:
        self._pool, self._job = pool, job
        self._heard = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.leave(self._job)

    def wait(self, seconds: float) -> bool:
        """Whether the work is over, after at most so many seconds."""
        return self._pool.wait(self._job, seconds)

    def ahead(self) -> int | None:
        """How many pieces of work are before this one in the queue; None once it has begun."""
        return self._pool.ahead(self._job)

    def news(self) -> list[tuple[Any, ...]]:
        """What the work has told since this was last asked, each as the arguments it told."""
        told = self._job.told[self._heard :]
        self._heard += len(told)
        return told

    def result(self) -> Any:
        """What the work gave; to be asked when it is over.

        Raises:
            HeartError: where it was refused, or its process ended without a word.
            RuntimeError: for a defect of ours.
        """
        return open_result(self._job.last, _lost())


class Pool:
    """So many pieces of work at once, each in a process of its own; the others wait in their order.

    Args:
        places: how many at once.
        waiting: how many wait at most.
        module: what the processes are forked from; None for threads of this process, which is all
            that some systems can do.
    """

    def __init__(
        self, places: int, *, waiting: int = MAX_WAITING, module: str | None = SERVER
    ) -> None:
        self.places, self._max_waiting = places, waiting
        self._forks = ForkServer(module) if module else None
        self._changed = threading.Condition()
        self._running: list[Job] = []
        self._waiting: list[Job] = []

    def prepare(self) -> None:
        """Start the process that others are forked from, and do not wait for it."""
        if self._forks is not None:
            self._forks.prepare()

    def close(self) -> None:
        """End that process; what is worked on goes on."""
        if self._forks is not None:
            self._forks.stop()

    def join(self, request: Request) -> Ticket:
        """A part in the work that is asked for: in the very same, where somebody has asked for it
        and it is not over; else in new work, which begins when there is a place.

        Raises:
            TrainingError: if too many wait already.
        """
        new = self._make_job(request)
        with self._changed:
            jobs = [*self._running, *self._waiting]
            job = next((job for job in jobs if job.key is not None and job.key == new.key), new)
            if job is new:
                self._queue(job)
            job.visitors += 1
        return Ticket(self, job)

    def _make_job(self, request: Request) -> Job:
        if self._forks is None:
            return Job(request, name=request.name, key=None)
        content = pickle.dumps(request, pickle.HIGHEST_PROTOCOL)
        return Job(content, name=request.name, key=digest_of(content))

    def _queue(self, job: Job) -> None:
        if len(self._running) >= self.places and len(self._waiting) >= self._max_waiting:
            raise TrainingError(
                f"at most {self._max_waiting} people waiting for their work",
                "that many",
                "Try again in a few minutes.",
            )
        self._waiting.append(job)
        self._fill()

    def _fill(self) -> None:
        """Begin what there is a place for."""
        while self._waiting and len(self._running) < self.places:
            job = self._waiting.pop(0)
            self._running.append(job)
            threading.Thread(target=self._do, args=(job,), name="heart-work", daemon=True).start()
        self._changed.notify_all()

    def wait(self, job: Job, seconds: float) -> bool:
        """As `Ticket.wait`."""
        with self._changed:
            return self._changed.wait_for(lambda: job.is_over, seconds)

    def ahead(self, job: Job) -> int | None:
        """As `Ticket.ahead`."""
        with self._changed:
            return self._waiting.index(job) if job in self._waiting else None

    def leave(self, job: Job) -> None:
        """One visitor less waits for the work; without any it ends."""
        with self._changed:
            job.visitors -= 1
            if job.visitors == 0 and not job.is_over:
                self._end(job)

    def _end(self, job: Job) -> None:
        """The work is over, or not wanted: its place is the next one's at once."""
        job.is_over, job.request = True, b""
        if job.connection is not None:
            with suppress(OSError):
                job.connection.shutdown(socket.SHUT_RDWR)  # which ends its process
        for jobs in (self._running, self._waiting):
            if job in jobs:
                jobs.remove(job)
        self._fill()

    def _do(self, job: Job) -> None:
        """One piece of work, in a thread that listens to its process."""
        began = time.monotonic()
        tell("work start", work=job.name)
        try:
            if self._forks is None:
                self._do_here(job)
            else:
                self._listen(job, self._forks)
        except OSError:  # its process has ended, by us or by the system: there is no last message
            pass
        finally:
            with self._changed:
                outcome = STOPPED if job.is_over else job.last.kind if job.last else LOST
                if not job.is_over:
                    self._end(job)
            seconds = round(time.monotonic() - began, 3)
            tell("work end", work=job.name, outcome=outcome, seconds=seconds)

    def _listen(self, job: Job, forks: ForkServer) -> None:
        with forks.connect() as connection:
            with self._changed:
                if job.is_over:
                    return  # nobody wanted it any longer before it began
                job.connection, content = connection, job.request
            assert isinstance(content, bytes)  # noqa: S101
            write_message(connection, content)
            for message in read_messages(connection):
                self._note(job, unpack(message))
                if job.last is not None:
                    return

    def _do_here(self, job: Job) -> None:
        request = job.request
        if isinstance(request, Request):
            self._note(
                job, answer(request, lambda *words: self._note(job, Message("told", [words])))
            )

    def _note(self, job: Job, message: Message) -> None:
        with self._changed:
            if job.is_over:
                raise BrokenPipeError  # so that work in this process ends too
            if message.kind == "told":
                job.told += message.value
            else:
                job.last = message


def _lost() -> TrainingError:
    return TrainingError(
        "the work to be finished",
        "that its process ended without an answer, as it does where memory is short",
        "Try again; if it happens again, use fewer patients, members or hidden units.",
    )
