"""Which columns a network reads: numbers, their pieces and flags, and categories.

Shapes: F numbers, P pieces, C categories.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from heart.config import Entry
from heart.schema import Feature


class InputColumns:
    """What follows from a preprocessor's settings, before anything is fitted.

    Attributes:
        features, missing_flags, pieces, entries: see `heart.model.preprocessing`.
    """

    features: Sequence[Feature]
    missing_flags: bool
    pieces: int
    entries: Mapping[str, Entry] | None

    def entry_of(self, feature: Feature) -> str:
        """How the feature enters: a name in `heart.config.ENTRIES`."""
        as_in_schema = "number" if feature.encoding == "scale" else "category"
        return (self.entries or {}).get(feature.name, as_in_schema)

    @property
    def numbers(self) -> list[Feature]:
        """The F features that are scaled."""
        return [f for f in self.features if self.entry_of(f) != "category"]

    @property
    def categories(self) -> list[Feature]:
        """The C features that are label-encoded."""
        return [f for f in self.features if self.entry_of(f) != "number"]

    @property
    def known_with(self) -> list[int]:
        """Which of the F + C values each number is known with: itself or, where it enters as a
        category too, that.
        """
        categories = [f.name for f in self.categories]
        return [
            len(self.numbers) + categories.index(f.name) if f.name in categories else j
            for j, f in enumerate(self.numbers)
        ]

    @property
    def n_numeric(self) -> int:
        """D, the columns of `Encoded.numeric`."""
        pieces = self.pieces if self.pieces > 1 else 0
        return len(self.numbers) * (1 + pieces) + len(self.flagged)

    @property
    def flagged(self) -> list[int]:
        """Which of the F numbers have a flag."""
        own = [j for j, value in enumerate(self.known_with) if value == j]
        return own if self.missing_flags else []

    def get_feature_names_out(self, input_features: object = None) -> npt.NDArray[Any]:  # noqa: ARG002
        """Names of what `transform` gives: the numbers, "_piece_1" and so on for their pieces,
        "_missing" for their flags, the categories; shape (D + C,).
        """
        numbers = [f.name for f in self.numbers]
        pieces = range(1, self.pieces + 1 if self.pieces > 1 else 1)
        bends = [f"{name}_piece_{piece}" for piece in pieces for name in numbers]
        flags = [f"{numbers[j]}_missing" for j in self.flagged]
        categories = [f.name for f in self.categories]
        return np.array([*numbers, *bends, *flags, *categories], dtype=object)
