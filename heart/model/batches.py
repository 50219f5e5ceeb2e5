"""Patients on the device, and the index batches of every epoch.

Shapes as in `heart.model.network`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler

from heart.config import Settings
from heart.model.network import member_generator
from heart.model.preprocessing import Encoded
from heart.model.step import Batch


class Labelled(NamedTuple):
    """Encoded patients with their outcomes, 0 or 1, and their weights, shape (n,) each; None where
    all count as one. The weights' mean is 1.
    """

    encoded: Encoded
    y_true: npt.NDArray[np.int64]
    weight: npt.NDArray[np.float64] | None = None


class Patients(Dataset[Batch]):
    """Patients on the device, fetched by whole index batches of shape (M, B).

    Args:
        part: encoded patients with their outcomes.
        device: where they are kept.
        codes_as_numbers: whether codes become columns of `numeric`, and `codes` has none: one
            gather less.
    """

    def __init__(
        self, part: Labelled, device: torch.device, *, codes_as_numbers: bool = False
    ) -> None:
        numeric, codes = part.encoded
        if codes_as_numbers:
            numeric = np.concatenate([numeric, codes.astype(np.float32)], axis=1)
            codes = codes[:, :0]
        self.numeric = torch.as_tensor(numeric, device=device)
        self.codes = torch.as_tensor(codes, device=device)
        self.y_true = torch.as_tensor(part.y_true, dtype=torch.float32, device=device)
        self.weight = (
            None
            if part.weight is None
            else torch.as_tensor(part.weight, dtype=torch.float32, device=device)
        )

    def __len__(self) -> int:
        return len(self.y_true)

    def __getitem__(self, index: Tensor) -> Batch:
        return Batch(
            _rows(self.numeric, index),
            _rows(self.codes, index),
            _rows(self.y_true, index),
            None if self.weight is None else _rows(self.weight, index),
        )


def _rows(values: Tensor, index: Tensor) -> Tensor:
    """`values[index]` for an index (M, B); `index_select` copies whole rows in half the time."""
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
    """Each epoch, each member's own order of its patients, cut into index batches (M, B)."""

    def __init__(
        self, n: int, settings: Settings, device: torch.device, rows: MemberRows | None = None
    ) -> None:
        self.n = n if rows is None else rows.train.shape[1]
        self.batch_size, self.device = settings.batch_size, device
        self.rows = None if rows is None else torch.as_tensor(rows.train)
        indices = range(settings.members) if rows is None else rows.indices
        self.generators = [
            member_generator(settings.random_state, index, "order") for index in indices
        ]

    def __len__(self) -> int:
        return math.ceil(self.n / self.batch_size)

    def __iter__(self) -> Iterator[Tensor]:
        order = torch.stack([torch.randperm(self.n, generator=g) for g in self.generators])
        order = order if self.rows is None else self.rows.gather(1, order)
        yield from order.to(self.device).split(self.batch_size, dim=1)


def load_batches(
    data: Patients, settings: Settings, *, rows: MemberRows | None = None
) -> DataLoader[Batch]:
    """Every epoch's batches of the patients, each member's own in its own order."""
    sampler = IndexBatches(len(data), settings, data.y_true.device, rows)
    # a generator of its own, so that the loader leaves the global random state alone; batches come
    # whole, nothing is collated
    return DataLoader(
        data, batch_size=None, sampler=sampler, collate_fn=_as_it_is, generator=torch.Generator()
    )


def _as_it_is(batch: Any) -> Any:
    return batch
