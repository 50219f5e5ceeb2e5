"""The work behind an answer: in threads, so that the pages' event loop goes on, and so much of it
at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TypeVar

from heart.api.problems import RefusedError

WORKERS, WAITING = 2, 16

Answer = TypeVar("Answer")


class Desk:
    """A few workers and a short queue.

    Args:
        workers: answers that are made at once.
        waiting: requests that may wait for a worker.
    """

    def __init__(self, workers: int = WORKERS, waiting: int = WAITING) -> None:
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="heart-api")
        self._inside, self._most = 0, workers + waiting

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """A place at the desk, for as long as the block lasts, the coming of the request included.

        Raises:
            RefusedError: if there is none.
        """
        if self._inside >= self._most:
            raise RefusedError(
                503,
                f"at most {self._most} requests at once",
                "one too many",
                "Ask again in a second.",
                headers={"Retry-After": "1"},
            )
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1

    async def make(self, work: Callable[[], Answer]) -> Answer:
        """What the work gives, made by one of the workers."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)
