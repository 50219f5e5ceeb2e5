"""What torch.optim.AdamW would cost in place of the function behind it, in turns.

python benchmarks/optimiser.py prints a table of the processor's seconds on one thread; --quick only
shows that the script works.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import torch
from trainer import prepare  # which also finds the package

from heart.config import LESSON, RECIPES
from heart.data import load_shipped
from heart.experiments.cross_validation import Folds
from heart.model import step
from heart.model.classifier import HeartClassifier
from heart.model.joint import fit_jointly
from heart.model.training import train_prepared

OURS = step.FlatAdamW


class PublicAdamW(OURS):
    """The same over the same flat tensor, by the public class."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        flat = torch.nn.Parameter(self.weights)
        flat.grad = self.gradient
        self._public = torch.optim.AdamW([flat], **options, fused=True)

    def step(self) -> None:
        """Change the weights by the gradient."""
        self._public.step()


OPTIMISERS = {"ours": OURS, "public": PublicAdamW}


def cases(*, quick: bool) -> Iterator[tuple[str, Callable[[], object]]]:
    """A name and a fit."""
    for rows, batch_size, epochs in ((242, 32, 50), (100_000, 512, 3)):
        settings = replace(
            LESSON, batch_size=batch_size, max_epochs=1 if quick else epochs, device="cpu"
        )
        prepared = prepare(242 if quick else rows, settings)
        yield f"lesson, {rows:,} patients", partial(train_prepared, prepared, settings)
    cohort = load_shipped("cleveland")
    joint = replace(RECIPES["default"], members=20, max_epochs=10, patience=0, device="cpu")
    joint = replace(joint, members=2, max_epochs=1) if quick else joint
    classifier = HeartClassifier.from_settings(joint)
    fits = [
        classifier.prepare(cohort.features.iloc[train], cohort.y_true[train])
        for train, _ in Folds(10, 1).split(cohort.features, cohort.y_true)
    ]
    yield f"10 folds of {joint.members} members as one network", partial(fit_jointly, fits, joint)


def measure(run: Callable[[], object], optimiser: str) -> float:
    """Seconds of the processor."""
    step.FlatAdamW = OPTIMISERS[optimiser]  # type: ignore[misc]
    start = time.process_time()
    run()
    return time.process_time() - start


def first_fit(optimiser: str) -> float:
    """The same of the first fit in a fresh process, where whatever it needs is imported."""
    command = [sys.executable, __file__, "--first", optimiser]
    # this script itself
    run = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    return float(run.stdout)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--quick", action="store_true", help="once, to show that it works")
    parser.add_argument("--first", choices=OPTIMISERS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.first:
        print(measure(next(cases(quick=True))[1], options.first))
        return
    rounds = 1 if options.quick else options.rounds
    print("| fit | ours, median s | torch.optim.AdamW | ratio |\n| --- | --- | --- | --- |")
    timed: list[tuple[str, Callable[[str], float]]] = [
        (name, partial(measure, run)) for name, run in cases(quick=options.quick)
    ]
    timed += [] if options.quick else [("the first epoch of a process", first_fit)]
    for name, seconds_of in timed:
        # the first round warms up
        pairs = [(seconds_of("ours"), seconds_of("public")) for _ in range(rounds + 1)][1:]
        ours, public = (statistics.median(seconds) for seconds in zip(*pairs, strict=True))
        ratios = [b / a for a, b in pairs]
        spread = f"{statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})"
        print(f"| {name} | {ours:.3f} | {public:.3f} | {spread} |", flush=True)


if __name__ == "__main__":
    main()
