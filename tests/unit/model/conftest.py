"""What the tests of the estimator share."""

import pytest


@pytest.fixture(scope="module")
def data(cleveland):
    return cleveland.features, cleveland.y_true
