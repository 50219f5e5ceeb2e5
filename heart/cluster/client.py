"""The one place where a scheduler is connected to. Dask is imported when one is asked for."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from heart.cluster.versions import find_versions
from heart.environment import SCHEDULER, Environment
from heart.errors import ClusterError

if TYPE_CHECKING:
    from distributed import Client

ANSWER_S = 10.0
"""Seconds for a scheduler to answer, and for its first worker to be there."""

SCHEMES = ("tcp://", "tls://")


def find_scheduler(said: str | None = None, environment: Environment = os.environ) -> str | None:
    """The scheduler's address: what was said, else the environment's; None for none.

    Raises:
        ClusterError: if it is no address.

    >>> find_scheduler(None, {}), find_scheduler(None, {"HEART_SCHEDULER": "tcp://10.0.0.1:8786"})
    (None, 'tcp://10.0.0.1:8786')
    """
    address = (environment.get(SCHEDULER.name, "") if said is None else said).strip()
    if not address:
        return None
    if not address.startswith(SCHEMES):
        raise ClusterError(
            "a scheduler's address, as in tcp://127.0.0.1:8786",
            repr(address[:60]),
            "Write the address that the scheduler names when it starts.",
        )
    return address


@contextmanager
def connect(address: str) -> Iterator[Client]:
    """A connection to a scheduler that has workers of our own versions; closed at the end.

    Args:
        address: as `find_scheduler` has it.

    Raises:
        ClusterError: if Dask is not installed, nothing answers, there is no worker, or a worker has
            other versions.
    """
    try:
        import dask  # noqa: PLC0415  most people never ask for a scheduler
        from distributed import Client  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise ClusterError(
            f"Dask, for the scheduler at {address}",
            "none installed",
            "Run: pip install -r requirements-cluster.txt, or leave HEART_SCHEDULER out.",
        ) from error

    # a scheduler that is lost is an error after ANSWER_S, not after half a minute
    with _quiet(), dask.config.set({"distributed.comm.timeouts.connect": ANSWER_S}):
        try:
            client = Client(address, timeout=ANSWER_S, set_as_default=False)
        except (OSError, ValueError) as error:
            raise _no_answer(address) from error
        try:
            _check_workers(client)
            yield client
        finally:
            client.close(timeout=1)


@contextmanager
def _quiet() -> Iterator[None]:
    """Dask logs a traceback for a connection that ends, of which our error tells in a line."""
    logger = logging.getLogger("distributed.client")
    before = logger.disabled
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = before


def _no_answer(address: str) -> ClusterError:
    return ClusterError(
        f"a Dask scheduler at {address}",
        "no answer",
        "Start it with `python -m dask scheduler`, or leave --scheduler and HEART_SCHEDULER out.",
    )


def _check_workers(client: Client) -> None:
    """Refuse a scheduler without workers, and workers that would compute something else.

    Raises:
        ClusterError: naming the worker, and what differs.
    """
    try:
        client.wait_for_workers(1, timeout=ANSWER_S)
    except TimeoutError as error:
        raise ClusterError(
            "at least one worker",
            "a scheduler without any",
            "Start one: python -m dask worker ADDRESS --nthreads 1",
        ) from error
    ours = find_versions()
    for worker, theirs in client.run(find_versions, on_error="return").items():
        if isinstance(theirs, Exception):
            raise ClusterError(
                f"a worker at {worker} that can import heart",
                "one that cannot",
                "Install Heart for it, or start it in the clone with `python -m dask worker`.",
            )
        differing = [name for name in ours if theirs.get(name) != ours[name]]
        if differing:
            raise ClusterError(
                f"the same versions at the worker {worker} as here",
                ", ".join(f"{name} {theirs.get(name)} (here {ours[name]})" for name in differing),
                "Install the same requirements and the same Heart for each worker.",
            )
