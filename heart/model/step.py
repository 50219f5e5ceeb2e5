"""One training step with its gradients written out.

For networks this small, autograd's bookkeeping takes longer than the arithmetic
(benchmarks/trainer.py). Shapes as in `heart.model.network`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from heart.config import Settings
from heart.model.adamw import FlatAdamW
from heart.model.network import HeartMLP, MemberLinear


class Batch(NamedTuple):
    """Tensors of one training step: numeric (M, B, D), codes (M, B, C), y_true (M, B)."""

    numeric: Tensor
    codes: Tensor
    y_true: Tensor


class Layer(NamedTuple):
    """A `MemberLinear`'s tensors and where their gradients go: weight (M, in, out) and bias (M, 1,
    out).
    """

    weight: Tensor
    bias: Tensor
    weight_gradient: Tensor
    bias_gradient: Tensor


class TrainingStep:
    """Forward, mean cross-entropy, gradients and AdamW for a `HeartMLP`.

    Args:
        network: its weights become views of the optimiser's until `release`.
        settings: step size and weight decay; without decay it is Adam.
    """

    def __init__(self, network: HeartMLP, settings: Settings) -> None:
        self.network = network
        self._optimiser = FlatAdamW(
            network.parameters(), lr=settings.lr, weight_decay=settings.weight_decay
        )
        self.weights, self.gradient, self.release = (
            self._optimiser.weights,
            self._optimiser.gradient,
            self._optimiser.release,
        )
        views = self._optimiser.gradients
        self._hidden = [_layer(layer, views) for layer in network.layers()]
        self._logit = _layer(network.logit, views)
        self._linear = None if network.linear_path is None else _layer(network.linear_path, views)
        self._vectors = (
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
        reads, scales = (
            [inputs],
            [1.0],
        )  # what each layer reads; what dropout left is scaled where it is multiplied next
        for place, layer in enumerate(self._hidden):
            x = torch.baddbmm(layer.bias, reads[place], layer.weight, alpha=scales[place]).relu_()
            reads.append(x.mul_(kept[place]) if len(kept) else x)
            scales.append(1 / (1 - self.network.dropout) if len(kept) else 1.0)
        logits = _column(self._logit, reads[-1], scales[-1])
        if self._linear is not None:
            logits += _column(self._linear, inputs, 1.0)
        error = (
            logits.sigmoid().sub_(batch.y_true.unsqueeze(1)).div_(logits.shape[2])
        )  # the mean cross-entropy by the logit
        _write_column_gradient(self._logit, reads[-1], error, scales[-1])
        above = torch.mul(error.transpose(1, 2), self._logit.weight.transpose(1, 2)).mul_(
            scales[-1]
        )  # (M, B, in)
        for place in range(len(self._hidden) - 1, -1, -1):
            # a unit that was dropped or not active is 0 and hands nothing down
            above = torch.ops.aten.threshold_backward(above, reads[place + 1], 0)
            _write_gradient(self._hidden[place], reads[place], above, scales[place])
            if place or rows is not None:
                above = torch.bmm(above, self._hidden[place].weight.transpose(1, 2))
                above = above if scales[place] == 1 else above.mul_(scales[place])
        if self._linear is not None:
            _write_column_gradient(self._linear, inputs, error, 1.0)
        if self._vectors is not None and rows is not None:
            if self._linear is not None:
                above.addcmul_(error.transpose(1, 2), self._linear.weight.transpose(1, 2))
            by_vector = above[:, :, self.network.n_numeric :].reshape(-1, self._vectors.shape[1])
            self._vectors.zero_().index_add_(
                0, rows, by_vector
            )  # the sum over the patients that have the code
        return logits.squeeze(1)


def _layer(layer: MemberLinear, views: Mapping[nn.Parameter, Tensor]) -> Layer:
    return Layer(layer.weight.detach(), layer.bias.detach(), views[layer.weight], views[layer.bias])


def _column(layer: Layer, x: Tensor, scale: float) -> Tensor:
    """What a layer with one output gives, (M, 1, B). Patients are the columns: a product with a
    single column takes ten times as long.
    """
    return torch.baddbmm(layer.bias, layer.weight.transpose(1, 2), x.transpose(1, 2), alpha=scale)


def _write_column_gradient(layer: Layer, x: Tensor, error: Tensor, scale: float) -> None:
    """By weight and bias of a layer with one output; error (M, 1, B)."""
    gradient = layer.weight_gradient.transpose(
        1, 2
    )  # (M, 1, in), the same numbers in the same order
    torch.baddbmm(gradient, error, x, beta=0, alpha=scale, out=gradient)
    torch.sum(error, dim=2, keepdim=True, out=layer.bias_gradient)


def _write_gradient(layer: Layer, x: Tensor, error: Tensor, scale: float) -> None:
    """By weight and bias, from what the layer read, (M, B, in), and the derivative by what it gave,
    (M, B, out).
    """
    torch.baddbmm(
        layer.weight_gradient,
        x.transpose(1, 2),
        error,
        beta=0,
        alpha=scale,
        out=layer.weight_gradient,
    )
    torch.sum(error, dim=1, keepdim=True, out=layer.bias_gradient)
