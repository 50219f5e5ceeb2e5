"""Dropout and a second layer on the Cleveland patients, cross-validated."""

import numpy as np
import pandas as pd
import pytest

from heart.charts.lessons.overfitting import (
    accuracy_differences,
    loss_differences,
)
from heart.experiments.cross_validation import Folds
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
