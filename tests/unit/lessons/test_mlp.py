"""The lessons' networks: torch's own as the reference, members of different width and decay, and
the loop they share.
"""

import dataclasses

import numpy as np
import pytest
import torch
from torch import nn

from heart.config import Settings
from heart.errors import SettingsError, TrainingError
from heart.lessons.learned import batch_size_for, learn
from heart.lessons.mlp import AutogradStep, PointMLP, Points, count_classes, fit, member_scores
from heart.lessons.points import Parts, sample_blobs
from heart.model.batches import MemberRows
from heart.model.step import Batch

PLAIN = Settings(
    members=1,
    hidden=(6, 6),
    dropout=0.0,
    masking=0.0,
    weight_decay=0.0,
    lr=0.02,
    batch_size=16,
    max_epochs=12,
    patience=0,
    device="cpu",
)
WIDTHS, DECAYS = [2, 6, 4], [0.0, 0.5, 2.0]


@pytest.fixture(scope="module")
def parts():
    return sample_blobs(100, n_classes=3, spread=0.8, random_state=0)


def rows_for(parts, indices):
    return MemberRows(np.tile(np.arange(len(parts.train.X)), (len(indices), 1)), None, indices, 1)


def reference(network, member, activation):
    """One member as torch's own modules, with copies of its weights, padding left out."""
    layers = network.linears()
    own = [layer.weight[member].detach() for layer in layers]
    used = [
        torch.arange(own[0].shape[0]),
        *[torch.nonzero(w.abs().sum(dim=0)).flatten() for w in own[:-1]],
        torch.arange(own[-1].shape[1]),
    ]
    modules = []
    for place, layer in enumerate(layers):
        linear = nn.Linear(len(used[place]), len(used[place + 1]))
        weight = own[place][used[place]][:, used[place + 1]]
        linear.load_state_dict(
            {"weight": weight.T, "bias": layer.bias[member, 0, used[place + 1]].detach()}
        )
        modules += [linear, activation()]
    return nn.Sequential(*modules[:-1])


def batches_of(parts, n_steps):
    generator = torch.Generator().manual_seed(3)
    for _ in range(n_steps):
        rows = torch.randperm(len(parts.train.X), generator=generator)[:20]
        yield torch.as_tensor(parts.train.X)[rows], torch.as_tensor(parts.train.y_true)[rows]


@pytest.mark.parametrize(
    ("name", "module"), [("relu", nn.ReLU), ("tanh", nn.Tanh), ("none", nn.Identity)]
)
def test_each_members_steps_are_torchs_adamw_of_its_own_network(parts, name, module):
    settings = dataclasses.replace(PLAIN, members=3)
    network = PointMLP(2, 3, settings, activation=name, widths=WIDTHS)
    theirs = [reference(network, member, module) for member in range(3)]
    assert [net[0].out_features for net in theirs] == WIDTHS
    optimisers = [
        torch.optim.AdamW(net.parameters(), lr=0.02, weight_decay=decay)
        for net, decay in zip(theirs, DECAYS, strict=True)
    ]
    step = AutogradStep(network, settings, DECAYS)
    for X, y_true in batches_of(parts, 8):
        step(
            Batch(
                X.expand(3, -1, -1),
                torch.empty(3, len(X), 0, dtype=torch.int64),
                y_true.float().expand(3, -1),
            )
        )
        for net, optimiser in zip(theirs, optimisers, strict=True):
            optimiser.zero_grad()
            nn.functional.cross_entropy(net(X), y_true).backward()
            optimiser.step()
    X = torch.as_tensor(parts.test.X)
    for logits, net in zip(network(X.expand(3, -1, -1)), theirs, strict=True):
        torch.testing.assert_close(logits, net(X), rtol=0, atol=1e-5)


def test_one_logit_takes_torchs_steps_too(parts):
    binary = (parts.train.y_true > 0).astype(np.int64)
    network = PointMLP(2, 1, PLAIN)
    net = reference(network, 0, nn.ReLU)
    optimiser = torch.optim.AdamW(net.parameters(), lr=0.02, weight_decay=0.0)
    fit(network, Points(parts.train.X, binary), dataclasses.replace(PLAIN, batch_size=200))
    for _ in range(PLAIN.max_epochs):
        optimiser.zero_grad()
        nn.functional.binary_cross_entropy_with_logits(
            net(torch.as_tensor(parts.train.X))[:, 0], torch.as_tensor(binary).float()
        ).backward()
        optimiser.step()
    expected = torch.sigmoid(net(torch.as_tensor(parts.test.X))[:, 0]).detach().numpy()
    assert network.predict_proba(parts.test.X)[0, :, 1] == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("activation", ["relu", "tanh", "none"])
def test_padded_member_equals_its_network_alone(parts, activation):
    among = dataclasses.replace(PLAIN, members=3)
    network = PointMLP(2, 3, among, activation=activation, widths=WIDTHS, indices=[0, 0, 1])
    fit(network, parts.train, among, decays=DECAYS, rows=rows_for(parts, [0, 0, 1]))
    for member, index in ((0, 0), (2, 1)):
        settings = dataclasses.replace(PLAIN, hidden=(WIDTHS[member],) * 2)
        alone = PointMLP(2, 3, settings, activation=activation, indices=[index])
        fit(alone, parts.train, settings, decays=[DECAYS[member]], rows=rows_for(parts, [index]))
        assert network.predict_proba(parts.test.X)[member] == pytest.approx(
            alone.predict_proba(parts.test.X)[0], abs=1e-4
        )


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_padding_stays_zero_for_good(parts, dropout):
    settings = dataclasses.replace(PLAIN, members=3, dropout=dropout)
    network = PointMLP(2, 3, settings, activation="tanh", widths=WIDTHS)
    fit(network, parts.train, settings, decays=DECAYS)
    first, second, last = network.linears()
    for member, width in enumerate(WIDTHS):
        padded = [
            first.weight[member, :, width:],
            second.weight[member, width:],
            second.weight[member, :, width:],
            last.weight[member, width:],
        ]
        padded += [layer.bias[member, :, width:] for layer in (first, second)]
        assert all(bool((values == 0).all()) for values in padded)
        assert bool((first.weight[member, :, :width] != 0).all())


def test_weight_decay_differs_between_members(parts):
    settings = dataclasses.replace(PLAIN, members=2, max_epochs=40)
    network = PointMLP(2, 3, settings, indices=[0, 0])
    fit(network, parts.train, settings, decays=[0.0, 5.0], rows=rows_for(parts, [0, 0]))
    free, pulled = (
        sum(float(p[member].detach().square().sum()) for p in network.parameters())
        for member in (0, 1)
    )
    assert pulled < 0.5 * free


def test_dropout_is_on_while_it_learns_and_off_when_it_answers(parts):
    plain, dropped = (dataclasses.replace(PLAIN, dropout=rate) for rate in (0.0, 0.9))
    networks = [PointMLP(2, 3, settings) for settings in (plain, dropped)]
    for network, settings in zip(networks, (plain, dropped), strict=True):
        fit(network, parts.train, settings)
    first, again = (networks[1].predict_proba(parts.test.X) for _ in range(2))
    assert np.array_equal(first, again)
    assert not np.allclose(first, networks[0].predict_proba(parts.test.X), atol=0.01)


def test_same_seed_gives_the_same_network(parts):
    settings = dataclasses.replace(PLAIN, dropout=0.3)
    first, again, other = (
        learn(parts, dataclasses.replace(settings, random_state=seed)) for seed in (0, 0, 1)
    )
    assert first.curves.equals(again.curves)
    assert not first.curves.equals(other.curves)


def test_scores_are_scikit_learns(parts):
    from sklearn.metrics import accuracy_score, log_loss  # noqa: PLC0415

    network = PointMLP(2, 3, PLAIN)
    fit(network, parts.train, PLAIN)
    y_score = network.predict_proba(parts.test.X)[0]
    (loss,), (accuracy,) = member_scores(network, parts.test)
    assert y_score.sum(axis=1) == pytest.approx(1)
    assert loss == pytest.approx(log_loss(parts.test.y_true, y_score))
    assert accuracy == accuracy_score(parts.test.y_true, y_score.argmax(axis=1))


def test_count_is_the_sum_over_points():
    logits = torch.tensor([[2.0, 0.0, 1.0], [0.0, 1.0, 3.0]])
    loss, right = count_classes(logits, torch.tensor([0.0, 1.0]))
    expected = [np.log(np.exp([2, 0, 1]).sum()) - 2, np.log(np.exp([0, 1, 3]).sum()) - 1]
    assert float(loss) == pytest.approx(sum(expected), rel=1e-6)
    assert int(right) == 1


def test_early_stopping_restores_the_best_weights(parts):
    settings = dataclasses.replace(PLAIN, hidden=(64,), max_epochs=200, patience=10, lr=0.05)
    network = PointMLP(2, 3, settings)
    seen = []
    run = fit(
        network,
        parts.train,
        settings,
        valid=parts.test,
        on_epoch_end=lambda r: seen.append(r.valid_loss),
    )
    assert run.best_epoch == (1 + int(np.argmin(seen)),)
    assert len(seen) == run.best_epoch[0] + 10
    assert member_scores(network, parts.test)[0][0] == pytest.approx(min(seen), rel=1e-5)


def test_step_that_is_too_large_ends_with_what_to_do(parts):
    spoilt = Parts(Points(parts.train.X * np.float32(np.inf), parts.train.y_true), parts.test)
    with pytest.raises(TrainingError, match="finite loss"):
        learn(spoilt, PLAIN)


def test_unknown_activation_is_refused():
    with pytest.raises(SettingsError, match="activation among relu, tanh, none"):
        PointMLP(2, 1, PLAIN, activation="gelu")


@pytest.mark.parametrize(("n", "size"), [(35, 16), (210, 27), (1400, 175)])
def test_batches_are_about_eight_an_epoch(n, size):
    assert batch_size_for(n) == size
