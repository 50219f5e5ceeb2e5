"""How fast a folder of patients is scored here and by one, two or more workers, and how much memory
each process takes at most: `python benchmarks/cluster.py`, which prints a Markdown table.

All runs write the same files, which is checked. --rows 10000000 takes a gigabyte of disk, and on 2
cores that are free about ten minutes; --workers without a number scores here only.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import pandas as pd  # noqa: E402  the repository comes first
from files import write_file  # noqa: E402
from processes import peak_mib, processor_seconds, watch  # noqa: E402

PART = 500_000
ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1", "DASK_LOGGING__DISTRIBUTED": "error"}


class Run(NamedTuple):
    """One way to score the folder.

    Attributes:
        how: in words.
        seconds: from the start of the command to its end.
        processor: seconds that the command and its workers computed, imports included.
        client: MiB that the command had at most.
        workers: MiB that each worker had at most.
    """

    how: str
    seconds: float
    processor: float
    client: int
    workers: tuple[int, ...] = ()


def write_parts(folder: Path, rows: int, part: int) -> None:
    """A folder of Parquet files, each of so many new patients."""
    source = folder.with_suffix(".csv")
    write_file(source, min(rows, part))
    frame = pd.read_csv(source)
    source.unlink()
    folder.mkdir()
    for i, start in enumerate(range(0, rows, part)):
        mixed = frame.sample(min(part, rows - start), random_state=i)
        mixed.to_parquet(folder / f"part-{i:03}.parquet", index=False)


@contextmanager
def running(*words: str) -> Iterator[int]:
    """A Dask process and its number."""
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "dask", *words],
        cwd=ROOT,
        env=ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def wait_for(address: str, workers: int) -> None:
    """Until the scheduler has its workers."""
    from distributed import Client  # noqa: PLC0415  it is not measured here

    with Client(address, timeout=60, set_as_default=False) as client:
        client.wait_for_workers(workers, timeout=60)


def score(folder: Path, target: Path, how: str, scheduler: Sequence[str] = ()) -> Run:
    """The whole command, start included."""
    command = ["-m", "heart", "score", str(folder), "--output", str(target), *scheduler]
    start = time.perf_counter()
    before = os.times()
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, *command], cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.DEVNULL
    )
    most, after = watch(process), os.times()
    if process.returncode:
        message = f"heart score ended with {process.returncode}"
        raise RuntimeError(message)
    processor = (after.children_user + after.children_system) - (
        before.children_user + before.children_system
    )
    return Run(how, time.perf_counter() - start, processor, most)


def score_with(workers: int, folder: Path, target: Path) -> Run:
    """The folder scored by so many workers, each a process with one thread."""
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    with ExitStack() as until_done:
        scheduler = ("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
        until_done.enter_context(running(*scheduler))
        options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--memory-limit", "0")
        pids = [
            until_done.enter_context(running("worker", address, *options)) for _ in range(workers)
        ]
        wait_for(address, workers)
        name = f"{workers} worker{'s' if workers > 1 else ''}"
        run = score(folder, target, name, ("--scheduler", address))
        processor = run.processor + sum(map(processor_seconds, pids))
        return run._replace(processor=processor, workers=tuple(map(peak_mib, pids)))


def check_same(first: Path, second: Path) -> None:
    """Refuse two folders that differ in a byte."""
    for path in first.iterdir():
        if path.read_bytes() != (second / path.name).read_bytes():
            message = f"{path.name} differs"
            raise RuntimeError(message)


def main() -> None:
    """Make the files, score them each way, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--part", type=int, default=PART, help="rows of a file")
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder, here = Path(place) / "patients", Path(place) / "here"
        write_parts(folder, options.rows, options.part)
        runs = [score(folder, here, "here, without a scheduler")]
        for workers in options.workers:
            target = Path(place) / f"by-{workers}"
            runs.append(score_with(workers, folder, target))
            check_same(here, target)
    print(f"{options.rows:,} rows in files of {options.part:,}:\n")
    print(
        "| scored by | seconds | rows a second | processor's seconds | MiB of the command"
        " | MiB of each worker |"
    )
    print("| --- | --- | --- | --- | --- | --- |")
    for run in runs:
        each = ", ".join(f"{mib:,}" for mib in run.workers) or "–"
        speed = options.rows / run.seconds
        took = f"{run.seconds:.1f} | {speed:,.0f} | {run.processor:.1f}"
        print(f"| {run.how} | {took} | {run.client:,} | {each} |")


if __name__ == "__main__":
    main()
