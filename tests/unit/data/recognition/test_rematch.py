"""Which patient a row is where the key alone does not say it."""

import numpy as np
import pytest

from heart.data.recognition import rematch as module
from heart.data.recognition.known import reference
from heart.data.recognition.rematch import rematch
from heart.schema import FEATURE_NAMES

ALL = np.arange(920).astype(np.int16)


def frame_of(rows, **columns):
    """Patients of the reference as a file's rows."""
    frame = reference().frame.loc[list(rows)].reset_index(drop=True)
    return frame.assign(**columns)


def test_lookalikes_are_patients_of_one_key_the_first_first():
    pairs = module._lookalikes.__wrapped__()
    key = ["age", "sex", "trestbps", "thalach", "oldpeak"]
    frame = reference().frame[key].astype(float)
    for first, second in pairs:
        assert first < second
        assert frame.loc[first].equals(frame.loc[second])
    assert len(pairs) == int(frame.duplicated().sum())


def test_row_goes_to_the_lookalike_with_more_equal_features():
    pairs = module._lookalikes()
    firsts = [first for first, _ in pairs]
    for first, second in pairs:
        other = frame_of([second])[list(FEATURE_NAMES)]
        if firsts.count(first) > 1 or frame_of([first])[list(FEATURE_NAMES)].equals(other):
            continue
        matched = np.array([first], dtype=np.int16)
        assert module._choose_twins(other, matched).tolist() == [second]
        assert module._choose_twins(frame_of([first]), matched).tolist() == [first]
        assert matched.tolist() == [first]


def unmatched(*rows):
    matched = ALL[:303].copy()
    matched[list(rows)] = -1
    return matched


def hidden():
    """A patient of Cleveland of whom UCI lacks something."""
    known = reference().frame.loc[:302, list(FEATURE_NAMES)].notna().all(axis=1)
    return int(np.flatnonzero(~known)[0])


def test_row_of_a_copy_whose_gaps_somebody_filled_is_its_patient():
    place = hidden()
    filled = frame_of(range(303))
    filled = filled.assign(ca=filled["ca"].fillna(0), thal=filled["thal"].fillna("normal"))
    assert rematch(filled, unmatched(place)).tolist() == list(range(303))
    assert rematch(filled, ALL[:303]).tolist() == list(range(303))  # nothing is open
    first = rematch(filled, unmatched(0))
    assert first[0] == 0
    changed = filled.assign(age=filled["age"].where(filled.index != place, 77.5))
    assert rematch(changed, unmatched(place))[place] == -1


@pytest.mark.parametrize(("n_there", "is_copy"), [(152, True), (151, False)])
def test_patients_are_sought_in_files_that_hold_most_of_their_hospital(n_there, is_copy):
    matched = np.full(303, -1, dtype=np.int16)
    matched[:n_there] = ALL[:n_there]
    free = module._free_patients(matched)
    assert free.tolist() == (list(range(n_there, 303)) if is_copy else [])


def rows_of(groups, ill=None):
    m = len(groups)
    ill = None if ill is None else np.array(ill)
    return module._OpenRows(np.arange(m) + 10, {}, np.array(groups), ill)


SICK = int(np.flatnonzero(reference().codes["num"] > 0)[0])
WELL = int(np.flatnonzero(reference().codes["num"] == 0)[0])


@pytest.mark.parametrize(
    ("groups", "ill", "patient", "n_patients", "chosen"),
    [
        ([1], [True], WELL, 1, [10]),  # nobody else comes into question
        ([1, 1], None, SICK, 1, [10, 11]),  # a repeat
        ([1, 2], None, SICK, 1, []),
        ([1, 2], None, SICK, 2, [10, 11]),
        ([1, 2], [True, False], SICK, 1, [10]),
        ([1, 2], [True, False], WELL, 1, [11]),
        ([1, 2], [True, True], SICK, 1, []),
    ],
)
def test_rows_are_a_patients_where_there_are_no_more_than_patients(
    groups, ill, patient, n_patients, chosen
):
    rows = module._choose_rows(rows_of(groups, ill), patient, n_patients=n_patients)
    assert rows.tolist() == chosen


def test_patients_are_grouped_by_what_is_known_of_them_most_first():
    every = np.arange(920)
    present = list(FEATURE_NAMES)
    patterns = list(module._patterns(every, present))
    sizes = [len(names) for names, _ in patterns]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == 13
    known = reference().frame[present].notna()
    for names, patients in patterns:
        assert (known.loc[patients] == [name in names for name in present]).all(axis=None)
    assert sum(len(patients) for _, patients in patterns) == len(
        known[["age", "sex", "cp"]].dropna()
    )
    assert list(module._patterns(every, ["age", "sex", "chol"])) == []


def test_rows_without_a_patient_keep_their_places():
    frame = frame_of([0, 1, 2]).assign(age=[63.0, 18.5, 67.0])
    rows = module._open_rows(frame, np.array([0, -1, -1], dtype=np.int16), ["age", "cp"])
    assert rows.positions.tolist() == [1, 2]
    assert rows.ranks["age"][0] == -1
    assert rows.ill.tolist() == (reference().codes["num"][1:3] > 0).tolist()
    some = rows.some(np.array([1]))
    assert (some.positions.tolist(), some.ill.tolist()) == ([2], rows.ill[1:].tolist())
    without = module._open_rows(frame.drop(columns="num"), np.full(3, -1), ["age"])
    assert (without.ill, without.some(np.array([0])).ill) == (None, None)
