"""Extracts that mark the severest alone are called by their name and not taken for this disease."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from heart.data import read_cohort, read_patients
from heart.data.recognition.extracts import check_extract
from heart.data.recognition.known import reference
from heart.errors import ExtractError
from tests.support import dialects as d

CLEVELAND = d.cleveland()
HEALTHY, SEVEREST = CLEVELAND[CLEVELAND["num"] == 0], CLEVELAND[CLEVELAND["num"] == 4]
MILDER = CLEVELAND[CLEVELAND["num"].between(1, 3)]


def extract(*parts, labels=("negative", "positive"), is_marked=lambda num: num == 4):
    """These patients with a label of two values."""
    patients = pd.concat(parts)
    label = is_marked(patients["num"]).map({False: labels[0], True: labels[1]})
    return d.write(d.whole(d.uci_table(patients)).assign(num=label), missing="?")


FORMS = {
    "0 against 4, in words": extract(HEALTHY, SEVEREST),
    "in numbers": extract(HEALTHY, SEVEREST, labels=(0, 1)),
    "upside down": extract(HEALTHY, SEVEREST, labels=(1, 0)),
    "with UCI's severities": extract(HEALTHY, SEVEREST, labels=(0, 4)),
    "three are enough": extract(HEALTHY, SEVEREST.head(3)),
    "all the milder ones called healthy": extract(CLEVELAND),
    "one milder one called healthy": extract(HEALTHY, SEVEREST, MILDER.head(1)),
    "in Kaggle's coding": d.write(
        d.kaggle_303(pd.concat([HEALTHY, SEVEREST]), inverted=False, target="class")
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_extract_is_refused_with_what_was_found(name):
    with pytest.raises(ExtractError) as caught:
        read_cohort(FORMS[name])
    assert "cleveland-0_vs_4" in caught.value.found
    n = 3 if "three" in name else 13
    assert f"all {n} known patients with " in caught.value.found
    milder = {"all": "126 known patients", "one": "1 known patient of severity 1 to 3 counts as"}
    assert milder.get(name.split(maxsplit=1)[0], "nobody of severity 1 to 3") in caught.value.found
    assert "score these patients" in caught.value.action


def test_extract_is_scored_without_its_outcome():
    patients = read_patients(FORMS["all the milder ones called healthy"])
    assert patients.num is None
    d.assert_same_cells(patients.frame, CLEVELAND, d.NAMES)
    assert any("The outcome is not used" in warning for warning in patients.report.warnings)


@pytest.mark.parametrize(
    ("parts", "positives"),
    [
        ((HEALTHY, SEVEREST, MILDER.head(1)), 14),
        ((HEALTHY.head(40), SEVEREST.head(2)), 2),
        ((HEALTHY, MILDER), 126),
    ],
    ids=["one milder patient more", "two of the severest", "without the severest"],
)
def test_one_patient_more_or_less_is_this_disease(parts, positives):
    cohort = read_cohort(extract(*parts, labels=(0, 1), is_marked=lambda num: num > 0))
    assert cohort.positives == positives


def test_file_of_mostly_new_patients_is_no_extract():
    new = d.invent_patients(400, seed=3)
    content = extract(HEALTHY, SEVEREST, new, labels=(0, 1), is_marked=lambda num: num > 0)
    assert read_cohort(content).positives == 13 + int((new["num"] > 0).sum())


@pytest.mark.parametrize(("n_new", "is_refused"), [(177, True), (178, False)])
def test_extract_is_one_of_which_half_are_known_patients(n_new, is_refused):
    new = d.invent_patients(400, seed=3).assign(num=0).head(n_new)
    content = extract(HEALTHY, SEVEREST, new, labels=(0, 1), is_marked=lambda num: num > 0)
    assert len(HEALTHY) + len(SEVEREST) == 177
    if is_refused:
        with pytest.raises(ExtractError, match="all 13 known patients"):
            read_cohort(content)
    else:
        assert read_cohort(content).positives == 13


SEVERITY = reference().codes["num"]
WORST = np.flatnonzero(SEVERITY == 4)


def refused(marked, other):
    """What is said of a file of these patients, -1 for a stranger; None where it is not refused."""
    matched = np.array([*marked, *other], dtype=np.int16)
    labels = np.r_[np.ones(len(marked), np.int64), np.zeros(len(other), np.int64)]
    target = SimpleNamespace(tokens=("0", "1"), per_row=lambda rows: labels[rows])
    parsed = SimpleNamespace(target=target, rows=range(len(matched)))
    n_known = int((matched >= 0).sum())
    try:
        check_extract(SimpleNamespace(parsed=parsed, matched=matched, n=n_known))
    except ExtractError as error:
        return error.found
    return None


def test_only_known_patients_count_and_all_of_them_the_first_too():
    assert SEVERITY[0] == 0
    assert SEVERITY[-1] in (1, 2, 3)
    three, healthy = WORST[:3], np.flatnonzero(SEVERITY == 0)[1:9]
    assert "nobody of severity 1 to 3" in refused([*three, -1], [*healthy, -1])
    assert refused([*three, 0], healthy) is None  # the first patient of all is marked, and healthy
    assert refused(three[:2], healthy) is None
    assert refused([three[0]] * 3, healthy) is None  # one patient three times
    assert refused(three, [*[-1] * 3]) is not None
    assert refused(three, [-1] * 4) is None  # not half are known
