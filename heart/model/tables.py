"""Categories as tables: what each code adds to the outputs of a layer that reads the inputs.

With V_c the vectors of category c, W_c the rows of the layer's weights that belong to it and U the
rest, the layer gives x @ U + sum over c of V_c[code_c] @ W_c + bias. That is [x, onehot] @ F + bias
where F is U above the tables V_c @ W_c, one row a code. The tables are computed once a step instead
of once a patient, and the gradients by vectors and weights follow from the one by F:

    dU = dF_x        dV_c = dF_c @ W_c^T        dW_c = V_c^T @ dF_c

Shapes: M members, D numbers, C categories, K codes of all of them together, dim the length of a
vector, H outputs. The products of all members and categories are a single batched one, so every
category is padded to P codes, the most of any.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from heart.model.network import HeartMLP, MemberEmbedding, MemberLinear

Gradients = Mapping[nn.Parameter, Tensor]


class Tables:
    """The layers of a network that read its inputs, for inputs whose codes are ones among zeros.

    Args:
        network: it has vectors; their and the layers' weights are read anew at each `fold`.
        embedding: its vectors.
        gradients: where `unfold` writes each parameter's gradient.
    """

    def __init__(self, network: HeartMLP, embedding: MemberEmbedding, gradients: Gradients) -> None:
        vectors, cardinalities = embedding.weight, network.cardinalities
        members, _, dim = vectors.shape
        most, device = max(cardinalities), vectors.device
        first = network.n_numeric + embedding.offsets.view(-1, 1)  # (C, 1), a category's in F
        code = torch.arange(most, device=device).expand(len(cardinalities), -1)  # (C, P)
        is_code = code < torch.tensor(cardinalities, device=device).view(-1, 1)
        self._n_numeric, self._gradients = network.n_numeric, gradients
        self._vectors, self._gradient = vectors.detach(), gradients[vectors]
        self._places = is_code.flatten().nonzero().squeeze(1)  # each code among the padded, (K,)
        # each padded code's row of F, (C * P,); padding takes any, as nobody reads what it becomes
        self._rows = (first + code * is_code).flatten()
        self._padded = torch.zeros(members, self._rows.numel(), dim, device=device)
        self._by_padded = torch.zeros_like(self._padded).view(-1, most, dim)
        self._layers: list[_Table] = []

    def add(self, layer: MemberLinear) -> tuple[Tensor, Tensor]:
        """F of a layer that reads the inputs, and where the gradient by F belongs: both
        (M, D + K, H).
        """
        table = _Table(
            (layer.weight.detach(), self._gradients[layer.weight]),
            n_numeric=self._n_numeric,
            n_codes=len(self._places),
            padded=self._by_padded.shape,
        )
        self._layers.append(table)
        return table.folded, table.by_folded

    def fold(self) -> None:
        """Write each layer's F."""
        self._padded.index_copy_(1, self._places, self._vectors)
        vectors = self._padded.view_as(self._by_padded)
        for table in self._layers:
            table.fold(vectors, self._places)

    def unfold(self) -> None:
        """Write the gradients by vectors and weights, from those by each layer's F."""
        vectors = self._padded.view_as(self._by_padded)
        self._by_padded.zero_()
        for table in self._layers:
            table.unfold(vectors, self._rows, self._by_padded)
        by_padded = self._by_padded.view_as(self._padded)
        torch.index_select(by_padded, 1, self._places, out=self._gradient)


class _Table:
    """One layer's F. What a step needs in between has its place from the start: memory that is
    taken and given back at each step costs more than the products.

    Args:
        weight: the layer's, and the gradient by it, (M, D + C * dim, H).
        n_numeric: D.
        n_codes: K.
        padded: the shape of the vectors, (M * C, P, dim).

    Attributes:
        folded: F, (M, D + K, H).
        by_folded: the gradient by F.
    """

    def __init__(
        self, weight: tuple[Tensor, Tensor], *, n_numeric: int, n_codes: int, padded: torch.Size
    ) -> None:
        members, _, outputs = weight[0].shape
        tables, most, dim = padded
        empty = weight[0].new_empty
        self.folded, self.by_folded = (empty(members, n_numeric + n_codes, outputs) for _ in "fb")
        self._numbers, self._by_numbers = (w[:, :n_numeric] for w in weight)
        self._folded_numbers, self._folded_codes = self.folded.split([n_numeric, n_codes], dim=1)
        self._by_folded_numbers = self.by_folded[:, :n_numeric]
        # of the categories, (M, C * dim, H), and the same as one matrix each; the two are the same
        # memory only for one member
        self._codes, self._by_codes = (w[:, n_numeric:] for w in weight)
        if members == 1:
            self._weights, self._by_weights = (
                w.view(tables, dim, outputs) for w in (self._codes, self._by_codes)
            )
        else:
            self._weights, self._by_weights = (empty(tables, dim, outputs) for _ in "wb")
        self._tables, self._by_tables = (empty(tables, most, outputs) for _ in "tb")
        self._picked = empty(members, n_codes, outputs)

    def fold(self, vectors: Tensor, places: Tensor) -> None:
        """Write F; vectors padded, (M * C, P, dim)."""
        members = len(self.folded)
        if members > 1:
            self._weights.view_as(self._codes).copy_(self._codes)
        torch.bmm(vectors, self._weights, out=self._tables)
        by_member = self._tables.view(members, -1, self._tables.shape[2])
        torch.index_select(by_member, 1, places, out=self._picked)
        self._folded_codes.copy_(self._picked)
        self._folded_numbers.copy_(self._numbers)

    def unfold(self, vectors: Tensor, rows: Tensor, by_vectors: Tensor) -> None:
        """Write the gradient by the weights, and add the one by the vectors."""
        members = len(self.folded)
        by_member = self._by_tables.view(members, -1, self._tables.shape[2])
        torch.index_select(self.by_folded, 1, rows, out=by_member)
        by_vectors.baddbmm_(self._by_tables, self._weights.transpose(1, 2))
        torch.bmm(vectors.transpose(1, 2), self._by_tables, out=self._by_weights)
        if members > 1:
            self._by_codes.copy_(self._by_weights.view_as(self._by_codes))
        self._by_numbers.copy_(self._by_folded_numbers)
