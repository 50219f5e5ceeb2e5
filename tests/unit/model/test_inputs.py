"""What the estimator is given: whole patients, plain numbers, or a refusal; never half of it."""

import warnings

import narwhals as nw
import numpy as np
import pyarrow as pa
import pytest
from sklearn.base import clone
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from heart.errors import CohortError, PatientError, SettingsError
from heart.model.classifier import HeartClassifier
from heart.model.inputs import _check_names, read_training
from heart.model.parameters import check_fraction
from heart.model.preprocessing import Encoded, HeartPreprocessor
from heart.schema import FEATURE_NAMES

QUICK = {"members": 2, "hidden": (8,), "max_epochs": 3, "device": "cpu"}

SAME_PATIENTS = {
    "upper case": lambda X: X.rename(columns=str.upper),
    "objects": lambda X: X.astype(object),
    "text": lambda X: X.astype("str"),
    "another order": lambda X: X[X.columns[::-1]],
    "pyarrow": lambda X: pa.Table.from_pandas(X, preserve_index=False),
    "narwhals": nw.from_native,
    "polars": lambda X: pytest.importorskip("polars").from_pandas(X),
    "lazy polars": lambda X: pytest.importorskip("polars").from_pandas(X).lazy(),
}


@pytest.fixture(scope="module")
def fitted(data):
    return HeartClassifier(**QUICK).fit(*data)


@pytest.mark.parametrize("form", SAME_PATIENTS)
def test_same_patients_in_another_form_give_the_same_model(data, fitted, form):
    X = SAME_PATIENTS[form](data[0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        other = HeartClassifier(**QUICK).fit(X, data[1])
        assert np.array_equal(other.predict_proba(X), fitted.predict_proba(data[0]))
        assert np.array_equal(fitted.predict_proba(X), fitted.predict_proba(data[0]))
    assert other.feature_names_in_.tolist() == list(FEATURE_NAMES)


RENAMED = {"cp": "ChestPainType", "thal": "thallium", "chol": "cholesterol", "exang": "angina"}
HALF_SCHEMA = {
    "other spellings": lambda X: X.rename(columns=RENAMED),
    "one name of the schema": lambda X: X.add_prefix("x_").assign(age=X["age"]),
    "all in other spellings": lambda X: X[list(RENAMED)[:3]].rename(columns=RENAMED),
    "another table": lambda X: X[["age", "sex"]].assign(bmi=25.0, smoker=1),
}


@pytest.mark.parametrize("form", HALF_SCHEMA)
def test_frame_that_is_half_schema_is_refused(data, form):
    with pytest.raises(CohortError, match=r"names|nothing but features") as caught:
        HeartClassifier(**QUICK).fit(HALF_SCHEMA[form](data[0]), data[1])
    assert "to_numpy" in caught.value.action


def test_refusal_names_what_to_rename(data):
    with pytest.raises(CohortError, match=r"'ChestPainType' is cp.*'thallium' is thal"):
        read_training(HALF_SCHEMA["other spellings"](data[0]))
    two = data[0][list(RENAMED)[:2]].rename(columns=RENAMED)  # may be chance
    assert read_training(two)[1] == ()
    ten = ", ".join(repr(f"x_{name}") for name in FEATURE_NAMES[:10])
    with pytest.raises(CohortError, match=rf"only age beside {ten}\. Name"):
        read_training(HALF_SCHEMA["one name of the schema"](data[0]))


def test_what_is_left_out_is_said_and_not_counted(data, fitted):
    X = data[0].assign(num=data[1], note="x")
    with pytest.warns(UserWarning, match="leaves out num, note") as warned:
        other = HeartClassifier(**QUICK).fit(X, data[1])
    assert [entry.filename for entry in warned] == [__file__]
    assert other.n_features_in_ == 13
    assert np.array_equal(other.predict_proba(X), fitted.predict_proba(data[0]))


PLAIN = {
    "array": lambda X: X.to_numpy(),
    "imputer": lambda X: SimpleImputer().fit_transform(X),
    "frame with other names": lambda X: X.set_axis([f"x{i}" for i in range(13)], axis=1),
}


@pytest.mark.parametrize("form", PLAIN)
def test_thirteen_plain_columns_are_warned_about(data, form):
    X = data[0].assign(thal=data[0]["thal"].map({"normal": 3, "fixed": 6, "reversible": 7}))
    with pytest.warns(UserWarning, match="reads each as a plain number"):
        read_training(PLAIN[form](X.astype("float64")))


def test_warning_is_of_the_line_that_fits(data):
    X = data[0].drop(columns="thal").assign(thal=3).to_numpy(dtype=np.float64, na_value=0)
    with pytest.warns(UserWarning, match="got an array with 13 columns") as warned:
        HeartClassifier(**QUICK).fit(X, data[1])
    assert [entry.filename for entry in warned] == [__file__]


@pytest.mark.parametrize("shape", [(), (13,), (20, 12), (20, 14), (20, 13, 1)])
def test_other_shapes_than_thirteen_columns_are_not_warned_about(shape):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read_training(np.zeros(shape))[1] == ()


def test_imputer_that_keeps_the_names_keeps_the_categories(data):
    X = data[0].astype(object).where(data[0].notna(), np.nan)
    imputer = SimpleImputer(strategy="most_frequent").set_output(transform="pandas")
    pipeline = make_pipeline(imputer, HeartClassifier(**QUICK)).fit(X, data[1])
    assert len(pipeline[-1].preprocessor_.categories) == 8
    assert pipeline.predict_proba(X).shape == (303, 2)


@pytest.mark.parametrize("method", ["fit", "predict_proba", "predict", "predict_members"])
@pytest.mark.parametrize(("name", "value"), [("age", 9999), ("cp", 0), ("thal", 3), ("sex", "?")])
def test_impossible_values_are_named_with_row_and_column(data, fitted, method, name, value):
    X = data[0].astype({name: object})
    X.loc[5, name] = value
    estimator = fitted if method != "fit" else clone(fitted)
    with pytest.raises(PatientError, match=f"in row 5, column {name}"):
        getattr(estimator, method)(X, *([data[1]] if method == "fit" else []))


@pytest.mark.parametrize("as_given", [lambda X: X.to_numpy(), lambda X: X.to_numpy().tolist()])
def test_estimator_of_patients_wants_patients(data, fitted, as_given):
    with pytest.raises(PatientError, match="a dataframe"):
        fitted.predict(as_given(data[0]))


def test_estimator_of_plain_numbers_reads_a_frame_as_numbers(data):
    X = data[0][["age", "chol", "cp"]].astype("float64")
    plain = HeartClassifier(**QUICK).fit(X.to_numpy(), data[1])
    with pytest.warns(UserWarning, match="fitted without feature names"):
        assert np.array_equal(plain.predict_proba(X), plain.predict_proba(X.to_numpy()))


WRONG = {
    "recipe": [5, None, "other", ["default"]],
    "hidden": ["64", 64, (64.0,), ("64",), {64}, np.ones((2, 2)), (0,)],
    "linear_path": ["yes", 2],
    "categories": [["codes"], "words", np.array(["codes", "x"])],
    "members": ["2", 2.5, 0, True],
    "dropout": ["0.1", float("nan"), 1 + 0j, [0.1]],
    "lr": ["0.1", -1],
    "patience": [1.5],
    "time_limit": ["fast"],
    "validation_fraction": ["0.2", 1.5, -0.1, float("nan"), None, True],
    "random_state": ["x", 1.5, -1, np.random.default_rng(0), True],
    "device": [0, "tpu", ["cpu"]],
}


@pytest.mark.parametrize(
    ("name", "value"),
    [(name, value) for name, values in WRONG.items() for value in values],
    ids=str,
)
def test_setting_of_a_wrong_type_is_a_clear_error(data, name, value):
    classifier = HeartClassifier(**QUICK | {name: value})
    with pytest.raises(SettingsError, match="a recipe" if name == "recipe" else name) as caught:
        classifier.fit(*data)
    assert len(str(caught.value)) < 300


def test_share_that_is_held_out_goes_from_none_to_nine_tenths():
    assert [check_fraction(share) for share in (0, np.float64(0.9))] == [0.0, 0.9]
    for share in (np.nextafter(0.9, 1), -1e-300):
        with pytest.raises(SettingsError, match=r"from 0 to 0\.9"):
            check_fraction(share)


@pytest.mark.parametrize("flags", [True, False])
def test_preprocessor_names_its_columns(data, flags):
    preprocessor = HeartPreprocessor(missing_flags=flags)
    frame = preprocessor.set_output(transform="pandas").fit_transform(data[0])
    encoded = preprocessor.encode(data[0])
    assert frame.columns.tolist() == preprocessor.get_feature_names_out().tolist()
    assert frame.index.equals(data[0].index)
    assert np.array_equal(frame.iloc[:, : encoded.numeric.shape[1]], encoded.numeric)
    assert np.array_equal(frame[[f.name for f in preprocessor.categories]], encoded.codes)
    assert ("chol_missing" in frame.columns) is flags
    assert preprocessor.get_feature_names_out().dtype == object  # as scikit-learn's own


def test_preprocessor_gives_frames_of_polars_where_they_are_wanted(data):
    polars = pytest.importorskip("polars")
    preprocessor = HeartPreprocessor().fit(data[0])
    frame = preprocessor.set_output(transform="pandas").transform(data[0])
    of_polars = preprocessor.set_output(transform="polars").transform(data[0])
    assert isinstance(of_polars, polars.DataFrame)
    assert of_polars.columns == frame.columns.tolist()
    assert np.array_equal(of_polars.to_numpy(), frame)


def test_preprocessor_serves_other_models_in_a_pipeline(data):
    pipeline = make_pipeline(HeartPreprocessor(), LogisticRegression(max_iter=500))
    pipeline.set_output(transform="pandas").fit(*data)
    assert pipeline.score(*data) > 0.8
    assert pipeline[:-1].get_feature_names_out().tolist() == pipeline[-1].feature_names_in_.tolist()
    assert clone(pipeline).fit(*data).score(*data) == pipeline.score(*data)


def test_preprocessors_output_is_encoded_unless_it_is_set(data):
    preprocessor = HeartPreprocessor().fit(data[0])
    assert isinstance(preprocessor.transform(data[0]), Encoded)
    preprocessor.set_output(transform="pandas").set_output(transform="default")
    assert isinstance(preprocessor.transform(data[0]), Encoded)
    with pytest.raises(SettingsError, match="default, pandas, polars"):
        preprocessor.set_output(transform="xarray")


def test_preprocessor_of_a_bundle_may_be_set_without_harm(bundle, data):
    before = bundle.predict_proba(data[0])
    bundle.preprocessor.set_output(transform="pandas")
    try:
        assert np.array_equal(bundle.predict_proba(data[0]), before)
    finally:
        bundle.preprocessor.set_output(transform="default")


@pytest.mark.parametrize("method", ["fit", "transform", "encode"])
def test_preprocessor_names_the_columns_that_are_not_there(data, method):
    preprocessor = HeartPreprocessor().fit(data[0])
    with pytest.raises(PatientError, match="none for chol, thal among 'age', 'sex'"):
        getattr(preprocessor, method)(data[0].drop(columns=["chol", "thal"]))


@pytest.mark.parametrize(("n", "is_enough"), [(7, False), (8, True)])
def test_frame_with_other_columns_needs_eight_features(n, is_enough):
    columns = {name: name for name in FEATURE_NAMES[:n]}
    if is_enough:
        _check_names(columns, ["note"])
    else:
        with pytest.raises(CohortError, match=r"only age, .* beside .note."):
            _check_names(columns, ["note"])
