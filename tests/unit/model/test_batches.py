"""Index batches: every patient once an epoch, in each member's own order."""

import numpy as np
import pytest
import torch

from heart.config import Settings
from heart.model import batches
from heart.model.batches import IndexBatches, Labelled, MemberRows, Patients, load_batches
from heart.model.preprocessing import Encoded

CPU = torch.device("cpu")


def test_every_epoch_shows_each_member_each_patient_once():
    index = IndexBatches(10, Settings(members=3, batch_size=4), CPU)
    for _ in range(3):
        epoch = list(index)
        assert [tuple(b.shape) for b in epoch] == [(3, 4), (3, 4), (3, 2)]
        assert torch.cat(epoch, dim=1).sort(dim=1).values.tolist() == [list(range(10))] * 3
    assert len(index) == 3


def test_orders_differ_between_members_and_epochs():
    index = IndexBatches(50, Settings(members=2, batch_size=50), CPU)
    orders = [tuple(row) for _ in range(2) for batch in index for row in batch.tolist()]
    assert len(set(orders)) == 4


@pytest.mark.parametrize("members", [1, 2])
@pytest.mark.parametrize("weight", [None, np.arange(10.0)])
@pytest.mark.parametrize("fetched", [8, 2**13])  # some of the batches at once, and all
def test_batches_are_those_of_the_index_whatever_is_fetched_at_once(
    members, weight, fetched, monkeypatch
):
    monkeypatch.setattr(batches, "FETCHED", fetched)
    numbers = np.arange(30, dtype=np.float32).reshape(10, 3)
    part = Labelled(Encoded(numbers, np.arange(10)[:, None]), np.arange(10) % 2, weight)
    data, settings = Patients(part, CPU), Settings(members=members, batch_size=4)
    index, loaded = IndexBatches(10, settings, CPU), load_batches(data, settings)
    assert len(loaded) == 3
    for _ in range(2):
        for found, rows in zip(loaded, index, strict=True):
            for ours, theirs in zip(found, data[rows], strict=True):
                assert torch.equal(ours, theirs) if theirs is not None else ours is None


def test_members_of_several_fits_have_the_order_of_their_index_in_their_own_rows():
    settings = Settings(members=4, batch_size=5)
    own = np.arange(10).reshape(2, 5).repeat(2, axis=0)  # two members for either half
    rows = MemberRows(own, None, [0, 1, 0, 1], 2)
    alone = IndexBatches(5, Settings(members=2, batch_size=5), CPU)
    together = IndexBatches(10, settings, CPU, rows)
    for _ in range(2):
        one, both = next(iter(alone)), next(iter(together))
        assert torch.equal(both, torch.cat([one, one + 5]))


def test_weights_and_outcomes_are_single_precision_whatever_was_given():
    numbers = Encoded(np.zeros((2, 1), np.float32), np.zeros((2, 0), np.int64))
    data = Patients(Labelled(numbers, np.array([0, 1]), np.array([0.5, 1.5])), CPU)
    assert (data.weight.dtype, data.y_true.dtype) == (torch.float32, torch.float32)
    assert data.weight.tolist() == [0.5, 1.5]
