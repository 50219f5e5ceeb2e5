"""One neuron by hand: its gradient, its learning, the same by PyTorch and scikit-learn."""

import numpy as np
import pytest
import torch
from sklearn.metrics import log_loss

from heart.charts.lessons.neuron import (
    boundary_among_patients,
    loss_by_epoch,
    loss_frame,
    plane_frame,
)
from heart.errors import SettingsError
from heart.lessons.neuron import (
    LogisticNeuron,
    Weights,
    batches,
    cross_entropy,
    forward,
    gradient,
    learn_by_torch,
    learn_three_ways,
    numerical_gradient,
    sigmoid,
)
from heart.lessons.neuron_data import (
    draw_boundary,
    place_patients,
    split_tumours,
    tile_plane,
)


@pytest.fixture(scope="module")
def plane():
    return place_patients("thalach", "oldpeak")


@pytest.fixture(scope="module")
def tumours():
    return split_tumours(random_state=0)


def as_row(at):
    return np.append(at.w, at.b)


# the formulas


def test_sigmoid_does_not_overflow():
    with np.errstate(all="raise"):
        assert sigmoid(np.array([-1e4, 0.0, 1e4])).tolist() == [0.0, 0.5, 1.0]
    z = np.linspace(-5, 5, 11)
    assert sigmoid(z) == pytest.approx(1 / (1 + np.exp(-z)), abs=1e-12)


def test_loss_is_scikit_learns(plane):
    at = Weights(np.array([-0.7, 1.3]), 0.4)
    assert cross_entropy(plane.X, plane.y, at) == pytest.approx(
        log_loss(plane.y, forward(plane.X, at)), abs=1e-12
    )


def test_loss_of_a_sure_mistake_is_finite():
    assert (
        cross_entropy(np.array([[1.0]]), np.array([0]), Weights(np.array([1_000.0]), 0.0))
        == 1_000.0
    )


def test_gradient_by_hand():
    X, y = np.array([[1.0, 2.0], [3.0, -1.0]]), np.array([1, 0])
    found = gradient(X, y, Weights(np.zeros(2), 0.0))  # u is 0.5 everywhere
    assert found.w.tolist() == [(-0.5 * 1 + 0.5 * 3) / 2, (-0.5 * 2 + 0.5 * -1) / 2]
    assert found.b == 0.0


@pytest.mark.parametrize("seed", range(5))
def test_gradient_agrees_with_central_differences(plane, tumours, seed):
    rng = np.random.default_rng(seed)
    for X, y in ((plane.X, plane.y), (tumours.X_train, tumours.y_train)):
        at = Weights(rng.normal(size=X.shape[1]), rng.normal())
        assert as_row(gradient(X, y, at)) == pytest.approx(
            as_row(numerical_gradient(X, y, at)), abs=1e-6, rel=0
        )


def test_gradient_agrees_with_autograd(plane):
    w, b = (
        torch.tensor([0.3, -2.0], dtype=torch.float64, requires_grad=True),
        torch.tensor(0.7, dtype=torch.float64, requires_grad=True),
    )
    logits = torch.tensor(plane.X) @ w + b
    torch.nn.functional.binary_cross_entropy_with_logits(
        logits, torch.tensor(plane.y, dtype=torch.float64)
    ).backward()
    found = gradient(plane.X, plane.y, Weights(w.detach().numpy(), b.item()))
    assert as_row(found) == pytest.approx([*w.grad.tolist(), b.grad.item()], abs=1e-12)


# learning


@pytest.mark.parametrize(
    ("batch_size", "sizes"), [(None, [10]), (4, [4, 4, 2]), (1, [1] * 10), (32, [10])]
)
def test_every_row_is_seen_once_an_epoch(batch_size, sizes):
    seen = [np.arange(10)[rows] for rows in batches(10, batch_size, np.random.default_rng(0))]
    assert [len(rows) for rows in seen] == sizes
    assert sorted(np.concatenate(seen)) == list(range(10))


def test_one_stochastic_epoch_is_a_step_a_row(plane):
    neuron = LogisticNeuron(lr=0.1, epochs=1, batch_size=1, random_state=3).fit(
        plane.X[:5], plane.y[:5]
    )
    rng = np.random.default_rng(3)
    w, b = rng.normal(size=2), 0.0
    assert neuron.path_[0].w.tolist() == w.tolist()
    for i in rng.permutation(5):
        wrong_by = 1 / (1 + np.exp(-(plane.X[i] @ w + b))) - plane.y[i]
        w, b = w - 0.1 * wrong_by * plane.X[i], b - 0.1 * wrong_by
    assert as_row(neuron.weights_) == pytest.approx([*w, b], abs=1e-12)


def test_loss_of_whole_batches_falls_with_every_epoch(plane):
    neuron = LogisticNeuron(lr=0.3, epochs=60).fit(plane.X, plane.y)
    assert (np.diff(neuron.losses_) < 0).all()
    assert len(neuron.path_) == len(neuron.losses_) == 61
    assert neuron.losses_[20] == cross_entropy(plane.X, plane.y, neuron.path_[20])


def test_single_rows_never_settle(plane):
    neuron = LogisticNeuron(lr=0.3, epochs=30, batch_size=1).fit(plane.X, plane.y)
    assert (np.diff(neuron.losses_[10:]) > 0).any()
    least = cross_entropy(plane.X, plane.y, learn_three_ways(plane.X, plane.y)["scikit-learn"])
    assert neuron.losses_[10:].mean() > least + 0.005


@pytest.mark.parametrize("batch_size", [None, 32, 1])
def test_seed_decides_everything(plane, batch_size):
    first, again, other = (
        LogisticNeuron(epochs=3, batch_size=batch_size, random_state=s).fit(plane.X, plane.y)
        for s in (0, 0, 1)
    )
    assert first.losses_.tolist() == again.losses_.tolist()
    assert first.losses_[-1] != other.losses_[-1]


def test_threshold_is_the_users(plane):
    neuron = LogisticNeuron().fit(plane.X, plane.y)
    probability = neuron.forward(plane.X)
    for threshold in (0.2, 0.5, 0.8):
        assert (
            neuron.predict(plane.X, threshold).tolist()
            == (probability > threshold).astype(int).tolist()
        )
    assert neuron.predict(plane.X).tolist() == neuron.predict(plane.X, 0.5).tolist()


@pytest.mark.parametrize(
    ("setting", "words"),
    [({"lr": 0.0}, "learning rate"), ({"epochs": 0}, "epochs"), ({"batch_size": 0}, "batch size")],
)
def test_settings_that_cannot_learn_are_refused(plane, setting, words):
    with pytest.raises(SettingsError, match=words):
        LogisticNeuron(**setting).fit(plane.X, plane.y)


# the same neuron by others


@pytest.mark.parametrize(
    "names", [("thalach", "oldpeak"), ("age", "chol"), ("trestbps", "thalach")]
)
def test_three_ways_converge_to_the_same_weights(names):
    plane = place_patients(*names)
    ways = learn_three_ways(plane.X, plane.y)
    by_hand, by_torch, by_sklearn = (as_row(at) for at in ways.values())
    assert by_hand == pytest.approx(by_torch, abs=1e-9)
    assert by_hand == pytest.approx(by_sklearn, abs=1e-6)


def test_torch_walks_the_same_way(plane):
    neuron = LogisticNeuron(lr=0.3, epochs=7).fit(plane.X, plane.y)
    for epochs in (0, 1, 7):
        by_torch = learn_by_torch(plane.X, plane.y, neuron.path_[0], lr=0.3, epochs=epochs)
        assert as_row(by_torch) == pytest.approx(as_row(neuron.path_[epochs]), abs=1e-12)


def test_start_does_not_matter_in_the_end(plane):
    ends = [
        as_row(LogisticNeuron(lr=2.0, epochs=400, random_state=seed).fit(plane.X, plane.y).weights_)
        for seed in range(3)
    ]
    assert np.ptp(ends, axis=0).max() < 1e-9


# the charts


def test_chart_of_the_plane_takes_its_titles_from_the_features(plane):
    at = Weights(np.array([-0.8, 0.8]), -0.2)
    cells, line = tile_plane(plane, at), draw_boundary(plane, at)
    points = (
        cells.head(3)
        .rename(columns={"x": "thalach", "y": "oldpeak"})[["thalach", "oldpeak"]]
        .assign(outcome="healthy")
    )
    frame = plane_frame(cells, points, line)
    assert frame["what"].value_counts().to_dict() == {"cell": 900, "patient": 3, "boundary": 2}
    is_cell = frame["what"] == "cell"
    assert ((frame["probability"] > 0.5) == (frame["outcome"] == "diseased"))[is_cell].all()
    spec = boundary_among_patients(frame.head(0)).to_dict()
    assert spec["layer"][0]["encoding"]["x"]["title"] == "Maximum heart rate (bpm)"
    assert spec["layer"][0]["encoding"]["y"]["title"] == "ST depression (mm)"


def test_chart_of_the_loss_knows_the_epoch_shown():
    frame = loss_frame(np.array([0.9, 0.6, 0.5]), shown=1, least=0.4)
    assert frame.loc[frame["epoch"] == frame["chosen"], "loss"].tolist() == [0.6]
    assert len(loss_by_epoch(frame.head(0)).to_dict()["layer"]) == 3
