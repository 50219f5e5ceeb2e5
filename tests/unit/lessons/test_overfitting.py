"""Under- and overfitting: three networks on the same moons, and the sweeps."""

import numpy as np
import pytest

from heart.charts.lessons.overfitting import (
    sweep_frame,
    width_sweep,
)
from heart.errors import SettingsError
from heart.lessons import overfitting as capacity
from heart.lessons.mlp import PointMLP, fit, member_scores
from heart.lessons.overfitting import (
    DECAYS,
    SEEDS,
    WIDTHS,
    Held,
    learn_big,
    learn_held,
    learn_tiny,
    make_moons_parts,
)


@pytest.fixture(scope="module")
def moons():
    return make_moons_parts(random_state=0)


@pytest.fixture(scope="module")
def big(moons):
    return learn_big(moons, random_state=0)


@pytest.fixture(scope="module")
def held(moons):
    return learn_held(moons, Held(), random_state=0)


def test_parts_are_300_points_and_fresh_ones_to_judge_by(moons):
    assert [len(part.X) for part in moons] == [200, 100, 1_000]
    made = np.concatenate([part.X for part in moons])
    assert len(np.unique(made, axis=0)) == 1_300
    assert np.concatenate([moons.train.y_true, moons.valid.y_true]).mean() == 0.5


def test_tiny_network_underfits(moons, held):
    tiny = learn_tiny(moons, random_state=0)
    assert tiny.test_accuracy < held.test_accuracy - 0.03
    assert tiny.train_accuracy < held.train_accuracy - 0.05
    assert tiny.train_loss > 0.25


def test_big_network_knows_every_train_point_and_pays_on_test(big, held):
    assert big.train_accuracy == 1.0
    assert big.test_loss > 2 * held.test_loss
    assert big.test_accuracy < held.test_accuracy


def test_big_networks_test_loss_rises_while_its_train_loss_falls(big):
    losses = big.curves.pivot_table(index="epoch", columns="part", values="loss")
    assert losses["train"].iloc[-1] < 0.2 * losses["train"].iloc[5]
    assert losses["test"].iloc[-1] > 2 * losses["test"].min()


def test_regularised_network_stops_early(held):
    assert held.best_epoch < held.curves["epoch"].max() < capacity.HELD_EPOCHS


def test_nothing_to_hold_it_back_is_worse(moons, held):
    free = learn_held(moons, Held(0.0, 0.0, 0), random_state=0)
    assert free.best_epoch == capacity.HELD_EPOCHS
    assert free.test_loss > 1.5 * held.test_loss


def test_settings_outside_their_bounds_are_refused(moons):
    with pytest.raises(SettingsError, match="dropout"):
        learn_held(moons, Held(dropout=1.0), random_state=0)


# the sweeps


@pytest.fixture(scope="module")
def sweep(moons):
    return capacity.run_sweep(moons, random_state=0)


def test_sweep_has_every_width_and_decay_by_every_seed(sweep):
    assert sweep.groupby("sweep").size().to_dict() == {
        "width": len(WIDTHS) * SEEDS,
        "decay": len(DECAYS) * SEEDS,
    }
    assert (min(WIDTHS), max(WIDTHS)) == (2, 256)
    assert {0.0, 1e-4, 1e-3, 1e-2} <= set(DECAYS)


def test_train_loss_falls_with_the_width_and_test_loss_does_not(sweep):
    widths = capacity.summarise_sweep(sweep, "width")
    assert widths["value"].tolist() == list(WIDTHS)
    assert widths["train_loss"].iloc[-1] < 0.6 * widths["train_loss"].iloc[0]
    best = widths.loc[widths["best"], "value"].item()
    assert 2 < best < 256
    assert widths["test_loss"].iloc[-1] > 1.1 * widths["test_loss"].min()


def test_decay_has_a_sweet_spot_between_none_and_too_much(sweep):
    decays = capacity.summarise_sweep(sweep, "decay").set_index("value")
    assert 0 < decays.index[decays["best"]].item() < 10
    assert decays["test_loss"].min() < 0.8 * decays.loc[0.0, "test_loss"]
    assert decays["test_loss"].min() < 0.8 * decays.loc[10.0, "test_loss"]
    assert decays.loc[10.0, "train_loss"] > 2 * decays.loc[0.0, "train_loss"]


def test_summary_is_of_the_seeds(sweep):
    row = capacity.summarise_sweep(sweep, "width").set_index("value").loc[16.0]
    losses = sweep.query("sweep == 'width' and value == 16")["test_loss"]
    assert (row["low"], row["test_loss"], row["high"]) == pytest.approx(
        (losses.min(), losses.mean(), losses.max())
    )


def test_member_of_the_sweep_is_its_network_alone(moons, sweep):
    settings = capacity.settings_for(
        (4,), lr=0.05, max_epochs=capacity.SWEEP_EPOCHS, random_state=0
    )
    alone = PointMLP(2, 1, settings)
    fit(alone, moons.train, settings)
    found = sweep.query("sweep == 'width' and value == 4 and seed == 0").iloc[0]
    assert found["test_loss"] == pytest.approx(member_scores(alone, moons.test)[0][0], abs=0.01)


def test_sweep_frame_marks_one_sweet_spot(sweep):
    frame = sweep_frame(capacity.summarise_sweep(sweep, "width"))
    assert len(frame) == 2 * len(WIDTHS)
    assert frame["best"].sum() == 1
    assert frame.loc[frame["best"], "part"].item() == "test"
    assert frame["setting"].unique().tolist() == [str(width) for width in WIDTHS]
    assert len(width_sweep(frame.head(0)).to_dict()["layer"]) == 4
