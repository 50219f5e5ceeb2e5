"""One training step: gradients written out, and AdamW over all weights at once.

For networks this small, the bookkeeping of autograd takes longer than the arithmetic
(benchmarks/trainer.py). Shapes as in `heart.model.network`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.optim.adamw import adamw

from heart.config import Settings
from heart.model.network import HeartMLP, MemberLinear


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
        # The function behind torch.optim.AdamW. The class takes about a fifth longer for a single
        # fit, and its first use imports PyTorch's compiler: 1.7 s and 66 MiB in every process that
        # trains (docs/PERFORMANCE.md).
        adamw(
            [self.weights],
            [self.gradient],
            [self._mean],
            [self._square],
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
        self._hidden = [_layer(layer, views) for layer in network.layers()]
        self._logit = _layer(network.logit, views)
        self._linear = None if network.linear_path is None else _layer(network.linear_path, views)
        self._vectors = (  # the gradient of all members' vectors below each other, (M * K, dim)
            None if network.embedding is None else views[network.embedding.weight].flatten(0, 1)
        )

    def __call__(self, batch: Batch, kept: Sequence[Tensor] = ()) -> Tensor:
        """Take a step down the sum of the members' mean losses; the logits before it, (M, B).

        Args:
            batch: the patients of each member.
            kept: for each hidden layer which units are not dropped, bool, (M, B, H); nothing for no
                dropout.
        """
        logits = self.differentiate(batch, kept)
        self._optimiser.step()
        return logits

    @torch.no_grad()
    def differentiate(self, batch: Batch, kept: Sequence[Tensor] = ()) -> Tensor:
        """Write the gradients of the sum of the members' mean losses; the logits, (M, B)."""
        inputs, rows = self.network.inputs(batch.numeric, batch.codes)
        reads, logits = self._forward(inputs, kept)
        # the derivative of the mean cross-entropy by the logit, (M, 1, B)
        error = logits.sigmoid().sub_(batch.y_true.unsqueeze(1)).div_(logits.shape[2])
        if batch.weight is not None:
            error.mul_(batch.weight.unsqueeze(1))
        by_inputs = self._backward(reads, error, to_inputs=rows is not None)
        if self._vectors is not None and rows is not None:
            # a vector's gradient is the sum over the patients that have its code
            by_vector = by_inputs[:, :, self.network.n_numeric :]
            by_vector = by_vector.reshape(-1, self._vectors.shape[1])
            self._vectors.zero_().index_add_(0, rows, by_vector)
        return logits.squeeze(1)

    def _forward(self, inputs: Tensor, kept: Sequence[Tensor]) -> tuple[list[Read], Tensor]:
        """What each hidden layer and then the logit read, and the logits, (M, 1, B)."""
        scale = 1 / (1 - self.network.dropout) if kept else 1.0
        reads = [Read(inputs, 1.0)]
        for depth, layer in enumerate(self._hidden):
            x = torch.baddbmm(layer.bias, reads[-1].x, layer.weight, alpha=reads[-1].scale).relu_()
            reads.append(Read(x.mul_(kept[depth]) if kept else x, scale))
        logits = _column(self._logit, reads[-1])
        if self._linear is not None:
            logits += _column(self._linear, reads[0])
        return reads, logits

    def _backward(self, reads: Sequence[Read], error: Tensor, *, to_inputs: bool) -> Tensor:
        """Write the layers' gradients, last to first; that by the inputs, (M, B, in), if wanted."""
        _write_column_gradient(self._logit, reads[-1], error)
        by_patient = error.transpose(1, 2)  # (M, B, 1)
        above = torch.mul(by_patient, self._logit.weight.transpose(1, 2)).mul_(reads[-1].scale)
        for depth in range(len(self._hidden) - 1, -1, -1):
            layer, read = self._hidden[depth], reads[depth]
            # a unit that was dropped or not active is 0 and hands nothing down
            above = torch.ops.aten.threshold_backward(above, reads[depth + 1].x, 0)
            _write_gradient(layer, read, above)
            if depth or to_inputs:
                above = torch.bmm(above, layer.weight.transpose(1, 2))
                above = above if read.scale == 1 else above.mul_(read.scale)
        if self._linear is not None:
            _write_column_gradient(self._linear, reads[0], error)
            if to_inputs:
                above.addcmul_(by_patient, self._linear.weight.transpose(1, 2))
        return above


def _layer(layer: MemberLinear, views: Mapping[nn.Parameter, Tensor]) -> Layer:
    return Layer(layer.weight.detach(), layer.bias.detach(), views[layer.weight], views[layer.bias])


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
