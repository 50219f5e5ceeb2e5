"""Names of columns in the wild."""

import pytest

from heart.data import read_cohort
from heart.data.columns import (
    count_known,
    is_placeholder,
    name_columns,
    name_positions,
    recognise_name,
)
from heart.errors import CohortError
from heart.schema import FEATURE_NAMES
from tests.support import dialects as d


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("chestPain", "cp"),
        ("chest pain type", "cp"),
        ("restingBloodPressure", "trestbps"),
        ("resting bp s", "trestbps"),
        ("RestingBP", "trestbps"),
        (" Cholesterol ", "chol"),
        ("FastingBS", "fbs"),
        ("resting ecg", "restecg"),
        ("thalch", "thalach"),
        ("MaxHR", "thalach"),
        ("ExerciseAngina", "exang"),
        ("ExAng", "exang"),
        ("ST_Slope", "slope"),
        ("ST slope", "slope"),
        ("Ca", "ca"),
        ("Thal", "thal"),
        ("AHD", "num"),
        ("condition", "num"),
        ("HeartDisease", "num"),
        ("output", "num"),
        ("heart rate", None),
        ("ejection_fraction", None),
        ("", None),
    ],
)
def test_name_is_recognised(written, name):
    assert recognise_name(written) == name


@pytest.mark.parametrize("prefix", ["X", "V", "x_", "col ", ""])
@pytest.mark.parametrize("start", [0, 1])
def test_counted_names_are_ucis_order(prefix, start):
    names = [f"{prefix}{i}" for i in range(start, start + 14)]
    assert is_placeholder(names)
    assert list(name_columns(names).columns) == [*FEATURE_NAMES, "num"]


@pytest.mark.parametrize(("n", "counts"), [(12, False), (13, True), (14, True), (15, False)])
def test_as_many_names_are_counted_as_there_are_features(n, counts):
    assert is_placeholder([f"X{i}" for i in range(1, n + 1)]) is counts


def test_thirteen_counted_names_and_a_target_are_ucis_order():
    assert name_columns([*(f"X{i}" for i in range(1, 14)), "target"]).columns["num"] == 13


@pytest.mark.parametrize(
    "names",
    [
        ["X1", "X3"],
        [f"X{i}" for i in range(2, 16)],
        ["63", "1", "1"],
        [str(i) for i in range(5, 19)],
    ],
)
def test_other_numbers_are_no_names(names):
    assert not is_placeholder(names)


def test_first_patient_of_a_file_without_header_is_no_header():
    assert (
        count_known(["63", "1", "1", "145", "233", "1", "2", "150", "0", "2.3", "3", "0", "6", "0"])
        == 0
    )


def test_file_without_header_needs_fourteen_columns_or_thirteen_without_target():
    assert len(name_positions(14).columns) == 14
    assert len(name_positions(13, need_target=False).columns) == 13
    for width in (12, 13, 15):
        with pytest.raises(CohortError, match="columns in a file without a header"):
            name_positions(width)


@pytest.mark.parametrize(
    ("target", "telling"),
    [("HeartDisease", True), ("num", True), ("target", False), ("output", False), ("class", False)],
)
def test_some_targets_say_which_way_they_run(target, telling):
    assert name_columns([*FEATURE_NAMES, target]).telling is telling


def test_other_columns_are_dropped_and_personal_ones_called_out():
    table = d.uci_table(d.cleveland()).assign(
        **{"Patient Name": "Mr Secret", "DOB": "1931-02-03", "MRN": 4711, "hospital": "A"}
    )
    report = read_cohort(d.write(table)).report
    assert report.dropped == ("Patient Name", "DOB", "MRN", "hospital")
    assert report.personal == ("Patient Name", "DOB", "MRN")
    assert not any(secret in repr(report) for secret in ("Secret", "1931", "4711"))


def test_features_that_are_missing_are_named_and_no_others():
    with pytest.raises(CohortError) as caught:
        name_columns([*FEATURE_NAMES[3:], "num"])
    assert caught.value.found == "no column for age, sex, cp"
