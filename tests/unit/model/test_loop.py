"""The epoch loop's parts: best weights and patience, the tally, the history as a frame."""

import dataclasses
import math
from itertools import count

import pytest
import torch
from torch import nn

from heart.config import Settings
from heart.errors import TrainingError
from heart.model.loop import (
    BestWeights,
    EpochRecord,
    Tally,
    count_binary,
    history_frame,
    run_epochs,
)
from heart.model.network import HeartMLP
from heart.model.step import Batch

PLAIN = Settings(members=1, hidden=(8,))


def test_a_member_out_of_patience_does_not_improve_again():
    best = BestWeights(HeartMLP(1, [], dataclasses.replace(PLAIN, members=2)), patience=2)
    losses = [[0.5, 0.5], [0.6, 0.4], [0.6, 0.3], [0.1, 0.2]]
    assert [best.update(epoch, torch.tensor(loss)) for epoch, loss in enumerate(losses, 1)] == [
        True
    ] * 4
    assert best.epoch.tolist() == [1, 4]


def test_training_stops_when_no_member_has_patience_left():
    best = BestWeights(HeartMLP(1, [], dataclasses.replace(PLAIN, members=2)), patience=2)
    assert [
        best.update(epoch, torch.tensor([0.5, loss]))
        for epoch, loss in enumerate([0.5, 0.4, 0.6, 0.6], 1)
    ] == [
        True,
        True,
        True,
        False,
    ]


def test_the_last_epoch_of_patience_counts_and_the_same_loss_is_no_better():
    best = BestWeights(HeartMLP(1, [], PLAIN), patience=2)
    losses = [0.5, 0.6, 0.4, 0.4, 0.41]
    told = [best.update(epoch, torch.tensor([loss])) for epoch, loss in enumerate(losses, 1)]
    assert told == [True, True, True, True, False]
    assert best.epoch.tolist() == [3]


class Counting:
    """Two members whose weights are the number of steps that were taken."""

    members = 2

    def __init__(self):
        self.weight, self.bias = (nn.Parameter(torch.zeros(2, *size)) for size in ((3, 1), ()))

    def parameters(self):
        return iter((self.weight, self.bias))

    def step(self, batch):
        for parameter in self.parameters():
            parameter.data += 1
        return batch.y_true - 0.5


ONE = [Batch(torch.zeros(2, 1, 1), torch.zeros(2, 1, 0), torch.ones(2, 1))]


@pytest.mark.parametrize(
    ("max_epochs", "patience", "ran", "best"),
    [
        (9, 2, 6, (1, 4)),  # two epochs after the last best
        (6, 2, 6, (1, 4)),
        (4, 2, 4, (1, 4)),  # the last epoch is judged too
        (3, 2, 3, (1, 3)),
        (9, 5, 9, (6, 4)),
        (9, 0, 9, (9, 9)),  # stops never, keeps the last weights
    ],
)
def test_each_member_keeps_the_weights_of_its_best_epoch(max_epochs, patience, ran, best):
    first, second = [5, 6, 7, 8, 8, 4, 9, 9, 9], [9, 8, 7, 6, 6, 7, 9, 9, 9]
    losses = iter(torch.tensor([first, second]).T.float())
    network, seen = Counting(), []
    run = run_epochs(
        network,
        network.step,
        ONE,
        dataclasses.replace(PLAIN, members=2, max_epochs=max_epochs, patience=patience),
        judge=lambda: (next(losses), 0.75),
        on_epoch_end=seen.append,
    )
    assert run.best_epoch == best
    assert network.weight[:, :, 0].tolist() == [[epoch] * 3 for epoch in best]
    assert network.bias.tolist() == list(best)
    means = [(one + other) / 2 for one, other in zip(first, second, strict=True)][:ran]
    assert [(r.epoch, r.valid_loss, r.valid_accuracy) for r in run.history] == [
        (epoch, mean, 0.75) for epoch, mean in enumerate(means, 1)
    ]
    assert tuple(seen) == run.history
    assert seen[-1][1:3] == (pytest.approx(math.log(1 + math.exp(-0.5))), 1.0)


@pytest.mark.parametrize("value", [float("inf"), -float("inf"), float("nan")])
def test_loss_that_is_not_finite_ends_training_at_once(value):
    seen = []
    with pytest.raises(TrainingError, match=f"a finite loss, but found {value} in epoch 1. Lower"):
        run_epochs(
            Counting(),
            lambda batch: batch.y_true,
            ONE,
            dataclasses.replace(PLAIN, members=2),
            count=lambda outputs, _: (torch.tensor(value), outputs.sum()),
            on_epoch_end=seen.append,
        )
    assert seen == []


def test_time_limit_is_reached_when_it_is_passed():
    settings = dataclasses.replace(PLAIN, members=2, max_epochs=3, time_limit=30.0)
    network = Counting()
    run = run_epochs(network, network.step, ONE, settings, clock=count(0, 10).__next__)
    assert len(run.history) == 3  # the last one at 30 s
    with pytest.raises(TrainingError, match="within 29 s, but found epoch 3 after 30 s"):
        run_epochs(
            *(network, network.step, ONE, dataclasses.replace(settings, time_limit=29.0)),
            clock=count(0, 10).__next__,
        )


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_members_whose_valid_loss_is_never_finite_keep_their_first_weights(loss):
    network = HeartMLP(1, [], PLAIN)
    start = network.logit.weight.detach().clone()
    best = BestWeights(network, patience=2)
    network.logit.weight.data += 1
    assert [best.update(epoch, torch.tensor([loss])) for epoch in (1, 2)] == [True, False]
    assert best.restore() == (0,)
    assert torch.equal(network.logit.weight, start)


def test_valid_loss_that_is_not_a_number_is_never_the_best():
    best = BestWeights(HeartMLP(1, [], PLAIN), patience=3)
    best.update(1, torch.tensor([0.5]))
    best.update(2, torch.tensor([float("nan")]))
    assert best.epoch.tolist() == [1]


def test_tally_of_many_batches_is_that_of_all_patients(monkeypatch):
    monkeypatch.setattr("heart.model.loop.TALLY", 50)
    logits, y_true = (
        torch.randn(2, 333, generator=torch.Generator().manual_seed(0)),
        (torch.arange(666) % 2).view(2, 333).float(),
    )
    tally = Tally()
    for part in torch.arange(333).split(16):
        tally.add(logits[:, part], y_true[:, part])
    loss, accuracy = tally.means()
    assert loss == pytest.approx(
        float(nn.functional.binary_cross_entropy_with_logits(logits, y_true)), abs=1e-6
    )
    assert accuracy == pytest.approx(float(((logits > 0) == (y_true == 1)).float().mean()))


def test_patient_is_called_diseased_above_a_logit_of_zero():
    logits, y_true = torch.tensor([0.0, 0, 1, -1]), torch.tensor([0.0, 0, 1, 1])
    loss, right = count_binary(logits, y_true)
    assert right.item() == 3
    assert loss.item() == pytest.approx(2 * math.log(2) + math.log1p(math.exp(-1)) * 2 + 1)


def test_members_and_batches_are_counted_as_rows_whatever_is_behind():
    shapes = []

    def see(outputs, y_true):
        shapes.append((tuple(outputs.shape), tuple(y_true.shape)))
        return outputs.sum(), y_true.sum()

    tally = Tally(see)
    for size in (4, 1):
        tally.add(torch.ones(2, size, 3), torch.ones(2, size))
    assert tally.means() == (3, 1)
    assert shapes == [((10, 3), (10,))]


def test_history_frame_has_a_row_for_each_epoch_and_part():
    frame = history_frame(
        [EpochRecord(1, 0.7, 0.5, 0.6, 0.75), EpochRecord(2, 0.5, 0.8, None, None)]
    )
    assert frame.columns.tolist() == ["epoch", "part", "loss", "accuracy"]
    assert frame.to_numpy().tolist() == [
        [1, "train", 0.7, 0.5],
        [2, "train", 0.5, 0.8],
        [1, "valid", 0.6, 0.75],
    ]


@pytest.mark.usefixtures("three_threads")
def test_epochs_run_on_one_thread_whatever_the_caller_has():
    y_true, seen = torch.tensor([[0.0, 1.0]]), []
    run_epochs(
        HeartMLP(1, [], PLAIN),
        lambda batch: batch.y_true - 0.5,
        [Batch(torch.zeros(1, 2, 1), torch.zeros(1, 2, 0), y_true)],
        dataclasses.replace(PLAIN, max_epochs=1),
        on_epoch_end=lambda _: seen.append(torch.get_num_threads()),
    )
    assert seen == [1]
    assert torch.get_num_threads() == 3
