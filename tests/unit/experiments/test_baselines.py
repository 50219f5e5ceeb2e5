"""The models that the network is compared with: what they take, and that they learn from the rows
they are given only.
"""

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from heart.data import load_shipped
from heart.experiments.baselines import OTHERS, one_hot

PIPELINES = ["logistic regression", "random forest", "extra trees", "SVM"]
SEEDED = ["random forest", "extra trees"]


@pytest.fixture(scope="module")
def va():
    """Patients of whom much is missing: 102 slopes, 198 vessels, 166 scans, 53 to 57 of the
    measurements.
    """
    return load_shipped("va_long_beach")


@pytest.fixture(scope="module")
def halves(va):
    """Rows to train on and rows to predict."""
    return np.arange(0, va.n, 2), np.arange(1, va.n, 2)


def fit(name, features, y_true, seed=0):
    return OTHERS[name](features, seed).fit(features, y_true)


@pytest.fixture(scope="module")
def fitted(va, halves):
    """Each model, fitted on every second patient."""
    train, _ = halves
    return {name: fit(name, va.features.iloc[train], va.y_true[train]) for name in OTHERS}


def columns_of(model):
    """The features that a fitted model reads."""
    if hasattr(model, "preprocessor_"):
        return {feature.name for feature in model.preprocessor_.features}
    return {
        column
        for _, step, columns in model[0].transformers_
        for column in columns
        if step != "drop"
    }


def probabilities(model, features):
    return model.predict_proba(features)[:, 1]


def test_names_are_the_documented_ones():
    assert list(OTHERS) == [
        "logistic regression",
        "random forest",
        "extra trees",
        "gradient boosting",
        "SVM",
        "class share alone",
    ]


@pytest.mark.parametrize("name", list(OTHERS))
def test_patients_with_missing_values_get_probabilities(va, halves, fitted, name):
    p = probabilities(fitted[name], va.features.iloc[halves[1]])
    assert p.shape == (100,)
    assert ((p > 0) & (p < 1)).all()
    assert fitted[name].classes_.tolist() == [0, 1]


@pytest.mark.parametrize("name", list(OTHERS))
def test_nothing_known_of_a_patient_is_no_obstacle(va, fitted, name):
    nobody = va.features.iloc[:1].mask(np.ones((1, 13), dtype=bool))
    assert nobody.isna().all(axis=None)
    assert 0 < probabilities(fitted[name], nobody)[0] < 1


@pytest.mark.parametrize("name", [name for name in OTHERS if name != "class share alone"])
def test_model_knows_something(va, cleveland, name):
    model = fit(name, cleveland.features, cleveland.y_true)
    p = probabilities(model, va.features)
    assert p[va.y_true == 1].mean() > p[va.y_true == 0].mean() + 0.03


def test_class_share_alone_is_the_share_of_the_training_rows(va, halves, fitted):
    p = probabilities(fitted["class share alone"], va.features)
    assert p.tolist() == pytest.approx([va.y_true[halves[0]].mean()] * va.n)


@pytest.mark.parametrize("name", PIPELINES)
def test_transformers_are_fitted_on_the_training_rows_only(va, halves, fitted, name):
    rows = va.features.iloc[halves[0]]
    numbers, categories = (fitted[name][0].transformers_[place][1] for place in (0, 1))
    scaler, encoder = numbers[-1], categories[-1]
    assert isinstance(scaler, StandardScaler)
    assert isinstance(encoder, OneHotEncoder)
    known = rows["chol"].astype(float)
    filled = known.fillna(known.median())
    chol = list(fitted[name][0].transformers_[0][2]).index("chol")
    assert scaler.mean_[chol] == pytest.approx(filled.mean())
    assert scaler.scale_[chol] == pytest.approx(filled.std(ddof=0))
    assert numbers[1].statistics_[chol] == known.median()


@pytest.mark.parametrize("name", PIPELINES)
def test_missing_numbers_raise_a_flag_of_their_own(va, halves, fitted, name):
    step = fitted[name][0]
    rows = va.features.iloc[halves[0]]
    numbers = list(step.transformers_[0][2])
    with_gaps = [column for column in numbers if rows[column].isna().any()]
    assert with_gaps
    assert [
        numbers[place] for place in step.transformers_[0][1][1].indicator_.features_
    ] == with_gaps


def test_boosting_reads_the_training_rows_only(va, halves, fitted):
    rows = va.features.iloc[halves[0]]
    preprocessor = fitted["gradient boosting"].preprocessor_
    assert preprocessor.training_range_[0].tolist() == [rows["age"].min(), rows["age"].max()]
    assert preprocessor.encoders_["cp"].classes_.tolist() == sorted(rows["cp"].unique())


@pytest.mark.parametrize("name", list(OTHERS))
def test_prediction_does_not_depend_on_the_company(va, halves, fitted, name):
    rows = va.features.iloc[halves[1]]
    alone = np.concatenate([probabilities(fitted[name], rows.iloc[[place]]) for place in range(5)])
    assert probabilities(fitted[name], rows)[:5] == pytest.approx(alone)


@pytest.mark.parametrize("name", list(OTHERS))
def test_category_that_training_did_not_have_is_no_obstacle(cleveland, name):
    common = (cleveland.features["thal"] != "fixed").fillna(value=True) & (
        cleveland.features["cp"] != 1
    )
    rows = cleveland.features[common].iloc[:120]
    model = fit(name, rows, cleveland.y_true[common][:120])
    p = probabilities(model, cleveland.features[~common])
    assert len(p) > 20
    assert ((p > 0) & (p < 1)).all()


@pytest.mark.parametrize("name", [name for name in OTHERS if name != "class share alone"])
def test_column_without_a_value_in_training_is_left_out(cleveland, name):
    rows = (
        cleveland.features.iloc[:120]
        .assign(chol=np.nan, ca=pd.NA)
        .astype(cleveland.features.dtypes.to_dict())
    )
    model = fit(name, rows, cleveland.y_true[:120])
    assert set(cleveland.features.columns) - columns_of(model) == {"chol", "ca"}
    others = cleveland.features.iloc[120:]
    without = others.assign(chol=np.nan, ca=pd.NA).astype(cleveland.features.dtypes.to_dict())
    assert np.array_equal(probabilities(model, others), probabilities(model, without))


def test_frame_that_lacks_columns_is_taken_as_it_is(cleveland):
    few = cleveland.features[["age", "cp", "thal"]]
    assert one_hot(few).fit_transform(few).shape == (
        303,
        1 + 4 + 4,
    )  # age, four kinds of pain, three scans and none


@pytest.mark.parametrize("name", list(OTHERS))
def test_same_seed_same_model(va, halves, fitted, name):
    train, test = halves
    again = fit(name, va.features.iloc[train], va.y_true[train])
    assert np.array_equal(
        probabilities(again, va.features.iloc[test]),
        probabilities(fitted[name], va.features.iloc[test]),
    )


@pytest.mark.parametrize("name", SEEDED)
def test_another_seed_grows_other_trees(va, halves, fitted, name):
    train, test = halves
    other = fit(name, va.features.iloc[train], va.y_true[train], seed=1)
    assert not np.array_equal(
        probabilities(other, va.features.iloc[test]),
        probabilities(fitted[name], va.features.iloc[test]),
    )


@pytest.mark.parametrize("name", list(OTHERS))
def test_training_leaves_the_frame_alone(va, halves, name):
    rows = va.features.iloc[halves[0]].copy()
    before = rows.copy()
    fit(name, rows, va.y_true[halves[0]])
    pd.testing.assert_frame_equal(rows, before)
