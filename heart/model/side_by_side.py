"""Independent pieces of work side by side, each in a thread of its own, with one progress."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from threading import Event
from typing import TypeVar

import torch

from heart.model.threads import one_library_thread

Task = TypeVar("Task")
Result = TypeVar("Result")

OnShare = Callable[[float], object]
"""Called with the share of the work that is done; whatever it raises ends the work."""


class _StoppedError(Exception):
    """Ends a piece of work whose answer nobody waits for any more."""


def count_workers(pieces: int) -> int:
    """How many pieces are done at once: as many as PyTorch may use threads here. That is 1 in the
    app, where visitors share the machine, and inside a piece.
    """
    return max(1, min(torch.get_num_threads(), pieces))


def side_by_side(
    work: Callable[[Task, OnShare], Result],
    tasks: Sequence[Task],
    *,
    sizes: Sequence[int] | None = None,
    on_share: OnShare | None = None,
) -> list[Result]:
    """What the work makes of each task, in the tasks' order, whatever is finished first.

    Python's threads, not processes: PyTorch and scikit-learn compute without the interpreter's
    lock, and a process would import both first (2 s each). `on_share` is called in the calling
    thread.

    Args:
        work: takes a task and whom to tell its own share; it ends when telling raises.
        tasks: independent of each other.
        sizes: how much of the whole each task is; by default they are equal.
        on_share: sees the share of the whole; whatever it raises ends all work and is passed on.

    Raises:
        Exception: what the work raises, of the first task that fails.
    """
    whole = _Whole(sizes or [1] * len(tasks), on_share or (lambda share: None))  # noqa: ARG005
    workers = count_workers(len(tasks))
    with one_library_thread():
        if workers == 1:
            return [
                work(task, lambda share, i=i: whole.note(i, share))  # type: ignore[misc]
                for i, task in enumerate(tasks)
            ]
        return _in_threads(work, tasks, whole, workers)


class _Whole:
    """The share of all work that is done."""

    def __init__(self, sizes: Sequence[int], tell: OnShare) -> None:
        self._sizes, self._tell = sizes, tell
        self._shares = [0.0] * len(sizes)

    def note(self, task: int, share: float) -> None:
        """Tell the share of the whole, now that this much of the task is done."""
        self._shares[task] = share
        done = sum(size * s for size, s in zip(self._sizes, self._shares, strict=True))
        self._tell(done / sum(self._sizes))


def _in_threads(
    work: Callable[[Task, OnShare], Result], tasks: Sequence[Task], whole: _Whole, workers: int
) -> list[Result]:
    news: SimpleQueue[tuple[int, float | None]] = SimpleQueue()
    stopped = Event()

    def do(i: int) -> Result:
        def tell(share: float) -> None:
            if stopped.is_set():
                raise _StoppedError
            news.put((i, share))

        try:
            return work(tasks[i], tell)
        finally:
            news.put((i, None))

    with ThreadPoolExecutor(workers, thread_name_prefix="heart") as threads:
        running = [threads.submit(do, i) for i in range(len(tasks))]
        try:
            for _ in tasks:  # each says once that it has ended
                ended = _follow(news, whole)
                running[ended].result()
            return [future.result() for future in running]
        finally:
            stopped.set()
            threads.shutdown(wait=False, cancel_futures=True)


def _follow(news: SimpleQueue[tuple[int, float | None]], whole: _Whole) -> int:
    """Pass the shares on until a task has ended; which one."""
    while True:
        task, share = news.get()
        if share is None:
            return task
        whole.note(task, share)
