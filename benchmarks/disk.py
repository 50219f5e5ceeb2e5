"""How fast a Parquet file is trained on from disk, and how much memory that takes at most:
`python benchmarks/disk.py`, which prints a Markdown table; --rows 10000000 takes half a gigabyte of
disk.

Each run is a command of its own, start included. Beside it the least that the program takes: the
same command on 20,000 rows.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import pandas as pd  # noqa: E402  the repository comes first
import pyarrow as pa  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402
from files import write_file  # noqa: E402
from processes import watch  # noqa: E402

SMALL, PIECE, GROUP = 20_000, 500_000, 100_000
TRAINING = ("--members", "1", "--batch-size", "4096", "--patience", "0", "--time-limit", "3600")


class Run(NamedTuple):
    """One training: seconds from start to end, MiB at most, and the test part's log-loss."""

    seconds: float
    mib: int
    log_loss: float


def write_table(path: Path, rows: int) -> None:
    """New patients, in row groups; never all of them in memory."""
    source = path.with_suffix(".csv")
    write_file(source, min(rows, PIECE))
    frame = pd.read_csv(source)
    source.unlink()
    schema = pa.Table.from_pandas(frame, preserve_index=False).schema
    with pq.ParquetWriter(path, schema) as file:
        for i, start in enumerate(range(0, rows, PIECE)):
            mixed = frame.sample(min(PIECE, rows - start), random_state=i)
            table = pa.Table.from_pandas(mixed, schema, preserve_index=False)
            file.write_table(table, row_group_size=GROUP)


def train(path: Path, memory: int, epochs: int, device: str) -> Run:
    """The whole command."""
    options = ("--memory", str(memory), "--max-epochs", str(epochs), "--device", device)
    words = ("--cohort", str(path), "--from-disk", "--dialect", "kaggle-303", *options, *TRAINING)
    out = path.with_suffix(".joblib")
    command = [sys.executable, "-m", "heart", "train", "--json", "--force", "--out", str(out)]
    start = time.perf_counter()
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(  # noqa: S603
            [*command, *words],
            cwd=ROOT,
            env=os.environ | {"OMP_NUM_THREADS": "1", "XDG_DATA_HOME": str(path.parent)},
            stdout=told,
        )
        mib = watch(process)
        seconds = time.perf_counter() - start
        told.seek(0)
        text = told.read()
    if process.returncode:
        message = f"heart train ended with {process.returncode}"
        raise RuntimeError(message)
    log_loss = json.loads(text)["metrics"]["test"]["figures"]["log_loss"][0]
    return Run(seconds, mib, log_loss)


def main() -> None:
    """Make the files, train on them, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--memory", type=int, nargs="+", default=[64, 512])
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    options = parser.parse_args()
    print(f"{options.epochs} epochs of one member, batches of 4,096, {options.device}:\n")
    print("| rows | `--memory` | seconds | rows of an epoch a second | MiB at most | log-loss |")
    print("| --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as place:
        for rows in (SMALL, *options.rows):
            path = Path(place) / f"{rows}.parquet"
            write_table(path, rows)
            for memory in options.memory:
                run = train(path, memory, options.epochs, options.device)
                speed = options.epochs * rows / run.seconds
                took = f"{run.seconds:.1f} | {speed:,.0f} | {run.mib:,} | {run.log_loss:.4f}"
                print(f"| {rows:,} | {memory} | {took} |", flush=True)
            path.unlink()


if __name__ == "__main__":
    main()
