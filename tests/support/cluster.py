"""A scheduler and its workers, each a process of its own on loopback.

`python -m tests.support.cluster` imports what they need once, forks one for each line that it
reads, and ends them when its standard input does.
"""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
SCHEDULER = "scheduler"
QUIET = {"DASK_LOGGING__DISTRIBUTED": "critical", "OMP_NUM_THREADS": "1"}


class Member(NamedTuple):
    """A process of the cluster."""

    pid: int
    address: str

    def kill(self):
        """As the system does it where memory runs out."""
        os.kill(self.pid, signal.SIGKILL)


class Clusters(NamedTuple):
    """Starts schedulers and workers."""

    process: subprocess.Popen

    def start_scheduler(self):
        return self._start(SCHEDULER)

    def start_worker(self, scheduler):
        return self._start(scheduler.address)

    def _start(self, line):
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        pid, address = self.process.stdout.readline().split()
        return Member(int(pid), address)


@contextmanager
def open_clusters():
    """What starts schedulers and workers; all of them end with it."""
    command = [sys.executable, "-m", "tests.support.cluster"]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | QUIET | {"DASK_TEMPORARY_DIRECTORY": folder},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process,
    ):
        yield Clusters(process)
        process.stdin.close()
        process.wait()


async def _serve(make):
    async with make() as server:
        sys.stdout.write(f"{os.getpid()} {server.address}\n")
        sys.stdout.flush()
        await server.finished()


def _run(line):
    from distributed import Scheduler, Worker  # noqa: PLC0415

    def make():
        if line == SCHEDULER:
            return Scheduler(host="127.0.0.1", port=0, dashboard=False)
        return Worker(line, host="127.0.0.1", nthreads=1, dashboard=False)

    asyncio.run(_serve(make))


def main():
    import distributed  # noqa: F401, PLC0415  once, for all that are forked

    import heart.experiments.leaderboard  # noqa: F401, PLC0415

    children = []
    for line in sys.stdin:
        child = os.fork()
        if not child:
            sys.stdin.close()
            _run(line.strip())
            os._exit(0)
        children.append(child)
    for child in children:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


if __name__ == "__main__":
    main()
