"""Exact Shapley values, against their definition and the axioms that they alone fulfil."""

from itertools import permutations

import numpy as np
import pytest

from heart.explain.shapley import MAX_PLAYERS, coalition_weights, shapley_values


@pytest.fixture(scope="module")
def rng():
    return np.random.default_rng(5)


def by_permutations(values):
    """The definition, order by order: what each player adds on joining those before it."""
    players = len(values).bit_length() - 1
    orders = list(permutations(range(players)))
    totals = np.zeros(players)
    for order in orders:
        coalition = 0
        for player in order:
            joined = coalition | 1 << player
            totals[player] += values[joined] - values[coalition]
            coalition = joined
    return totals / len(orders)


@pytest.mark.parametrize("players", [1, 2, 3, 6])
def test_they_are_the_mean_over_all_orders_of_joining(rng, players):
    values = rng.normal(size=2**players)
    assert shapley_values(values) == pytest.approx(by_permutations(values), abs=1e-12)


@pytest.mark.parametrize("players", [1, 5, 13])
def test_they_add_up_to_what_all_are_worth_beyond_nobody(rng, players):
    values = rng.normal(size=(3, 2**players))
    sums = shapley_values(values).sum(axis=1)
    assert sums == pytest.approx(values[:, -1] - values[:, 0], abs=1e-10)


def with_player(values, place):
    """The game with one more player at a place, in front of whom the others' bits stay."""
    coalitions = np.arange(2 * len(values))
    low = coalitions & ((1 << place) - 1)
    return values[low | (coalitions >> (place + 1) << place)], coalitions >> place & 1


def test_player_who_never_adds_anything_gets_nothing_and_changes_nothing(rng):
    values = rng.normal(size=2**5)
    larger, _ = with_player(values, 2)
    assert np.insert(shapley_values(values), 2, 0.0) == pytest.approx(
        shapley_values(larger), abs=1e-12
    )


def test_two_who_always_add_the_same_get_the_same(rng):
    by_others = rng.normal(size=(3, 2**3))  # by how many of the two are there
    values = np.array([by_others[(c & 1) + (c >> 4 & 1), c >> 1 & 7] for c in range(2**5)])
    first, *_, last = shapley_values(values)
    assert first == pytest.approx(last, abs=1e-12)
    assert first != pytest.approx(shapley_values(values)[1], abs=1e-3)


def test_player_who_always_adds_the_same_gets_that(rng):
    values, is_there = with_player(rng.normal(size=2**4), 3)
    assert shapley_values(values + 0.7 * is_there)[3] == pytest.approx(0.7, abs=1e-12)


def test_without_players_there_is_nothing_to_divide():
    assert shapley_values(np.array([[0.3], [0.4]])).shape == (2, 0)


@pytest.mark.parametrize("coalitions", [0, 3, 2 ** (MAX_PLAYERS + 1)])
def test_other_numbers_of_coalitions_are_refused(coalitions):
    with pytest.raises(ValueError, match=f"but found {coalitions}"):
        shapley_values(np.broadcast_to(0.0, coalitions))


def test_shared_weights_cannot_be_written_over():
    with pytest.raises(ValueError, match="read-only"):
        coalition_weights.__wrapped__(3)[0] = 1.0
