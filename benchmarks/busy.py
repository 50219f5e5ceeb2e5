"""How much slower training, judging and predicting get beside other busy processes.

python benchmarks/busy.py prints a Markdown table: each piece of work alone and beside one busy loop
a core, in turns, in processes of their own, with as many threads as PyTorch takes by itself.
--tree PATH measures the package of another checkout in the same turns; --quick only shows that the
script works. Nothing should take more than 3 times as long: with a busy loop on each core a single
thread gets half of one. The processor's seconds say why it takes longer: threads that wait for each
other by spinning use more of them, work that only gets a smaller share of the cores as many as
alone, which holds on a machine with other work too.
"""

# ruff: noqa: PLC0415  which tree's package is imported is known when the piece runs

from __future__ import annotations

import argparse
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
LIMIT = 3.0
TIME_LIMIT = 3600
"""Seconds after which a piece of work is ended and counted as so long."""

ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}


def fit_cleveland() -> Callable[[], object]:
    """The default recipe on 303 patients."""
    from heart.data import load_shipped
    from heart.model.classifier import HeartClassifier

    cohort = load_shipped("cleveland")
    return lambda: HeartClassifier().fit(cohort.features, cohort.y_true)


def fit_lesson() -> Callable[[], object]:
    """The lesson's recipe on the same patients: one member."""
    from heart.data import load_shipped
    from heart.model.classifier import HeartClassifier

    cohort = load_shipped("cleveland")
    return lambda: HeartClassifier("lesson").fit(cohort.features, cohort.y_true)


def evaluate() -> Callable[[], object]:
    """Every model of the leaderboard in 10 folds, once."""
    from heart.data import load_shipped
    from heart.experiments.cross_validation import Folds
    from heart.experiments.leaderboard import leaderboard, run_leaderboard

    cohort = load_shipped("cleveland")
    return lambda: leaderboard(run_leaderboard(cohort, folds=Folds(10, 1)))


def fit_large() -> Callable[[], object]:
    """An epoch of 1,000,000 rows in batches of 4096, 32 hidden units, one member."""
    from dataclasses import replace

    from trainer import prepare

    from heart.config import LESSON
    from heart.model.training import train_prepared

    settings = replace(LESSON, batch_size=4096, max_epochs=1, device="cpu")
    prepared = prepare(1_000_000, settings)
    return lambda: train_prepared(prepared, settings)


def cross_validate() -> Callable[[], object]:
    """The default recipe in 10 folds, as `evaluate` judges it."""
    from heart.data import load_shipped
    from heart.experiments.cross_validation import Folds
    from heart.experiments.cross_validation import cross_validate as judge

    cohort = load_shipped("cleveland")
    return lambda: judge(cohort, "default", folds=Folds(10, 1))


def explain() -> Callable[[], object]:
    """Why 20 patients get their probabilities."""
    from heart.bundle import load_bundle
    from heart.data import load_shipped
    from heart.explain.why import explain_patient

    bundle = load_bundle(ROOT / "models" / "cleveland.joblib")
    rows = load_shipped("cleveland").complete().features.head(20).to_dict("records")
    patients = [{str(name): value for name, value in row.items()} for row in rows]
    return lambda: [explain_patient(bundle, patient) for patient in patients]


def score_file() -> Callable[[], object]:
    """A file of 100,000 rows read, scored and written, as `heart score` does."""
    import io

    from files import write_file

    from heart.bundle import load_bundle
    from heart.data import read_patients
    from heart.scoring.table import score_patients, write_rows

    bundle = load_bundle(ROOT / "models" / "cleveland.joblib")
    with tempfile.TemporaryDirectory() as folder:
        write_file(path := Path(folder) / "patients.csv", 100_000)
        content = path.read_bytes()

    def run() -> None:
        patients = read_patients(content)
        write_rows(patients, score_patients(bundle, patients), io.BytesIO())

    return run


def predict_large() -> Callable[[], object]:
    """The shipped model's probabilities of 300,000 rows."""
    from heart.bundle import load_bundle
    from heart.data import load_shipped

    bundle = load_bundle(ROOT / "models" / "cleveland.joblib")
    cohort = load_shipped("cleveland").complete()
    encoded = bundle.encode(cohort.features.sample(300_000, replace=True, random_state=0))
    return lambda: bundle.predict_sides(encoded)


PIECES = {
    "`fit(cleveland)`": fit_cleveland,
    "the lesson's recipe": fit_lesson,
    "the default recipe in 10 folds": cross_validate,
    "an epoch of 1,000,000 rows": fit_large,
    "300,000 rows through the shipped model": predict_large,
    "why 20 patients get their probabilities": explain,
    "a file of 100,000 rows scored": score_file,
    "`evaluate`, 10 folds once": evaluate,  # last, as it takes longest
}
QUICK = ("the lesson's recipe",)


@contextmanager
def busy_loops(number: int) -> Iterator[None]:
    """So many processes that do nothing but compute."""
    command = [sys.executable, "-S", "-c", "while True: pass"]
    loops = [subprocess.Popen(command) for _ in range(number)]  # noqa: S603  its own words
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


class Taken(NamedTuple):
    """Seconds of the clock and of the processor, and whether the work had ended by then."""

    clock: float
    processor: float
    ended: bool = True


def measure(piece: str, tree: Path) -> Taken:
    """What a piece of work takes in a new process, without its preparation."""
    command = [sys.executable, __file__, "--tree", str(tree), "--piece", piece]
    try:
        run = subprocess.run(  # noqa: S603  this script itself
            command, capture_output=True, text=True, check=True, timeout=TIME_LIMIT, env=ENVIRONMENT
        )
    except subprocess.TimeoutExpired:
        return Taken(TIME_LIMIT, math.nan, ended=False)
    clock, processor = map(float, run.stdout.split())
    return Taken(clock, processor)


def compare(pieces: tuple[str, ...], trees: list[Path], rounds: int) -> None:
    """All pieces in turns, alone and beside busy loops; one line of the table a piece and tree."""
    cores = os.cpu_count() or 1
    print(f"{cores} cores, {rounds} rounds, load {os.getloadavg()[0]:.1f} before.\n")
    print(
        "| what | tree | alone, s | beside busy loops, s | times as long | wanted |"
        " times the processor's seconds |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- |", flush=True)
    for piece in pieces:
        found: dict[tuple[Path, int], list[Taken]] = {}
        for _ in range(rounds):
            for loops in (0, cores):
                for tree in trees:
                    with busy_loops(loops):
                        taken = measure(piece, tree)
                    found.setdefault((tree, loops), []).append(taken)
                    print(f"{piece}, {tree.name}, {loops} loops: {taken}", file=sys.stderr)
        for tree in trees:
            print(describe(piece, tree, found[tree, 0], found[tree, cores]), flush=True)


def describe(piece: str, tree: Path, alone: list[Taken], beside: list[Taken]) -> str:
    """A line of the table. What was ended says so: its ratio is at least what stands there."""
    least = "" if all(taken.ended for taken in beside) else "more than "
    clocks = [taken.clock for taken in alone], [taken.clock for taken in beside]
    processors = [taken.processor for taken in alone], [taken.processor for taken in beside]
    longer, more = (statistics.median(b) / statistics.median(a) for a, b in (clocks, processors))
    return (
        f"| {piece} | {tree.name} | {spread(clocks[0])} | {least}{spread(clocks[1])} |"
        f" {least}{longer:.1f} | at most {LIMIT:g} | {more:.2f} |"
    )


def spread(values: list[float]) -> str:
    """Median and range."""
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tree", type=Path, default=ROOT, help="a checkout to measure as well")
    parser.add_argument("--quick", action="store_true", help="one piece once")
    parser.add_argument("--only", choices=PIECES, help="this piece alone")
    parser.add_argument("--piece", choices=PIECES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.piece:
        sys.path[:0] = [str(options.tree), str(ROOT / "benchmarks")]
        work = PIECES[options.piece]()
        clock, processor = time.perf_counter(), time.process_time()
        work()
        print(time.perf_counter() - clock, time.process_time() - processor)
        return
    pieces = QUICK if options.quick else (options.only,) if options.only else tuple(PIECES)
    trees = list(dict.fromkeys([options.tree.resolve(), ROOT]))
    compare(pieces, trees, 1 if options.quick else options.rounds)


if __name__ == "__main__":
    main()
