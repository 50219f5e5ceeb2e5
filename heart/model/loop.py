"""The epoch loop: steps, counting, judging, early stopping with the best weights, and limits.

It is told how to step, count and judge, so that every network of this project trains in this loop.
Shapes as in `heart.model.network`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from heart.config import Settings
from heart.errors import TrainingError
from heart.model.step import Batch
from heart.model.threads import one_thread

TALLY = 2**17
"""Predictions of which loss and accuracy are computed at once."""


class EpochRecord(NamedTuple):
    """One epoch. Losses are mean cross-entropies in nats; without a valid part its are None."""

    epoch: int
    train_loss: float
    train_accuracy: float
    valid_loss: float | None
    valid_accuracy: float | None


OnEpochEnd = Callable[[EpochRecord], object]
"""Called once after each epoch; whatever it raises ends the training and is passed on."""


def history_frame(history: Sequence[EpochRecord]) -> pd.DataFrame:
    """One row an epoch and part: `epoch`, `part` ("train" or "valid"), `loss` (nats), `accuracy`
    (0-1).
    """
    rows = [(r.epoch, "train", r.train_loss, r.train_accuracy) for r in history]
    rows += [
        (r.epoch, "valid", r.valid_loss, r.valid_accuracy)
        for r in history
        if r.valid_loss is not None and r.valid_accuracy is not None
    ]
    return pd.DataFrame(rows, columns=["epoch", "part", "loss", "accuracy"])


Step = Callable[[Batch], Tensor]
"""Takes a gradient step on a batch; gives the outputs before it, (M, B, …), that are counted."""

Count = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
"""From outputs and outcomes, members and patients in one axis: the sum of the losses (nats), and
how many were right.
"""

Judge = Callable[[], tuple[Tensor, float]]
"""Each member's mean loss on a valid part, shape (M,), and an accuracy."""


class Members(Protocol):
    """A network of M members; the first axis of each of its parameters is the members'."""

    members: int

    def parameters(self) -> Iterator[nn.Parameter]:
        """The weights."""


class Run(NamedTuple):
    """What `run_epochs` gives: one record an epoch, and the epoch of each member's weights."""

    history: tuple[EpochRecord, ...]
    best_epoch: tuple[int, ...]


def count_binary(logits: Tensor, y_true: Tensor) -> tuple[Tensor, Tensor]:
    """The sum of the binary cross-entropies, and how many logits are right; shape (n,) each."""
    loss = nn.functional.binary_cross_entropy_with_logits(logits, y_true, reduction="sum")
    return loss, torch.count_nonzero((logits > 0) == y_true.bool())


@one_thread()
def run_epochs(
    network: Members,
    step: Step,
    batches: Iterable[Batch],
    settings: Settings,
    *,
    count: Count = count_binary,
    judge: Judge | None = None,
    on_epoch_end: OnEpochEnd | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Run:
    """The epoch loop: whatever steps, on whatever network with members. PyTorch uses one thread.

    Args:
        network: whose weights the step changes.
        step: takes a step on a batch.
        batches: gives an epoch's batches each time it is iterated over.
        settings: `max_epochs`, `patience` and `time_limit` are used here.
        count: makes loss and accuracy of the outputs of the steps.
        judge: looks at the valid part after each epoch; without one the last weights stay.
        on_epoch_end: sees each epoch once; whatever it raises ends the training.
        clock: seconds, for the time limit.

    Raises:
        TrainingError: when the loss is no longer finite or the time limit is reached.
    """
    best = BestWeights(network, settings.patience) if judge and settings.patience else None
    history: list[EpochRecord] = []
    start = clock()
    for epoch in range(1, settings.max_epochs + 1):
        train_figures = _take_steps(step, batches, count)
        valid_loss, valid_accuracy = judge() if judge else (None, None)
        record = EpochRecord(epoch, *train_figures, _mean(valid_loss), valid_accuracy)
        _check_progress(record, clock() - start, settings)
        history.append(record)
        if on_epoch_end is not None:
            on_epoch_end(record)
        if best and valid_loss is not None and not best.update(epoch, valid_loss):
            break
    return Run(tuple(history), best.restore() if best else (len(history),) * network.members)


def _take_steps(step: Step, batches: Iterable[Batch], count: Count) -> tuple[float, float]:
    """The loss (nats) and the accuracy of an epoch's steps."""
    tally = Tally(count)
    for batch in batches:
        tally.add(step(batch), batch.y_true)
    return tally.means()


def _mean(losses: Tensor | None) -> float | None:
    return None if losses is None else float(losses.mean())


class BestWeights:
    """Each member's weights at its lowest valid loss, and which members still have patience."""

    def __init__(self, network: Members, patience: int) -> None:
        self.network, self.patience = network, patience
        self.loss = torch.full((network.members,), float("inf"))
        self.epoch = torch.zeros(network.members, dtype=torch.int64)
        self.weights = [p.detach().clone() for p in network.parameters()]

    def update(self, epoch: int, valid_loss: Tensor) -> bool:
        """Note an epoch's valid losses, shape (M,); whether any member may still improve."""
        loss = valid_loss.cpu()
        active = epoch - self.epoch <= self.patience
        better = active & (loss < self.loss)
        self.loss = torch.where(better, loss, self.loss)
        self.epoch = torch.where(better, epoch, self.epoch)
        for best, parameter in zip(self.weights, self.network.parameters(), strict=True):
            chosen = better.to(parameter.device).view(-1, *[1] * (parameter.dim() - 1))
            torch.where(chosen, parameter.detach(), best, out=best)
        return bool((epoch - self.epoch < self.patience).any())

    def restore(self) -> tuple[int, ...]:
        """Give every member its best weights back; of which epoch each one's are, shape (M,)."""
        with torch.no_grad():
            for best, parameter in zip(self.weights, self.network.parameters(), strict=True):
                parameter.copy_(best)
        return tuple(self.epoch.tolist())


class Tally:
    """Mean loss and accuracy over the batches of an epoch, counted from many batches at once."""

    def __init__(self, count: Count = count_binary) -> None:
        self._count_all = count
        self._waiting: list[tuple[Tensor, Tensor]] = []
        self._size, self._seen = 0, 0
        self._sums: list[Tensor] = []

    def add(self, outputs: Tensor, y_true: Tensor) -> None:
        """Note a batch: (M, B, …) and (M, B)."""
        self._waiting.append((outputs, y_true))
        self._size += y_true.numel()
        if self._size >= TALLY:
            self._count()

    def means(self) -> tuple[float, float]:
        """The loss (nats) and the accuracy so far."""
        if self._waiting:
            self._count()
        loss, right = torch.stack(self._sums).sum(dim=0).tolist()
        return loss / self._seen, right / self._seen

    def _count(self) -> None:
        outputs, y_true = (
            torch.cat(parts, dim=1).flatten(0, 1) for parts in zip(*self._waiting, strict=True)
        )
        loss, right = self._count_all(outputs, y_true)
        self._sums.append(torch.stack([loss.double(), right.double()]))
        self._seen += self._size
        self._waiting, self._size = [], 0


def _check_progress(record: EpochRecord, seconds: float, settings: Settings) -> None:
    if not np.isfinite(record.train_loss):
        raise TrainingError(
            "a finite loss",
            f"{record.train_loss} in epoch {record.epoch}",
            "Lower the learning rate.",
        )
    if seconds > settings.time_limit:
        raise TrainingError(
            f"training to end within {settings.time_limit:g} s",
            f"epoch {record.epoch} after {seconds:.0f} s",
            "Use fewer epochs or members.",
        )
