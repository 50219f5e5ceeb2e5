"""Measurements by which the rows' patients are found, and the lead that a choice needs."""

import numpy as np
import pytest

from heart.data.recognition import anchors as module
from heart.data.recognition.anchors import Anchors, find_anchors, is_enough_known, match_by
from heart.data.recognition.known import reference
from heart.data.recognition.samples import NUMBERS, Sample, SampledColumn

COLUMNS = dict(zip(NUMBERS, range(5), strict=True))


def sample_of(**columns):
    """A sample of the measurements in their order."""
    floats = {position: np.asarray(columns[name], float) for position, name in enumerate(columns)}
    made = {
        p: SampledColumn(column, is_number=True, tokens=None, labels=None)
        for p, column in floats.items()
    }
    return Sample(made, len(floats[0]))


def of_patients(rows, **changed):
    codes = reference().codes
    return sample_of(**{name: changed.get(name, codes[name][rows]) for name in NUMBERS})


def test_row_is_the_patient_whose_measurements_it_has():
    rows = np.array([5, 0, 302, 5])
    assert match_by(of_patients(rows), COLUMNS).matched.tolist() == rows.tolist()
    found = match_by(of_patients(rows, age=[17.5, *reference().codes["age"][rows[1:]]]), COLUMNS)
    assert found.matched.tolist() == [-1, 0, 302, 5]  # an age that nobody has
    assert found.n == 3
    assert found.columns == COLUMNS


def test_lowest_value_of_all_is_a_value_and_another_is_not_taken_for_it():
    """A value that no patient has is counted as the lowest while numbers are combined."""
    youngest = int(np.argmin(reference().codes["age"]))
    sample = of_patients([youngest, youngest], age=[reference().codes["age"][youngest], 18.5])
    assert match_by(sample, COLUMNS).matched.tolist() == [youngest, -1]


def test_row_needs_four_known_values_or_all_there_are():
    unknown = {name: [np.nan] for name in NUMBERS}
    rows = np.array([5])
    assert match_by(of_patients(rows, age=unknown["age"]), COLUMNS).n == 0  # not that patient
    assert match_by(of_patients(rows, **dict(list(unknown.items())[:2])), COLUMNS).n == 0
    four = {name: COLUMNS[name] for name in NUMBERS if name != "age"}
    assert match_by(of_patients(rows), four).matched.tolist() == [5]
    gap = of_patients(rows, chol=unknown["chol"])
    assert match_by(gap, four).n == 0
    three = {name: COLUMNS[name] for name in ("trestbps", "thalach", "oldpeak")}
    assert match_by(gap, three).matched.tolist() == [5]


def test_patients_who_are_alike_are_none():
    """With two columns many are."""
    ages = reference().codes["age"]
    sexes = {"age": 0, "trestbps": 1}
    sample = of_patients(np.arange(303))
    matched = match_by(sample, sexes).matched
    pairs = np.stack([ages[:303], reference().codes["trestbps"][:303]], axis=1)
    everybody = np.stack([ages, reference().codes["trestbps"]], axis=1)
    for row in (0, 1, 2, 100, 302):
        n_alike = int((everybody == pairs[row]).all(axis=1).sum())
        assert matched[row] == (row if n_alike == 1 else -1)


@pytest.mark.parametrize(
    ("known", "rows", "is_enough"),
    [(5, 50, True), (4, 4, False), (5, 51, False), (6, 60, True), (6, 61, False)],
)
def test_five_and_a_tenth_of_the_rows_are_no_chance(known, rows, is_enough):
    assert is_enough_known(Anchors({}, np.r_[np.zeros(known), -1]), rows) == is_enough


@pytest.mark.parametrize(
    ("counts", "n"),
    [
        ([7, 2], 7),
        ([7, 3], None),  # leads by four
        ([2, 7], 7),
        ([100, 90], 100),
        ([100, 91], None),
        ([7, 1, 2], 7),
        ([7, 1, 3], None),
        ([3, 7, 1], None),
        ([4, 0], None),
        ([5], 5),
        ([], None),
    ],
)
def test_choice_of_columns_leads_by_five_and_a_tenth(monkeypatch, counts, n):
    options = {"age": list(range(len(counts)))}
    matched = {position: np.zeros(count) for position, count in enumerate(counts)}
    monkeypatch.setattr(
        module, "match_by", lambda _, columns: Anchors(columns, matched[columns["age"]])
    )
    best = module._best_of(Sample({}, 50), options, 1)
    assert (best and best.n) == n


def test_likeliest_columns_are_tried_first_and_three_at_most():
    usual = (100 + 450) / 2
    numbers = {"age": range(40, 60), "trestbps": range(120, 140), "thalach": range(140, 160)}
    chols = {f"c{shift}": np.arange(20) + usual - 9.5 + shift for shift in (90, 30, -60, 10)}
    sample = sample_of(**numbers, **chols)
    named = {"age": 0, "trestbps": 1, "thalach": 2}
    options = module._find_options(sample, named, [3, 4, 5, 6, 99])
    assert options == {"age": [0], "trestbps": [1], "chol": [6, 4, 5], "thalach": [2]}
    assert module._strangeness(sample, 3, "chol") == 90
    assert module._find_options(sample, {"age": 99}, []) == {}


def test_choices_take_different_columns():
    options = {"age": [0, 1], "chol": [1], "oldpeak": [2]}
    assert list(module._choices(options, 2)) == [
        {"age": 0, "chol": 1},
        {"age": 0, "oldpeak": 2},
        {"age": 1, "oldpeak": 2},
        {"chol": 1, "oldpeak": 2},
    ]


def test_anchors_are_found_in_open_columns_and_not_by_three():
    rows = np.arange(0, 300, 10)
    found = find_anchors(of_patients(rows), {}, range(5))
    assert found.columns == COLUMNS
    assert found.n >= 28
    four = find_anchors(of_patients(rows), {}, [0, 1, 2, 3])
    assert len(four.columns) == 4
    assert find_anchors(of_patients(rows), {}, [0, 1, 2]) is None
