"""The models that the network is compared with: what they take, and that they learn from the rows
they are given only.
"""

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from heart.data import load_shipped
from heart.errors import SplitError
from heart.evaluation.out_of_fold import OutOfFold
from heart.experiments import baselines
from heart.experiments.baselines import OTHERS
from heart.experiments.tabular import Tabular
from heart.experiments.tuning import count_fits, describe_choice, find_untuned, write_untuned

pytestmark = pytest.mark.usefixtures("quick_tuning")

STRAIGHT = ["logistic regression", "random forest", "extra trees", "SVM"]
PIPELINES = [*STRAIGHT, "logistic regression with splines"]
SEEDED = ["random forest", "extra trees"]
TUNED = [name for name in OTHERS if name != "class share alone"]


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
    return OTHERS[name](features, y_true, seed).fit(features, y_true)


@pytest.fixture(scope="module")
def fitted(va, halves, quick_tuning):  # noqa: ARG001  before the first test
    """Each model, fitted on every second patient."""
    train, _ = halves
    return {name: fit(name, va.features.iloc[train], va.y_true[train]) for name in OTHERS}


def columns_of(model):
    """The features that a fitted model reads."""
    return set(model[0].func.__self__.names)


def transformers_of(model):
    """What the best setting's columns were made by: of numbers, flags and categories."""
    return [entry[1] for entry in model[1].best_estimator_[0].transformers_]


def probabilities(model, features):
    return model.predict_proba(features)[:, 1]


def test_names_are_the_documented_ones():
    assert list(OTHERS) == [
        "logistic regression",
        "logistic regression with splines",
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


@pytest.mark.parametrize("name", TUNED)
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
    numbers, _, categories = transformers_of(fitted[name])
    assert isinstance(categories, OneHotEncoder)
    known = rows["chol"].astype(float)
    filled = known.fillna(known.median())
    chol = Tabular(rows).names.index("chol")
    assert numbers[0].statistics_[chol] == known.median()
    if name in STRAIGHT:
        assert isinstance(numbers[-1], StandardScaler)
        assert numbers[-1].mean_[chol] == pytest.approx(filled.mean())
        assert numbers[-1].scale_[chol] == pytest.approx(filled.std(ddof=0))
    else:
        knots = numbers[-1].bsplines_[chol].t[3:-3]  # without those beyond the ends
        assert knots == pytest.approx(np.linspace(filled.min(), filled.max(), 4))


@pytest.mark.parametrize("name", PIPELINES)
def test_missing_numbers_raise_a_flag_of_their_own(va, halves, fitted, name):
    rows = va.features.iloc[halves[0]]
    numbers = [feature.name for feature in Tabular(rows).numbers]
    with_gaps = [column for column in numbers if rows[column].isna().any()]
    assert with_gaps
    flags = transformers_of(fitted[name])[1]
    assert [numbers[place] for place in flags.features_] == with_gaps


def test_boosting_reads_codes_as_categories_and_gaps_as_they_are(va, halves, fitted):
    table = Tabular(va.features.iloc[halves[0]], as_schema=True)
    assert len(set(table.names)) == len(table.names)
    assert fitted["gradient boosting"][1].best_estimator_.is_categorical_.tolist() == (
        table.is_category
    )
    read = table.to_array(va.features)
    for place, feature in enumerate((*table.numbers, *table.categories)):
        values, column = va.features[feature.name], read[:, place]
        assert np.array_equal(np.isnan(column), values.isna())
        known = column[~np.isnan(column)]
        codes = [code for code, _ in feature.codes] if table.is_category[place] else []
        expected = values.dropna().map(codes.index) if codes else values.dropna()
        assert known.tolist() == expected.tolist()


# the tuning


@pytest.mark.parametrize("name", TUNED)
def test_whole_models_are_tuned_by_log_loss_in_shuffled_stratified_folds(cleveland, name):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(baselines, "INNER_FOLDS", 5)
        search = OTHERS[name](cleveland.features, cleveland.y_true, 7)[1]
    assert search.scoring == "neg_log_loss"
    assert isinstance(search.cv, StratifiedKFold)
    assert (search.cv.n_splits, search.cv.shuffle, search.cv.random_state) == (5, True, 7)
    # gaps are filled, and scales learnt, in the inner folds too; the trees of boosting need neither
    is_whole = isinstance(search.estimator, Pipeline)
    assert is_whole == (name != "gradient boosting")


def test_setting_with_the_least_loss_in_the_inner_folds_is_chosen(cleveland, fitted):
    rows, y_true = cleveland.features, cleveland.y_true
    model = fit("logistic regression", rows, y_true, seed=3)
    table = Tabular(rows)
    read, losses = table.to_array(rows), {}
    for c in (0.03, 0.1):
        folds = StratifiedKFold(2, shuffle=True, random_state=3).split(read, y_true)
        losses[c] = 0.0
        for train, test in folds:
            columns = table.columns().fit(read[train])
            plain = LogisticRegression(C=c).fit(columns.transform(read[train]), y_true[train])
            p = plain.predict_proba(columns.transform(read[test]))
            losses[c] += log_loss(y_true[test], p) / 2
    found = model[1].cv_results_["mean_test_score"]
    assert found == pytest.approx([-loss for loss in losses.values()], abs=1e-4)
    assert describe_choice(model) == {"C": f"{min(losses, key=losses.get):g}"}
    assert count_fits(model) == 2 * 2 + 1
    assert (count_fits(fitted["class share alone"]), describe_choice(fitted["SVM"]).keys()) == (
        1,
        {"C", "width gamma"},
    )


def test_forest_that_was_chosen_grows_to_the_one_of_all_trees(va, halves, fitted):
    table = Tabular(va.features.iloc[halves[0]])
    read = table.to_array(va.features.iloc[halves[0]])
    search = fitted["random forest"][1]
    assert len(search.best_estimator_[-1].estimators_) == 30
    words = {name.rpartition("__")[2]: value for name, value in search.best_params_.items()}
    whole = make_pipeline(table.columns(), RandomForestClassifier(30, random_state=0, **words))
    whole.fit(read, va.y_true[halves[0]])
    assert np.array_equal(whole.predict_proba(read), search.predict_proba(read))


@pytest.mark.parametrize("name", ["logistic regression", "SVM"])
def test_three_patients_of_a_class_can_be_tuned_with_and_two_are_refused(cleveland, name):
    ill = np.flatnonzero(cleveland.y_true == 1)
    rows = np.concatenate([np.flatnonzero(cleveland.y_true == 0)[:60], ill[:3]])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(baselines, "INNER_FOLDS", 5)
        model = fit(name, cleveland.features.iloc[rows], cleveland.y_true[rows])
        assert not np.isnan(model[1].cv_results_["mean_test_score"]).any()
    with pytest.raises(SplitError, match="to tune a model with, but found 2 in one class"):
        fit(name, cleveland.features.iloc[rows[:-1]], cleveland.y_true[rows[:-1]])


def test_results_of_an_earlier_version_are_said_not_to_be_tuned():
    old = OutOfFold(np.array([0, 1]), np.array([[0.1, 0.9]]), np.array([[0, 1]]), 1.0)
    name = "logistic regression"
    for chosen, is_old in [("1", False), ("0.3", False), ("0.5", True)]:  # 0.5 is no longer tried
        new = old._replace(chosen=({"C": "1"}, {"C": chosen}))
        results = {"default": old, "SVM": old, name: new, "class share alone": old}
        assert find_untuned(results) == (["SVM", name] if is_old else ["SVM"])
    assert write_untuned(["SVM"]).startswith("Not tuned inside the folds as they are today: SVM.")
    assert write_untuned([]) == ""


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


@pytest.mark.parametrize("name", TUNED)
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
    table = Tabular(few)
    assert table.columns().fit_transform(table.to_array(few)).shape == (
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
