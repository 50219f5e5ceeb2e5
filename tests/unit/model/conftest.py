"""What the tests of the estimator share."""

import pytest
import torch


@pytest.fixture(scope="module")
def data(cleveland):
    return cleveland.features, cleveland.y_true


@pytest.fixture
def three_threads():
    """As on a machine with three cores; the tests themselves run with one thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(before)
