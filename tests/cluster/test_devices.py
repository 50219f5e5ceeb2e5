"""Several GPUs in one machine, which here are names that nobody looks up."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

from heart.cluster.client import connect
from tests.support.cluster import QUIET, ROOT

DEVICES = "3,GPU-7f"
SOON = 60.0


@contextmanager
def documented_workers(scheduler, folder):
    """Those that the line of docs/OPERATIONS.md starts, two of them."""
    line = "--nworkers 2 --nthreads 1 --preload-nanny heart.cluster.devices"
    assert line.replace("2", "4", 1) in (ROOT / "docs" / "OPERATIONS.md").read_text()
    words = ["worker", scheduler, *line.split(), "--host", "127.0.0.1", "--no-dashboard"]
    environment = {"CUDA_VISIBLE_DEVICES": DEVICES, "DASK_TEMPORARY_DIRECTORY": str(folder)}
    with subprocess.Popen(
        [sys.executable, "-m", "dask", *words],
        cwd=ROOT,
        env=os.environ | QUIET | environment,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield
        finally:
            process.terminate()


def test_each_of_two_workers_takes_one_device_and_again_when_it_is_started_anew(clusters, tmp_path):
    scheduler = clusters.start_scheduler()
    with documented_workers(scheduler.address, tmp_path), connect(scheduler.address) as client:
        client.wait_for_workers(2, timeout=SOON)
        assert sorted(client.run(see).values()) == [("3", False), ("GPU-7f", False)]
        first = pids(client)
        os.kill(min(first), signal.SIGKILL)
        end = time.monotonic() + SOON
        while len(now := pids(client)) < len(first) or now == first:
            assert time.monotonic() < end
            time.sleep(0.1)
        assert sorted(client.run(see).values()) == [("3", False), ("GPU-7f", False)]
    scheduler.kill()


def see():
    """Which GPU this process may see, and whether torch is there already."""
    return os.environ.get("CUDA_VISIBLE_DEVICES"), "torch" in sys.modules


def pids(client):
    """Of the workers that answer."""
    return set(client.run(os.getpid, on_error="ignore").values())
