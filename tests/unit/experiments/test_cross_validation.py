"""Cross-validation: no fold sees its own test rows, and figures and intervals are those computed by
hand.
"""

import dataclasses
from math import log
from statistics import mean, variance

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    brier_score_loss,
    log_loss,
    roc_auc_score,
)

from heart.config import Settings
from heart.data import load_shipped
from heart.errors import SplitError
from heart.evaluation.figures import LEADERBOARD
from heart.evaluation.intervals import corrected_half_width
from heart.evaluation.judged import score_part
from heart.evaluation.metrics import score_all
from heart.evaluation.out_of_fold import OutOfFold
from heart.experiments import cross_validation as validation
from heart.experiments.baselines import OTHERS
from heart.experiments.cross_validation import Folds, cross_validate
from heart.experiments.leaderboard import (
    fold_figures,
    leaderboard,
    pooled_figures,
    run_leaderboard,
)

CONSTANT = "class share alone"
STUDENT_9 = (
    2.262157162740992  # two-sided 95 % of Student's t with 9 degrees of freedom, as in any table
)
NETWORK = Settings(
    members=2, hidden=(8,), max_epochs=6, patience=2, dropout=0.0, masking=0.0, device="cpu"
)
NOISY = dataclasses.replace(NETWORK, dropout=0.2, masking=0.4)


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


# the folds


@pytest.mark.parametrize("name", ["cleveland", "va_long_beach"])
@pytest.mark.parametrize("folds", [Folds(3, 2), Folds(10, 2, 7)], ids=str)
def test_every_patient_is_tested_once_in_each_repeat(name, folds):
    cohort = load_shipped(name)
    splits = folds.split(cohort.features, cohort.y_true)
    assert len(splits) == folds.n_splits * folds.n_repeats
    for train, test in splits:
        assert sorted([*train, *test]) == list(range(cohort.n))
    for repeat in range(folds.n_repeats):
        tested = np.concatenate(
            [test for _, test in splits[repeat * folds.n_splits : (repeat + 1) * folds.n_splits]]
        )
        assert sorted(tested) == list(range(cohort.n))


@pytest.mark.parametrize("n_splits", [3, 10])
def test_every_fold_has_the_cohorts_class_share_within_one_patient(cleveland, n_splits):
    for _, test in Folds(n_splits, 3).split(cleveland.features, cleveland.y_true):
        assert abs(cleveland.y_true[test].sum() - 139 / n_splits) < 1.01
        assert abs(len(test) - 303 / n_splits) < 1.01


@pytest.mark.parametrize("flip", [False, True], ids=["same outcome", "other outcome"])
def test_identical_patients_are_on_one_side(hungary, flip):
    twins = (
        hungary.frame.assign(num=(hungary.frame["num"] == 0).astype("int64"))
        if flip
        else hungary.frame
    )
    doubled = with_frame(hungary, pd.concat([hungary.frame, twins], ignore_index=True))
    for _, test in Folds(5, 2).split(doubled.features, doubled.y_true):
        assert {(row + 294) % 588 for row in test} == set(test)


def test_repeats_differ_and_seeds_decide(cleveland):
    tests = [
        [test.tolist() for _, test in Folds(5, 2, seed).split(cleveland.features, cleveland.y_true)]
        for seed in (1, 1, 2)
    ]
    assert tests[0] == tests[1] != tests[2]
    assert tests[0][:5] != tests[0][5:]


@pytest.mark.parametrize("n_splits", [9, 10])
def test_fewer_patients_of_a_class_than_folds_are_refused(n_splits):
    cohort = load_shipped("switzerland")  # 8 of 123 are healthy
    assert len(Folds(8, 1).split(cohort.features, cohort.y_true)) == 8
    with pytest.raises(
        SplitError, match=f"at least {n_splits} different patients .* but found 8 in one class"
    ):
        Folds(n_splits, 1).split(cohort.features, cohort.y_true)


def test_copies_of_a_patient_do_not_make_a_class(cleveland):
    frame = pd.concat(
        [
            cleveland.frame[cleveland.frame["num"] == 0],
            cleveland.frame[cleveland.frame["num"] > 0].iloc[[0] * 50],
        ]
    )
    doubled = with_frame(cleveland, frame)
    with pytest.raises(SplitError, match="1 in one class"):
        Folds(2, 1).split(doubled.features, doubled.y_true)


@pytest.mark.parametrize(
    ("name", "n_splits"), [("cleveland", 10), ("hungary", 10), ("switzerland", 5)]
)
def test_folds_are_as_many_as_the_smaller_class_allows(name, n_splits):
    cohort = load_shipped(name)
    folds = Folds.fitting(cohort.features, cohort.y_true, 2)
    assert folds == (n_splits, 2, 0)
    assert len(folds.split(cohort.features, cohort.y_true)) == 2 * n_splits


# what a fold sees


def spoil(cohort, rows):
    """The cohort with other numbers, other codes and disease in these rows."""
    frame = cohort.frame.copy()
    wild = frame.iloc[rows].assign(
        age=18.0, chol=990.0, trestbps=60.0, oldpeak=9.0, sex=1, cp=4, thal="reversible", num=3
    )
    frame.iloc[rows] = wild.astype(frame.dtypes.to_dict())
    return with_frame(cohort, frame)


@pytest.mark.parametrize(
    "model",
    [NETWORK, NOISY, *OTHERS],
    ids=lambda model: model if isinstance(model, str) else f"network, {model.dropout}",
)
def test_no_fold_sees_its_own_test_rows(few, monkeypatch, model):
    folds = Folds(2, 1)
    splits = folds.split(few.features, few.y_true)
    # spoilt labels would be cut otherwise
    monkeypatch.setattr(Folds, "split", lambda self, features, y_true: splits)  # noqa: ARG005
    own, other = splits[0][1], splits[1][1]
    spoilt_rows, clean_rows = own[:30], own[30:]
    before = cross_validate(few, model, folds=folds).y_score[0]
    after = cross_validate(spoil(few, spoilt_rows), model, folds=folds).y_score[0]
    assert len(clean_rows) > 25
    assert after[clean_rows] == pytest.approx(before[clean_rows], abs=1e-6)
    # the rows were spoilt indeed: the other fold, which learns from them, says something else
    assert np.abs(after[other] - before[other]).max() > 0.001


@pytest.mark.parametrize("model", [NETWORK, "logistic regression"], ids=["network", "regression"])
def test_prediction_is_that_of_a_model_fitted_on_the_other_folds(few, model):
    found = cross_validate(few, model, folds=Folds(3, 2, 5))
    for place, (train, test) in enumerate(Folds(3, 2, 5).split(few.features, few.y_true)):
        rows, y_true = few.features.iloc[train], few.y_true[train]
        estimator = (
            OTHERS[model](rows, place)
            if isinstance(model, str)
            else validation.HeartClassifier.from_settings(model)
        )
        expected = estimator.fit(rows, y_true).predict_proba(few.features.iloc[test])[:, 1]
        repeat, fold = divmod(place, 3)
        assert found.y_score[repeat, test] == pytest.approx(expected, abs=1e-5)
        assert (found.fold[repeat, test] == fold).all()
    assert np.array_equal(found.y_true, few.y_true)
    assert found.mean_score == pytest.approx((found.y_score[0] + found.y_score[1]) / 2)
    assert found.seconds > 0


def test_recipes_have_names(few, monkeypatch):
    asked = []
    monkeypatch.setattr(validation, "get_recipe", lambda name: asked.append(name) or NETWORK)
    assert cross_validate(few, "default", folds=Folds(2, 1)).y_score.shape == (1, 120)
    assert asked == ["default"]


# progress


def test_progress_is_told_fold_by_fold(few):
    shares = []
    cross_validate(few, CONSTANT, folds=Folds(4, 2), on_share=shares.append)
    assert shares == [place / 8 for place in range(1, 9)]


def test_progress_of_the_network_ends_with_all(few):
    shares = []
    cross_validate(few, NETWORK, folds=Folds(3, 1), on_share=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_what_the_progress_raises_ends_the_work(few, monkeypatch):
    made = []
    monkeypatch.setattr(
        validation,
        "OTHERS",
        {CONSTANT: lambda frame, seed: made.append(seed) or OTHERS[CONSTANT](frame, seed)},
    )

    def stop(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cross_validate(few, CONSTANT, folds=Folds(5, 2), on_share=stop)
    assert made == [0]
    with pytest.raises(KeyboardInterrupt):
        cross_validate(few, NETWORK, folds=Folds(3, 1), on_share=stop)


def test_leaderboard_run_tells_each_model_from_0_to_1(few):
    told = []
    models = ["logistic regression", CONSTANT]
    found = run_leaderboard(
        few, folds=Folds(2, 1), models=models, on_model=lambda *news: told.append(news)
    )
    assert list(found) == models
    assert told == [(model, share) for model in models for share in (0, 0.5, 1)]
    assert np.array_equal(*(result.fold for result in found.values()))


# figures


def test_figures_are_scikit_learns():
    made = predictions(4, noise=0.5)
    y_true, y_score = made.y_true, made.y_score[0]
    assert score_all(y_true, y_score) == pytest.approx(
        {
            "roc_auc": roc_auc_score(y_true, y_score),
            "average_precision": average_precision_score(y_true, y_score),
            "log_loss": log_loss(y_true, y_score),
            "brier": brier_score_loss(y_true, y_score),
            "accuracy": accuracy_score(y_true, y_score >= 0.5),
        }
    )
    assert (
        score_all(np.array([0, 1]), np.array([0.4, 0.5]))["accuracy"] == 1
    )  # disease is decided at 0.5 and above


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


def test_interval_is_nadeau_and_bengios_corrected_one():
    values = [0.81, 0.79, 0.84, 0.90, 0.77, 0.83, 0.85, 0.80, 0.88, 0.79]
    # J = 10 values of 5-fold cross-validation: each test part is a quarter of its training part
    expected = STUDENT_9 * ((1 / 10 + 1 / 4) * variance(values)) ** 0.5
    assert corrected_half_width(np.array(values), n_splits=5) == pytest.approx(expected)
    assert expected == pytest.approx(
        2.262157 * (0.35 * 0.00176) ** 0.5, abs=1e-6
    )  # squares add up to 0.01584


def test_interval_does_not_shrink_to_nothing_with_many_repeats():
    values = np.tile([0.7, 0.8, 0.9], 1000)
    assert (
        corrected_half_width(values, n_splits=3) > 1.96 * values.std() * 0.7
    )  # the root of 1 / (3 - 1)


# the leaderboard


def test_models_are_in_order_of_their_log_loss(results):
    entries = leaderboard(results)
    assert [entry.model for entry in entries] == ["sharp", "vague", "poor"]
    assert [entry.seconds for entry in entries] == [2, 1, 3]


def test_best_model_is_nothing_behind_without_any_doubt(results):
    for name in LEADERBOARD:
        assert leaderboard(results)[0].behind[name] == (0, 0, 0)


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


def test_figures_lie_in_their_intervals_and_are_the_pooled_ones(results):
    for entry in leaderboard(results):
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
def test_how_far_behind_is_the_mean_difference_of_the_folds(results, name, sign):
    best = fold_figures(results["sharp"])[name]
    for entry in leaderboard(results)[1:]:
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
    (entry,) = leaderboard({CONSTANT: cross_validate(cleveland, CONSTANT, folds=Folds(10, 5))})
    _, low, high = entry.figures["roc_auc"]
    assert low <= 0.5 <= high
