"""Out-of-fold predictions of more than one repeat."""

import numpy as np
import pytest

from heart.evaluation.out_of_fold import OutOfFold


def test_folds_are_counted_and_repeats_averaged():
    y_score, fold = np.array([[0.2, 0.4, 0.9], [0.4, 0.8, 0.7]]), np.array([[0, 2, 1], [1, 0, 2]])
    predictions = OutOfFold(np.array([0, 1, 1]), y_score, fold, 0.0)
    assert predictions.n_folds == 3
    assert predictions.mean_score == pytest.approx([0.3, 0.6, 0.8])
