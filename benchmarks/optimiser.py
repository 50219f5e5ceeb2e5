"""What each part of the trainer buys: the same loop with PyTorch's own way in its place, in turns.

python benchmarks/optimiser.py prints a table of ratios of the processor's seconds on one thread;
--quick only shows that the script works. The parts: gradients written out (or autograd's), all
weights as one tensor under one kernel (or torch.optim.AdamW over the parameters, or over that one
tensor), many index batches at once from a DataLoader (or one by one, or one that collates
patient by patient).
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader
from trainer import prepare  # which also finds the package

from heart.config import LESSON, RECIPES, Settings
from heart.data import load_shipped
from heart.experiments.cross_validation import Folds
from heart.model import batches, step, training
from heart.model.batches import MemberRows, Patients
from heart.model.classifier import HeartClassifier
from heart.model.joint import fit_jointly
from heart.model.masking import ValueMask
from heart.model.step import Batch, FlatAdamW, TrainingStep
from heart.model.training import train_prepared


class PublicAdamW(FlatAdamW):
    """The same over the same flat tensor, by the public class."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        flat = nn.Parameter(self.weights)
        flat.grad = self.gradient
        self._public = torch.optim.AdamW([flat], **options, fused=True)

    def step(self) -> None:
        """Change the weights by the gradient."""
        self._public.step()


class UsualAdamW(FlatAdamW):
    """The public class as it is mostly used: over a list of parameters."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for parameter, gradient in self.gradients.items():
            parameter.grad = gradient
        self._public = torch.optim.AdamW(list(self.gradients), **options)

    def step(self) -> None:
        """Change the weights by the gradient."""
        self._public.step()


class AutogradStep(TrainingStep):
    """The same step with the gradients of PyTorch's autograd."""

    def differentiate(self, batch: Batch, kept: Sequence[Tensor] = ()) -> Tensor:
        """Write the gradients of the sum of the members' mean losses; the logits, (M, B)."""
        own = [k.repeat(len(batch.y_true) // len(k), 1, 1) for k in kept]  # of each fit's members
        logits: Tensor = self.network(batch.numeric, batch.codes, kept=own)
        loss = nn.functional.binary_cross_entropy_with_logits(
            logits, batch.y_true, reduction="sum"
        ) / len(batch.y_true[0])
        parameters = list(self.network.parameters())
        for parameter in parameters:
            parameter.grad = None  # as zero_grad does; autograd then takes new memory
        loss.backward()
        for parameter in parameters:
            self._optimiser.gradients[parameter].copy_(parameter.grad)  # type: ignore[arg-type]
        return logits.detach()


class RowLoader:
    """A single member's batches from a DataLoader that shuffles and collates patient by patient."""

    def __init__(self, data: Patients, settings: Settings, *, rows: MemberRows | None) -> None:
        if rows is not None:
            raise ValueError("one fit of one member, not several")
        patients = [Batch(*row) for row in zip(data.numeric, data.codes, data.y_true, strict=True)]
        self._loader: DataLoader[Batch] = DataLoader(
            patients,  # type: ignore[arg-type]
            batch_size=settings.batch_size,
            shuffle=True,
            collate_fn=_collate,
        )

    def __iter__(self) -> Iterator[Batch]:
        return iter(self._loader)


def _collate(chosen: list[Batch]) -> Batch:
    numeric, codes, y_true = (
        torch.stack(column)[None]  # of the one member
        for column in list(zip(*chosen, strict=True))[:3]
    )
    return Batch(numeric, codes, y_true)


def _codes_apart() -> Iterator[Any]:
    """Autograd looks vectors up, as `HeartMLP` is written."""
    yield patch.object(training, "Patients", lambda part, device, **_: Patients(part, device))
    yield patch.object(ValueMask, "with_columns", lambda mask, _: mask)


PATCHES: dict[str, Callable[[], list[Any]]] = {
    "ours": list,
    "autograd": lambda: [
        patch.object(training, "TrainingStep", AutogradStep),
        *_codes_apart(),
    ],
    "torch.optim.AdamW over the parameters": lambda: [patch.object(step, "FlatAdamW", UsualAdamW)],
    "torch.optim.AdamW over one tensor": lambda: [patch.object(step, "FlatAdamW", PublicAdamW)],
    "a DataLoader of whole batches": lambda: [patch.object(batches, "FETCHED", 1)],
    "a DataLoader by patient": lambda: [patch.object(training, "load_batches", RowLoader)],
}
OF_JOINT = [name for name in PATCHES if "DataLoader" not in name]
"""Of several members a DataLoader hands out single batches anyway, and by patient it has one order
for all of them.
"""


def cases(*, quick: bool) -> Iterator[tuple[str, Callable[[], object], list[str]]]:
    """A name, a fit, and what it is tried with."""
    one = replace(RECIPES["default"], members=1, patience=0)
    sizes = ((LESSON, 242, 32, 50), (LESSON, 100_000, 512, 3), (one, 242, 32, 50))
    for recipe, rows, batch_size, epochs in sizes:
        settings = replace(
            recipe, batch_size=batch_size, max_epochs=1 if quick else epochs, device="cpu"
        )
        prepared = prepare(242 if quick else rows, settings)
        name = "lesson" if recipe is LESSON else "one member of the default recipe"
        yield f"{name}, {rows:,} patients", partial(train_prepared, prepared, settings), [*PATCHES]
    cohort = load_shipped("cleveland")
    joint = replace(RECIPES["default"], members=20, max_epochs=10, patience=0, device="cpu")
    joint = replace(joint, members=2, max_epochs=1) if quick else joint
    classifier = HeartClassifier.from_settings(joint)
    fits = [
        classifier.prepare(cohort.features.iloc[train], cohort.y_true[train])
        for train, _ in Folds(10, 1).split(cohort.features, cohort.y_true)
    ]
    name = f"10 folds of {joint.members} members as one network"
    yield name, partial(fit_jointly, fits, joint), OF_JOINT


def measure(run: Callable[[], object], instead: str) -> float:
    """Seconds of the processor."""
    with ExitStack() as stack:
        for change in PATCHES[instead]():
            stack.enter_context(change)
        start = time.process_time()
        run()
        return time.process_time() - start


def first_fit(instead: str) -> float:
    """The same of the first fit in a fresh process, where whatever it needs is imported."""
    command = [sys.executable, __file__, "--first", instead]
    # this script itself
    run = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    return float(run.stdout)


def compare(name: str, seconds_of: Callable[[str], float], ways: list[str], rounds: int) -> None:
    """A line of the table for each part that is replaced; the first round warms up."""
    found = [{way: seconds_of(way) for way in ways} for _ in range(rounds + 1)][1:]
    ours = statistics.median(seconds["ours"] for seconds in found)
    for way in ways[1:]:
        theirs = statistics.median(seconds[way] for seconds in found)
        ratios = [seconds[way] / seconds["ours"] for seconds in found]
        spread = f"{statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})"
        print(f"| {name} | {way} | {ours:.3f} | {theirs:.3f} | {spread} |", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--quick", action="store_true", help="once, to show that it works")
    parser.add_argument("--first", choices=PATCHES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.first:
        print(measure(next(cases(quick=True))[1], options.first))
        return
    rounds = 1 if options.quick else options.rounds
    print("| fit | in its place | ours, median s | with it | times as long |")
    print("| --- | --- | --- | --- | --- |")
    for name, run, ways in cases(quick=options.quick):
        compare(name, partial(measure, run), ways, rounds)
    if not options.quick:
        ways = ["ours", "torch.optim.AdamW over the parameters"]
        compare("the first epoch of a process", first_fit, ways, rounds)


if __name__ == "__main__":
    main()
