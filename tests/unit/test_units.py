"""Cholesterol in mg/dl and in mmol/l: nothing drifts, and whatever is allowed is allowed."""

import pytest

from heart.errors import PatientError
from heart.schema import FEATURES, feature, parse_patient
from heart.units import MG_DL, MMOL_L, UNITS, to_canonical, to_shown

CHOL = feature("chol")
HUNDREDTHS = [k / 100 for k in range(130, 2586)]
"""Every value with two digits from the lowest to the highest that is said to be allowed."""


def test_factor_is_that_of_cholesterol():
    # C27H46O: 386.65 g/mol, so 1 mmol/l is 386.65 mg/l
    assert to_canonical("chol", 1, MMOL_L) == pytest.approx(386.65 / 10, abs=0.01)


def test_what_was_typed_is_shown_again():
    assert [to_shown("chol", to_canonical("chol", x, MMOL_L), MMOL_L) for x in HUNDREDTHS] == (
        HUNDREDTHS
    )


def test_whole_records_survive_the_way_there_and_back():
    there = [to_shown("chol", k, MMOL_L) for k in range(52, 1000)]
    assert [round(to_canonical("chol", x, MMOL_L)) for x in there] == list(range(52, 1000))


def test_limits_are_as_wide_as_two_digits_allow_and_all_between_is_possible():
    shown = CHOL.in_units(MMOL_L)
    assert (shown.minimum, shown.maximum) == (HUNDREDTHS[0], HUNDREDTHS[-1])
    for value in HUNDREDTHS:
        assert CHOL.parse(to_canonical("chol", value, MMOL_L)) is not None
    for beyond in (1.29, 25.86):
        with pytest.raises(PatientError):
            CHOL.parse(to_canonical("chol", beyond, MMOL_L))


@pytest.mark.parametrize("entry", FEATURES, ids=lambda f: f.name)
def test_other_features_and_the_records_own_unit_stay_as_they_are(entry):
    assert entry.in_units(MG_DL) is entry
    if entry.name not in ("chol", "fbs"):
        assert entry.in_units(MMOL_L) is entry
        assert (
            to_shown(entry.name, 1.23456, MMOL_L)
            == 1.23456
            == to_canonical(entry.name, 1.23456, MMOL_L)
        )


def test_label_limits_usual_range_and_help_convert_together():
    shown = CHOL.in_units(MMOL_L)
    assert shown.title == "Serum cholesterol (mmol/l)"
    assert shown.domain == "1.3 to 25.85 mmol/l"
    assert shown.usual == (2.6, 11.6)
    assert "38.67" in shown.help
    sugar = feature("fbs").in_units(MMOL_L)
    assert sugar.label == "Fasting blood sugar above 6.7 mmol/l"
    assert sugar.codes == feature("fbs").codes
    assert round(120 / 18.016, 1) == 6.7  # glucose, 180.16 g/mol


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("6.2 mmol/l", 6.2 * 38.67),
        ("6.2mmol/L", 6.2 * 38.67),
        ("240 mg/dl", 240.0),
        ("240 mg/dL", 240.0),
        ("240", 240.0),
        ("0 mmol/l", None),
    ],
)
def test_text_may_have_its_unit(text, canonical):
    assert parse_patient({"age": 61, "chol": text})["chol"] == canonical


@pytest.mark.parametrize("text", ["6.2 mol", "240 mmol/l", "mmol/l", "6,2 mmol/l", "1 mg/dl"])
def test_text_with_an_impossible_unit_or_number_is_refused(text):
    with pytest.raises(PatientError):
        CHOL.parse(text)


def test_value_of_the_other_unit_is_asked_about():
    with pytest.raises(PatientError, match=r"50 to 1000 mg/dl.*6\.9.*If it is in mmol/l, choose"):
        CHOL.parse(6.9)
    other = CHOL.in_units(MMOL_L).impossible(240.0)
    assert "1.3 to 25.85 mmol/l" in str(other)
    assert "If it is in mg/dl, choose" in str(other)
    assert "choose" not in str(CHOL.impossible(5000.0))
    assert "choose" not in str(feature("cp").impossible(7))


def test_words_for_a_value_follow_the_units():
    typed = to_canonical("chol", 6.2, MMOL_L)
    assert [CHOL.describe(typed, units=units) for units in UNITS] == ["239.8 mg/dl", "6.2 mmol/l"]
    assert feature("cp").describe(2, units=MMOL_L) == "atypical angina"
