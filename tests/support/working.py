"""Work for `heart.work` that ends at once, waits, fails or dies, and a process to do it in that
imports nothing.
"""

import os
import signal
import time
from pathlib import Path

from heart.apart.serving import serve
from heart.errors import BadCell, BadCellsError
from heart.work.server import NICE, work


def double(value, *, on_share):
    """Tells a half and all, then the double."""
    on_share(0.5)
    on_share(1.0, "all")
    return 2 * value


def wait_for(path, *, on_share):
    """Notes its process beside the path, and waits until there is a file."""
    started = Path(f"{path}.{os.getpid()}")
    started.touch()
    on_share(0.0)
    while not Path(path).exists():
        time.sleep(0.01)
    return os.getpid()


def hold(path, *, on_share):
    """As `wait_for`, but never tells anything nor looks up."""
    Path(f"{path}.{os.getpid()}").touch()
    on_share(0.0)
    time.sleep(600)


def refuse(*, on_share):  # noqa: ARG001
    raise BadCellsError("a", "b", "c", bad_cells=[BadCell(1, "age", "x", "why")])


def fail(*, on_share):  # noqa: ARG001
    raise KeyError("63 years")


def die(*, on_share):  # noqa: ARG001
    os.kill(os.getpid(), signal.SIGKILL)


def give(name, *, on_share):  # noqa: ARG001
    """What the process says of itself."""
    return {"nice": os.nice(0), "variable": os.environ.get(name), "lambda": None}


def give_what_cannot_travel(*, on_share):  # noqa: ARG001
    return lambda: None


if __name__ == "__main__":
    serve(work, nice=NICE)
