"""The error family."""

import pickle

import pytest

from heart.errors import (
    BundleError,
    CohortError,
    HeartError,
    PatientError,
    SettingsError,
    SplitError,
    TrainingError,
    show_controls,
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


def test_error_comes_from_another_process_as_it_was():
    error = PatientError("a", "b", "c", feature="chol", row=3)
    back = pickle.loads(pickle.dumps(error))
    assert (type(back), str(back), vars(back)) == (PatientError, str(error), vars(error))


def test_patient_error_names_its_feature():
    assert PatientError("a", "b", "c", feature="chol").feature == "chol"


def test_unknown_setting_lists_the_known_ones():
    error = SettingsError.unknown("a rule", "luck", ("youden", "cost"))
    assert str(error) == "Expected a rule among youden, cost, but found 'luck'. Choose one of them."


# what commands a terminal, forges a line, turns the direction, or is half a letter
INVISIBLE = [
    *map(chr, (*range(32), *range(0x7F, 0xA0), 0xAD, 0x200B, 0x200E, 0x2028, 0x2029)),
    *map(chr, (0x202E, 0x2066, 0x2069, 0xFEFF, 0xD800, 0xDCFF, 0xE0041)),
]


@pytest.mark.parametrize("part", range(3))
def test_no_error_repeats_an_invisible_character(part):
    for letter in INVISIBLE:
        parts = ["a table", "a picture", "Send a table."]
        parts[part] = f"a{letter}[2Jb"
        error = CohortError(*parts)
        assert letter not in str(error) + error.expected + error.found + error.action
        assert ascii(letter)[1:-1] in str(error)


@pytest.mark.parametrize("text", ["größe", "σ ≥ 2 µg", "a b", "年齢", "👩", "“a” – b…"])
def test_other_letters_are_shown_as_they_are(text):
    assert show_controls(text) == text
