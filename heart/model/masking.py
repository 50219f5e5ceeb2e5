"""Hiding values at random in training, so that unknown ones are known."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy

import numpy as np
import numpy.typing as npt
import torch

from heart.model.noise import Noise
from heart.model.step import Batch


class ValueMask:
    """Hides values at random, so that the codes and flags for unknown are trained.

    Args:
        scaled_median: what a missing number looks like, shape (F,), or (M, F) where each member has
            its own scaler.
        cardinalities: number of codes of each category; the last one means unknown.
        rate: share of values to hide.
        has_flags: whether `numeric` has one missing flag a number after the numbers.
    """

    def __init__(
        self,
        scaled_median: npt.NDArray[np.float32],
        cardinalities: Sequence[int],
        rate: float,
        *,
        has_flags: bool,
    ) -> None:
        flags = np.ones_like(scaled_median) if has_flags else scaled_median[..., :0]
        hidden = np.concatenate([scaled_median, flags], axis=-1)
        self.hidden_numeric = torch.as_tensor(
            hidden if hidden.ndim == 1 else hidden[:, None, :]
        )  # (D,) or (M, 1, D)
        self.hidden_codes = torch.tensor(cardinalities, dtype=torch.int64) - 1
        self.n_numbers, self.rate, self.has_flags = scaled_median.shape[-1], rate, has_flags

    def to(self, device: torch.device) -> ValueMask:
        """The same mask for batches on the device."""
        moved = copy(self)
        moved.hidden_numeric, moved.hidden_codes = (
            self.hidden_numeric.to(device),
            self.hidden_codes.to(device),
        )
        return moved

    def with_codes_as_numbers(self) -> ValueMask:
        """The same mask for batches whose codes are columns of `numeric`, as `Patients`
        has them.
        """
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
        n_columns = batch.numeric.shape[2] - (self.n_numbers if self.has_flags else 0) + n_codes
        hide = noise.decide(self.rate, (*batch.y_true.shape, n_columns))  # (M, B, F + C)
        shown, rest = hide[..., : n_columns - n_codes], hide[..., n_columns - n_codes :]
        if self.has_flags:  # a flag goes with its number
            shown = torch.cat([shown[..., : self.n_numbers], shown], dim=2)
        # by arithmetic: torch.where stumbles over random conditions, and takes ten times as long
        numeric = torch.lerp(batch.numeric, self.hidden_numeric, shown.to(batch.numeric.dtype))
        codes = batch.codes + (self.hidden_codes - batch.codes) * rest if n_codes else batch.codes
        return Batch(numeric, codes, batch.y_true)
