"""Training: one step by hand, early stopping, limits and repeatability."""

import dataclasses
from itertools import count

import numpy as np
import pytest
import torch
from torch import nn

from heart.config import LESSON, Settings
from heart.errors import SettingsError, TrainingError
from heart.model.batches import Labelled
from heart.model.masking import ValueMask
from heart.model.network import HeartMLP
from heart.model.preprocessing import Encoded, HeartPreprocessor
from heart.model.training import pick_device, train
from tests.support.bundles import weights_of

CPU = torch.device("cpu")
PLAIN = Settings(
    members=1, hidden=(8,), dropout=0.0, masking=0.0, patience=0, max_epochs=4, device="cpu"
)


@pytest.fixture(scope="module")
def parts(cleveland):
    """A fitted preprocessor, 200 patients to train on and 97 to stop on; of all of them everything
    is known.
    """
    known = cleveland.complete()
    preprocessor = HeartPreprocessor().fit(known.features)
    encoded = preprocessor.transform(known.features)
    first, rest = (
        Labelled(Encoded(*(a[rows] for a in encoded)), known.y_true[rows])
        for rows in (slice(200), slice(200, None))
    )
    return preprocessor, first, rest


def run(parts, *, with_valid=True, **changes):
    """The trained network of the plain settings with some changed."""
    preprocessor, first, rest = parts
    options = {name: changes.pop(name) for name in ("on_epoch_end", "clock") if name in changes}
    settings = dataclasses.replace(PLAIN, **changes)
    network = HeartMLP(first.encoded.numeric.shape[1], preprocessor.cardinalities, settings)
    mask = ValueMask(
        preprocessor.scaled_median(), preprocessor.cardinalities, settings.masking, has_flags=True
    )
    return train(network, first, rest if with_valid else None, settings, mask=mask, **options)


def member_losses(network, part):
    logits = network.predict_logits(
        torch.as_tensor(part.encoded.numeric), torch.as_tensor(part.encoded.codes)
    )
    return torch.stack(
        [
            nn.functional.binary_cross_entropy_with_logits(
                row, torch.as_tensor(part.y_true).float()
            )
            for row in logits
        ]
    )


def test_a_members_gradient_is_its_own(parts):
    alone, among = (run(parts, members=m, max_epochs=1, batch_size=200).network for m in (1, 3))
    for a, b in zip(alone.parameters(), among.parameters(), strict=True):
        torch.testing.assert_close(a, b[:1], rtol=0, atol=1e-6)


def test_first_member_does_not_depend_on_how_many_there_are(parts):
    alone, among = (run(parts, members=m, max_epochs=10).network for m in (1, 3))
    for a, b in zip(alone.parameters(), among.parameters(), strict=True):
        torch.testing.assert_close(a, b[:1], rtol=0, atol=1e-5)


def test_lesson_takes_adams_steps(parts):
    preprocessor, first, _ = parts
    part = Labelled(Encoded(first.encoded.numeric[:, :6], first.encoded.codes), first.y_true)
    settings = dataclasses.replace(LESSON, dropout=0.0, batch_size=200, max_epochs=20, device="cpu")
    network = HeartMLP(6, preprocessor.cardinalities, settings)
    reference = nn.Sequential(nn.Linear(13, 32), nn.ReLU(), nn.Linear(32, 1))
    for ours, theirs in ((network.hidden[0], reference[0]), (network.logit, reference[2])):
        theirs.load_state_dict(
            {"weight": ours.weight[0].T.detach(), "bias": ours.bias[0, 0].detach()}
        )
    optimizer = torch.optim.Adam(reference.parameters(), lr=1e-3)
    X = torch.cat(
        [torch.as_tensor(part.encoded.numeric), torch.as_tensor(part.encoded.codes).float()], dim=1
    )
    for _ in range(20):
        optimizer.zero_grad()
        nn.functional.binary_cross_entropy_with_logits(
            reference(X)[:, 0], torch.as_tensor(part.y_true).float()
        ).backward()
        optimizer.step()
    train(
        network,
        part,
        None,
        settings,
        mask=ValueMask(
            preprocessor.scaled_median(), preprocessor.cardinalities, 0.0, has_flags=False
        ),
    )
    torch.testing.assert_close(
        network.hidden[0].weight[0].T, reference[0].weight, rtol=0, atol=1e-5
    )
    torch.testing.assert_close(network.logit.weight[0].T, reference[2].weight, rtol=0, atol=1e-5)


def test_weight_decay_is_adamws(parts):
    plain, decayed = (
        run(parts, max_epochs=1, batch_size=200, weight_decay=decay, lr=0.01).network
        for decay in (0.0, 2.0)
    )
    start = HeartMLP(12, parts[0].cardinalities, PLAIN)
    for p, d, s in zip(plain.parameters(), decayed.parameters(), start.parameters(), strict=True):
        torch.testing.assert_close(p - d, s * 0.01 * 2.0, rtol=0, atol=1e-6)


def test_training_lowers_the_loss(parts):
    history = run(parts, max_epochs=30).history
    assert history[-1].train_loss < 0.8 * history[0].train_loss
    assert history[-1].valid_accuracy > 0.75


def test_train_loss_is_the_mean_over_patients_and_members(parts):
    # one batch: the loss is the one before the step
    expected = member_losses(
        HeartMLP(12, parts[0].cardinalities, dataclasses.replace(PLAIN, members=3)), parts[1]
    ).mean()
    record = run(parts, members=3, batch_size=200, max_epochs=1).history[0]
    assert record.train_loss == pytest.approx(float(expected), abs=1e-6)


def test_valid_figures_are_those_of_the_network(parts):
    trained = run(parts, members=3, max_epochs=5)
    rest = parts[2]
    logits = trained.network.predict_logits(*(torch.as_tensor(a) for a in rest.encoded))
    accuracy = ((logits.sigmoid().mean(dim=0) > 0.5).numpy() == rest.y_true).mean()
    assert trained.history[-1].valid_loss == pytest.approx(
        float(member_losses(trained.network, rest).mean()), abs=1e-6
    )
    assert trained.history[-1].valid_accuracy == pytest.approx(accuracy)


def test_without_valid_part_its_figures_are_none(parts):
    history = run(parts, with_valid=False, patience=2, max_epochs=6).history
    assert [(r.valid_loss, r.valid_accuracy) for r in history] == [(None, None)] * 6


# early stopping


def test_best_weights_are_restored(parts):
    trained = run(parts, lr=0.1, patience=5, max_epochs=60)
    losses = [record.valid_loss for record in trained.history]
    assert float(member_losses(trained.network, parts[2])) == pytest.approx(min(losses), abs=1e-6)
    assert trained.best_epoch == (1 + int(np.argmin(losses)),)
    assert losses[-1] > min(losses)
    assert len(losses) == trained.best_epoch[0] + 5


def test_each_member_gets_its_own_best_weights(parts):
    trained = run(parts, members=3, lr=0.1, patience=5, max_epochs=60)
    alone = [run(parts, members=m, lr=0.1, patience=5, max_epochs=60) for m in (1, 2)]
    assert len(set(trained.best_epoch)) > 1
    assert trained.best_epoch[:2] == (*alone[0].best_epoch, alone[1].best_epoch[1])
    assert (
        member_losses(trained.network, parts[2])[:2] - member_losses(alone[1].network, parts[2])
    ).abs().max() < 1e-4


@pytest.mark.parametrize(("masking", "moves"), [(0.2, True), (0.0, False)])
def test_unknown_codes_are_trained_by_masking_and_by_nothing_else(parts, masking, moves):
    cardinalities = parts[0].cardinalities
    unknown = np.cumsum(cardinalities) - 1
    settings = dataclasses.replace(PLAIN, masking=masking, weight_decay=0.0)
    before = HeartMLP(12, cardinalities, settings).embedding.weight[0, unknown]
    after = run(parts, masking=masking, weight_decay=0.0).network.embedding.weight[0, unknown]
    assert (before != after).any(dim=1).tolist() == [moves] * 7


# repeatability


def test_same_seed_gives_the_same_history_and_weights_to_the_bit(parts):
    runs = [
        run(parts, members=3, dropout=0.4, masking=0.2, patience=3, max_epochs=10) for _ in range(2)
    ]
    assert runs[0].history == runs[1].history
    assert np.array_equal(weights_of(runs[0].network), weights_of(runs[1].network))


def test_another_seed_gives_another_history(parts):
    assert run(parts, random_state=1).history != run(parts, random_state=2).history


def test_training_leaves_the_global_random_states_alone(parts):
    torch_before, numpy_before = (
        torch.get_rng_state(),
        np.random.get_state()[1].copy(),  # noqa: NPY002
    )
    run(parts, dropout=0.4, masking=0.2, patience=3)
    assert torch.equal(torch.get_rng_state(), torch_before)
    # the global state is the point
    assert np.array_equal(np.random.get_state()[1], numpy_before)  # noqa: NPY002


def test_training_does_not_depend_on_the_global_random_states(parts):
    first = run(parts, dropout=0.4, masking=0.2).history
    torch.rand(100)
    assert run(parts, dropout=0.4, masking=0.2).history == first


# the callback, the limits, the device


def test_callback_sees_each_epoch_once(parts):
    seen = []
    trained = run(parts, on_epoch_end=seen.append)
    assert tuple(seen) == trained.history


def test_what_the_callback_raises_is_passed_on(parts):
    seen = []

    def stop(record):
        seen.append(record.epoch)
        if record.epoch == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(parts, on_epoch_end=stop)
    assert seen == [1, 2]


def test_time_limit_ends_training_with_an_error(parts):
    seen = []
    with pytest.raises(TrainingError, match="within 25 s, but found epoch 3 after 30 s"):
        run(parts, time_limit=25.0, clock=count(100, 10).__next__, on_epoch_end=seen.append)
    assert len(seen) == 2


@pytest.mark.parametrize("value", [np.inf, np.nan])
def test_loss_that_is_not_finite_ends_training_with_an_error(parts, value):
    preprocessor, first, rest = parts
    numeric = first.encoded.numeric.copy()
    numeric[3, 0] = value
    spoilt = Labelled(Encoded(numeric, first.encoded.codes), first.y_true)
    with pytest.raises(TrainingError, match=r"finite loss.*epoch 1"):
        run((preprocessor, spoilt, rest))


def test_cuda_where_there_is_none_is_refused(monkeypatch, parts):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(SettingsError, match="CUDA"):
        run(parts, device="cuda")


def test_unknown_device_is_refused():
    with pytest.raises(SettingsError, match="a device among auto, cpu, cuda, but found 'tpu'"):
        pick_device("tpu")


@pytest.mark.parametrize(
    ("name", "has_cuda", "kind"),
    [("auto", False, "cpu"), ("auto", True, "cuda"), ("cpu", True, "cpu"), ("cuda", True, "cuda")],
)
def test_auto_takes_cuda_where_there_is_one(monkeypatch, name, has_cuda, kind):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: has_cuda)
    assert pick_device(name).type == kind
