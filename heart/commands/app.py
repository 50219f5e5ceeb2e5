"""`app`: the pages, from anywhere."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import click

from heart.commands.extras import require
from heart.commands.scheduler import find_workers
from heart.environment import read_api
from heart.paths import APP


@click.command(context_settings={"ignore_unknown_options": True})
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    help="where it listens [default: 8501, or the next that is free]",
)
@click.argument(
    "options",
    nargs=-1,
    type=click.UNPROCESSED,
    help="those of `streamlit run`, as in --server.address=0.0.0.0 --server.allowedHosts=NAME",
)
def app(port: int | None, options: tuple[str, ...]) -> NoReturn:
    """Start the pages."""
    require("streamlit")
    if read_api() is not None:
        require("fastapi")
    find_workers(None)  # says so now if the pages could not use it
    listen = () if port is None else (f"--server.port={port}",)
    # this process becomes Streamlit's; -P, so that no file of the folder one stands in is imported;
    # .streamlit/config.toml beside the script holds the settings
    command = [sys.executable, "-P", "-m", "streamlit", "run", str(APP), *listen, *options]
    sys.stdout.flush()
    os.execv(sys.executable, command)  # noqa: S606  the words are those of the command line
