"""The folded network gives the trained network's probabilities, whatever its shape."""

import itertools

import numpy as np
import pytest
import torch

from heart.config import Settings
from heart.model import inference
from heart.model.inference import MIN_BLOCK, MIN_STRETCH, FoldedNetwork
from heart.model.network import HeartMLP
from heart.model.preprocessing import Encoded, HeartPreprocessor
from heart.model.side_by_side import count_workers

OPTIONS = [
    [(), (8,), (16, 8), (8, 8, 4, 4)],
    [True, False],
    ["embedding", "codes"],
    [1, 3, 32],
    [True, False],
]
SHAPES = [
    tuple(options[k] for options, k in zip(OPTIONS, at, strict=True))
    for at in itertools.product(*(range(len(options)) for options in OPTIONS))
    if (at[0] + at[1] + at[2]) % 2 == (at[2] + at[3] + at[4]) % 2 == 0
]
"""A quarter of them all: each two options of different kinds occur together."""


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


@pytest.mark.usefixtures("three_threads")
def test_blocks_side_by_side_are_the_same_blocks(encoders, cleveland):
    encoded = encoders[True].transform(cleveland.features)
    folded = FoldedNetwork(
        HeartMLP(12, encoders[True].cardinalities, Settings(members=4, hidden=(8,)))
    )
    folded.block = 12  # 26 of them, the last one of 3 rows: stretches of 9, 9 and 8
    assert count_workers(26 // MIN_STRETCH) == 3
    here = folded.predict_members(encoded)
    torch.set_num_threads(1)
    assert (here == folded.predict_members(encoded)).all()


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


COLUMNS = [0, 3, 5, "sex", "cp", "thal"]
"""Numbers by their column, categories by their name: what the coalitions are made of."""


def mixtures(encoder, encoded, *, only):
    """Patient 0, with the columns of each row of `only`, (n, 6), from patient 1."""
    names = [f.name for f in encoder.categories]
    flags = 6 if encoded.numeric.shape[1] == 12 else 0
    numeric, codes = (array[np.zeros(len(only), int)].copy() for array in encoded)
    for column, taken in zip(COLUMNS, only.T.astype(bool), strict=True):
        if isinstance(column, int):
            numeric[taken, column] = encoded.numeric[1, column]
            if flags:
                numeric[taken, column + flags] = encoded.numeric[1, column + flags]
        else:
            codes[taken, names.index(column)] = encoded.codes[1, names.index(column)]
    return Encoded(numeric, codes)


@pytest.mark.parametrize("cache", [1, 100, 2**18], ids="{} floats".format)
@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape[3] == 3], ids=str)
def test_coalitions_are_patients_with_some_columns_of_another_one(
    encoders, hungary, monkeypatch, shape, cache
):
    hidden, linear_path, categories, members, flags = shape
    encoded = encoders[flags].transform(hungary.features.iloc[[5, 250]])
    settings = Settings(
        hidden=hidden,
        linear_path=linear_path,
        categories=categories,
        members=members,
        missing_flags=flags,
    )
    folded = FoldedNetwork(
        HeartMLP(encoded.numeric.shape[1], encoders[flags].cardinalities, settings)
    )
    monkeypatch.setattr(inference, "CACHE_FLOATS", cache)
    alone = np.vstack([np.zeros(6), np.eye(6)])
    everyone = np.arange(2**6)[:, None] >> np.arange(6) & 1
    coalitions = folded.predict_coalitions(mixtures(encoders[flags], encoded, only=alone))
    expected = folded.predict_members(mixtures(encoders[flags], encoded, only=everyone))
    assert coalitions == pytest.approx(expected, abs=1e-6)
    assert np.ptp(expected) > 0.01
