"""The error family."""

import pytest

from heart.errors import (
    BundleError,
    CohortError,
    HeartError,
    PatientError,
    SettingsError,
    SplitError,
    TrainingError,
)


def test_error_says_expected_found_and_what_to_do():
    error = CohortError("a table", "a picture", "Send a table.")
    assert str(error) == "Expected a table, but found a picture. Send a table."
    assert (error.expected, error.found, error.action) == ("a table", "a picture", "Send a table.")


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (CohortError, ValueError),
        (PatientError, ValueError),
        (SettingsError, ValueError),
        (SplitError, ValueError),
        (BundleError, ValueError),
        (TrainingError, RuntimeError),
    ],
)
def test_each_error_is_a_heart_error_and_a_builtin_one(kind, builtin):
    assert issubclass(kind, HeartError)
    assert issubclass(kind, builtin)


def test_patient_error_names_its_feature():
    assert PatientError("a", "b", "c", feature="chol").feature == "chol"


def test_unknown_setting_lists_the_known_ones():
    error = SettingsError.unknown("a rule", "luck", ("youden", "cost"))
    assert str(error) == "Expected a rule among youden, cost, but found 'luck'. Choose one of them."
