"""Extracts that mark the severest alone are called by their name and not taken for this disease."""

import pandas as pd
import pytest

from heart.data import read_cohort, read_patients
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
