"""Several GPUs in one machine, which here are names that nobody looks up."""

import os
import subprocess
import sys
from contextlib import contextmanager

from heart.cluster.client import connect
from tests.support.cluster import QUIET, ROOT

DEVICES = "3,GPU-7f"


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


def test_each_of_two_workers_takes_one_device_before_it_imports_torch(clusters, tmp_path):
    scheduler = clusters.start_scheduler()
    with documented_workers(scheduler.address, tmp_path), connect(scheduler.address) as client:
        client.wait_for_workers(2, timeout=60)
        seen = client.run(see)
    assert sorted(seen.values()) == [("3", False), ("GPU-7f", False)]
    scheduler.kill()


def see():
    """Which GPU this process may see, and whether torch is there already."""
    return os.environ.get("CUDA_VISIBLE_DEVICES"), "torch" in sys.modules
