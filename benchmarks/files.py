"""How long files take to be read and scored, and how much memory: against pandas' bare parser and
the network as it is trained.

python benchmarks/files.py prints Markdown tables; --rows changes the large file's size.
"""

from __future__ import annotations

import argparse
import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402  the repository comes first
import pandas as pd  # noqa: E402
import torch  # noqa: E402
from processes import peak_mib  # noqa: E402

from heart.bundle import load_bundle  # noqa: E402
from heart.data import load_shipped, read_cohort, read_patients  # noqa: E402
from heart.data.columns import name_columns  # noqa: E402
from heart.data.dialects.cells import parse_table  # noqa: E402
from heart.data.formats.detect import open_table  # noqa: E402
from heart.scoring.safe_csv import SafeCsvWriter  # noqa: E402
from heart.scoring.table import CHUNK, score_patients, score_rows, write_rows  # noqa: E402

READ_ROWS = 100_000
BUNDLE = ROOT / "models" / "cleveland.joblib"


def write_file(path: Path, rows: int) -> None:
    """New patients in the coding of kaggle-303: resampled from Cleveland, with noise on what is
    measured.
    """
    rng = np.random.default_rng(0)
    frame = load_shipped("cleveland").frame.iloc[rng.integers(0, 303, rows)].reset_index(drop=True)
    for name, width in {"age": 3, "trestbps": 9, "chol": 30, "thalach": 9}.items():
        frame[name] = (
            (frame[name] + rng.integers(-width, width + 1, rows)).clip(lower=25).astype(int)
        )
    coded = frame.assign(
        cp=frame["cp"].map({4: 0, 2: 1, 3: 2, 1: 3}),
        restecg=frame["restecg"].map({2: 0, 0: 1, 1: 2}),
        slope=frame["slope"].map({3: 0, 2: 1, 1: 2}).astype(int),
        ca=frame["ca"].fillna(4),
        thal=frame["thal"].map({"fixed": 1, "normal": 2, "reversible": 3}).fillna(0).astype(int),
        target=(frame["num"] == 0).astype(int),
    )
    coded.drop(columns="num").to_csv(path, index=False)


def seconds(run: Callable[[], object], rounds: int) -> list[float]:
    """How long each of some runs takes."""
    found = []
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        found.append(time.perf_counter() - start)
    return found


def spread(values: list[float], unit: str = "s") -> str:
    """The median and the range."""
    return f"{statistics.median(values):.3g} {unit} ({min(values):.3g} to {max(values):.3g})"


def measure_reading(path: Path, rows: int, rounds: int) -> None:
    """`read_cohort` against `pandas.read_csv` on the same file, taking turns."""
    bare, whole = [], []
    for _ in range(rounds):
        bare += seconds(lambda: pd.read_csv(path), 1)
        whole += seconds(lambda: read_cohort(path), 1)
    size = path.stat().st_size
    live, arrow, resident = (int(word) for word in in_new_process("memory", path).split())
    print(f"Reading {rows:,} rows ({size / 1e6:.1f} MB), {rounds} rounds in turns:\n")
    print("| what | figure |\n| --- | --- |")
    print(f"| `pandas.read_csv` alone | {spread(bare)} |")
    print(f"| `read_cohort`: recognition, checks, repairs, report | {spread(whole)} |")
    print(f"| ratio of the medians | {statistics.median(whole) / statistics.median(bare):.1f} |")
    allowed = 3 * statistics.median(bare) + 1
    print(
        f"| limit: 3 times the first plus 1 s | {allowed:.2f} s; used"
        f" {statistics.median(whole) / allowed:.0%} |"
    )
    print(f"| most memory live at once, Python and numpy | {live / size:.1f} times the file |")
    print(
        f"| most memory live at once, Arrow (while parsing) | {arrow / size:.1f} times the file |"
    )
    print(
        f"| growth of the resident process, second such file | {resident / size:.1f} times the"
        " file |\n"
    )


def in_new_process(task: str, path: Path, *, out: Path | None = None) -> str:
    """What a task of this script prints, in a process of its own."""
    command = [
        sys.executable,
        __file__,
        "--task",
        task,
        "--file",
        str(path),
        *([] if out is None else ["--out", str(out)]),
    ]
    # this script
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603


def print_memory(path: Path) -> None:
    """Most bytes that were live during one reading (Python and numpy; Arrow), and by how much a
    second file makes the process grow.
    """
    import tracemalloc  # noqa: PLC0415

    import pyarrow as pa  # noqa: PLC0415

    read_cohort(ROOT / "data" / "cleveland.csv")
    read_cohort(path)
    before = resident_bytes()
    cohort = read_cohort(path)
    grown = resident_bytes() - before
    del cohort
    tracemalloc.start()
    start = tracemalloc.get_traced_memory()[0]
    read_cohort(path)
    most = tracemalloc.get_traced_memory()[1] - start
    tracemalloc.stop()
    print(most, pa.default_memory_pool().max_memory(), grown)


def resident_bytes() -> int:
    """The process's memory now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def print_scoring(path: Path, out: Path) -> None:
    """Seconds to parse, to read all, to score and write, and the peak of the process's memory in
    bytes.
    """
    bundle = load_bundle(BUNDLE)
    start = time.perf_counter()
    table = open_table(path.read_bytes())
    parse_table(table, name_columns(table.header))
    parsed = time.perf_counter() - start
    start = time.perf_counter()
    patients = read_patients(path)
    read = time.perf_counter() - start
    start = time.perf_counter()
    with out.open("wb") as file:
        write_rows(patients, score_patients(bundle, patients), file)
    scored = time.perf_counter() - start
    print(parsed, read, scored, peak_mib(os.getpid()) * 2**20)


def measure_scoring(path: Path, rows: int, rounds: int) -> None:
    """The whole way of a large file, each round in a fresh process."""
    out = path.with_suffix(".scores.csv")
    found = [
        [float(word) for word in in_new_process("score", path, out=out).split()]
        for _ in range(rounds)
    ]
    parse, read, score, peak = (list(column) for column in zip(*found, strict=True))
    rate = [rows / (r - p + s) for p, r, s in zip(parse, read, score, strict=True)]
    print(
        f"Scoring {rows:,} rows with the shipped model of 32 members, {rounds} fresh processes,"
        f" {torch.get_num_threads()} threads:\n"
    )
    print("| what | figure |\n| --- | --- |")
    print(f"| parsing the CSV | {spread(parse)} |")
    print(
        "| recognition, checks, report |"
        f" {spread([r - p for p, r in zip(parse, read, strict=True)])} |"
    )
    print(f"| probability, decision, warnings, writing | {spread(score)} |")
    print(
        "| everything after the parse |"
        f" {spread([value / 1000 for value in rate], 'thousand rows/s')} |"
    )
    print(f"| peak of the process | {max(peak) / 1e6:,.0f} MB |\n")


def measure_prediction(rows: int, rounds: int) -> None:
    """The folded network against the batched network of training, on one chunk."""
    bundle = load_bundle(BUNDLE)
    frame = load_shipped("cleveland").features.sample(
        rows, replace=True, random_state=0, ignore_index=True
    )
    encoded = bundle.preprocessor.encode(frame)
    numeric, codes = torch.from_numpy(encoded.numeric), torch.from_numpy(encoded.codes)
    before, after = [], []
    for _ in range(rounds):
        before += seconds(
            lambda: bundle.network.predict_logits(numeric, codes).double().sigmoid().mean(dim=0), 1
        )
        after += seconds(lambda: bundle.predict_proba(frame), 1)
    scored = score_rows(bundle, frame, {})
    writing = seconds(lambda: SafeCsvWriter(io.BytesIO()).write(scored), rounds)
    to_csv = seconds(lambda: scored.to_csv(io.BytesIO(), index=False, quoting=1), rounds)
    print(f"One chunk of {rows:,} rows, {rounds} rounds in turns:\n")
    print("| what | here | instead | ratio |\n| --- | --- | --- | --- |")
    ratio = statistics.median(before) / statistics.median(after)
    print(
        f"| prediction | folded, {spread(after)} | the network as it is trained, {spread(before)} |"
        f" {ratio:.0f} |"
    )
    ratio = statistics.median(to_csv) / statistics.median(writing)
    print(
        f"| writing the table | {spread(writing)} | `DataFrame.to_csv`, {spread(to_csv)} |"
        f" {ratio:.0f} |"
    )


def main() -> None:
    """Make the files, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--task", choices=["memory", "score"], help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.task == "memory":
        print_memory(options.file)
    elif options.task == "score":
        print_scoring(options.file, options.out)
    else:
        with tempfile.TemporaryDirectory() as folder:
            small, large = Path(folder) / "small.csv", Path(folder) / "large.csv"
            read_rows = min(READ_ROWS, options.rows)
            write_file(small, read_rows)
            measure_reading(small, read_rows, options.rounds)
            write_file(large, options.rows)
            measure_scoring(large, options.rows, max(min(3, options.rounds), options.rounds // 2))
            measure_prediction(min(CHUNK, options.rows), options.rounds)


if __name__ == "__main__":
    main()
