"""Pieces of work that do not depend on each other: over a scheduler's workers, or here."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from typing import NoReturn, TypeVar

from heart.cluster.client import connect
from heart.errors import ClusterError

Shared = TypeVar("Shared")
Task = TypeVar("Task")
Result = TypeVar("Result")


def spread(
    work: Callable[[Shared, Task], Result],
    tasks: Sequence[Task],
    *,
    shared: Shared,
    scheduler: str | None = None,
) -> Iterator[tuple[int, Result]]:
    """Each task's position and what the work makes of it, whichever is finished first; what is left
    is given up when nobody asks for more.

    A piece whose worker dies is done again by another one.

    Args:
        work: a function of a module, so that workers find it, of what all share and one task.
        tasks: independent of each other.
        shared: sent once, not with each task.
        scheduler: its address; None does all of it here, one after the other.

    Raises:
        ClusterError: if the scheduler cannot be used or is lost, or a piece ends worker after
            worker.
        Exception: what the work raises.
    """
    if scheduler is None:
        yield from ((i, work(shared, task)) for i, task in enumerate(tasks))
    else:
        yield from _spread(work, tasks, shared, scheduler)


def spread_all(
    work: Callable[[Shared, Task], Result],
    tasks: Sequence[Task],
    *,
    shared: Shared,
    scheduler: str | None = None,
    on_share: Callable[[float], object] | None = None,
) -> list[Result]:
    """What the work makes of each task, in the tasks' order, when all are done.

    Args:
        work: see `spread`.
        tasks: see `spread`.
        shared: see `spread`.
        scheduler: see `spread`.
        on_share: sees the share of the tasks that is done; whatever it raises ends the work.

    Raises:
        Exception: as `spread`.
    """
    results: dict[int, Result] = {}
    for i, result in spread(work, tasks, shared=shared, scheduler=scheduler):
        results[i] = result
        if on_share is not None:
            on_share(len(results) / len(tasks))
    return [results[i] for i in range(len(tasks))]


def _spread(
    work: Callable[[Shared, Task], Result],
    tasks: Sequence[Task],
    shared: Shared,
    address: str,
) -> Iterator[tuple[int, Result]]:
    with connect(address) as client:  # what is left is given up when it is closed
        from distributed import as_completed  # noqa: PLC0415
        from distributed.client import FutureCancelledError  # noqa: PLC0415
        from distributed.comm.core import CommClosedError  # noqa: PLC0415

        name = f"heart-{secrets.token_hex(8)}"
        try:
            # a task, not scattered data: what a dead worker held is then made again
            common = client.submit(_same, shared, key=f"{name}-shared", pure=False)
            client.replicate([common])  # else the tasks crowd where it is
            keys = [(name, i) for i in range(len(tasks))]  # of one group: handed out one by one
            mapped = client.map(work, [common] * len(tasks), tasks, key=keys, pure=False)
            futures = {future: i for i, future in enumerate(mapped)}
            for future in as_completed(mapped, loop=client.loop):
                if future.status == "error":
                    _raise(future.exception())
                yield futures[future], future.result()
                future.release()
        except (FutureCancelledError, CommClosedError) as error:
            raise _lost(address) from error


def _same(shared: Shared) -> Shared:
    return shared


def _raise(error: BaseException) -> NoReturn:
    """What the work raised; where its workers have ended, that."""
    from distributed import KilledWorker  # noqa: PLC0415

    raise _worker_after_worker() if isinstance(error, KilledWorker) else error


def _lost(address: str) -> ClusterError:
    return ClusterError(
        f"the scheduler at {address} until the work is done",
        "a connection that ended",
        "Look at its log, start it again, and repeat the command.",
    )


def _worker_after_worker() -> ClusterError:
    return ClusterError(
        "workers that finish a piece of work",
        "one piece at which several ended, one after the other",
        "Look at their logs; give each more memory, or cut the parts smaller.",
    )
