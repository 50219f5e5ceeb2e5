"""`--scheduler`: where work goes that is done on several workers."""

from __future__ import annotations

import click

from heart.commands.extras import require

scheduler_option = click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="a Dask scheduler whose workers do the work, as in tcp://127.0.0.1:8786"
    " [default: HEART_SCHEDULER, else it is done here]",
)


def find_workers(said: str | None) -> str | None:
    """The scheduler's address, as said or of the environment; None for none.

    Raises:
        ClusterError: if it is no address.
        MissingExtraError: if there is one, and no Dask.
    """
    from heart.cluster.client import find_scheduler

    address = find_scheduler(said)
    if address is not None:
        require("distributed")
    return address
