"""`--scheduler`: where work goes that is done on several workers."""

from __future__ import annotations

import click

scheduler_option = click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="a Dask scheduler whose workers do the work, as in tcp://127.0.0.1:8786"
    " [default: HEART_SCHEDULER, else it is done here]",
)
