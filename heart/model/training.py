"""Training a `HeartMLP`: AdamW over whole index batches, value masking, early stopping with the
best weights restored.

Shapes as in `heart.model.network`. All members train in one loop; their losses are added up, so
that each one's gradient is its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from heart.config import Settings
from heart.errors import SettingsError
from heart.model.batches import Labelled, MemberRows, Patients, load_batches
from heart.model.loop import EpochRecord, OnEpochEnd, Step, run_epochs
from heart.model.masking import Noise, ValueMask
from heart.model.network import HeartMLP
from heart.model.step import Batch, TrainingStep


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


def pick_device(name: str) -> torch.device:
    """The device for "auto", "cpu" or "cuda".

    Raises:
        SettingsError: for "cuda" where there is none.
    """
    if name == "cuda" and not torch.cuda.is_available():
        raise SettingsError(
            "a CUDA device", "none that PyTorch can use", 'Choose device "auto" or "cpu".'
        )
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
    joined = network.embedding is None
    mask = (mask.with_codes_as_numbers() if joined else mask).to(device)
    noise = Noise(settings.random_state, device, fits=1 if rows is None else rows.fits)
    batches = load_batches(
        Patients(train_part, device, codes_as_numbers=joined), settings, rows=rows
    )
    valid = None if valid_part is None else Patients(valid_part, device, codes_as_numbers=joined)
    judge = None if valid is None else lambda: _validate(network, valid, rows)
    step = TrainingStep(network, settings)
    run = run_epochs(
        network,
        _masked(step, mask, noise),
        batches,
        settings,
        judge=judge,
        on_epoch_end=on_epoch_end,
        clock=clock,
    )
    step.release()
    return Trained(network, run.history, run.best_epoch)


def _masked(step: TrainingStep, mask: ValueMask, noise: Noise) -> Step:
    """The step, with values hidden and hidden units dropped."""
    rate, widths = step.network.dropout, step.network.widths

    def take(batch: Batch) -> Tensor:
        kept = (
            [noise.decide(1 - rate, (*batch.y_true.shape, width)) for width in widths]
            if rate
            else []
        )
        return step(mask(batch, noise), kept)

    return take


def _validate(network: HeartMLP, valid: Patients, rows: MemberRows | None) -> tuple[Tensor, float]:
    """Each member's mean loss, shape (M,), and the accuracy of their mean probability, or their
    mean accuracy if each has its own rows.
    """
    if rows is not None and rows.valid is not None:
        return _validate_own(
            network, valid[torch.as_tensor(rows.valid, device=valid.y_true.device)]
        )
    logits = network.predict_logits(valid.numeric, valid.codes)
    y_true = valid.y_true.expand_as(logits)
    loss = nn.functional.binary_cross_entropy_with_logits(logits, y_true, reduction="none").mean(
        dim=1
    )
    decided = logits.sigmoid().mean(dim=0) > 0.5
    return loss, float((decided == (valid.y_true > 0)).float().mean())


@torch.no_grad()
def _validate_own(network: HeartMLP, batch: Batch) -> tuple[Tensor, float]:
    logits = network(batch.numeric, batch.codes)
    loss = nn.functional.binary_cross_entropy_with_logits(
        logits, batch.y_true, reduction="none"
    ).mean(dim=1)
    return loss, float(((logits > 0) == (batch.y_true > 0)).float().mean())
