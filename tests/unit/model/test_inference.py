"""The folded network gives the trained network's probabilities, whatever its shape."""

import itertools

import numpy as np
import pytest
import torch

from heart.config import Settings
from heart.model.inference import MIN_BLOCK, FoldedNetwork
from heart.model.network import HeartMLP
from heart.model.preprocessing import HeartPreprocessor

SHAPES = list(
    itertools.product(
        [(), (8,), (16, 8), (8, 8, 4, 4)],
        [True, False],
        ["embedding", "codes"],
        [1, 3, 32],
        [True, False],
    )
)


def probabilities(network, encoded):
    """As in training's forward pass, without dropout, shape (M, n)."""
    logits = network.predict_logits(
        torch.from_numpy(encoded.numeric), torch.from_numpy(encoded.codes)
    )
    return logits.double().sigmoid().numpy()


@pytest.fixture(scope="module")
def encoders(cleveland):
    return {
        flags: HeartPreprocessor(missing_flags=flags).fit(cleveland.features)
        for flags in (True, False)
    }


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_folded_network_equals_the_network(encoders, hungary, shape):
    hidden, linear_path, categories, members, flags = shape
    encoded = encoders[flags].transform(hungary.features)
    settings = Settings(
        hidden=hidden,
        linear_path=linear_path,
        categories=categories,
        members=members,
        missing_flags=flags,
    )
    network = HeartMLP(encoded.numeric.shape[1], encoders[flags].cardinalities, settings)
    expected = probabilities(network, encoded)
    folded = FoldedNetwork(network)
    assert folded.predict_members(encoded) == pytest.approx(expected, abs=1e-5)
    assert folded.predict_mean(encoded) == pytest.approx(expected.mean(axis=0), abs=1e-5)


def test_blocks_do_not_show(encoders, cleveland):
    encoded = encoders[True].transform(cleveland.features)
    folded = FoldedNetwork(
        HeartMLP(12, encoders[True].cardinalities, Settings(members=4, hidden=(8,)))
    )
    whole = folded.predict_mean(encoded)
    folded.block = MIN_BLOCK
    assert folded.predict_mean(encoded) == pytest.approx(whole, abs=1e-7)
    folded.block = 1
    assert folded.predict_members(encoded).mean(axis=0) == pytest.approx(whole, abs=1e-7)


def test_no_rows_give_no_probabilities(encoders, cleveland):
    encoded = encoders[True].transform(cleveland.features.head(0))
    folded = FoldedNetwork(
        HeartMLP(12, encoders[True].cardinalities, Settings(members=4, hidden=(8,)))
    )
    assert folded.predict_mean(encoded).shape == (0,)
    assert folded.predict_members(encoded).shape == (4, 0)


def test_prediction_leaves_the_network_as_it_was(encoders, cleveland):
    network = HeartMLP(12, encoders[True].cardinalities, Settings(members=2, hidden=(8, 8)))
    before = [parameter.clone() for parameter in network.parameters()]
    folded = FoldedNetwork(network)
    first = folded.predict_mean(encoders[True].transform(cleveland.features))
    assert np.array_equal(first, folded.predict_mean(encoders[True].transform(cleveland.features)))
    assert all(torch.equal(*pair) for pair in zip(before, network.parameters(), strict=True))
