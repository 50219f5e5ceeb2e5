"""Scaling, encoding, and what is unknown."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.preprocessing import LabelEncoder, StandardScaler

from heart.data import load_shipped
from heart.model.gaps import PROBLEMS
from heart.model.preprocessing import HeartPreprocessor
from heart.schema import FEATURES, feature

NUMBERS = ["age", "trestbps", "chol", "thalach", "oldpeak", "slope"]
CATEGORIES = ["sex", "cp", "fbs", "restecg", "exang", "ca", "thal"]


@pytest.fixture(scope="module")
def features(cleveland):
    return cleveland.features


@pytest.fixture(scope="module")
def fitted(features):
    return HeartPreprocessor().fit(features)


def problems_of(fitted, frame):
    """Row, feature and problem of everything that `find_problems` finds."""
    found = fitted.find_problems(frame)
    return [
        (int(row), FEATURES[column].name, PROBLEMS[found[row, column]])
        for row, column in zip(*np.nonzero(found), strict=True)
    ]


def changed(features, name, value):
    """The first patient with one value changed."""
    return features.head(1).assign(
        **{name: pd.Series([value], index=features.index[:1], dtype=features[name].dtype)}
    )


def test_numbers_are_standardised_as_scikit_learn_does(features, fitted):
    expected = StandardScaler().fit_transform(features[NUMBERS])
    assert fitted.transform(features).numeric[:, :6] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("name", CATEGORIES)
def test_categories_are_encoded_as_scikit_learn_does(features, fitted, name):
    known = features[name].notna().to_numpy()
    expected = LabelEncoder().fit_transform(features.loc[known, name].to_list())
    assert np.array_equal(fitted.transform(features).codes[known, CATEGORIES.index(name)], expected)


def test_arrays_have_the_documented_types_and_shapes(features, fitted):
    numeric, codes = fitted.transform(features)
    assert (numeric.dtype, numeric.shape) == (np.float32, (303, 12))
    assert (codes.dtype, codes.shape) == (np.int64, (303, 7))
    assert HeartPreprocessor(missing_flags=False).fit(features).transform(
        features
    ).numeric.shape == (303, 6)


def test_cardinality_is_the_classes_and_one_for_unknown(fitted):
    assert fitted.cardinalities == [3, 5, 3, 4, 3, 5, 4]


@pytest.mark.parametrize("name", CATEGORIES)
def test_missing_category_gets_its_own_code(features, fitted, name):
    j = CATEGORIES.index(name)
    code = fitted.transform(changed(features, name, None)).codes[0, j]
    assert code == fitted.cardinalities[j] - 1


@pytest.mark.parametrize("name", CATEGORIES)
def test_unknown_category_gets_its_own_code_and_never_a_known_one(features, name):
    value = features[name].dropna().iloc[0]
    without = HeartPreprocessor().fit(features[(features[name] != value).fillna(value=True)])
    code = without.transform(changed(features, name, value)).codes[0, CATEGORIES.index(name)]
    assert code == len(without.encoders_[name].classes_)
    assert value not in without.encoders_[name].classes_


def test_missing_number_becomes_the_train_median_with_a_flag(features, fitted):
    numeric = fitted.transform(changed(features, "chol", np.nan)).numeric[0]
    median = features["chol"].median()
    assert numeric[2] == pytest.approx(
        (median - features["chol"].mean()) / features["chol"].std(ddof=0), abs=1e-6
    )
    assert numeric[6:].tolist() == [0, 0, 1, 0, 0, 0]


def test_missing_values_stay_out_of_mean_scale_and_median(hungary):
    fitted = HeartPreprocessor().fit(hungary.features)
    chol = hungary.features["chol"].dropna()
    assert len(chol) == 294 - 23
    assert (fitted.scaler_.mean_[2], fitted.scaler_.scale_[2]) == pytest.approx(
        (chol.mean(), chol.std(ddof=0))
    )
    assert fitted.median_[2] == chol.median()


def test_scaled_median_is_what_a_missing_number_becomes(features, fitted):
    nothing = features.head(1).assign(**dict.fromkeys(NUMBERS, np.nan))
    assert np.array_equal(fitted.transform(nothing).numeric[0, :6], fitted.scaled_median())


@pytest.mark.parametrize("missing_flags", [True, False])
def test_pieces_stand_between_numbers_and_flags(features, fitted, missing_flags):
    bent = HeartPreprocessor(missing_flags=missing_flags, pieces=3).fit(features)
    numeric = bent.transform(features).numeric
    flags = fitted.transform(features).numeric[:, 6:]
    assert fitted.n_numeric == fitted.transform(features).numeric.shape[1] == 12
    assert numeric.shape == (303, bent.n_numeric) == (303, 24 + 6 * missing_flags)
    assert np.array_equal(numeric[:, :6], fitted.transform(features).numeric[:, :6])
    assert np.array_equal(numeric[:, 24:], flags[:, : 6 * missing_flags])
    names = bent.get_feature_names_out().tolist()
    assert [names[i] for i in (0, 6, 12, 18, 23)] == [
        "age", "age_piece_1", "age_piece_2", "age_piece_3", "slope_piece_3",
    ]  # fmt: skip
    assert len(names) == bent.n_numeric + 7
    oldest = int(features["age"].argmax())
    assert numeric[oldest, [6, 12, 18]].tolist() == [1, 1, 1]


def test_missing_number_has_the_medians_pieces(features):
    bent = HeartPreprocessor(pieces=3).fit(features)
    nothing = features.head(1).assign(**dict.fromkeys(NUMBERS, np.nan))
    assert np.array_equal(bent.transform(nothing).numeric[0, 6:24], bent.median_pieces())
    # the median of age lies half-way between the quantiles of a third and of two thirds, nearly
    assert bent.median_pieces()[[0, 6, 12]] == pytest.approx([1, 4 / 7, 0], abs=0.2)


def test_training_range_is_least_and_greatest(features, fitted):
    assert np.array_equal(
        fitted.training_range_, [[features[n].min(), features[n].max()] for n in NUMBERS]
    )


def test_column_without_any_value_is_read_as_missing_ever_after():
    swiss = load_shipped("switzerland").features
    fitted = HeartPreprocessor().fit(swiss)
    numeric = fitted.transform(changed(swiss, "chol", 250.0)).numeric[0]
    assert np.isnan(fitted.training_range_[2]).all()
    assert (numeric[2], numeric[8]) == (0, 1)
    assert np.isfinite(fitted.transform(swiss).numeric).all()


def test_transform_does_not_depend_on_the_other_rows(features, fitted):
    whole, alone = fitted.transform(features), fitted.transform(features.iloc[[17]])
    assert np.array_equal(whole.numeric[17], alone.numeric[0])
    assert np.array_equal(whole.codes[17], alone.codes[0])


def test_columns_may_come_in_any_order_and_with_others(features, fitted):
    turned = features[features.columns[::-1]].assign(hospital="x")
    assert np.array_equal(fitted.transform(turned).numeric, fitted.transform(features).numeric)
    assert np.array_equal(fitted.transform(turned).codes, fitted.transform(features).codes)


def test_nothing_is_written_into_frames(features):
    before = features.copy()
    fitted = HeartPreprocessor().fit(features)
    fitted.transform(features)
    fitted.find_problems(features)
    pd.testing.assert_frame_equal(features, before)


def test_transform_before_fit_is_refused(features):
    with pytest.raises(NotFittedError):
        HeartPreprocessor().transform(features)


def test_clone_is_unfitted_with_the_same_settings(fitted):
    copy = clone(fitted.__class__(FEATURES[:3], missing_flags=False))
    assert copy.get_params() == {
        "features": FEATURES[:3],
        "missing_flags": False,
        "pieces": 1,
        "entries": None,
    }
    assert not hasattr(clone(fitted), "scaler_")


def test_numbers_alone_will_do(features):
    numeric, codes = (
        HeartPreprocessor((feature("age"), feature("chol")))
        .fit(features)
        .transform(features.head())
    )
    assert (numeric.shape, codes.shape) == ((5, 4), (5, 0))


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("age", np.nan, "missing"),
        ("age", 78.0, "above"),
        ("age", 28.0, "below"),
        ("oldpeak", -0.1, "below"),
        ("chol", 564.1, "above"),
        ("ca", None, "missing"),
        ("thal", None, "missing"),
        ("cp", 9, "unseen"),
        ("thal", "other", "unseen"),
    ],
)
def test_problems_say_what_the_model_knows_less_about(features, fitted, name, value, problem):
    assert problems_of(fitted, changed(features, name, value)) == [(0, name, problem)]


def test_problems_of_the_train_part_are_its_gaps_only(features, fitted):
    found = problems_of(fitted, features)
    assert {problem for _, _, problem in found} == {"missing"}
    assert Counter(name for _, name, _ in found) == {"ca": 4, "thal": 2}
    assert features.iloc[[row for row, _, _ in found]].isna().any(axis=1).all()


def test_values_of_an_empty_column_are_unseen():
    swiss = load_shipped("switzerland").features
    assert (0, "chol", "unseen") in problems_of(
        HeartPreprocessor().fit(swiss), changed(swiss, "chol", 250.0)
    )


# codes with an order


@pytest.fixture(scope="module")
def both(features):
    """`slope` as a category, `ca` as a category and a number."""
    entries = {"slope": "category", "ca": "both"}
    return HeartPreprocessor(pieces=2, entries=entries).fit(features)


def test_code_enters_as_a_category_a_number_or_both(features, both):
    assert [f.name for f in both.numbers] == [*NUMBERS[:5], "ca"]
    assert [f.name for f in both.categories] == [*CATEGORIES[:5], "slope", "ca", "thal"]
    encoded = both.transform(features)
    names = both.get_feature_names_out().tolist()
    assert len(names) == both.n_numeric + 8 == encoded.numeric.shape[1] + encoded.codes.shape[1]
    known = features["ca"].notna().to_numpy()
    ca = features.loc[known, ["ca"]].to_numpy(dtype=float)
    expected = StandardScaler().fit_transform(ca)[:, 0]
    assert encoded.numeric[known, names.index("ca")] == pytest.approx(expected, abs=1e-6)
    for name in ("ca", "slope"):
        classes = both.encoders_[name].classes_
        codes = encoded.codes[known, [f.name for f in both.categories].index(name)]
        assert classes[codes].tolist() == features.loc[known, name].astype(int).tolist()


@pytest.mark.parametrize("value", [None, 9])
def test_number_is_as_unknown_as_its_category(features, both, value):
    row = both.transform(changed(features, "ca", value))
    names = both.get_feature_names_out().tolist()
    at = [f.name for f in both.numbers].index("ca")
    assert row.codes[0, 6] == len(both.encoders_["ca"].classes_)
    assert row.numeric[0, at] == both.scaled_median()[at]
    pieces = [names.index(f"ca_piece_{piece}") for piece in (1, 2)]
    assert (
        row.numeric[0, pieces].tolist()
        == both.median_pieces()[[at, len(both.numbers) + at]].tolist()
    )


def test_number_that_is_a_category_has_no_flag_of_its_own(both):
    names = both.get_feature_names_out().tolist()
    assert [n for n in names if n.endswith("_missing")] == [f"{n}_missing" for n in NUMBERS[:5]]
    # which of the 6 numbers and 8 categories each number is known with: `ca` is the seventh of them
    assert both.known_with == [0, 1, 2, 3, 4, 6 + 6]


def test_code_has_no_range_of_training_unless_it_is_a_number_only(fitted, both, features):
    assert set(fitted.ranges) == set(NUMBERS)
    assert set(both.ranges) == set(NUMBERS[:5])
    assert problems_of(both, changed(features, "slope", np.nan)) == [(0, "slope", "missing")]
    without = HeartPreprocessor(entries=both.entries).fit(features.query("ca != 3 or ca.isna()"))
    assert problems_of(without, changed(features, "ca", 3)) == [(0, "ca", "unseen")]


def test_invented_extremes_have_the_number_of_their_code(both):
    extremes = both.extremes()
    at = [f.name for f in both.numbers].index("ca")
    by_code = dict(
        zip(extremes.codes[:, 6].tolist(), extremes.numeric[:, at].tolist(), strict=True)
    )
    assert sorted(by_code) == [0, 1, 2, 3, 4]
    assert by_code[4] == by_code[0] == both.scaled_median()[at]  # nobody's is the median, 0
    assert by_code[0] < by_code[1] < by_code[2] < by_code[3]


@pytest.mark.parametrize("flags", [True, False])
@pytest.mark.parametrize("trained_on", ["cleveland", "switzerland"])
@pytest.mark.parametrize("entries", [None, {"slope": "both", "ca": "both"}])
def test_one_patient_is_read_as_a_frame_of_one_row(trained_on, flags, entries):
    fitted = HeartPreprocessor(missing_flags=flags, entries=entries)
    fitted.fit(load_shipped(trained_on).features.iloc[:60])
    frame = load_shipped("cleveland+hungary+switzerland+va_long_beach").features
    together, problems = fitted.transform(frame), fitted.find_problems(frame)
    for row, values in enumerate(frame.astype(object).itertuples(index=False)):
        patient = {
            name: None if pd.isna(value) else value
            for name, value in zip(frame.columns, values, strict=True)
        }
        alone = fitted.transform_patient(patient)
        assert np.array_equal(alone.numeric[0], together.numeric[row])
        assert np.array_equal(alone.codes[0], together.codes[row])
        expected = {
            f.name: PROBLEMS[code] for f, code in zip(FEATURES, problems[row], strict=True) if code
        }
        assert fitted.find_patient_problems(patient) == expected


@pytest.mark.parametrize(("name", "value"), [("cp", 9), ("thal", "other"), ("sex", True)])
def test_category_of_one_patient_that_train_did_not_have_is_unseen(fitted, name, value):
    patient = dict.fromkeys(f.name for f in FEATURES) | {name: value}
    expected = {} if value is True else {name: "unseen"}  # True is 1, in a frame too
    assert {
        k: v for k, v in fitted.find_patient_problems(patient).items() if v != "missing"
    } == expected


def test_codes_in_a_column_of_objects_are_the_same_codes(features):
    plain = features
    objects = plain.astype(object).where(plain.notna(), None)
    preprocessor = HeartPreprocessor().fit(plain)
    np.testing.assert_array_equal(
        preprocessor.transform(objects).codes, preprocessor.transform(plain).codes
    )
    np.testing.assert_array_equal(
        HeartPreprocessor().fit(objects).transform(plain).codes, preprocessor.transform(plain).codes
    )


def test_true_and_false_are_one_and_zero(features):
    flags = features.assign(sex=features["sex"] == 1)
    preprocessor = HeartPreprocessor().fit(features)
    np.testing.assert_array_equal(
        preprocessor.transform(flags).codes, preprocessor.transform(features).codes
    )
