"""Random decisions, and what they hide in training: values, so that unknown ones are known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from copy import copy

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from heart.model.step import Batch

BLOCK = 2**16
"""Decisions drawn at once, of 16 random bits each: a float for each takes twice as long to draw."""

_LEVELS = 2**16
_LOWEST = -(2**15)


class Noise:
    """A stream of random decisions that depends on the seed alone.

    Several fits that train as one network each get the same stream, as they would alone.

    Args:
        random_state: the seed.
        device: where the decisions are needed.
        fits: how many fits share the stream; members of one fit are next to each other.
    """

    def __init__(self, random_state: int, device: torch.device, *, fits: int = 1) -> None:
        self._generator = torch.Generator(device).manual_seed(random_state)
        self._fits, self._device = fits, device
        self._bits = torch.empty(0, dtype=torch.int16, device=device)
        self._used = 0

    def decide(self, rate: float, shape: tuple[int, ...]) -> Tensor:
        """True with probability `rate`, bool, of the shape; its first axis is members."""
        level = round(rate * _LEVELS)
        if not 0 < level < _LEVELS:  # certain; and no 16-bit number is beyond the last level
            return torch.full(shape, level > 0, device=self._device)
        bits = self._take(math.prod(shape) // self._fits)
        decided = (bits < _LOWEST + level).view(shape[0] // self._fits, *shape[1:])
        return decided if self._fits == 1 else decided.repeat(self._fits, *[1] * (len(shape) - 1))

    def _take(self, n: int) -> Tensor:
        if self._used + n > len(self._bits):
            words = -(-max(n, BLOCK) // 4)
            drawn = torch.empty(words, dtype=torch.int64, device=self._device)
            self._bits = drawn.random_(-(2**63), None, generator=self._generator).view(torch.int16)
            self._used = 0
        taken = self._bits[self._used : self._used + n]
        self._used += n
        return taken


class ValueMask:
    """Hides values at random, so that the codes and flags for unknown are trained.

    Args:
        scaled_median: what a missing number looks like, shape (F,), or (M, F) where each member has
            its own scaler.
        cardinalities: number of codes of each category; the last one means unknown.
        rate: share of values to hide.
        has_flags: whether `numeric` has one missing flag a number after the numbers.
        pieces: what a missing number's pieces look like, shape (P * F,) or (M, P * F), where
            `numeric` has pieces between numbers and flags.
    """

    def __init__(
        self,
        scaled_median: npt.NDArray[np.float32],
        cardinalities: Sequence[int],
        rate: float,
        *,
        has_flags: bool,
        pieces: npt.NDArray[np.float32] | None = None,
    ) -> None:
        nothing = scaled_median[..., :0]
        flags = np.ones_like(scaled_median) if has_flags else nothing
        bends = nothing if pieces is None else pieces
        hidden = np.concatenate([scaled_median, bends, flags], axis=-1)
        # of shape (D,) or (M, 1, D)
        self.hidden_numeric = torch.as_tensor(hidden if hidden.ndim == 1 else hidden[:, None, :])
        self.hidden_codes = torch.tensor(cardinalities, dtype=torch.int64) - 1
        self.n_numbers, self.rate = scaled_median.shape[-1], rate
        self.n_more = hidden.shape[-1] - self.n_numbers  # columns that go with a number

    def to(self, device: torch.device) -> ValueMask:
        """The same mask for batches on the device."""
        moved = copy(self)
        moved.hidden_numeric = self.hidden_numeric.to(device)
        moved.hidden_codes = self.hidden_codes.to(device)
        return moved

    def with_codes_as_numbers(self) -> ValueMask:
        """The same mask for batches whose codes are columns of `numeric` (see `Patients`)."""
        joined = copy(self)
        unknown = self.hidden_codes.to(torch.float32).expand(*self.hidden_numeric.shape[:-1], -1)
        joined.hidden_numeric = torch.cat([self.hidden_numeric, unknown], dim=-1)
        joined.hidden_codes = self.hidden_codes[:0]
        return joined

    def __call__(self, batch: Batch, noise: Noise) -> Batch:
        """The batch with some values hidden; the same object if the rate is 0."""
        if self.rate == 0.0:
            return batch
        n_codes = batch.codes.shape[2]
        n_columns = batch.numeric.shape[2] - self.n_more + n_codes
        hide = noise.decide(self.rate, (*batch.y_true.shape, n_columns))  # (M, B, F + C)
        shown, rest = hide[..., : n_columns - n_codes], hide[..., n_columns - n_codes :]
        if self.n_more:  # a number's pieces and its flag go with it
            numbers = [shown[..., : self.n_numbers]] * (self.n_more // self.n_numbers)
            shown = torch.cat([*numbers, shown], dim=2)
        # by arithmetic: torch.where branches on random bits, half of them mispredicted, and takes
        # ten times as long
        numeric = torch.lerp(batch.numeric, self.hidden_numeric, shown.to(batch.numeric.dtype))
        codes = batch.codes + (self.hidden_codes - batch.codes) * rest if n_codes else batch.codes
        return Batch(numeric, codes, batch.y_true, batch.weight)
