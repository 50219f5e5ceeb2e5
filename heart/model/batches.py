"""Patients on the device, and the index batches of every epoch.

Shapes as in `heart.model.network`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
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

FETCHED = 2**13
"""Patients of a single member that are fetched at once; they fit the processor's cache."""


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
        columns: makes codes, (n, C), columns of `numeric`, and `codes` has none then: one gather
            less.
    """

    def __init__(
        self,
        part: Labelled,
        device: torch.device,
        *,
        columns: Callable[[Tensor], Tensor] | None = None,
    ) -> None:
        self.numeric = torch.as_tensor(part.encoded.numeric, device=device)
        self.codes = torch.as_tensor(part.encoded.codes, device=device)
        if columns is not None:
            self.numeric = torch.cat([self.numeric, columns(self.codes)], dim=1)
            self.codes = self.codes[:, :0]
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
            _rows(self.codes, index) if self.codes.shape[1] else index.new_empty(*index.shape, 0),
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
        indices = list(range(settings.members) if rows is None else rows.indices)
        # members of one index have one order: it is drawn once
        own = list(dict.fromkeys(indices))
        self.generators = [member_generator(settings.random_state, index, "order") for index in own]
        self.drawn = torch.tensor([own.index(index) for index in indices])

    def __len__(self) -> int:
        return math.ceil(self.n / self.batch_size)

    def draw(self) -> Tensor:
        """The order of an epoch: rows of the patients, int64, shape (M, n)."""
        order = torch.stack([torch.randperm(self.n, generator=g) for g in self.generators])
        order = order if self.rows is None else self.rows.gather(1, order[self.drawn])
        return order.to(self.device)

    def __iter__(self) -> Iterator[Tensor]:
        yield from self.draw().split(self.batch_size, dim=1)


class Fetches(Sampler[Tensor]):
    """The orders of one epoch after another, without an end, in pieces of so many batches, int64,
    shape (M, P): what is fetched at once.
    """

    def __init__(self, index: IndexBatches, together: int) -> None:
        self.index, self.size = index, together * index.batch_size

    def __iter__(self) -> Iterator[Tensor]:
        while True:
            yield from self.index.draw().split(self.size, dim=1)


class Batches:
    """Every epoch's batches of the patients: an epoch each time it is iterated over to its end.

    Batch by batch, PyTorch's DataLoader makes a fit of a small network up to 1.4 times as long
    (benchmarks/optimiser.py). So it begins once, and hands out many batches of a single member,
    which lie one after another in memory, as one piece, which is cut here.
    """

    def __init__(self, data: Patients, index: IndexBatches) -> None:
        self._index = index
        self._together = max(1, FETCHED // index.batch_size) if len(index.drawn) == 1 else 1
        # a generator of its own, so that the loader leaves the global random state alone
        loader: DataLoader[Batch] = DataLoader(
            data,
            batch_size=None,
            sampler=Fetches(index, self._together),
            collate_fn=as_it_is,
            generator=torch.Generator(),
        )
        self._pieces = iter(loader)

    def __len__(self) -> int:
        return len(self._index)

    def __iter__(self) -> Iterator[Batch]:
        for piece in islice(self._pieces, math.ceil(len(self) / self._together)):
            yield from [piece] if self._together == 1 else _cut(piece, self._index.batch_size)


def _cut(fetched: Batch, size: int) -> Iterator[Batch]:
    numeric, codes, y_true = (part.split(size, dim=1) for part in fetched[:3])
    weight = [None] * len(y_true) if fetched.weight is None else fetched.weight.split(size, dim=1)
    return map(Batch, numeric, codes, y_true, weight)


def as_it_is(batch: Any) -> Any:
    """What is a batch already."""
    return batch


def load_batches(data: Patients, settings: Settings, *, rows: MemberRows | None = None) -> Batches:
    """Every epoch's batches of the patients, each member's own in its own order."""
    return Batches(data, IndexBatches(len(data), settings, data.y_true.device, rows))
