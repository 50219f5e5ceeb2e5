"""Training a `HeartMLP`: AdamW over whole index batches, value masking, early stopping.

Shapes as in `heart.model.network`. All members train in one loop; their losses are added up, so
that each one's gradient is its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy.typing as npt
import torch
from torch import Tensor, nn

from heart.config import DEVICES, Settings
from heart.errors import SettingsError
from heart.model.batches import Labelled, MemberRows, Patients, load_batches
from heart.model.loop import EpochRecord, OnEpochEnd, Step, run_epochs
from heart.model.masking import Noise, ValueMask
from heart.model.network import HeartMLP
from heart.model.preprocessing import HeartPreprocessor
from heart.model.step import Batch, TrainingStep


class Prepared(NamedTuple):
    """What a classifier trains on.

    Attributes:
        classes: the two labels.
        preprocessor: fitted on the train part.
        train: the rows to fit.
        valid: the rows to stop on, if the recipe stops early.
    """

    classes: npt.NDArray[Any]
    preprocessor: HeartPreprocessor
    train: Labelled
    valid: Labelled | None


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
        SettingsError: for another name, or "cuda" where there is none.
    """
    if name not in DEVICES:
        raise SettingsError.unknown("a device", name, DEVICES)
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
        on_epoch_end: see `run_epochs`.
        clock: see `run_epochs`.

    Raises:
        TrainingError: when the loss is no longer finite or the time limit is reached.
        SettingsError: if the device is not there.
    """
    device = pick_device(settings.device)
    network.to(device)
    train_patients = Patients(train_part, device, columns=network.columns)
    return train_on(
        network,
        load_batches(train_patients, settings, rows=rows),
        valid_part,
        settings,
        mask=mask,
        rows=rows,
        on_epoch_end=on_epoch_end,
        clock=clock,
    )


def train_on(
    network: HeartMLP,
    batches: Iterable[Batch],
    valid_part: Labelled | None,
    settings: Settings,
    *,
    mask: ValueMask,
    rows: MemberRows | None = None,
    on_epoch_end: OnEpochEnd | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Trained:
    """`train` on batches that are made already, for a network that is on its device.

    Args:
        network: fresh; it is trained in place.
        batches: gives an epoch's batches each time it is iterated over, on the network's device,
            codes as columns.
        valid_part: see `train`.
        settings: see `train`.
        mask: see `train`.
        rows: see `train`.
        on_epoch_end: see `train`.
        clock: see `train`.

    Raises:
        TrainingError: as `train`.
    """
    device = network.logit.weight.device
    judge = (
        None
        if valid_part is None
        else partial(_validate, network, Patients(valid_part, device), rows)
    )
    step = TrainingStep(network, settings)
    take = _masked(step, mask, Noise(settings.random_state, device))
    run = run_epochs(
        network, take, batches, settings, judge=judge, on_epoch_end=on_epoch_end, clock=clock
    )
    step.release()
    return Trained(network, run.history, run.best_epoch)


def train_prepared(
    prepared: Prepared, settings: Settings, *, on_epoch_end: OnEpochEnd | None = None
) -> Trained:
    """A network of the settings, trained on what was prepared."""
    network, mask = build_network(prepared.preprocessor, settings)
    return train(
        network, prepared.train, prepared.valid, settings, mask=mask, on_epoch_end=on_epoch_end
    )


def build_network(
    preprocessor: HeartPreprocessor, settings: Settings
) -> tuple[HeartMLP, ValueMask]:
    """A fresh network for what the preprocessor encodes, and the mask that hides values of it."""
    cardinalities = preprocessor.cardinalities
    network = HeartMLP(preprocessor.n_numeric, cardinalities, settings)
    mask = ValueMask(
        preprocessor.scaled_median(),
        cardinalities,
        settings.masking,
        has_flags=settings.missing_flags,
        pieces=preprocessor.median_pieces(),
        values=preprocessor.known_with,
    )
    return network, mask


def _masked(step: TrainingStep, mask: ValueMask, noise: Noise) -> Step:
    """The step on batches whose codes are columns, with values hidden and hidden units dropped."""
    rate, widths = step.network.dropout, step.network.widths
    mask = mask.to(step.network.logit.weight.device).with_columns(step.network.columns)

    def take(batch: Batch) -> Tensor:
        members, n = batch.y_true.shape
        shapes = [(members // mask.fits, n, width) for width in widths] if rate else []
        kept = [noise.decide(1 - rate, shape).to(batch.numeric.dtype) for shape in shapes]
        return step(mask(batch, noise), kept)

    return take


@torch.no_grad()
def _validate(network: HeartMLP, valid: Patients, rows: MemberRows | None) -> tuple[Tensor, float]:
    """Each member's mean loss, weighted, shape (M,), and the accuracy of their mean probability.

    Where each member has rows of its own there is no mean probability: it is their mean accuracy.
    """
    if rows is not None and rows.valid is not None:
        index = torch.as_tensor(rows.valid, device=valid.y_true.device)
        numeric, codes, y_true, weight = valid[index]
        logits = network(numeric, codes)
        right = (logits > 0) == (y_true > 0)
    else:
        logits = network.predict_logits(valid.numeric, valid.codes)
        y_true, weight = valid.y_true.expand_as(logits), valid.weight
        right = (logits.sigmoid().mean(dim=0) > 0.5) == (valid.y_true > 0)
    loss = nn.functional.binary_cross_entropy_with_logits(logits, y_true, reduction="none")
    loss = loss if weight is None else loss * weight
    return loss.mean(dim=1), float(right.float().mean())
