"""The estimator's parameters, as scikit-learn and its users hand them over."""

from __future__ import annotations

from typing import Any

import numpy as np

from heart.errors import SettingsError

MOST_HELD = 0.9
"""Largest share of the rows that may be held out for early stopping."""


def plain_value(value: Any) -> Any:
    """A numpy number as Python's own, which searches over numpy ranges hand over; widths as a
    tuple.
    """
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    return tuple(plain_value(item) for item in value) if isinstance(value, tuple | list) else value


def check_fraction(value: Any) -> float:
    """A share of the rows.

    Raises:
        SettingsError: for anything else.
    """
    share = plain_value(value)
    if type(share) not in (int, float) or not 0 <= share <= MOST_HELD:
        raise SettingsError(
            f"validation_fraction to be a number from 0 to {MOST_HELD:g}",
            f"{value!r:.40}",
            "Choose a value inside the bounds.",
        )
    return float(share)


def as_seed(random_state: Any) -> int:
    """A seed from any of scikit-learn's forms; None draws one.

    Raises:
        SettingsError: for anything else.
    """
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(2**31 - 1))
    if random_state is None:
        return int(np.random.SeedSequence().generate_state(1)[0] % 2**31)
    if isinstance(random_state, bool) or not isinstance(random_state, int | np.integer):
        raise SettingsError(
            "random_state to be a whole number, a numpy RandomState or None",
            f"{random_state!r:.40}",
            "Give a whole number.",
        )
    return int(random_state)
