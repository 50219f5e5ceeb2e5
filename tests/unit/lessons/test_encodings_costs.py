"""What codes cost a model on Cleveland, cross-validated."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score

from heart.errors import SettingsError
from heart.experiments.cross_validation import Folds, cross_validate
from heart.experiments.leaderboard import fold_figures
from heart.lessons.encodings import (
    CATEGORIES,
)
from heart.lessons.encodings_costs import (
    NETWORKS,
    FoldScores,
    columns_of,
    compare_networks,
    compare_scores,
    score_logistic,
    score_network,
)
from heart.model.preprocessing import HeartPreprocessor


def test_columns_hold_one_number_or_one_column_a_code(cleveland):
    preprocessor = HeartPreprocessor().fit(cleveland.features)
    encoded, sizes = preprocessor.transform(cleveland.features), tuple(preprocessor.cardinalities)
    assert columns_of(encoded, sizes, frozenset(CATEGORIES)).shape == (303, 12 + 7)
    one_hot = columns_of(encoded, sizes, frozenset())
    assert one_hot.shape == (303, 12 + sum(sizes))
    assert (one_hot[:, 12:].sum(axis=1) == 7).all()
    place = 12 + sum(sizes[: CATEGORIES.index("thal")])
    mixed = columns_of(encoded, sizes, frozenset(["thal"]))
    assert np.array_equal(mixed[:, place], encoded.codes[:, CATEGORIES.index("thal")])


def test_logistic_scores_are_those_of_a_plain_loop(cleveland):
    X, y_true = cleveland.features, cleveland.y_true
    expected = []
    for train, test in Folds(10, 1, 4).split(X, y_true):
        preprocessor = HeartPreprocessor().fit(X.iloc[train])
        fit_on, judge_on = (preprocessor.transform(X.iloc[rows]) for rows in (train, test))
        model = LogisticRegression(max_iter=5000, tol=1e-8).fit(np.hstack(fit_on), y_true[train])
        scores = model.predict_proba(np.hstack(judge_on))[:, 1]
        expected.append((roc_auc_score(y_true[test], scores), log_loss(y_true[test], scores)))
    found = score_logistic(frozenset(CATEGORIES), 1, 4)
    np.testing.assert_allclose(np.stack(found, axis=1), expected, atol=1e-3)


def test_codes_cost_a_logistic_regression_something():
    found = compare_scores(
        score_logistic(frozenset(), 3, 0), score_logistic(frozenset(CATEGORIES), 3, 0)
    )
    assert 0.005 < found.roc_auc.value < 0.05
    assert 0.01 < found.log_loss.value < 0.08


def test_yes_or_no_categories_cost_hardly_anything():
    found = compare_scores(
        score_logistic(frozenset(), 3, 0), score_logistic(frozenset(["sex", "fbs", "exang"]), 3, 0)
    )
    assert abs(found.roc_auc.value) < 0.004
    assert abs(found.log_loss.value) < 0.004


def test_cost_is_positive_where_codes_are_worse_and_paired():
    free = FoldScores(np.array([0.9, 0.8] * 5), np.array([0.4, 0.5] * 5))
    found = compare_scores(free, FoldScores(free.roc_auc - 0.1, free.log_loss + 0.2))
    assert found.roc_auc == pytest.approx((0.1, 0.1, 0.1))
    assert found.log_loss == pytest.approx((0.2, 0.2, 0.2))
    assert found.better == pytest.approx((0.85, 0.45))
    assert found.worse == pytest.approx((0.75, 0.65))


def test_network_scores_are_those_of_the_projects_cross_validation(cleveland, small):
    expected = fold_figures(
        cross_validate(cleveland, small, folds=Folds(10, 1, small.random_state))
    )
    found = score_network(small, 1)
    np.testing.assert_allclose(found.roc_auc, expected["roc_auc"])
    np.testing.assert_allclose(found.log_loss, expected["log_loss"])


def test_codes_cost_the_network_something_and_progress_is_told():
    shares = []
    found = compare_networks(
        "default, without masking", members=1, n_repeats=1, random_state=0, on_share=shares.append
    )
    assert found.roc_auc.value > 0.005
    assert found.log_loss.value > 0.01
    assert shares[-1] == pytest.approx(1)
    assert (np.diff(shares) >= 0).all()


def test_recipes_differ_in_nothing_but_what_is_compared():
    assert {settings.categories for settings in NETWORKS.values()} == {"embedding"}
    with pytest.raises(SettingsError, match="a recipe among"):
        compare_networks("x", members=1, n_repeats=1, random_state=0)
    with pytest.raises(SettingsError, match="categories among"):
        score_logistic(frozenset(["age"]), 1, 0)
