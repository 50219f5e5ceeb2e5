"""Under- and overfitting: three networks on the same moons, the sweeps, and the same question on
Cleveland's patients.
"""

import numpy as np
import pandas as pd
import pytest

from heart.charts.lessons.overfitting import (
    accuracy_differences,
    loss_differences,
    sweep_frame,
    width_sweep,
)
from heart.errors import SettingsError
from heart.experiments.cross_validation import Folds
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
from heart.lessons.overfitting_patients import (
    COMPARISONS,
    VARIANTS,
    FoldScores,
    compare,
    score_folds,
    score_variants,
    variant_settings,
)
from heart.model.classifier import HeartClassifier


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


# patients


@pytest.fixture(scope="module")
def scores(cleveland):
    """The variants with one layer."""
    chosen = [name for name, (layers, _) in VARIANTS.items() if layers == 1]
    return {
        name: score_folds(cleveland, variant_settings(*VARIANTS[name]), folds=Folds(3, 1))
        for name in chosen
    }


def test_without_dropout_the_train_patients_are_known_by_heart(scores):
    free = scores["1 layer, dropout 0"]
    assert free.train_accuracy.mean() > 0.99
    assert free.test_accuracy.mean() < 0.87


def test_dropout_lowers_the_test_loss_and_not_the_train_loss(scores):
    free, dropped = scores["1 layer, dropout 0"], scores["1 layer, dropout 0.5"]
    assert dropped.test_loss.mean() < free.test_loss.mean()
    assert dropped.train_accuracy.mean() < free.train_accuracy.mean()


def test_figures_are_those_of_the_classifier_fold_by_fold(cleveland, scores):
    settings, found = variant_settings(1, 0.5), scores["1 layer, dropout 0.5"]
    train, test = Folds(3, 1).split(cleveland.features, cleveland.y_true)[0]
    alone = HeartClassifier.from_settings(settings).fit(
        cleveland.features.iloc[train], cleveland.y_true[train]
    )
    for rows, accuracy in ((train, found.train_accuracy), (test, found.test_accuracy)):
        assert accuracy[0] == pytest.approx(
            alone.score(cleveland.features.iloc[rows], cleveland.y_true[rows]), abs=0.02
        )


def test_comparison_is_paired_and_says_what_can_be_told():
    noise = np.random.default_rng(0).normal(0, 0.01, 10)
    base = FoldScores(np.ones(10), np.full(10, 0.8), np.full(10, 0.5))
    moved = FoldScores(np.ones(10), 0.8 + noise, 0.9 + noise)
    scores = {name: moved if name == "2 layers, dropout 0" else base for name in VARIANTS}
    table = compare(scores, n_splits=5).set_index(["added", "figure"])
    assert table.loc[("a second layer, without dropout", "log-loss"), "verdict"] == "hurts"
    assert table.loc[
        ("a second layer, without dropout", "log-loss"), "difference"
    ] == pytest.approx(0.4 + noise.mean())
    assert table.loc[("a second layer, without dropout", "accuracy"), "verdict"] == "cannot be told"
    turned = compare(
        {name: base if score is moved else moved for name, score in scores.items()}, n_splits=5
    ).set_index(["added", "figure"])
    assert turned.loc[("a second layer, without dropout", "log-loss"), "verdict"] == "helps"


def test_comparison_has_a_row_for_each_addition_and_figure(cleveland, monkeypatch):
    rng, asked = np.random.default_rng(0), []

    def quick(_, settings, **__):
        asked.append((len(settings.hidden), settings.dropout))
        return FoldScores(*rng.uniform(size=(3, 10)))

    monkeypatch.setattr("heart.lessons.overfitting_patients.score_folds", quick)
    table = compare(score_variants(cleveland), n_splits=10)
    assert asked == list(VARIANTS.values())
    assert len(table) == 2 * len(COMPARISONS)
    assert bool((table["low"] < table["difference"]).all())
    assert bool((table["difference"] < table["high"]).all())
    for draw in (accuracy_differences, loss_differences):
        assert len(draw(pd.DataFrame(table).head(0)).to_dict()["layer"]) == 3


def test_progress_is_told_and_rises(cleveland):
    seen = []

    def stop(name, share):
        seen.append((name, share))
        if len(seen) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        score_variants(cleveland, folds=Folds(3, 1), on_variant=stop)
    shares = [share for _, share in seen]
    assert shares == sorted(shares)
    assert 0 < shares[0] < shares[-1] < 0.25
