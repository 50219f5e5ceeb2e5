"""Prediction for many patients: the first layers of all members folded into one matrix.

The first layer of member m reads a patient's numbers x and, for each category c, the vector
V_mc[code] of the patient's code. With U_m the rows of its weights that belong to the numbers and
W_mc those that belong to category c, it gives

    x @ U_m + sum over c of V_mc[code_c] @ W_mc + bias_m
  = x @ U_m + sum over c of onehot(code_c) @ (V_mc @ W_mc) + bias_m
  = [x, onehot(code_1), ..., onehot(code_C)] @ F_m + bias_m

where F_m is U_m above the tables V_mc @ W_mc, one row a code. The left side no longer depends on m:
in training each member has rows of its own, in prediction all see the same patients. So the F_m of
all members stand side by side, and the layer is a single product (B, D + K) @ (D + K, M * H).
The linear path, which reads the same inputs, is folded alike.

The left side is also a sum with one part a feature: what the layer gives for a patient of whom
only some features are known is what it gives for nobody, plus the known features' parts. So the
2^k patients who differ in which of k features are known need no inputs of their own: their first
layer is built by doubling (`predict_coalitions`).

Shapes: M members, B patients of a block, D numbers, C categories, K codes of all categories
together, H hidden units. Blocks fit the processor's cache.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from heart.model.network import HeartMLP, MemberLinear
from heart.model.preprocessing import Encoded
from heart.model.side_by_side import count_workers, side_by_side
from heart.model.threads import one_thread

Made = TypeVar("Made")

BLOCK_FLOATS = 2**20  # measured: half and double are a tenth slower
MIN_BLOCK = 64
MIN_STRETCH = 8
"""Blocks that are worth a thread: some 30 ms."""
CACHE_FLOATS = 2**18
"""Of the first layer of some coalitions, which is added to, read and written while it is in the
processor's cache. Measured with the shipped model: half and double take a tenth longer.
"""


class FoldedLayer(NamedTuple):
    """Parallel layers of all members as one.

    Attributes:
        weight: shape (inputs, M * H).
        bias: shape (M * H,).
    """

    weight: Tensor
    bias: Tensor


class FoldedNetwork:
    """A `HeartMLP` for prediction: the same logits, to rounding. It is never changed.

    Args:
        network: its weights are copied.

    Attributes:
        members: M.
        depth: hidden layers.
        offsets: where each category's codes start among all codes, (C,); None where codes are read
            as numbers.
        first: the layer that reads the inputs; it gives (M * H), or M without a hidden layer.
        layers: weight (M, in, out) and bias (M, 1, out) of the layers after it, the last one to one
            logit.
        linear: the direct path from the inputs to the logits, if there is one.

    >>> from heart.config import Settings
    >>> network = HeartMLP(12, [3, 5], Settings(members=2, hidden=(8,)))
    >>> encoded = Encoded(np.zeros((4, 12), np.float32), np.zeros((4, 2), np.int64))
    >>> FoldedNetwork(network).predict_members(encoded).shape
    (2, 4)
    """

    def __init__(self, network: HeartMLP) -> None:
        with torch.no_grad():
            self.members = network.members
            self.offsets = None if network.embedding is None else network.embedding.offsets
            self._n_codes = 0 if network.embedding is None else network.embedding.weight.shape[1]
            self.layers = [
                (layer.weight.detach(), layer.bias.detach())
                for layer in (*network.hidden[1:], network.logit)
            ]
            first: Any = network.hidden[0] if len(network.hidden) else network.logit
            self.first = _fold(network, first)
            self.linear = (
                None if network.linear_path is None else _fold(network, network.linear_path)
            )
            self.depth = len(network.hidden)
        widths = [
            self.first.weight.shape[1],
            *(weight.shape[0] * weight.shape[2] for weight, _ in self.layers),
        ]
        self.block = max(MIN_BLOCK, BLOCK_FLOATS // max(widths))

    def predict_members(self, encoded: Encoded) -> npt.NDArray[np.float64]:
        """Each member's probability, float64, shape (M, n)."""
        blocks = self._map_blocks(encoded, lambda block: block.numpy())
        return np.concatenate(blocks).T if blocks else np.empty((self.members, 0))

    def predict_mean(self, encoded: Encoded) -> npt.NDArray[np.float64]:
        """The mean of the members' probabilities, float64, shape (n,)."""
        blocks = self._map_blocks(encoded, lambda block: block.mean(dim=1).numpy())
        return np.concatenate(blocks) if blocks else np.empty(0)

    def predict_counts(
        self, encoded: Encoded, count: Callable[[npt.NDArray[np.float64]], npt.NDArray[np.int64]]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
        """The mean of the members' probabilities and what is counted of them, shape (n,) each; the
        members of all patients are never there at once.

        Args:
            encoded: n patients.
            count: the members' probabilities of a block, shape (B, M), to numbers, shape (B,).
        """
        blocks = self._map_blocks(
            encoded, lambda block: (block.mean(dim=1).numpy(), count(block.numpy()))
        )
        return (
            np.concatenate([np.empty(0), *(mean for mean, _ in blocks)]),
            np.concatenate([np.empty(0, dtype=np.int64), *(counted for _, counted in blocks)]),
        )

    def _map_blocks(self, encoded: Encoded, make: Callable[[Tensor], Made]) -> list[Made]:
        """What is made of each block of probabilities, float64 on the CPU, shape (B, M). Stretches
        of blocks are computed side by side where there are enough of them.
        """
        starts = range(0, len(encoded.numeric), self.block)
        stretches = count_workers(len(starts) // MIN_STRETCH)
        if stretches == 1:
            with one_thread():
                return self._make_stretch(encoded, starts, make)
        size = -(-len(starts) // stretches)
        made = side_by_side(
            lambda part, _: self._make_stretch(encoded, part, make),
            [starts[first : first + size] for first in range(0, len(starts), size)],
        )
        return [each for stretch in made for each in stretch]

    @torch.no_grad()
    def _make_stretch(
        self, encoded: Encoded, starts: range, make: Callable[[Tensor], Made]
    ) -> list[Made]:
        made = []
        for start in starts:
            rows = slice(start, start + self.block)
            logits = self._logits(encoded.numeric[rows], encoded.codes[rows])
            made.append(make(logits.double().sigmoid().cpu()))
        return made

    def _logits(self, numeric: npt.NDArray[np.float32], codes: npt.NDArray[np.int64]) -> Tensor:
        """Shape (B, M)."""
        inputs = self._inputs(numeric, codes)
        # (B, M * H), or (B, M) without a hidden layer
        x = self._finish(torch.addmm(self.first.bias, inputs, self.first.weight))
        if self.linear is not None:
            x = x.addmm_(inputs, self.linear.weight).add_(self.linear.bias)
        return x

    def _finish(self, x: Tensor) -> Tensor:
        """What the layers after the first make of it, (B, M * H), which is written over: shape
        (B, M); without a hidden layer it is that already.
        """
        if not self.depth:
            return x
        x = x.relu_()
        for weight, bias in self.layers[:-1]:
            x = x.view(len(x), self.members, -1).transpose(0, 1)  # (M, B, H)
            x = torch.baddbmm(bias, x, weight).relu_().transpose(0, 1).flatten(1)
        weight, bias = self.layers[-1]  # (M, H, 1) and (M, 1, 1)
        # to one number: products and sums take half as long as a batched matrix product
        x = x.mul_(weight.view(-1)).view(len(x), self.members, -1)
        return x.sum(dim=2).add_(bias.view(-1))

    @torch.no_grad()
    def predict_coalitions(self, encoded: Encoded) -> npt.NDArray[np.float64]:
        """Each member's probability for every coalition of k features, float64, shape (M, 2^k).

        Coalition c holds feature i where bit i of c is 1 (feature 0 is the lowest bit).

        Args:
            encoded: k + 1 patients: the one without any of the features, then for each feature the
                one that differs from the first in this feature alone.
        """
        with one_thread():
            inputs = self._inputs(encoded.numeric, encoded.codes)
            logits = self._finish_all(*_parts(self.first, inputs))
            if self.linear is not None:
                logits += _double(*_parts(self.linear, inputs))
            probabilities: npt.NDArray[np.float64] = logits.double().sigmoid().cpu().numpy()
            return probabilities.T

    def _finish_all(self, start: Tensor, parts: Tensor) -> Tensor:
        """The logits without the linear path, (2^k, M): the first features' coalitions are one
        table, to which each coalition of the others adds a row.
        """
        fitting = max(CACHE_FLOATS // start.numel(), 1).bit_length() - 1
        table = _double(start, parts[:fitting])
        rest = _double(torch.zeros_like(start), parts[fitting:])
        x, logits = torch.empty_like(table), start.new_empty(len(rest), len(table), self.members)
        for row, block in zip(rest, logits, strict=True):
            block.copy_(self._finish(torch.add(table, row, out=x)))
        return logits.view(-1, self.members)

    def _inputs(self, numeric: npt.NDArray[np.float32], codes: npt.NDArray[np.int64]) -> Tensor:
        """The numbers, then a 1 for each category's code among zeros, shape (B, D + K); or the
        codes as numbers, shape (B, D + C).
        """
        device = self.first.weight.device
        numbers, labels = torch.from_numpy(numeric).to(device), torch.from_numpy(codes).to(device)
        if self.offsets is None:
            return torch.cat([numbers, labels.to(numbers.dtype)], dim=1)
        n_numbers = numbers.shape[1]
        inputs = numbers.new_zeros(len(numbers), n_numbers + self._n_codes)
        inputs[:, :n_numbers] = numbers
        return inputs.scatter_(1, n_numbers + self.offsets + labels, 1.0)


def _parts(layer: FoldedLayer, inputs: Tensor) -> tuple[Tensor, Tensor]:
    """What the layer gives for the first patient, (outputs,), and what each other one's differing
    feature adds to it, (k, outputs).
    """
    outputs = torch.addmm(layer.bias, inputs, layer.weight)
    return outputs[0], outputs[1:] - outputs[0]


def _double(start: Tensor, parts: Tensor) -> Tensor:
    """The start plus the parts of every coalition, (2^k, outputs): each part doubles the rows."""
    sums = start.new_empty(2 ** len(parts), len(start))
    sums[0] = start
    for i, part in enumerate(parts):
        torch.add(sums[: 2**i], part, out=sums[2**i : 2 ** (i + 1)])
    return sums


def _fold(network: HeartMLP, layer: MemberLinear) -> FoldedLayer:
    """F and bias of a layer that reads the inputs; written table by table, as it may be large."""
    weight, bias = layer.weight.detach(), layer.bias.detach()  # (M, D + C * dim, H), (M, 1, H)
    members, n_inputs, n_outputs = weight.shape
    flat_bias = bias.permute(1, 0, 2).reshape(-1)
    if network.embedding is None:
        return FoldedLayer(weight.permute(1, 0, 2).reshape(n_inputs, -1).contiguous(), flat_bias)
    vectors, starts = network.embedding.weight.detach(), network.embedding.offsets.tolist()
    dim, n_codes = vectors.shape[2], vectors.shape[1]
    n_numeric = n_inputs - dim * len(starts)
    folded = weight.new_empty(n_numeric + n_codes, members, n_outputs)
    folded[:n_numeric] = weight[:, :n_numeric].transpose(0, 1)  # U
    # without a category there is an end and no start
    for c, (start, end) in enumerate(zip(starts, [*starts[1:], n_codes], strict=False)):
        of_category = weight[:, n_numeric + c * dim : n_numeric + (c + 1) * dim]  # W, (M, dim, H)
        table = torch.bmm(vectors[:, start:end], of_category)  # (M, K_c, H)
        folded[n_numeric + start : n_numeric + end] = table.transpose(0, 1)
    return FoldedLayer(folded.view(n_numeric + n_codes, -1), flat_bias)
