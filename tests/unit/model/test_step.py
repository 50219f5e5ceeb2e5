"""One training step: gradients against autograd's, steps against hand-computed ones and torch's own
AdamW.
"""

import itertools

import numpy as np
import pytest
import torch
from torch import nn

from heart.config import Settings
from heart.model.network import HeartMLP
from heart.model.step import Batch, TrainingStep

CARDINALITIES = [3, 5]


def settings_of(**changes):
    return Settings(
        **(
            {
                "members": 2,
                "hidden": (8, 4),
                "embedding_dim": 3,
                "dropout": 0.0,
                "weight_decay": 0.0,
            }
            | changes
        )
    )


def batch_of(members=2, n=9, seed=0):
    generator = torch.Generator().manual_seed(seed)
    codes = torch.stack(
        [torch.randint(0, c, (members, n), generator=generator) for c in CARDINALITIES], dim=2
    )
    y_true = torch.randint(0, 2, (members, n), generator=generator).float()
    return Batch(torch.randn(members, n, 4, generator=generator), codes, y_true)


def autograd(network, batch, kept=()):
    """The logits, and the gradients of the sum of the members' mean losses."""
    logits = network(batch.numeric, batch.codes, kept=kept)
    loss = (
        nn.functional.binary_cross_entropy_with_logits(logits, batch.y_true, reduction="none")
        .mean(dim=1)
        .sum()
    )
    return logits.detach(), torch.autograd.grad(loss, list(network.parameters()))


def masks(network, batch, rate):
    generator = torch.Generator().manual_seed(5)
    return [
        torch.rand(*batch.y_true.shape, width, generator=generator) >= rate
        for width in network.widths
    ]


SHAPES = list(
    itertools.product(
        [(), (8,), (8, 4), (6, 5, 4)], [False, True], ["embedding", "codes"], [0.0, 0.4]
    )
)


@pytest.mark.parametrize(("hidden", "linear_path", "categories", "dropout"), SHAPES)
def test_gradients_are_autograds(hidden, linear_path, categories, dropout):
    network = HeartMLP(
        4,
        CARDINALITIES,
        settings_of(hidden=hidden, linear_path=linear_path, categories=categories, dropout=dropout),
    )
    batch = batch_of()
    kept = masks(network, batch, dropout) if dropout else []
    logits, expected = autograd(network, batch, kept)
    step = TrainingStep(network, settings_of())
    as_columns = torch.cat([batch.numeric, network.columns(batch.codes)], dim=2)
    prepared = Batch(as_columns, batch.codes[:, :, :0], batch.y_true)
    for given in (batch, prepared):
        step.gradient.fill_(torch.nan)
        torch.testing.assert_close(step.differentiate(given, kept), logits)
    found = step.gradient.split([g.numel() for g in expected])
    for ours, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(ours.view_as(theirs), theirs, rtol=1e-5, atol=1e-6)


def test_gradients_do_not_add_up_from_step_to_step():
    network = HeartMLP(4, CARDINALITIES, settings_of())
    step = TrainingStep(network, settings_of())
    step.differentiate(batch_of(seed=1))
    first = step.gradient.clone()
    step.differentiate(batch_of(seed=2))
    step.differentiate(batch_of(seed=1))
    assert torch.equal(step.gradient, first)


@pytest.mark.parametrize("weight_decay", [0.0, 0.3])
def test_steps_are_those_of_torchs_adamw(weight_decay):
    settings = settings_of(weight_decay=weight_decay, lr=0.01)
    network, reference = HeartMLP(4, CARDINALITIES, settings), HeartMLP(4, CARDINALITIES, settings)
    step = TrainingStep(network, settings)
    optimizer = torch.optim.AdamW(reference.parameters(), lr=0.01, weight_decay=weight_decay)
    for seed in range(5):
        step(batch_of(seed=seed))
        _, gradients = autograd(reference, batch_of(seed=seed))
        for parameter, gradient in zip(reference.parameters(), gradients, strict=True):
            parameter.grad = gradient
        optimizer.step()
    for ours, theirs in zip(network.parameters(), reference.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-5)


def test_gradient_of_a_logistic_regression_is_the_one_by_hand():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(5, 3)), np.array([0.0, 1, 1, 0, 1])
    network = HeartMLP(3, [], settings_of(members=1, hidden=(), categories="codes"))
    w, b = network.logit.weight[0, :, 0].detach().double().numpy(), network.logit.bias.item()
    step = TrainingStep(network, settings_of())
    step.differentiate(
        Batch(
            torch.tensor(X[None]).float(),
            torch.zeros(1, 5, 0, dtype=torch.int64),
            torch.tensor(y[None]).float(),
        )
    )
    error = 1 / (1 + np.exp(-(X @ w + b))) - y
    assert step.gradient.tolist() == pytest.approx([*(X.T @ error / 5), error.mean()], abs=1e-6)


def test_patient_of_weight_two_pulls_as_two_patients_do():
    network, batch = HeartMLP(4, CARDINALITIES, settings_of()), batch_of(n=3)
    step = TrainingStep(network, settings_of())
    index = torch.tensor([0, 0, 1])  # the first one twice, the second once, the third not at all
    step.differentiate(Batch(*(part[:, index] for part in batch[:3])))
    repeated = step.gradient.clone()
    weight = torch.tensor([2.0, 1, 0]).expand(2, -1)
    step.differentiate(batch._replace(weight=weight))
    torch.testing.assert_close(step.gradient, repeated)


def test_step_returns_the_logits_from_before_it():
    network, batch = HeartMLP(4, CARDINALITIES, settings_of()), batch_of()
    before = network(batch.numeric, batch.codes).detach()
    logits = TrainingStep(network, settings_of(lr=0.1))(batch)
    torch.testing.assert_close(logits, before)
    assert not torch.equal(network(batch.numeric, batch.codes), before)


def test_released_network_keeps_its_weights_and_shares_none():
    network = HeartMLP(4, CARDINALITIES, settings_of())
    step = TrainingStep(network, settings_of())
    step(batch_of())
    kept = [p.detach().clone() for p in network.parameters()]
    step.release()
    step.weights.zero_()
    assert all(torch.equal(p, k) for p, k in zip(network.parameters(), kept, strict=True))
    assert len({p.untyped_storage().data_ptr() for p in network.parameters()}) == len(kept)
