"""The epoch loop's parts: best weights and patience, the tally, the history as a frame."""

import dataclasses

import pytest
import torch
from torch import nn

from heart.config import Settings
from heart.model.loop import BestWeights, EpochRecord, Tally, history_frame, run_epochs
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


def test_history_frame_has_a_row_an_epoch_and_part():
    frame = history_frame([EpochRecord(1, 0.7, 0.5, 0.6, 0.6), EpochRecord(2, 0.6, 0.7, 0.5, 0.8)])
    assert frame[["epoch", "part"]].to_numpy().tolist() == [
        [1, "train"],
        [2, "train"],
        [1, "valid"],
        [2, "valid"],
    ]


def test_history_without_a_valid_part_shows_train_only():
    frame = history_frame([EpochRecord(1, 0.7, 0.5, None, None)])
    assert frame["part"].tolist() == ["train"]


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
