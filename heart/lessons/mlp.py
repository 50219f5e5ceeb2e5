"""Small networks for points and patients, with any number of classes, whose members may differ in
width and in weight decay.

Shapes: M members, B points, D inputs, K outputs (one logit for two classes, else one logit a
class). They train in the loop of `heart.model.loop`, as the project's own network does, but by
autograd.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from heart.config import Settings
from heart.errors import SettingsError
from heart.model.batches import Labelled, MemberRows, Patients, load_batches
from heart.model.loop import Count, OnEpochEnd, Run, count_binary, run_epochs
from heart.model.masking import Noise
from heart.model.network import MemberLinear, member_generator
from heart.model.preprocessing import Encoded
from heart.model.step import Batch, FlatAdamW

CPU = torch.device("cpu")

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": torch.relu,
    "tanh": torch.tanh,
    "none": torch.nn.Identity(),
}

FloatArray = npt.NDArray[np.float64]


class Points(NamedTuple):
    """Inputs, float32, shape (n, D), and classes 0 to K - 1, int64, shape (n,)."""

    X: npt.NDArray[np.float32]
    y_true: npt.NDArray[np.int64]


class PointMLP(nn.Module):
    """Inputs through hidden layers to K outputs: (M, B, D) to (M, B, K).

    A member narrower than the widest is padded with units whose weights are zero, in and out. Their
    gradients are then zero too (what a unit gives is multiplied by the weights out of it, and what
    they learn by what it gives), so that they stay zero for good.

    Args:
        n_inputs: D.
        n_outputs: K.
        settings: members, widths of the hidden layers, dropout, the seed.
        activation: a name in `ACTIVATIONS`; "none" leaves the network linear.
        widths: each member's width of every hidden layer; by default that of the settings.
        indices: each member's index within its own fit, which decides its weights; by default 0 to
            M - 1.

    Raises:
        SettingsError: for an activation that there is not.

    >>> network = PointMLP(2, 3, Settings(members=2, hidden=(8,)), widths=[8, 4])
    >>> network(torch.zeros(2, 5, 2)).shape
    torch.Size([2, 5, 3])
    """

    def __init__(
        self,
        n_inputs: int,
        n_outputs: int,
        settings: Settings,
        *,
        activation: str = "relu",
        widths: Sequence[int] = (),
        indices: Sequence[int] = (),
    ) -> None:
        super().__init__()
        if activation not in ACTIVATIONS:
            raise SettingsError.unknown("an activation", activation, ACTIVATIONS)
        self.members, self.dropout, self.widths, self.n_outputs = (
            settings.members,
            settings.dropout,
            settings.hidden,
            n_outputs,
        )
        self.activation = ACTIVATIONS[activation]
        sizes = [n_inputs, *settings.hidden, n_outputs]
        self.layers = nn.ModuleList(MemberLinear(self.members, *pair) for pair in pairwise(sizes))
        for member, index in enumerate(indices or range(self.members)):
            own = [min(width, widths[member]) if widths else width for width in settings.hidden]
            self._draw(
                member,
                [n_inputs, *own, n_outputs],
                member_generator(settings.random_state, index, "weights"),
            )

    def _draw(self, member: int, sizes: Sequence[int], generator: torch.Generator) -> None:
        """The first weights that a network of these sizes alone would have; the rest stays zero."""
        for layer, (n_in, n_out) in zip(self.linears(), pairwise(sizes), strict=True):
            alone = MemberLinear(1, n_in, n_out)
            alone.reset([generator])
            with torch.no_grad():
                layer.weight[member, :n_in, :n_out] = alone.weight[0]
                layer.bias[member, :, :n_out] = alone.bias[0]

    def linears(self) -> list[MemberLinear]:
        """The layers, first to last."""
        return [layer for layer in self.layers if isinstance(layer, MemberLinear)]

    def forward(self, x: Tensor, kept: Sequence[Tensor] = ()) -> Tensor:
        """Logits, (M, B, K); `kept` says for each hidden layer which units are not dropped, bool,
        (M, B, H).
        """
        *hidden, last = self.linears()
        for i, layer in enumerate(hidden):
            x = self.activation(layer(x))  # (M, B, H)
            x = x * kept[i] / (1 - self.dropout) if len(kept) else x
        logits: Tensor = last(x)  # (M, B, K)
        return logits

    @property
    def count(self) -> Count:
        """The loss of one logit, or of K."""
        return count_classes if self.n_outputs > 1 else count_binary

    @torch.no_grad()
    def predict_proba(self, X: npt.NDArray[np.float32]) -> FloatArray:
        """Each member's probability of each class, shape (M, n, K), or (M, n, 2) from one logit."""
        logits = self(torch.as_tensor(X).expand(self.members, -1, -1)).double()
        return np.asarray(
            torch.softmax(
                (
                    logits
                    if self.n_outputs > 1
                    else torch.cat([torch.zeros_like(logits), logits], dim=2)
                ),
                dim=2,
            )
        )


def count_classes(logits: Tensor, y_true: Tensor) -> tuple[Tensor, Tensor]:
    """The sum of the cross-entropies of the softmax, and how often the largest logit is the right
    one; (n, K) and (n,).
    """
    classes = y_true.long()
    return nn.functional.cross_entropy(logits, classes, reduction="sum"), torch.count_nonzero(
        logits.argmax(dim=1) == classes
    )


class AutogradStep:
    """A step of AdamW down the sum of the members' mean losses, each member with its own weight
    decay.

    Args:
        network: its weights become views of the optimiser's until `release`.
        settings: step size, weight decay, dropout's seed.
        decays: each member's weight decay, shape (M,); by default that of the settings for all.
    """

    def __init__(self, network: PointMLP, settings: Settings, decays: Sequence[float] = ()) -> None:
        self.network, self.noise = network, Noise(settings.random_state, CPU)
        decay = torch.tensor(decays or [settings.weight_decay] * network.members).view(-1, 1, 1)
        # decoupled decay is a factor (Loshchilov and Hutter 2019): it is the members' own, and the
        # rest of the step is Adam's
        self._factor = torch.cat(
            [(1 - settings.lr * decay).expand_as(p).reshape(-1) for p in network.parameters()]
        )
        self._optimiser = FlatAdamW(network.parameters(), lr=settings.lr, weight_decay=0.0)
        self.release = self._optimiser.release
        for parameter, gradient in self._optimiser.gradients.items():
            parameter.grad = gradient  # autograd adds to what is there

    def __call__(self, batch: Batch) -> Tensor:
        """Take the step; the logits before it, (M, B) or (M, B, K)."""
        rate = self.network.dropout
        kept = (
            [
                self.noise.decide(1 - rate, (*batch.y_true.shape, width))
                for width in self.network.widths
            ]
            if rate
            else []
        )
        logits: Tensor = self.network(batch.numeric, kept)
        logits = logits.squeeze(2) if self.network.n_outputs == 1 else logits
        loss, _ = self.network.count(logits.flatten(0, 1), batch.y_true.flatten())
        self._optimiser.gradient.zero_()
        (loss / batch.y_true.shape[1]).backward()
        self._optimiser.weights.mul_(self._factor)
        self._optimiser.step()
        return logits.detach()


def fit(
    network: PointMLP,
    train: Points,
    settings: Settings,
    *,
    decays: Sequence[float] = (),
    valid: Points | None = None,
    rows: MemberRows | None = None,
    on_epoch_end: OnEpochEnd | None = None,
) -> Run:
    """Train the members in place, on the CPU, stopping each at its best on `valid` if the settings
    have patience; what happened.

    Args:
        network: fresh.
        train: what to fit.
        settings: step size, batch size, epochs, patience, seed.
        decays: each member's weight decay.
        valid: what to stop on.
        rows: which rows of `train` each member sees.
        on_epoch_end: sees each epoch once; whatever it raises ends the training.

    Raises:
        TrainingError: when the loss is no longer finite or the time limit is reached.
    """
    batches = load_batches(Patients(_labelled(train), CPU), settings, rows=rows)
    step = AutogradStep(network, settings, decays)
    judge = None if valid is None else lambda: _judge(network, valid)
    run = run_epochs(
        network,
        step,
        batches,
        settings,
        count=network.count,
        judge=judge,
        on_epoch_end=on_epoch_end,
    )
    step.release()
    return run


def _labelled(points: Points) -> Labelled:
    return Labelled(Encoded(points.X, np.empty((len(points.X), 0), dtype=np.int64)), points.y_true)


def _judge(network: PointMLP, valid: Points) -> tuple[Tensor, float]:
    loss, accuracy = member_scores(network, valid)
    return torch.as_tensor(loss), float(accuracy.mean())


def member_scores(network: PointMLP, points: Points) -> tuple[FloatArray, FloatArray]:
    """Each member's mean cross-entropy (nats) and accuracy on points, shape (M,) each."""
    y_score = network.predict_proba(points.X)  # (M, n, K)
    rows = np.arange(len(points.y_true))
    loss = -np.log(np.maximum(y_score[:, rows, points.y_true], np.finfo(np.float64).tiny)).mean(
        axis=1
    )
    return loss, (y_score.argmax(axis=2) == points.y_true).mean(axis=1)
