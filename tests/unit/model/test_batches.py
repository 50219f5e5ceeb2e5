"""Index batches: every patient once an epoch, in each member's own order."""

import torch

from heart.config import Settings
from heart.model.batches import IndexBatches

CPU = torch.device("cpu")


def test_every_epoch_shows_each_member_each_patient_once():
    batches = IndexBatches(10, Settings(members=3, batch_size=4), CPU)
    for _ in range(3):
        epoch = list(batches)
        assert [tuple(b.shape) for b in epoch] == [(3, 4), (3, 4), (3, 2)]
        assert torch.cat(epoch, dim=1).sort(dim=1).values.tolist() == [list(range(10))] * 3
    assert len(batches) == 3


def test_orders_differ_between_members_and_epochs():
    batches = IndexBatches(50, Settings(members=2, batch_size=50), CPU)
    orders = [tuple(row) for _ in range(2) for batch in batches for row in batch.tolist()]
    assert len(set(orders)) == 4
