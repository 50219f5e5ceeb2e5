"""Random yes and no for dropout and masking: 16 random bits each, drawn in blocks.

A float for each decision takes twice as long to draw; a rate is kept to 1/65536.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

BLOCK = 2**16
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
