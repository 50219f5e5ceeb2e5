"""Batches of patients who are on disk: row groups in a new order each epoch, shuffled inside.

Shapes as in `heart.model.network`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from heart.config import Settings
from heart.model.batches import Labelled, Patients, as_it_is
from heart.model.network import HeartMLP, member_generator
from heart.model.preprocessing import Encoded
from heart.model.step import Batch

ReadGroup = Callable[[int], Labelled]


class RowGroups(IterableDataset[Batch]):
    """Each epoch all patients once: as many row groups as fit, drawn at random, are read together,
    and each member sees their patients in an order of its own.

    A short batch would be a noisier step, so each reading is cut into batches of nearly one size.

    Args:
        read: encodes the patients of a row group.
        sizes: rows of each row group.
        at_once: rows that may be read together; a longer row group is read alone.
        network: which trains on them, on its device.
        settings: the batch size, and the seed of all orders.
    """

    def __init__(
        self,
        read: ReadGroup,
        sizes: Sequence[int],
        *,
        at_once: int,
        network: HeartMLP,
        settings: Settings,
    ) -> None:
        self.read, self.sizes, self.at_once = read, sizes, at_once
        self.columns, self.device = network.columns, network.logit.weight.device
        self.batch_size = settings.batch_size
        members = range(settings.members)
        self._orders = [member_generator(settings.random_state, m, "order") for m in members]
        self._groups = torch.Generator().manual_seed(settings.random_state)

    def __iter__(self) -> Iterator[Batch]:
        drawn = torch.randperm(len(self.sizes), generator=self._groups).tolist()
        for groups in self._together(drawn):
            part = _join([self.read(group) for group in groups])
            patients = Patients(part, self.device, columns=self.columns)
            del part
            for index in self._order(len(patients)):
                yield patients[index]

    def _together(self, drawn: Sequence[int]) -> Iterator[list[int]]:
        """The groups in their order, as many at a time as fit."""
        groups: list[int] = []
        for group in drawn:
            if groups and sum(self.sizes[g] for g in [*groups, group]) > self.at_once:
                yield groups
                groups = []
            groups.append(group)
        yield groups

    def _order(self, n: int) -> tuple[Tensor, ...]:
        """Each member's order of n rows, cut into index batches (M, B)."""
        order = torch.stack([torch.randperm(n, generator=g) for g in self._orders])
        return order.to(self.device).tensor_split(math.ceil(n / self.batch_size), dim=1)


def load_row_groups(dataset: RowGroups) -> DataLoader[Batch]:
    """An epoch's batches each time it is iterated over."""
    # a generator of its own, so that the loader leaves the global random state alone
    return DataLoader(dataset, batch_size=None, collate_fn=as_it_is, generator=torch.Generator())


def _join(parts: Sequence[Labelled]) -> Labelled:
    numeric = np.concatenate([part.encoded.numeric for part in parts])
    codes = np.concatenate([part.encoded.codes for part in parts])
    return Labelled(Encoded(numeric, codes), np.concatenate([part.y_true for part in parts]))
