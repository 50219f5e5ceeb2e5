"""The network: M independent multilayer perceptrons as one, every layer a batched matrix product
over the member axis.

Shapes: M members, B patients, D numbers (flags included), C categories, H hidden units. A single
MLP has M = 1. The network holds weights only: `forward` is a function of the weights and the
patient, whichever mode another thread believes the module to be in. What is dropped in training is
handed in; training itself is in `heart.model.step`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from heart.config import Settings

_STREAMS = ("weights", "order")


def member_generator(random_state: int, member: int, stream: str) -> torch.Generator:
    """A CPU generator that depends on the seed, the member's index and the stream, nothing else.

    Raises:
        ValueError: for a stream that is neither "weights" nor "order".
    """
    own = random_state * 1_000_003 + member
    return torch.Generator().manual_seed(own * len(_STREAMS) + _STREAMS.index(stream))


class MemberLinear(nn.Module):
    """M linear layers side by side: (M, B, in) to (M, B, out).

    Weights start as in `torch.nn.Linear`: uniform within 1 / sqrt(in).
    """

    def __init__(self, members: int, n_inputs: int, n_outputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(members, n_inputs, n_outputs))
        self.bias = nn.Parameter(torch.zeros(members, 1, n_outputs))

    def reset(self, generators: Sequence[torch.Generator]) -> None:
        """Draw each member's first weights from its own generator."""
        limit = max(self.weight.shape[1], 1) ** -0.5
        with torch.no_grad():
            for member, generator in enumerate(generators):
                self.weight[member].uniform_(-limit, limit, generator=generator)
                self.bias[member].uniform_(-limit, limit, generator=generator)

    def forward(self, x: Tensor) -> Tensor:
        """(M, B, in) to (M, B, out)."""
        return torch.baddbmm(self.bias, x, self.weight)


class MemberEmbedding(nn.Module):
    """One vector for each code of each category, for M members: (M, B, C) int64 to (M, B, C * dim).

    All categories share one table; a category's codes start at its offset. The last code of a
    category means unknown.
    """

    offsets: Tensor
    starts: Tensor

    def __init__(self, members: int, cardinalities: Sequence[int], dim: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(members, sum(cardinalities), dim))
        ends = torch.tensor(cardinalities, dtype=torch.int64, device="cpu").cumsum(0)
        offsets = ends - torch.tensor(cardinalities, dtype=torch.int64, device="cpu")
        self.register_buffer("offsets", offsets, persistent=False)
        # where each member's table starts, when they lie below each other
        tables = torch.arange(members, device="cpu").view(-1, 1, 1) * sum(cardinalities)
        self.register_buffer("starts", tables + offsets, persistent=False)

    def reset(self, generators: Sequence[torch.Generator]) -> None:
        """Draw each member's vectors from its own generator, normal as in `torch.nn.Embedding`."""
        with torch.no_grad():
            for member, generator in enumerate(generators):
                self.weight[member].normal_(generator=generator)

    def forward(self, codes: Tensor) -> Tensor:
        """(M, B, C) to (M, B, C * dim)."""
        members, n, n_categories = codes.shape
        dim, rows = self.weight.shape[2], (codes + self.starts).view(-1)
        return self.weight.view(-1, dim).index_select(0, rows).view(members, n, n_categories * dim)


class HeartMLP(nn.Module):
    """Numbers and a vector a category, through hidden layers with ReLU, to a logit a member.

    Args:
        n_numeric: D, the columns of `numeric`.
        cardinalities: number of codes of each category, the one for unknown included.
        settings: members, hidden widths, dropout, how categories enter, the seed.

    >>> network = HeartMLP(12, [3, 5], Settings(members=2, hidden=(8,)))
    >>> network(torch.zeros(2, 4, 12), torch.zeros(2, 4, 2, dtype=torch.int64)).shape
    torch.Size([2, 4])
    """

    def __init__(self, n_numeric: int, cardinalities: Sequence[int], settings: Settings) -> None:
        super().__init__()
        self.members, self.dropout = settings.members, settings.dropout
        self.n_numeric, self.cardinalities = n_numeric, tuple(cardinalities)
        self.embedding = (
            MemberEmbedding(self.members, cardinalities, settings.embedding_dim)
            if settings.categories == "embedding"
            else None
        )
        n_inputs = n_numeric + len(cardinalities) * (
            settings.embedding_dim if self.embedding else 1
        )
        self.widths = settings.hidden
        widths = [n_inputs, *settings.hidden]
        self.hidden = nn.ModuleList(MemberLinear(self.members, *pair) for pair in pairwise(widths))
        self.logit = MemberLinear(self.members, widths[-1], 1)
        self.linear_path = (
            MemberLinear(self.members, n_inputs, 1)
            if settings.linear_path and settings.hidden
            else None
        )
        self.reset(settings.random_state)

    def reset(self, random_state: int, indices: Sequence[int] | None = None) -> None:
        """Draw the first weights; a member's depend on the seed and its own index only. On the meta
        device there is nothing to draw.

        Args:
            random_state: the seed.
            indices: each member's index; by default 0 to M - 1. Several fits that train as one
                network each count from 0.
        """
        if self.logit.weight.is_meta:
            return
        generators = [
            member_generator(random_state, member, "weights")
            for member in indices or range(self.members)
        ]
        for module in self.modules():
            if isinstance(module, MemberLinear | MemberEmbedding):
                module.reset(generators)

    def layers(self) -> list[MemberLinear]:
        """The hidden layers, first to last."""
        return [layer for layer in self.hidden if isinstance(layer, MemberLinear)]

    def inputs(self, numeric: Tensor, codes: Tensor) -> Tensor:
        """What the first layer reads, (M, B, D + C * dim)."""
        if not codes.shape[2]:
            return numeric
        columns = codes.to(numeric.dtype) if self.embedding is None else self.embedding(codes)
        return torch.cat([numeric, columns], dim=2)

    def columns(self, codes: Tensor) -> Tensor:
        """The codes as training reads them, float32: (…, C) to (…, K), a 1 for each code among
        zeros, where they have vectors; where they are numbers, to (…, C).
        """
        if self.embedding is None:
            return codes.to(torch.float32)
        ones = codes.new_zeros(*codes.shape[:-1], sum(self.cardinalities), dtype=torch.float32)
        return ones.scatter_(-1, codes + self.embedding.offsets, 1.0)

    def forward(self, numeric: Tensor, codes: Tensor, *, kept: Sequence[Tensor] = ()) -> Tensor:
        """Logits, float32, shape (M, B).

        Args:
            numeric: float32, shape (M, B, D).
            codes: int64, shape (M, B, C).
            kept: for each hidden layer which units are not dropped, bool, (M, B, H); they are
                scaled up (Srivastava et al. 2014).
        """
        inputs = self.inputs(numeric, codes)
        x = inputs
        for depth, layer in enumerate(self.hidden):
            x = torch.relu(layer(x))  # (M, B, H)
            x = x * kept[depth] / (1 - self.dropout) if kept else x
        logits: Tensor = self.logit(x)  # (M, B, 1)
        if self.linear_path is not None:
            logits = logits + self.linear_path(inputs)
        return logits.squeeze(2)

    @torch.no_grad()
    def predict_logits(self, numeric: Tensor, codes: Tensor) -> Tensor:
        """Each member's logits for patients that all members share: (B, D) and (B, C) to (M, B)."""
        return self.forward(
            numeric.expand(self.members, -1, -1), codes.expand(self.members, -1, -1)
        )


def count_weights(n_numeric: int, cardinalities: Sequence[int], settings: Settings) -> int:
    """How many weights such a network has, counted without taking memory for them."""
    with torch.device("meta"):
        network = HeartMLP(n_numeric, cardinalities, settings)
    return sum(parameter.numel() for parameter in network.parameters())
