"""AdamW over all weights of a network at once: they lie in one tensor, and so do their gradients,
so that a step is one kernel.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn
from torch.optim.adamw import adamw


class FlatAdamW:
    """AdamW (Loshchilov and Hutter 2019) with PyTorch's defaults; without decay it is Adam.

    Args:
        parameters: they become views of `weights` until `release`.
        lr: the step size.
        weight_decay: how strongly weights are pulled towards zero.

    Attributes:
        weights: all weights, one after another.
        gradient: as long; whoever calls `step` writes it.
        gradients: each parameter's view of `gradient`.
    """

    def __init__(
        self, parameters: Iterable[nn.Parameter], *, lr: float, weight_decay: float
    ) -> None:
        self._parameters = list(parameters)
        self._lr, self._weight_decay = lr, weight_decay
        self.weights = torch.cat([p.detach().reshape(-1) for p in self._parameters])
        self.gradient = torch.zeros_like(self.weights)
        self._moments = [torch.zeros_like(self.weights) for _ in range(2)]
        self._steps = torch.zeros((), device=self.weights.device)
        sizes = [p.numel() for p in self._parameters]
        self.gradients = {
            p: g.view_as(p)
            for p, g in zip(self._parameters, self.gradient.split(sizes), strict=True)
        }
        for parameter, values in zip(self._parameters, self.weights.split(sizes), strict=True):
            parameter.data = values.view_as(parameter)

    def step(self) -> None:
        """Change the weights by the gradient."""
        mean, square = self._moments
        # the function behind torch.optim.AdamW, whose bookkeeping takes longer than the kernel
        adamw(
            [self.weights],
            [self.gradient],
            [mean],
            [square],
            [],
            [self._steps],
            fused=True,
            amsgrad=False,
            beta1=0.9,
            beta2=0.999,
            lr=self._lr,
            weight_decay=self._weight_decay,
            eps=1e-8,
            maximize=False,
        )

    def release(self) -> None:
        """Give every parameter weights of its own."""
        for parameter in self._parameters:
            parameter.data = parameter.detach().clone()
