"""Patients on disk: each once an epoch, as many row groups at a time as fit."""

import numpy as np
import pytest
import torch

from heart.config import get_recipe
from heart.model.batches import Labelled
from heart.model.network import member_generator
from heart.model.preprocessing import Encoded, HeartPreprocessor
from heart.model.row_groups import RowGroups, load_row_groups
from heart.model.training import build_network

SIZES = [5, 9, 3, 8]


@pytest.fixture(scope="module")
def preprocessor(cleveland):
    settings = get_recipe("default")
    return HeartPreprocessor.from_settings(settings).fit(cleveland.features)


def dataset_of(preprocessor, sizes, at_once, *, batch_size=4, seed=0):
    """Patients who are numbers, in row groups of these sizes; and which were read, in order."""
    settings = get_recipe(
        "default", members=2, batch_size=batch_size, random_state=seed, device="cpu"
    )
    network, _ = build_network(preprocessor, settings)
    ends = np.cumsum(sizes)
    held = []

    def read(group):
        numbers = np.arange(ends[group] - sizes[group], ends[group])
        held.append(group)
        numeric = np.tile(numbers[:, None].astype(np.float32), (1, preprocessor.n_numeric))
        codes = np.tile(numbers[:, None] % 2, (1, len(preprocessor.categories)))
        return Labelled(Encoded(numeric, codes.astype(np.int64)), numbers % 3 // 2)

    return RowGroups(read, sizes, at_once=at_once, network=network, settings=settings), held


def orders_of(loader):
    return np.concatenate([batch.numeric[:, :, 0].numpy() for batch in loader], axis=1)


def test_each_member_sees_each_patient_once_an_epoch_in_an_order_of_its_own(preprocessor):
    dataset, held = dataset_of(preprocessor, SIZES, 12)
    loader = load_row_groups(dataset)
    epochs = [orders_of(loader) for _ in "12"]
    for orders in epochs:
        assert orders.shape == (2, 25)
        assert (np.sort(orders, axis=1) == np.arange(25)).all()
        assert (orders[0] != orders[1]).any()
    assert (epochs[0] != epochs[1]).any()
    assert sorted(held[:4]) == sorted(held[4:]) == [0, 1, 2, 3]
    assert held[:4] != held[4:]


def test_patients_keep_their_codes_and_outcomes(preprocessor):
    dataset, _ = dataset_of(preprocessor, SIZES, 12)
    for batch in load_row_groups(dataset):
        numbers = batch.numeric[:, :, 0]
        assert batch.y_true.tolist() == (numbers % 3 // 2).tolist()
        assert batch.weight is None
        codes = torch.stack([numbers % 2] * len(preprocessor.categories), dim=-1).long()
        expected = dataset.columns(codes.view(-1, codes.shape[-1]))
        assert batch.codes.shape[-1] == 0  # they are columns already
        columns = batch.numeric[:, :, preprocessor.n_numeric :]
        assert columns.reshape(len(expected), -1).tolist() == expected.tolist()


def test_orders_are_those_of_the_seed(preprocessor):
    one, other = (dataset_of(preprocessor, SIZES, 25, seed=seed)[0] for seed in (0, 1))
    again, _ = dataset_of(preprocessor, SIZES, 25)
    assert (orders_of(one) == orders_of(again)).all()
    assert (orders_of(one) != orders_of(other)).any()
    drawn, held = dataset_of(preprocessor, SIZES, 25, seed=5)
    orders = orders_of(drawn)
    groups = torch.randperm(4, generator=torch.Generator().manual_seed(5)).tolist()
    assert held == groups
    ends = np.cumsum(SIZES)
    read = np.concatenate([np.arange(ends[g] - SIZES[g], ends[g]) for g in groups])
    for member, order in enumerate(orders):
        shuffled = torch.randperm(25, generator=member_generator(5, member, "order"))
        assert order.tolist() == read[shuffled.numpy()].tolist()


@pytest.mark.parametrize(
    ("at_once", "expected"),
    [
        (25, [[0, 1, 2, 3]]),
        (17, [[0, 1, 2], [3]]),  # exactly full
        (16, [[0, 1], [2, 3]]),
        (8, [[0], [1], [2], [3]]),  # the second is longer, and read alone
    ],
)
def test_as_many_groups_as_fit_are_read_together(preprocessor, at_once, expected):
    dataset, _ = dataset_of(preprocessor, SIZES, at_once)
    assert list(dataset._together([0, 1, 2, 3])) == expected


@pytest.mark.parametrize(
    ("n", "batches"), [(8, [4, 4]), (9, [3, 3, 3]), (4, [4]), (5, [3, 2]), (1, [1])]
)
def test_batches_are_of_nearly_one_size(preprocessor, n, batches):
    dataset, _ = dataset_of(preprocessor, [n], 1)
    assert [batch.y_true.shape for batch in dataset] == [(2, size) for size in batches]


def test_loader_leaves_the_global_random_state_alone(preprocessor):
    dataset, _ = dataset_of(preprocessor, SIZES, 12)
    before = torch.get_rng_state()
    list(load_row_groups(dataset))
    assert torch.equal(torch.get_rng_state(), before)
