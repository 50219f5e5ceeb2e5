"""The training loop: AdamW over whole index batches, value masking, early stopping with the best weights restored.

Shapes as in `heart.network`. All members train in one loop; their losses are added up, so that each one's gradient is its own.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, Sampler

from heart.config import Settings
from heart.errors import SettingsError, TrainingError
from heart.network import HeartMLP, member_generator
from heart.noise import Noise
from heart.preprocessing import Encoded
from heart.step import Batch, TrainingStep

TALLY = 2**17
"""Predictions of which loss and accuracy are computed at once."""


class EpochRecord(NamedTuple):
    """One epoch of the history. Losses are mean binary cross-entropies (nats) over members; valid figures are None without a valid part."""

    epoch: int
    train_loss: float
    train_accuracy: float
    valid_loss: float | None
    valid_accuracy: float | None


OnEpochEnd = Callable[[EpochRecord], object]
"""Called once after each epoch; whatever it raises ends the training and is passed on."""


def history_frame(history: Sequence[EpochRecord]) -> pd.DataFrame:
    """One row an epoch and part: `epoch`, `part` ("train" or "valid"), `loss` (nats), `accuracy` (0-1)."""
    rows = [(r.epoch, "train", r.train_loss, r.train_accuracy) for r in history]
    rows += [
        (r.epoch, "valid", r.valid_loss, r.valid_accuracy) for r in history if r.valid_loss is not None and r.valid_accuracy is not None
    ]
    return pd.DataFrame(rows, columns=["epoch", "part", "loss", "accuracy"])


class Labelled(NamedTuple):
    """Encoded patients with their outcomes: 0 or 1, shape (n,)."""

    encoded: Encoded
    y_true: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Trained:
    """A trained network on the CPU or the device it was trained on, and how it got there.

    Attributes:
        network: with each member's best weights.
        history: one record an epoch.
        best_epoch: the epoch of each member's weights, shape (M,).
    """

    network: HeartMLP
    history: tuple[EpochRecord, ...]
    best_epoch: tuple[int, ...]


class Patients(Dataset[Batch]):
    """Patients on the device, fetched by whole index batches of shape (M, B).

    Args:
        part: encoded patients with their outcomes.
        device: where they are kept.
        codes_as_numbers: whether codes become columns of `numeric`, and `codes` has none: one gather less.
    """

    def __init__(self, part: Labelled, device: torch.device, *, codes_as_numbers: bool = False) -> None:
        numeric, codes = part.encoded
        if codes_as_numbers:
            numeric, codes = np.concatenate([numeric, codes.astype(np.float32)], axis=1), codes[:, :0]
        self.numeric = torch.as_tensor(numeric, device=device)
        self.codes = torch.as_tensor(codes, device=device)
        self.y_true = torch.as_tensor(part.y_true, dtype=torch.float32, device=device)

    def __len__(self) -> int:
        return len(self.y_true)

    def __getitem__(self, index: Tensor) -> Batch:
        return Batch(_rows(self.numeric, index), _rows(self.codes, index), _rows(self.y_true, index))


def _rows(values: Tensor, index: Tensor) -> Tensor:
    """`values[index]` for an index of shape (M, B); `index_select` copies whole rows, which takes half the time."""
    return values.index_select(0, index.reshape(-1)).view(*index.shape, *values.shape[1:])


class MemberRows(NamedTuple):
    """Which rows each member sees, where several fits train as one network.

    Attributes:
        train: int64, shape (M, n): rows of the train part.
        valid: int64, shape (M, v): rows of the valid part; None without one.
        indices: each member's index within its own fit, which decides its weights and its order.
        fits: how many fits there are; a fit's members are next to each other.
    """

    train: npt.NDArray[np.int64]
    valid: npt.NDArray[np.int64] | None
    indices: Sequence[int]
    fits: int


class IndexBatches(Sampler[Tensor]):
    """Every epoch, each member's own order of its patients, cut into index batches of shape (M, B)."""

    def __init__(self, n: int, settings: Settings, device: torch.device, rows: MemberRows | None = None) -> None:
        self.n, self.batch_size, self.device = n if rows is None else rows.train.shape[1], settings.batch_size, device
        self.rows = None if rows is None else torch.as_tensor(rows.train)
        indices = range(settings.members) if rows is None else rows.indices
        self.generators = [member_generator(settings.random_state, index, "order") for index in indices]

    def __len__(self) -> int:
        return math.ceil(self.n / self.batch_size)

    def __iter__(self) -> Iterator[Tensor]:
        order = torch.stack([torch.randperm(self.n, generator=g) for g in self.generators])
        order = order if self.rows is None else self.rows.gather(1, order)
        yield from order.to(self.device).split(self.batch_size, dim=1)


class ValueMask:
    """Hides values at random, so that the codes and flags for unknown are trained.

    Args:
        scaled_median: what a missing number looks like, shape (F,), or (M, F) where each member has its own scaler.
        cardinalities: number of codes of each category; the last one means unknown.
        rate: share of values to hide.
        has_flags: whether `numeric` has one missing flag a number after the numbers.
    """

    def __init__(self, scaled_median: npt.NDArray[np.float32], cardinalities: Sequence[int], rate: float, *, has_flags: bool) -> None:
        flags = np.ones_like(scaled_median) if has_flags else scaled_median[..., :0]
        hidden = np.concatenate([scaled_median, flags], axis=-1)
        self.hidden_numeric = torch.as_tensor(hidden if hidden.ndim == 1 else hidden[:, None, :])  # (D,) or (M, 1, D)
        self.hidden_codes = torch.tensor(cardinalities, dtype=torch.int64) - 1
        self.n_numbers, self.rate, self.has_flags = scaled_median.shape[-1], rate, has_flags

    def to(self, device: torch.device) -> ValueMask:
        """The same mask for batches on the device."""
        moved = copy(self)
        moved.hidden_numeric, moved.hidden_codes = self.hidden_numeric.to(device), self.hidden_codes.to(device)
        return moved

    def with_codes_as_numbers(self) -> ValueMask:
        """The same mask for batches whose codes are columns of `numeric`, as `Patients` has them."""
        joined = copy(self)
        unknown = self.hidden_codes.to(torch.float32).expand(*self.hidden_numeric.shape[:-1], -1)
        joined.hidden_numeric = torch.cat([self.hidden_numeric, unknown], dim=-1)
        joined.hidden_codes = self.hidden_codes[:0]
        return joined

    def __call__(self, batch: Batch, noise: Noise) -> Batch:
        """The batch with some values hidden; the same object if the rate is 0."""
        if self.rate == 0.0:
            return batch
        n_codes = batch.codes.shape[2]
        n_columns = batch.numeric.shape[2] - (self.n_numbers if self.has_flags else 0) + n_codes
        hide = noise.decide(self.rate, (*batch.y_true.shape, n_columns))  # (M, B, F + C)
        shown, rest = hide[..., : n_columns - n_codes], hide[..., n_columns - n_codes :]
        if self.has_flags:  # a flag goes with its number
            shown = torch.cat([shown[..., : self.n_numbers], shown], dim=2)
        # by arithmetic: torch.where stumbles over random conditions, and takes ten times as long
        numeric = torch.lerp(batch.numeric, self.hidden_numeric, shown.to(batch.numeric.dtype))
        codes = batch.codes + (self.hidden_codes - batch.codes) * rest if n_codes else batch.codes
        return Batch(numeric, codes, batch.y_true)


class BestWeights:
    """Each member's weights at its lowest valid loss, and which members still have patience."""

    def __init__(self, network: HeartMLP, patience: int) -> None:
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

    def restore(self) -> None:
        """Give every member its best weights back."""
        with torch.no_grad():
            for best, parameter in zip(self.weights, self.network.parameters(), strict=True):
                parameter.copy_(best)


def pick_device(name: str) -> torch.device:
    """The device for "auto", "cpu" or "cuda".

    Raises:
        SettingsError: for "cuda" where there is none.
    """
    if name == "cuda" and not torch.cuda.is_available():
        raise SettingsError("a CUDA device", "none that PyTorch can use", 'Choose device "auto" or "cpu".')
    return torch.device("cuda" if name != "cpu" and torch.cuda.is_available() else "cpu")


def train(
    network: HeartMLP,
    train_part: Labelled,
    valid_part: Labelled | None,
    settings: Settings,
    *,
    mask: ValueMask,
    rows: MemberRows | None = None,
    on_epoch_end: OnEpochEnd | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Trained:
    """Train the network's members on `train_part`, stopping each at its best on `valid_part`.

    Args:
        network: fresh; it is trained in place and moved to the device of the settings.
        train_part: encoded patients and outcomes to fit.
        valid_part: the same to stop on; without one the last weights stay.
        settings: the step size, batch size, epochs and the rest.
        mask: hides values in training.
        rows: which rows each member sees; by default all members see all.
        on_epoch_end: sees each epoch once; whatever it raises ends the training.
        clock: seconds, for the time limit.

    Raises:
        TrainingError: when the loss is no longer finite or the time limit is reached.
        SettingsError: if the device is not there.
    """
    device = pick_device(settings.device)
    network.to(device)
    step = TrainingStep(network, settings)
    joined = network.embedding is None
    mask = (mask.with_codes_as_numbers() if joined else mask).to(device)
    noise = Noise(settings.random_state, device, fits=1 if rows is None else rows.fits)
    data = Patients(train_part, device, codes_as_numbers=joined)
    # a generator of its own, so that the loader leaves the global random state alone; batches come whole, nothing is collated
    sampler = IndexBatches(len(data), settings, device, rows)
    loader = DataLoader(data, batch_size=None, sampler=sampler, collate_fn=_as_it_is, generator=torch.Generator())
    valid = None if valid_part is None else Patients(valid_part, device, codes_as_numbers=joined)
    best = BestWeights(network, settings.patience) if valid is not None and settings.patience else None
    history: list[EpochRecord] = []
    start = clock()
    for epoch in range(1, settings.max_epochs + 1):
        train_loss, train_accuracy = _train_epoch(step, loader, mask, noise)
        member_loss, valid_accuracy = (None, None) if valid is None else _validate(network, valid, rows)
        record = EpochRecord(epoch, train_loss, train_accuracy, None if member_loss is None else float(member_loss.mean()), valid_accuracy)
        _check_progress(record, clock() - start, settings)
        history.append(record)
        if on_epoch_end is not None:
            on_epoch_end(record)
        if best is not None and member_loss is not None and not best.update(epoch, member_loss):
            break
    if best is not None:
        best.restore()
    step.release()
    epochs = best.epoch.tolist() if best is not None else [len(history)] * network.members
    return Trained(network, tuple(history), tuple(epochs))


def _as_it_is(batch: Any) -> Any:
    return batch


class Tally:
    """Mean loss and accuracy over the batches of an epoch, computed from many batches at once."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Tensor, Tensor]] = []
        self._size, self._seen = 0, 0
        self._sums: list[Tensor] = []

    def add(self, logits: Tensor, y_true: Tensor) -> None:
        """Note a batch, (M, B) each."""
        self._waiting.append((logits.flatten(), y_true.flatten()))
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
        logits, y_true = (torch.cat(parts) for parts in zip(*self._waiting, strict=True))
        loss = nn.functional.binary_cross_entropy_with_logits(logits, y_true, reduction="sum")
        right = torch.count_nonzero((logits > 0) == y_true.bool())
        self._sums.append(torch.stack([loss.double(), right.double()]))
        self._seen += self._size
        self._waiting, self._size = [], 0


def _train_epoch(step: TrainingStep, loader: DataLoader[Batch], mask: ValueMask, noise: Noise) -> tuple[float, float]:
    """One pass; the mean loss and accuracy over members and patients, as seen in training (dropout and masking on)."""
    rate, widths = step.network.dropout, step.network.widths
    tally = Tally()
    for batch in loader:
        kept = [noise.decide(1 - rate, (*batch.y_true.shape, width)) for width in widths] if rate else []
        tally.add(step(mask(batch, noise), kept), batch.y_true)
    return tally.means()


def _validate(network: HeartMLP, valid: Patients, rows: MemberRows | None) -> tuple[Tensor, float]:
    """Each member's mean loss, shape (M,), and the accuracy of their mean probability, or their mean accuracy if each has its own rows."""
    if rows is not None and rows.valid is not None:
        return _validate_own(network, valid[torch.as_tensor(rows.valid, device=valid.y_true.device)])
    logits = network.predict_logits(valid.numeric, valid.codes)
    y_true = valid.y_true.expand_as(logits)
    loss = nn.functional.binary_cross_entropy_with_logits(logits, y_true, reduction="none").mean(dim=1)
    decided = logits.sigmoid().mean(dim=0) > 0.5
    return loss, float((decided == (valid.y_true > 0)).float().mean())


@torch.no_grad()
def _validate_own(network: HeartMLP, batch: Batch) -> tuple[Tensor, float]:
    logits = network(batch.numeric, batch.codes)
    loss = nn.functional.binary_cross_entropy_with_logits(logits, batch.y_true, reduction="none").mean(dim=1)
    return loss, float(((logits > 0) == (batch.y_true > 0)).float().mean())


def _check_progress(record: EpochRecord, seconds: float, settings: Settings) -> None:
    if not np.isfinite(record.train_loss):
        raise TrainingError("a finite loss", f"{record.train_loss} in epoch {record.epoch}", "Lower the learning rate.")
    if seconds > settings.time_limit:
        raise TrainingError(
            f"training to end within {settings.time_limit:g} s",
            f"epoch {record.epoch} after {seconds:.0f} s",
            "Use fewer epochs or members.",
        )
