"""One training step: gradients written out, and AdamW over all weights at once.

For networks this small, the bookkeeping of autograd takes longer than the arithmetic
(benchmarks/trainer.py). Shapes as in `heart.model.network`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from heart.config import Settings
from heart.model.network import HeartMLP, MemberLinear
from heart.model.tables import Tables


class FlatAdamW:
    """AdamW (Loshchilov and Hutter 2019) with PyTorch's defaults; without decay it is Adam.

    All weights lie in one tensor and all gradients in another, so that a step is one kernel.

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
        self._mean, self._square = torch.zeros_like(self.weights), torch.zeros_like(self.weights)
        self._steps = torch.zeros((), device=self.weights.device)
        sizes = [p.numel() for p in self._parameters]
        self.gradients: dict[nn.Parameter, Tensor] = {}
        for parameter, values, gradient in zip(
            self._parameters, self.weights.split(sizes), self.gradient.split(sizes), strict=True
        ):
            parameter.data = values.view_as(parameter)
            self.gradients[parameter] = gradient.view_as(parameter)

    def step(self) -> None:
        """Change the weights by the gradient."""
        # The kernel behind torch.optim.AdamW. The class takes longer for a single fit, and its
        # first use imports PyTorch's compiler: 1.7 s and 66 MiB in every process that trains
        # (docs/PERFORMANCE.md). The function between the two sorts the one tensor by device and
        # type at every step.
        self._steps.add_(1)
        torch._fused_adamw_(
            [self.weights],
            [self.gradient],
            [self._mean],
            [self._square],
            [],
            [self._steps],
            lr=self._lr,
            beta1=0.9,
            beta2=0.999,
            weight_decay=self._weight_decay,
            eps=1e-8,
            amsgrad=False,
            maximize=False,
        )

    def release(self) -> None:
        """Give every parameter weights of its own."""
        for parameter in self._parameters:
            parameter.data = parameter.detach().clone()


class Batch(NamedTuple):
    """Tensors of one training step: numeric (M, B, D), codes (M, B, C), y_true (M, B), and weight
    (M, B), None where all patients count as one.
    """

    numeric: Tensor
    codes: Tensor
    y_true: Tensor
    weight: Tensor | None = None


class Layer(NamedTuple):
    """A `MemberLinear`'s weight (M, in, out) and bias (M, 1, out), and where their gradients go."""

    weight: Tensor
    bias: Tensor
    weight_gradient: Tensor
    bias_gradient: Tensor


class Read(NamedTuple):
    """What a layer reads: `x * scale`, (M, B, in).

    Dropout leaves zeros in `x`; the scaling up of the rest is a factor of the next product, which
    costs nothing.
    """

    x: Tensor
    scale: float


class TrainingStep:
    """Forward, mean cross-entropy, gradients and AdamW for a `HeartMLP`.

    Args:
        network: its weights become views of the optimiser's until `release`.
        settings: step size and weight decay.
    """

    def __init__(self, network: HeartMLP, settings: Settings) -> None:
        self.network = network
        self._optimiser = FlatAdamW(
            network.parameters(), lr=settings.lr, weight_decay=settings.weight_decay
        )
        self.weights, self.gradient = self._optimiser.weights, self._optimiser.gradient
        self.release = self._optimiser.release
        views = self._optimiser.gradients
        self._tables = (
            Tables(network, network.embedding, views)
            if network.embedding is not None and network.cardinalities
            else None
        )
        layers = [*network.layers(), network.logit]
        *self._hidden, self._logit = [
            _layer(layer, views, None if depth else self._tables)
            for depth, layer in enumerate(layers)
        ]
        self._linear = (
            None
            if network.linear_path is None
            else _layer(network.linear_path, views, self._tables)
        )

    def __call__(self, batch: Batch, kept: Sequence[Tensor] = ()) -> Tensor:
        """Take a step down the sum of the members' mean losses; the logits before it, (M, B).

        Args:
            batch: the patients of each member. Their codes may be columns of `numeric` already, as
                `HeartMLP.columns` makes them, and `codes` have none: that is faster.
            kept: for each hidden layer which units are not dropped, 1 or 0, (M, B, H), or
                (M / fits, B, H) where all fits drop the same; nothing for no dropout. Floats are
                faster than bool.
        """
        logits = self.differentiate(batch, kept)
        self._optimiser.step()
        return logits

    @torch.no_grad()
    def differentiate(self, batch: Batch, kept: Sequence[Tensor] = ()) -> Tensor:
        """Write the gradients of the sum of the members' mean losses; the logits, (M, B)."""
        if self._tables is not None:
            self._tables.fold()
        reads, logits = self._forward(self._inputs(batch), kept)
        # the derivative of the mean cross-entropy by the logit, (M, 1, B)
        error = logits.sigmoid().sub_(batch.y_true.unsqueeze(1)).div_(logits.shape[2])
        if batch.weight is not None:
            error.mul_(batch.weight.unsqueeze(1))
        self._backward(reads, error)
        if self._tables is not None:
            self._tables.unfold()
        return logits.squeeze(1)

    def _inputs(self, batch: Batch) -> Tensor:
        """What the first layer reads, (M, B, in): as it is, where the codes are columns already."""
        if not batch.codes.shape[2]:
            return batch.numeric
        return torch.cat([batch.numeric, self.network.columns(batch.codes)], dim=2)

    def _forward(self, inputs: Tensor, kept: Sequence[Tensor]) -> tuple[list[Read], Tensor]:
        """What each hidden layer and then the logit read, and the logits, (M, 1, B)."""
        scale = 1 / (1 - self.network.dropout) if kept else 1.0
        reads = [Read(inputs, 1.0)]
        for depth, layer in enumerate(self._hidden):
            x = torch.baddbmm(layer.bias, reads[-1].x, layer.weight, alpha=reads[-1].scale).relu_()
            if kept:
                x.view(-1, *kept[depth].shape).mul_(kept[depth])
            reads.append(Read(x, scale))
        logits = _column(self._logit, reads[-1])
        if self._linear is not None:
            logits += _column(self._linear, reads[0])
        return reads, logits

    def _backward(self, reads: Sequence[Read], error: Tensor) -> None:
        """Write the layers' gradients, last to first."""
        _write_column_gradient(self._logit, reads[-1], error)
        weight = self._logit.weight.transpose(1, 2)  # (M, 1, H)
        weight = weight if reads[-1].scale == 1 else weight * reads[-1].scale
        above = torch.mul(error.transpose(1, 2), weight)  # (M, B, H)
        for depth in range(len(self._hidden) - 1, -1, -1):
            layer, read = self._hidden[depth], reads[depth]
            # a unit that was dropped or not active is 0 and hands nothing down
            above = torch.ops.aten.threshold_backward(above, reads[depth + 1].x, 0)
            _write_gradient(layer, read, above)
            if depth:
                above = torch.bmm(above, layer.weight.transpose(1, 2))
                above = above if read.scale == 1 else above.mul_(read.scale)
        if self._linear is not None:
            _write_column_gradient(self._linear, reads[0], error)


def _layer(
    layer: MemberLinear, views: Mapping[nn.Parameter, Tensor], tables: Tables | None = None
) -> Layer:
    """The layer; one that reads the inputs, with its tables."""
    if tables is None:
        weight, by_weight = layer.weight.detach(), views[layer.weight]
    else:
        weight, by_weight = tables.add(layer)
    return Layer(weight, layer.bias.detach(), by_weight, views[layer.bias])


def _column(layer: Layer, read: Read) -> Tensor:
    """What a layer with one output gives, (M, 1, B).

    Patients are the columns: a product with a single column takes ten times as long.
    """
    x, weight = read.x.transpose(1, 2), layer.weight.transpose(1, 2)
    return torch.baddbmm(layer.bias, weight, x, alpha=read.scale)


def _write_column_gradient(layer: Layer, read: Read, error: Tensor) -> None:
    """By weight and bias of a layer with one output; error (M, 1, B)."""
    gradient = layer.weight_gradient.transpose(1, 2)  # (M, 1, in): the same numbers in memory
    torch.baddbmm(gradient, error, read.x, beta=0, alpha=read.scale, out=gradient)
    torch.sum(error, dim=2, keepdim=True, out=layer.bias_gradient)


def _write_gradient(layer: Layer, read: Read, above: Tensor) -> None:
    """By weight and bias; `above` is the derivative by what the layer gave, (M, B, out)."""
    gradient, x = layer.weight_gradient, read.x.transpose(1, 2)
    torch.baddbmm(gradient, x, above, beta=0, alpha=read.scale, out=gradient)
    torch.sum(above, dim=1, keepdim=True, out=layer.bias_gradient)
