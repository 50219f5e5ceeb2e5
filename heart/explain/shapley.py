"""Shapley values: what each player of a cooperative game contributes, exactly.

A game gives every coalition S of k players a value v(S). Player i's Shapley value is what i adds,
v(S + i) - v(S), averaged over all orders in which the players can join; over the coalitions S
without i that is

    phi_i = sum over S of |S|! (k - |S| - 1)! / k! * (v(S + i) - v(S))

It is the only division of v(all) - v(none) that gives nothing to a player who never adds anything,
the same to two who always add the same, and of the sum of two games the sum (L. S. Shapley, A value
for n-person games, in: Contributions to the Theory of Games II, Princeton 1953). Each v(S) appears
once for every player, so that the values of all are one matrix product.

Coalition c holds player i where bit i of c is 1.
"""

from __future__ import annotations

from functools import cache
from math import comb

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

MAX_PLAYERS = 20
"""More have over a million coalitions."""


def shapley_values(values: FloatArray) -> FloatArray:
    """Each player's Shapley value, float64, shape (..., k).

    Args:
        values: v of all coalitions, float64, shape (..., 2^k); several games of the same players
            are rows.

    Raises:
        ValueError: for a number of coalitions that is no power of two, or too many.

    >>> shapley_values(np.array([0.0, 3.0, 1.0, 4.0]))  # the first adds 3, the second 1
    array([3., 1.])
    >>> shapley_values(np.array([0.0, 0.0, 0.0, 1.0]))  # both are needed
    array([0.5, 0.5])
    """
    n_coalitions = values.shape[-1]
    players = n_coalitions.bit_length() - 1
    if n_coalitions != 2**players or players > MAX_PLAYERS:
        expected = f"2^k values, one a coalition of at most {MAX_PLAYERS} players"
        raise ValueError(f"Expected {expected}, but found {n_coalitions}.")
    contributions: FloatArray = values @ coalition_weights(players)
    return contributions


@cache
def coalition_weights(players: int) -> FloatArray:
    """How much each coalition's value counts for each player, float64, shape (2^k, k), read-only:
    (|S| - 1)! (k - |S|)! / k! where the player belongs to S, else -|S|! (k - |S| - 1)! / k!.
    """
    coalitions = np.arange(2**players)
    member = (coalitions[:, None] >> np.arange(players)) & 1
    size = member.sum(axis=1)
    # (s - 1)! (k - s)! / k! is 1 / (s * comb(k, s)); and without the player, with s + 1 for s
    joined = np.array([0.0, *(1 / (s * comb(players, s)) for s in range(1, players + 1)), 0.0])
    weights = np.where(member == 1, joined[size][:, None], -joined[size + 1][:, None])
    weights.setflags(write=False)
    return np.asarray(weights)
