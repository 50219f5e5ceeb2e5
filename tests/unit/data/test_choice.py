"""Columns whose names nobody knows: named by the known patients, by the user, or asked about."""

import numpy as np
import pandas as pd
import pytest

from heart.data import read_cohort, read_patients
from heart.data.apart import parcel
from heart.data.choice import choose_columns
from heart.data.columns import COLUMNS
from heart.data.formats.detect import open_table
from heart.errors import CohortError, ColumnsError
from tests.support import dialects as d

ODD_NAMES = ["Alter", "Male", "CPT", "rbp", "chl", "glu", "EEG", "mhr", "eia", "PeakST", "neigung"]
ODD_NAMES += ["X12", "th", "krank", "krank"]
ODD = dict(zip([*d.NAMES, "num", "target"], ODD_NAMES, strict=True))


def odd(table, *names):
    """The table with odd names for these columns, or for all."""
    return d.write(table.rename(columns={n: ODD[n] for n in names or table.columns}), missing="?")


def shuffled(table, seed=1):
    return table.sample(frac=1, axis=1, random_state=seed)


def asked(content, read=read_cohort, **options):
    with pytest.raises(ColumnsError) as caught:
        read(content, **options)
    return {column.name: column for column in caught.value.open_columns}, caught.value


FILES = {
    "UCI's codes": (d.whole(d.uci_table(d.cleveland())), d.cleveland()),
    "four hospitals": (d.whole(d.uci_table(d.everybody())), d.everybody()),
    "inverted": (d.kaggle_303(d.cleveland()), d.binary(d.cleveland())),
    "words": (d.weka_table(d.cleveland()), d.binary(d.cleveland())),
}


@pytest.mark.parametrize("name", FILES)
def test_known_patients_name_every_column_in_any_order(name):
    table, expected = FILES[name]
    cohort = read_cohort(odd(shuffled(table)))
    d.assert_same_cells(cohort.frame, expected, [*d.NAMES, "num"])
    named = {entry.column: entry.feature for entry in cohort.report.columns}
    assert named == {ODD[feature]: feature for feature in [*d.NAMES, "num"]}
    assert all("known patients" in entry.reason for entry in cohort.report.columns)


def test_evidence_counts_equal_patients_and_the_next_best():
    table = d.kaggle_303(d.cleveland())
    report = read_cohort(odd(table, "trestbps", "thalach", "restecg")).report
    assert report.evidence[0] == (
        "rbp is trestbps: equal to trestbps in 303 of 303 known patients (next best: it would be"
        " thalach in 3 of 302)."
    )
    assert [entry.column for entry in report.columns] == ["rbp", "EEG", "mhr"]
    assert report.dropped == ()


@pytest.mark.parametrize("header", [False, True])
def test_columns_that_are_only_counted_are_not_taken_for_ucis_order_against_the_evidence(header):
    table = shuffled(d.whole(d.uci_table(d.cleveland())))
    table = table.set_axis([f"X{i}" for i in range(1, 15)], axis=1)
    cohort = read_cohort(d.write(table, missing="?", header=header))
    d.assert_same_cells(cohort.frame, d.cleveland(), [*d.NAMES, "num"])


def test_columns_without_header_of_another_number_are_read_too():
    table = shuffled(d.whole(d.uci_table(d.cleveland())).drop(columns=["ca", "thal"]))
    cohort = read_cohort(d.write(table, missing="?", header=False))
    assert cohort.frame["thalach"].tolist() == d.cleveland()["thalach"].tolist()


def test_other_columns_beside_are_left_alone():
    rng = np.random.default_rng(0)
    table = d.whole(d.uci_table(d.cleveland())).assign(
        id=range(1, 304),
        hospital="A",
        noise=rng.integers(90, 200, 303),
        flag=rng.integers(0, 2, 303),
    )
    names = {name: ODD[name] for name in d.NAMES}
    report = read_cohort(d.write(table.rename(columns=names), missing="?")).report
    assert report.dropped == ("id", "hospital", "noise", "flag")
    assert report.known == 303


def test_new_patients_are_asked_about_and_never_guessed():
    content = odd(d.kaggle_303(d.invent_patients(200)))
    columns, error = asked(content)
    assert set(columns) == set(ODD.values())
    assert columns["PeakST"].suggested == "oldpeak"
    assert [columns[name].key for name in ("Alter", "krank")] == ["#1", "#14"]
    assert columns["rbp"].suggested is None
    assert {"trestbps", "thalach"} <= set(columns["rbp"].options)
    assert "no column for age, sex, cp" in error.found
    vars_of = vars(parcel.unpack(parcel.pack(error)))
    assert vars_of == vars(error), "the question arrives from the reading process as it was sent"


def test_what_the_user_says_is_taken_by_name_or_number():
    patients = d.invent_patients(200)
    table = d.whole(d.uci_table(patients)).rename(columns=ODD)
    says = {ODD[name]: name for name in [*d.NAMES, "num"]}
    says["#1"] = says.pop("Alter")
    cohort = read_cohort(d.write(table), columns=says)
    d.assert_same_cells(cohort.frame, patients, [*d.NAMES, "num"])
    assert "Male is sex: the user said so." in cohort.report.evidence
    del says["th"]
    without = read_cohort(d.write(table), columns={**says, "th": "-"})
    assert without.frame["thal"].isna().all()
    assert without.report.dropped == ("th",)


def test_what_the_known_patients_confirm_may_be_said_too():
    content = odd(d.whole(d.uci_table(d.cleveland())), "trestbps", "thalach")
    assert read_cohort(content, columns={"rbp": "trestbps", "mhr": "thalach"}).n == 303


@pytest.mark.parametrize(
    ("columns", "word"),
    [
        ({"rpb": "trestbps"}, "a column among"),
        ({"#20": "trestbps"}, "a column among"),
        ({"rbp": "blood"}, "one of age, sex"),
        ({"rbp": "b" * 41}, f"'{'b' * 40}'"),
        ({"rbp": "trestbps", "mhr": "trestbps"}, "trestbps twice"),
        ({"rbp": "thalach"}, "equal to trestbps in 303 of 303 known patients"),
        ({"rbp": "-", "mhr": "thalach", "CPT": "-"}, "CPT"),
    ],
)
def test_what_cannot_be_is_refused(columns, word):
    content = odd(d.whole(d.uci_table(d.cleveland())), "trestbps", "thalach")
    with pytest.raises(CohortError, match=word):
        read_cohort(content, columns=columns)


def test_a_name_may_be_overruled():
    table = d.whole(d.uci_table(d.invent_patients(100))).rename(columns={"chol": "chl"})
    table = table.assign(cholesterol=1)
    with pytest.raises(CohortError):
        read_cohort(d.write(table))
    cohort = read_cohort(d.write(table), columns={"cholesterol": "", "chl": "chol"})
    assert cohort.frame["chol"].tolist() == d.invent_patients(100)["chol"].tolist()


def test_two_columns_that_are_equal_are_asked_about():
    table = d.whole(d.uci_table(d.cleveland())).rename(columns={"num": "a"})
    columns, _ = asked(d.write(table.assign(b=(d.cleveland()["num"] > 0).astype(int)), missing="?"))
    assert {name: column.options[0] for name, column in columns.items()} == {"a": "num", "b": "num"}
    assert [column.suggested for column in columns.values()] == [None, None]


@pytest.mark.parametrize(("n", "is_enough"), [(4, False), (5, True)])
def test_few_known_patients_name_measurements_only_from_five_on(n, is_enough):
    patients = pd.concat([d.invent_patients(20, seed=5), d.cleveland().head(n)])
    columns, _ = asked(odd(d.kaggle_303(patients)))
    assert ("rbp" in columns) is not is_enough
    assert "eia" in columns


def test_column_that_the_evidence_names_is_no_candidate_for_another():
    table = d.kaggle_303(d.cleveland()).drop(columns="chol").assign(note="x")
    table = table.assign(again=table["thalach"])
    report = read_cohort(odd(table, "trestbps")).report
    assert [entry.feature for entry in report.columns] == ["trestbps"]
    assert report.dropped == ("note", "again")
    (doubt,) = [warning for warning in report.warnings if "No column is called" in warning]
    assert "the values of 'again' are" in doubt


def test_new_patients_with_some_odd_names_are_read_with_a_warning():
    patients = d.invent_patients(200)
    report = read_cohort(odd(d.whole(d.uci_table(patients)), "trestbps", "thalach")).report
    assert set(report.dropped) == {"rbp", "mhr"}
    (bp, hr) = report.warnings[:2]
    assert "No column is called trestbps" in bp
    assert "'rbp' or 'mhr'" in hr
    assert "(--columns rbp=trestbps)" in bp
    assert "(--columns rbp=thalach)" in hr


def test_a_file_to_be_scored_needs_no_outcome():
    table = d.kaggle_303(d.cleveland()).drop(columns="target")
    patients = read_patients(odd(table))
    d.assert_same_cells(patients.frame, d.cleveland(), d.NAMES)
    columns, _ = asked(odd(d.kaggle_303(d.invent_patients(50))), read_patients)
    assert columns["krank"].options


def test_personal_cells_are_not_shown():
    table = d.whole(d.uci_table(d.invent_patients(60))).rename(columns=ODD)
    columns, error = asked(d.write(table.assign(**{"Patient Name": table["Alter"]})))
    assert columns["Patient Name"].examples == ()
    assert columns["Alter"].examples
    assert len(str(error)) < 1500


def test_a_column_that_cannot_be_read_does_not_stop_the_others():
    table = d.whole(d.uci_table(d.cleveland())).rename(columns=ODD)
    content = d.write(table.assign(notes="x" * 300), missing="?")
    assert read_cohort(content).report.dropped == ("notes",)


def test_names_of_drivendatas_copy_are_known():
    names = [
        *["age", "sex", "chest_pain_type", "resting_blood_pressure"],
        *["serum_cholesterol_mg_per_dl", "fasting_blood_sugar_gt_120_mg_per_dl"],
        *["resting_ekg_results", "max_heart_rate_achieved", "exercise_induced_angina"],
        *["oldpeak_eq_st_depression", "slope_of_peak_exercise_st_segment", "num_major_vessels"],
        *["thal", "heart_disease_present"],
    ]
    cohort = read_cohort(d.write(d.weka_table(d.invent_patients(80)).set_axis(names, axis=1)))
    assert cohort.report.columns == ()
    assert cohort.report.dropped == ()


@pytest.mark.parametrize("names", [None, [f"X{i}" for i in range(1, 15)]])
def test_new_patients_columns_without_names_are_in_ucis_order(names):
    table = open_table(d.uci(d.invent_patients(60), names=names))
    naming = choose_columns(table, need_target=True)
    assert naming.columns == {name: position for position, name in enumerate(COLUMNS)}
    assert naming.dropped == ()
