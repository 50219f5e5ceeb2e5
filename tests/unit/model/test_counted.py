"""A preprocessor fitted on counts is the one that is fitted on the rows."""

import numpy as np
import pandas as pd
import pytest

from heart.config import get_recipe
from heart.errors import CohortError
from heart.model.counted import ColumnCounts, Counts, fit_counted
from heart.model.preprocessing import HeartPreprocessor


def counts_of(values):
    different, counts = np.unique(values, return_counts=True)
    return Counts(different, counts)


@pytest.mark.parametrize("values", [[3.0], [1.0, 4.0], [1.0, 1.0, 7.0], [2.0, 3.0, 3.0, 9.0]])
def test_quantiles_and_median_are_numpys(values):
    counts = counts_of(values)
    assert counts.median() == np.median(values)
    for share in (0.0, 0.1, 1 / 3, 0.5, 0.9, 1.0):
        assert counts.quantile(share) == np.quantile(values, share)


@pytest.mark.parametrize(
    "changes",
    [
        {"pieces": 4},
        {"pieces": 2},
        {"pieces": 1},
        {"slope_as": "both", "missing_flags": False},
    ],
    ids=str,
)
@pytest.mark.parametrize("size", [40, 1_000])
def test_counted_preprocessor_is_the_fitted_one(hungary, changes, size):
    settings = get_recipe("default", **changes)
    features = hungary.features.assign(chol=np.nan)  # nobody has been measured
    counts = ColumnCounts()
    for start in range(0, len(features), size):
        counts.add(features.iloc[start : start + size])
    counted = fit_counted(HeartPreprocessor.from_settings(settings), counts)
    fitted = HeartPreprocessor.from_settings(settings).fit(features)
    for name in ("median_", "training_range_", "knots_"):
        found, expected = getattr(counted, name), getattr(fitted, name)
        assert found.shape == expected.shape
        assert np.array_equal(found, expected, equal_nan=True), name
    for name in ("mean_", "var_", "scale_"):
        expected = getattr(fitted.scaler_, name)
        np.testing.assert_allclose(getattr(counted.scaler_, name), expected, rtol=1e-12)
    assert counted.scaler_.n_features_in_ == fitted.scaler_.n_features_in_
    seen = [1 if name == "chol" else features[name].count() for name in numbers_of(counted)]
    assert counted.scaler_.n_samples_seen_.tolist() == seen
    classes = {name: encoder.classes_.tolist() for name, encoder in fitted.encoders_.items()}
    assert {n: e.classes_.tolist() for n, e in counted.encoders_.items()} == classes
    np.testing.assert_allclose(
        counted.transform(features).numeric, fitted.transform(features).numeric, rtol=1e-6
    )


def numbers_of(preprocessor):
    return [f.name for f in preprocessor.numbers]


def test_values_are_counted_over_all_pieces(hungary):
    counts = ColumnCounts()
    for _ in range(2):
        counts.add(hungary.features)
    ages, n = np.unique(hungary.features["age"], return_counts=True)
    found = counts.of("age")
    assert (found.different.tolist(), found.counts.tolist()) == (ages.tolist(), (2 * n).tolist())
    assert found.counts.dtype == np.int64
    assert counts.classes("thal").tolist() == ["fixed", "normal", "reversible"]
    slopes = counts.classes("slope")
    assert (slopes.tolist(), slopes.dtype) == ([1, 2, 3], pd.Int8Dtype())
    nothing = ColumnCounts()
    assert (len(nothing.of("age").different), len(nothing.classes("thal"))) == (0, 0)


@pytest.mark.parametrize(("most", "is_refused"), [(3, False), (2, True)])
def test_column_of_too_many_values_is_refused(hungary, monkeypatch, most, is_refused):
    monkeypatch.setattr("heart.model.counted.MAX_DIFFERENT", most)
    few = hungary.features.head(3).assign(age=[50.0, 51.0, 52.0])
    counts = ColumnCounts()
    if is_refused:
        with pytest.raises(CohortError, match="at most 2 different values of age"):
            counts.add(few)
    else:
        counts.add(few)
