"""How fast the trainer is, in one run, against the tutorial's loop, skorch and scikit-learn; and
folds trained together against one by one.

python benchmarks/trainer.py prints Markdown tables; --device cuda runs on a GPU, --quick only shows
that the script works.

Everybody trains the tutorial's network (13 inputs, 32 hidden units, 1 output; dropout 0.5, which
scikit-learn lacks) with Adam, for the same epochs and batches of the same encoded patients. Only
Heart also hides values at random (masking 0.15). Preprocessing is in nobody's time.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import skorch  # noqa: E402
import torch  # noqa: E402
from sklearn.exceptions import ConvergenceWarning  # noqa: E402
from sklearn.neural_network import MLPClassifier  # noqa: E402
from torch import nn  # noqa: E402
from torch.utils.data import DataLoader, TensorDataset  # noqa: E402

from heart.config import LESSON, RECIPES, Device, Settings  # noqa: E402
from heart.data import load_shipped  # noqa: E402
from heart.experiments.cross_validation import Folds  # noqa: E402
from heart.model.batches import Labelled  # noqa: E402
from heart.model.classifier import HeartClassifier  # noqa: E402
from heart.model.joint import fit_jointly  # noqa: E402
from heart.model.preprocessing import Encoded  # noqa: E402
from heart.model.training import Prepared, train_prepared  # noqa: E402

MASKING = 0.15
LIMITS = {
    "the tutorial's loop": {242: 2.0, 1_000_000: 8.0},
    "skorch": dict.fromkeys((242, 100_000, 1_000_000), 1.0),
    "MLPClassifier": {242: 1 / 1.5, 100_000: 1.0, 1_000_000: 1.0},
}


class Case(NamedTuple):
    """A number of patients, the batch and the epochs."""

    rows: int
    batch_size: int
    epochs: int


CASES = (Case(242, 32, 50), Case(100_000, 512, 3), Case(1_000_000, 4096, 2))
QUICK = (Case(242, 32, 2), Case(3_000, 512, 1))


def prepare(rows: int, settings: Settings) -> Prepared:
    """Cleveland's patients, resampled with noise on what is measured where more are needed than
    there are.
    """
    cohort = load_shipped("cleveland").complete()
    rng = np.random.default_rng(0)
    chosen = (
        rng.permutation(cohort.n)[:rows] if rows <= cohort.n else rng.integers(0, cohort.n, rows)
    )
    classifier = HeartClassifier.from_settings(replace(settings, patience=0))
    prepared = classifier.prepare(cohort.features, cohort.y_true)
    encoded = prepared.preprocessor.encode(cohort.features)
    numeric = encoded.numeric[chosen]
    if rows > cohort.n:
        numeric = numeric + rng.normal(0, 0.1, numeric.shape).astype(np.float32)
    return prepared._replace(
        train=Labelled(Encoded(numeric, encoded.codes[chosen]), cohort.y_true[chosen])
    )


def flat(prepared: Prepared) -> tuple[np.ndarray, np.ndarray]:
    """The matrix that the others get: float32, shape (n, 13), and outcomes."""
    encoded, y_true, _ = prepared.train
    return np.concatenate([encoded.numeric, encoded.codes.astype(np.float32)], axis=1), y_true


def tutorial_network() -> nn.Module:
    """The network as beginners write it."""
    return nn.Sequential(
        nn.Linear(13, 32), nn.ReLU(), nn.Dropout(LESSON.dropout), nn.Linear(32, 1), nn.Flatten(0)
    )


def train_heart(prepared: Prepared, settings: Settings) -> None:
    """This trainer, by the function that `HeartClassifier.fit` calls."""
    train_prepared(prepared, settings)


def train_tutorial(x: np.ndarray, y: np.ndarray, case: Case, device: str) -> None:
    """A DataLoader over a TensorDataset, one patient collated at a time."""
    data = TensorDataset(torch.from_numpy(x), torch.from_numpy(y).float())
    loader = DataLoader(data, batch_size=case.batch_size, shuffle=True)
    model, criterion = tutorial_network().to(device), nn.BCEWithLogitsLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=LESSON.lr)
    for _ in range(case.epochs):
        model.train()
        total = 0.0
        for inputs, labels in loader:
            inputs, labels = inputs.to(device), labels.to(device)  # noqa: PLW2901  as it is written
            optimizer.zero_grad()
            loss = criterion(model(inputs), labels)
            loss.backward()
            optimizer.step()
            total += loss.item()


def train_skorch(x: np.ndarray, y: np.ndarray, case: Case, device: str) -> None:
    """The library skorch with its own loop and without its validation split."""
    net = skorch.NeuralNetBinaryClassifier(
        tutorial_network(),
        optimizer=torch.optim.Adam,
        lr=LESSON.lr,
        max_epochs=case.epochs,
        batch_size=case.batch_size,
        iterator_train__shuffle=True,
        train_split=None,
        verbose=0,
        device=device,
    )
    net.fit(x, y.astype(np.float32))


def train_sklearn(x: np.ndarray, y: np.ndarray, case: Case) -> None:
    """scikit-learn's network; it has no dropout and stays on the CPU."""
    model = MLPClassifier(
        (32,),
        alpha=0.0,
        batch_size=case.batch_size,
        max_iter=case.epochs,
        n_iter_no_change=case.epochs + 1,
        tol=0.0,
    )
    model.fit(x, y)


def contestants(case: Case, device: Device) -> dict[str, Callable[[], None]]:
    """Who trains, by name."""
    lesson = replace(
        LESSON, masking=MASKING, batch_size=case.batch_size, max_epochs=case.epochs, device=device
    )
    prepared = prepare(case.rows, lesson)
    default = replace(
        RECIPES["default"],
        members=1,
        patience=0,
        batch_size=case.batch_size,
        max_epochs=case.epochs,
        device=device,
    )
    own = prepare(case.rows, default)
    x, y = flat(prepared)
    return {
        "Heart": lambda: train_heart(prepared, lesson),
        "Heart, one member of the default recipe": lambda: train_heart(own, default),
        "the tutorial's loop": lambda: train_tutorial(x, y, case, device),
        "skorch": lambda: train_skorch(x, y, case, device),
        "MLPClassifier": lambda: train_sklearn(x, y, case),
    }


def compare(case: Case, device: Device, rounds: int) -> None:
    """Everybody in turn, round after round; the table of one case."""
    runs = contestants(case, device)
    found: dict[str, list[float]] = {name: [] for name in runs}
    for done in range(rounds + 1):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            if device == "cuda":
                torch.cuda.synchronize()
            if done or rounds == 0:  # the first round warms up
                found[name].append(time.perf_counter() - start)
    print(
        f"\n{case.rows:,} patients, batches of {case.batch_size}, {case.epochs} epochs,"
        f" {max(rounds, 1)} rounds:\n"
    )
    print(
        "| trainer | median s | range | times Heart's | wanted |\n| --- | --- | --- | --- | --- |"
    )
    ours = found["Heart"]
    for name, seconds in found.items():
        ratios = [theirs / mine for theirs, mine in zip(seconds, ours, strict=True)]
        limit = LIMITS.get(name, {}).get(case.rows)
        ratio = f"{statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})"
        wanted = "" if limit is None else f"at least {limit:.2f}"
        print(
            f"| {name} | {statistics.median(seconds):.3f} | {min(seconds):.3f}-{max(seconds):.3f} |"
            f" {ratio} | {wanted} |",
            flush=True,
        )


def compare_joint(rounds: int, *, folds: int, members: int, epochs: int, threads: int) -> None:
    """10 folds of 20 members of the default recipe as one network, against a loop of single fits,
    with so many threads for either.
    """
    torch.set_num_threads(threads)
    cohort = load_shipped("cleveland")
    together = replace(
        RECIPES["default"], members=members, max_epochs=epochs, patience=0, device="cpu"
    )
    classifier = HeartClassifier.from_settings(together)
    fits = [
        classifier.prepare(cohort.features.iloc[a], cohort.y_true[a])
        for a, _ in Folds(folds, 1).split(cohort.features, cohort.y_true)
    ]
    singles = [replace(together, members=1, random_state=seed) for seed in range(members)]
    ratios, joint_s, single_s = [], [], []
    for _ in range(max(rounds, 1)):
        start = time.perf_counter()
        fit_jointly(fits, together)
        middle = time.perf_counter()
        for fit in fits:
            for settings in singles:
                train_prepared(fit, settings)
        end = time.perf_counter()
        joint_s.append(middle - start)
        single_s.append(end - middle)
        ratios.append(single_s[-1] / joint_s[-1])
    torch.set_num_threads(1)
    print(
        f"\n{folds} folds x {members} members, {epochs} epochs, {max(rounds, 1)} rounds, {threads}"
        " threads:\n"
    )
    print("| how | median s | times as long | wanted |\n| --- | --- | --- | --- |")
    print(f"| together | {statistics.median(joint_s):.2f} | 1 | |")
    spread = f"{statistics.median(ratios):.1f} ({min(ratios):.1f}-{max(ratios):.1f})"
    print(
        f"| a loop of single fits | {statistics.median(single_s):.2f} | {spread} | at least 12 |",
        flush=True,
    )


def measure_memory(rows: int) -> dict[str, float]:
    """In a process of its own: the arrays' bytes, and how far training raises the peak above what
    it starts from.
    """
    settings = replace(LESSON, masking=MASKING, batch_size=4096, max_epochs=1, device="cpu")
    small, large = prepare(242, settings), prepare(rows, settings)
    train_prepared(small, settings)  # what PyTorch takes once
    arrays = sum(
        array.nbytes
        for array in (large.train.encoded.numeric, large.train.encoded.codes, large.train.y_true)
    )
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    before = _status("VmRSS")
    train_prepared(large, settings)
    return {"arrays": arrays, "growth": _status("VmHWM") - before}


def _status(name: str) -> int:
    """Bytes from the kernel's account of this process."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) * 1024
    raise KeyError(name)


def print_memory(rows: int) -> None:
    """The arrays and what training adds to them, in megabytes."""
    command = [sys.executable, __file__, "--memory-of", str(rows)]
    # this script itself
    run = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    answer = json.loads(run.stdout)
    total = answer["arrays"] + answer["growth"]
    print(
        f"\nMemory for {rows:,} patients: arrays {answer['arrays'] / 1e6:.0f} MB, while training"
        f" {total / 1e6:.0f} MB in all, ",
        end="",
    )
    print(f"{total / answer['arrays']:.2f} times the arrays (wanted: at most 3).")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--quick", action="store_true", help="small and once, to show that it works"
    )
    parser.add_argument("--memory-of", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore", category=ConvergenceWarning)  # nobody is asked to converge
    if options.memory_of:
        print(json.dumps(measure_memory(options.memory_of)))
        return
    gpu = f", {torch.cuda.get_device_name()}" if options.device == "cuda" else ""
    print(
        f"Python {platform.python_version()}, PyTorch {torch.__version__}, one of {os.cpu_count()}"
        f" cores{gpu}."
    )
    for case in QUICK if options.quick else CASES:
        compare(case, options.device, 0 if options.quick else options.rounds)
    for threads in sorted({1, os.cpu_count() or 1}):
        if options.quick:
            compare_joint(0, folds=2, members=2, epochs=2, threads=threads)
        else:
            compare_joint(
                max(1, options.rounds // 2), folds=10, members=20, epochs=50, threads=threads
            )
    print_memory(3_000 if options.quick else 1_000_000)


if __name__ == "__main__":
    main()
