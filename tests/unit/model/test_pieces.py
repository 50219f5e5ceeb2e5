"""How far a number has come through the pieces between quantiles."""

import numpy as np
import pytest

from heart.model.pieces import fit_knots, piece_factors, piece_shares

NAN = np.nan


def test_pieces_hold_equally_many_values_and_nan_is_nobody():
    values = np.array([[0.0, 1, 2, 3, 4, 5, 6, 7, 8, NAN]]).T
    assert fit_knots(values, 4).tolist() == [[0, 2, 4, 6, 8]]


def test_one_piece_is_the_number_itself():
    knots = fit_knots(np.ones((5, 2)), 1)
    assert knots.shape == piece_factors(knots).shape == (2, 0)
    assert piece_shares(np.ones((5, 2)), knots) == []


def test_without_numbers_there_are_pieces_of_nothing():
    knots = fit_knots(np.empty((5, 0)), 3)
    assert knots.shape == (0, 4)
    assert [share.shape for share in piece_shares(np.empty((5, 0)), knots)] == [(5, 0)] * 3


def test_shares_rise_one_after_the_other_and_stay_at_the_ends():
    knots = np.array([[10.0, 20, 40]])
    values = np.array([[-5.0], [10], [15], [20], [30], [40], [1e9]])
    first, second = piece_shares(values, knots)
    assert first[:, 0].tolist() == [0, 0, 0.5, 1, 1, 1, 1]
    assert second[:, 0].tolist() == [0, 0, 0, 0, 0.5, 1, 1]


def test_any_line_that_bends_at_the_knots_is_a_weighted_sum_of_the_shares():
    knots, x = np.array([[0.0, 1, 3, 4]]), np.linspace(0, 4, 33)
    wanted = np.interp(x, knots[0], [2.0, -1, 5, 5])
    shares = np.hstack(piece_shares(x[:, None], knots))
    assert 2 + shares @ np.diff([2.0, -1, 5, 5]) == pytest.approx(wanted)


@pytest.mark.parametrize("width", [0.0, 1e-310, 1e-12])
def test_piece_of_no_width_is_0_for_everybody(width):
    knots = np.array([[0.0, width, 1.0]])
    first, second = piece_shares(np.array([[-1.0], [0], [width], [0.5]]), knots)
    assert not first.any()
    assert second[:, 0] == pytest.approx([0, 0, 0, 0.5])


def test_weights_move_the_quantiles_as_copies_would():
    values, weight = np.array([[1.0, 2, 3, 4]]).T, np.array([1.0, 5, 1, 1])
    assert fit_knots(values, 2, weight).tolist() == [[1, 2, 4]]
