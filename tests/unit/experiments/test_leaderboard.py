"""The leaderboard: its figures, and how far each model is behind, are those worked out by hand."""

import dataclasses
from math import log
from statistics import mean, variance

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import log_loss, roc_auc_score

from heart.evaluation.figures import LEADERBOARD, NO_FIGURE
from heart.evaluation.judged import score_part
from heart.evaluation.metrics import score_all
from heart.evaluation.out_of_fold import OutOfFold
from heart.experiments.cross_validation import Folds, cross_validate
from heart.experiments.leaderboard import (
    figures_of,
    fold_figures,
    leaderboard,
    pooled_figures,
    run_leaderboard,
)

pytestmark = pytest.mark.usefixtures("quick_tuning")

CONSTANT = "class share alone"
STUDENT_9 = (
    2.262157162740992  # two-sided 95 % of Student's t with 9 degrees of freedom, as in any table
)


def with_frame(cohort, frame):
    return dataclasses.replace(cohort, frame=frame)


@pytest.fixture(scope="module")
def few(cleveland):
    """120 of Cleveland's patients."""
    return with_frame(cleveland, cleveland.frame.iloc[:120])


def predictions(seed, *, noise, repeats=2, n_splits=5, n=100):
    """Out-of-fold predictions of a model that adds so much noise to the truth."""
    rng = np.random.default_rng(seed)
    y_true = np.arange(n) % 2
    y_score = np.clip(0.25 + 0.5 * y_true + rng.normal(0, noise, (repeats, n)), 0.01, 0.99)
    fold = np.stack(
        [
            np.random.default_rng(repeat).permutation(np.arange(n // 2) % n_splits).repeat(2)
            for repeat in range(repeats)
        ]
    )
    return OutOfFold(y_true, y_score, fold, float(seed))


@pytest.fixture(scope="module")
def results():
    """Three models on the same folds, the best in the middle."""
    return {
        "vague": predictions(1, noise=0.4),
        "sharp": predictions(2, noise=0.15),
        "poor": predictions(3, noise=0.8),
    }


def test_leaderboard_run_tells_each_model_from_0_to_1(few):
    told = []
    models = ["logistic regression", CONSTANT]
    found = run_leaderboard(
        few, folds=Folds(2, 1), models=models, on_model=lambda *news: told.append(news)
    )
    assert list(found) == models
    assert told == [(model, share) for model in models for share in (0, 0.5, 1)]
    assert np.array_equal(*(result.fold for result in found.values()))


def test_pooled_figures_are_the_mean_over_repeats_of_all_patients():
    made = predictions(5, noise=0.5, repeats=3)
    pooled = pooled_figures(made)
    assert list(pooled) == list(LEADERBOARD)
    assert pooled["roc_auc"] == pytest.approx(
        mean(roc_auc_score(made.y_true, scores) for scores in made.y_score)
    )
    assert pooled["log_loss"] == pytest.approx(
        mean(log_loss(made.y_true, scores) for scores in made.y_score)
    )
    assert pooled["accuracy"] == pytest.approx(
        mean(((scores >= 0.5) == made.y_true).mean() for scores in made.y_score)
    )


def test_fold_figures_are_those_of_each_fold_by_itself():
    made = predictions(6, noise=0.5)
    table = fold_figures(made)
    assert table.shape == (10, 5)
    test = made.fold[1] == 3
    assert table.loc[5 + 3].to_dict() == pytest.approx(
        score_all(made.y_true[test], made.y_score[1, test])
    )


@pytest.fixture(scope="module")
def entries(results):
    return leaderboard(results)


def test_models_are_in_order_of_their_log_loss(entries):
    assert [entry.model for entry in entries] == ["sharp", "vague", "poor"]
    assert [entry.seconds for entry in entries] == [2, 1, 3]


def test_best_model_is_nothing_behind_without_any_doubt(entries):
    for name in LEADERBOARD:
        assert entries[0].behind[name] == (0, 0, 0)


def test_each_figure_has_a_best_model_of_its_own():
    sure = predictions(7, noise=0.15)
    bold = sure._replace(
        y_score=np.where(sure.y_score >= 0.5, 0.999, 0.001) * 0.9 + 0.1 * sure.y_score
    )
    timid = sure._replace(y_score=0.4 + 0.2 * sure.y_score)  # ranks as well, but says little
    entries = {
        entry.model: entry for entry in leaderboard({"timid": timid, "bold": bold, "sure": sure})
    }
    assert entries["timid"].behind["roc_auc"].value == pytest.approx(0)
    assert entries["timid"].behind["log_loss"].value > 0


def test_figures_lie_in_their_intervals_and_are_the_pooled_ones(results, entries):
    for entry in entries:
        pooled = pooled_figures(results[entry.model])
        for name in LEADERBOARD:
            value, low, high = entry.figures[name]
            assert value == pytest.approx(pooled[name])
            assert low < value < high


def test_intervals_of_one_repeat_are_those_of_its_patients(results):
    once = results["vague"]._replace(
        y_score=results["vague"].y_score[:1], fold=results["vague"].fold[:1]
    )
    (entry,) = leaderboard({"once": once})
    scores = score_part(once.y_true, once.y_score[0])
    assert entry.figures["roc_auc"] == scores.roc_auc
    assert entry.figures["log_loss"] == scores.log_loss


def test_accuracys_interval_is_about_the_binomial_one(results):
    found = results["vague"]._replace(
        y_score=results["vague"].y_score[:1], fold=results["vague"].fold[:1]
    )
    (entry,) = leaderboard({"once": found})
    value, low, high = entry.figures["accuracy"]
    half = 1.96 * (value * (1 - value) / len(found.y_true)) ** 0.5
    assert (low, high) == pytest.approx((value - half, value + half), abs=0.02)


@pytest.mark.parametrize(
    ("name", "sign"),
    [("roc_auc", -1), ("average_precision", -1), ("accuracy", -1), ("log_loss", 1), ("brier", 1)],
)
def test_how_far_behind_is_the_mean_difference_of_the_folds(results, entries, name, sign):
    best = fold_figures(results["sharp"])[name]
    for entry in entries[1:]:
        differences = sign * (fold_figures(results[entry.model])[name] - best)
        half = STUDENT_9 * ((1 / 10 + 1 / 4) * variance(differences)) ** 0.5
        assert entry.behind[name] == pytest.approx(
            (mean(differences), mean(differences) - half, mean(differences) + half)
        )
        assert entry.behind[name].value > 0


def test_class_share_alone_knows_nothing(cleveland):
    even = with_frame(
        cleveland,
        pd.concat(
            [
                cleveland.frame[cleveland.frame["num"] == 0].iloc[:90],
                cleveland.frame[cleveland.frame["num"] > 0].iloc[:60],
            ]
        ),
    )
    found = pooled_figures(cross_validate(even, CONSTANT, folds=Folds(3, 1)))
    assert found["roc_auc"] == 0.5
    assert found["log_loss"] == pytest.approx(-0.6 * log(0.6) - 0.4 * log(0.4))
    assert found["brier"] == pytest.approx(0.24)
    assert found["accuracy"] == pytest.approx(0.6)


def test_class_share_alone_knows_nothing_in_any_fold_of_uneven_folds(cleveland):
    found = cross_validate(cleveland, CONSTANT, folds=Folds(10, 2))
    assert (fold_figures(found)["roc_auc"] == 0.5).all()
    share = 139 / 303
    assert pooled_figures(found)["log_loss"] == pytest.approx(
        -share * log(share) - (1 - share) * log(1 - share), abs=0.001
    )


def test_interval_of_a_model_that_knows_nothing_holds_an_auc_of_one_half(cleveland):
    predictions = cross_validate(cleveland, CONSTANT, folds=Folds(10, 5))
    _, low, high = figures_of(predictions).pooled["roc_auc"]
    assert low <= 0.5 <= high


def test_model_that_ranks_nobody_has_no_figures_of_ranks(few):
    results = run_leaderboard(few, folds=Folds(5, 2), models=[CONSTANT])
    pooled = roc_auc_score(few.y_true, results[CONSTANT].y_score[0])
    assert pooled < 0.5  # ranks of the folds, which are none of the patients
    (entry,) = leaderboard(results)
    assert (entry.figures["roc_auc"], entry.figures["average_precision"]) == (NO_FIGURE, NO_FIGURE)
    share = results[CONSTANT].y_score
    expected = np.mean([log_loss(few.y_true, scores) for scores in share])
    assert entry.figures["log_loss"].value == pytest.approx(expected)
    # one patient who differs within a fold is enough to rank
    share[1, np.flatnonzero(results[CONSTANT].fold[1] == 0)[0]] += 0.01
    assert leaderboard(results)[0].figures["roc_auc"] != NO_FIGURE
