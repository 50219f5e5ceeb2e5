"""The lesson on missing values: what is hidden, what is filled in, and what that costs."""

import numpy as np
import pandas as pd
import pytest

from heart.data import load_shipped
from heart.lessons.calibration import loss_difference
from heart.lessons.exercises import EXERCISES, missing
from heart.lessons.missing import (
    COHORT,
    NAMES,
    WAYS,
    fill_in,
    hide,
    judge_elsewhere,
    judge_ways,
    network_settings,
    one_by_one,
    predict_ways,
    train_both,
)

FEATURES = load_shipped(COHORT).features
Y_TRUE = load_shipped(COHORT).y_true


@pytest.fixture(scope="module")
def trained():
    return train_both(0.5, random_state=0)


@pytest.fixture(scope="module")
def told(trained):
    """With nothing hidden, with two tests, with four features."""
    return predict_ways(trained, [(), ("ca", "thal"), ("ca", "thal", "cp", "oldpeak")])


def test_hidden_features_are_missing_and_nothing_else_changes():
    before = FEATURES.copy()
    hidden = hide(FEATURES, ["ca", "thal", "oldpeak"])
    assert hidden[["ca", "thal", "oldpeak"]].isna().all().all()
    pd.testing.assert_series_equal(hidden.dtypes, FEATURES.dtypes)
    rest = [name for name in NAMES if name not in ("ca", "thal", "oldpeak")]
    pd.testing.assert_frame_equal(hidden[rest], FEATURES[rest])
    pd.testing.assert_frame_equal(FEATURES, before)


def test_filled_in_are_the_train_patients_mean_and_most_frequent_code():
    train = FEATURES.iloc[:200]
    filled = fill_in(hide(FEATURES.iloc[200:], ["age", "ca"]), train)
    assert filled["age"].unique() == pytest.approx([train["age"].mean()])
    assert filled["ca"].unique().tolist() == [train["ca"].value_counts().idxmax()]
    known = FEATURES.iloc[200:]["thal"].notna()
    pd.testing.assert_series_equal(filled["thal"][known], FEATURES.iloc[200:]["thal"][known])
    assert not filled.isna().any().any()


def test_networks_differ_in_masking_alone():
    masked, plain = (network_settings(rate, random_state=3).as_dict() for rate in (0.3, 0.0))
    assert {name for name in masked if masked[name] != plain[name]} == {"masking"}


def test_patient_is_predicted_by_networks_that_did_not_see_the_patient(trained, told):
    train, test = trained.splits[0]
    assert not set(train) & set(test)
    hidden = hide(FEATURES.iloc[test], ["ca", "thal"])
    np.testing.assert_allclose(told[1]["masked"][test], trained.masked[0](hidden), atol=1e-6)
    filled = fill_in(hidden, FEATURES.iloc[train])
    np.testing.assert_allclose(told[1]["filled"][test], trained.plain[0](filled), atol=1e-6)


def test_hiding_costs_less_with_masking(told):
    two, four = (judge_ways(Y_TRUE, each) for each in told[1:])
    assert two["filled"].difference.low > 0
    assert two["filled"].expected < two["filled"].observed - 0.1  # two tests “came back normal”
    assert abs(two["masked"].expected - two["masked"].observed) < 0.04
    assert two["filled"].roc_auc == pytest.approx(two["masked"].roc_auc, abs=0.02)
    assert four["plain"].difference.low > 0
    assert two["masked"].difference == (0, 0, 0)


def test_difference_is_of_the_mean_losses_and_turns_round(told):
    way, other = told[2]["plain"], told[2]["masked"]
    value, low, high = loss_difference(Y_TRUE, way, other)
    judged = judge_ways(Y_TRUE, told[2])
    assert value == pytest.approx(judged["plain"].log_loss - judged["masked"].log_loss)
    assert loss_difference(Y_TRUE, other, way) == pytest.approx((-value, -high, -low))


def test_each_feature_by_itself_and_the_exercise_follows(trained, monkeypatch):
    table = one_by_one(trained)
    assert table["name"].tolist() == [name for name in NAMES for _ in WAYS]
    costs = table.pivot_table(index="feature", columns="way", values="log_loss")
    assert costs["masked"].max() < costs["plain"].max()
    monkeypatch.setattr(missing, "table", lambda: costs)
    options = EXERCISES["missing"].kind.options
    rights = [each for each in options if EXERCISES["missing"].check(each).right]
    assert rights == [costs["plain"].idxmax()]


def test_other_hospitals_miss_what_they_miss(trained):
    judged = judge_elsewhere(trained)
    assert [each.hospital for each in judged] == ["hungary", "switzerland", "va_long_beach"]
    hungary = load_shipped("hungary").features
    assert judged[0].missing == pytest.approx(hungary.isna().sum().sum() / hungary.size)
    assert judged[0].patients == len(hungary)
    assert judged[0].ways["plain"].difference.value > 0
