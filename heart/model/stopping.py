"""Early stopping, each member by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import torch
from torch import Tensor, nn


class Members(Protocol):
    """A network of M members; the first axis of each of its parameters is the members'."""

    members: int

    def parameters(self) -> Iterator[nn.Parameter]:
        """The weights."""


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

    def restore(self) -> None:
        """Give every member its best weights back."""
        with torch.no_grad():
            for best, parameter in zip(self.weights, self.network.parameters(), strict=True):
                parameter.copy_(best)
