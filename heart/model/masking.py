"""Random decisions, and what they hide in training: values, so that unknown ones are known."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
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

    Args:
        random_state: the seed.
        device: where the decisions are needed.
    """

    def __init__(self, random_state: int, device: torch.device) -> None:
        self._generator = torch.Generator(device).manual_seed(random_state)
        self._device = device
        self._bits = torch.empty(0, dtype=torch.int16, device=device)
        self._used = 0

    def decide(self, rate: float, shape: tuple[int, ...]) -> Tensor:
        """True with probability `rate`, bool, of the shape."""
        level = round(rate * _LEVELS)
        if not 0 < level < _LEVELS:  # certain; and no 16-bit number is beyond the last level
            return torch.full(shape, level > 0, device=self._device)
        return (self._take(math.prod(shape)) < _LOWEST + level).view(shape)

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

    Of several fits that train as one network each gets the same decisions, as it would alone.

    Args:
        scaled_median: what a missing number looks like, shape (F,), or (fits, F) where several fits
            train as one network: each has its own scaler, and its members are next to each other.
        cardinalities: number of codes of each category; the last one means unknown.
        rate: share of values to hide.
        has_flags: whether `numeric` ends with a flag for each number that is a value of its own.
        pieces: what a missing number's pieces look like, shape (P * F,) or (fits, P * F), where
            `numeric` has pieces between numbers and flags.
        values: which of the F + C values each number is, where one is hidden with its category
            (see `HeartPreprocessor.known_with`); by default each is its own.
    """

    def __init__(
        self,
        scaled_median: npt.NDArray[np.float32],
        cardinalities: Sequence[int],
        rate: float,
        *,
        has_flags: bool,
        pieces: npt.NDArray[np.float32] | None = None,
        values: Sequence[int] | None = None,
    ) -> None:
        n_numbers, self.rate = scaled_median.shape[-1], rate
        own = torch.tensor(list(range(n_numbers) if values is None else values), dtype=torch.int64)
        flagged = own[(own < n_numbers) & has_flags]
        flags = np.ones((*scaled_median.shape[:-1], len(flagged)), dtype=np.float32)
        bends = scaled_median[..., :0] if pieces is None else pieces
        hidden = np.atleast_2d(np.concatenate([scaled_median, bends, flags], axis=-1))
        self.fits, self.n_values = len(hidden), n_numbers + len(cardinalities)
        self.hidden_numeric = torch.as_tensor(hidden[:, None, None, :])  # (fits, 1, 1, D)
        self.hidden_codes = torch.tensor(cardinalities, dtype=torch.int64) - 1
        # which value each column belongs to: a number's pieces and its flag go with it
        n_blocks = 1 + bends.shape[-1] // max(n_numbers, 1)
        self.values = torch.cat([own.repeat(n_blocks), flagged])
        self.in_order = _counts_up(self.values, self.n_values)  # there is nothing to pick

    def to(self, device: torch.device) -> ValueMask:
        """The same mask for batches on the device."""
        moved = copy(self)
        for name in ("hidden_numeric", "hidden_codes", "values"):
            setattr(moved, name, getattr(self, name).to(device))
        return moved

    def with_columns(self, columns: Callable[[Tensor], Tensor]) -> ValueMask:
        """The same mask for batches whose codes are columns of `numeric` (see `Patients`)."""
        joined, n_categories = copy(self), len(self.hidden_codes)
        unknown = columns(self.hidden_codes).expand(self.fits, 1, 1, -1)
        joined.hidden_numeric = torch.cat([self.hidden_numeric, unknown], dim=-1)
        joined.hidden_codes = self.hidden_codes[:0]
        device = self.values.device
        categories = torch.arange(self.n_values - n_categories, self.n_values, device=device)
        if unknown.shape[-1] != n_categories:  # a column a code
            categories = categories.repeat_interleave(self.hidden_codes + 1)
        joined.values = torch.cat([self.values, categories])
        joined.in_order = _counts_up(joined.values, self.n_values)
        return joined

    def __call__(self, batch: Batch, noise: Noise) -> Batch:
        """The batch with some values hidden; the same object if the rate is 0."""
        if self.rate == 0.0:
            return batch
        members, n = batch.y_true.shape
        hide = noise.decide(self.rate, (members // self.fits, n, self.n_values))
        numeric, shown = batch.numeric, hide.to(batch.numeric.dtype)
        if not self.in_order:
            shown = shown.index_select(2, self.values)
        # by arithmetic: torch.where branches on random bits, half of them mispredicted, and takes
        # ten times as long
        hidden = torch.lerp(numeric.view(self.fits, *shown.shape), self.hidden_numeric, shown)
        return batch._replace(
            numeric=hidden.view_as(numeric), codes=self._hide_codes(batch.codes, hide)
        )

    def _hide_codes(self, codes: Tensor, hide: Tensor) -> Tensor:
        if not len(self.hidden_codes):
            return codes
        of_codes = hide[..., self.n_values - codes.shape[2] :].to(codes.dtype)
        shown = codes.view(self.fits, *of_codes.shape)
        return (shown + (self.hidden_codes - shown) * of_codes).view_as(codes)


def _counts_up(values: Tensor, n: int) -> bool:
    """Whether the values are 0 to n - 1."""
    return torch.equal(values, torch.arange(n, device=values.device))
