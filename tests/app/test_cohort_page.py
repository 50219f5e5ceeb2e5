"""The cohort page: the counts of each hospital."""

import pytest

from tests.app.conftest import figures, said

COUNTS = {"cleveland": (303, 139), "hungary": (294, 106), "switzerland": (123, 115), "va_long_beach": (200, 149)}


def choose(app, label, value):
    (box,) = (box for box in app.selectbox if box.label == label)
    return box.set_value(value).run()


@pytest.mark.parametrize("name", COUNTS)
def test_hospital_shows_its_counts(visit, name):
    shown = figures(choose(visit("cohort"), "Hospital", name))
    patients, diseased = COUNTS[name]
    assert shown["Patients"] == str(patients)
    assert shown["Diseased"] == f"{diseased} ({diseased / patients:.0%})"


def test_split_shows_sizes_that_add_up(visit):
    table = visit("cohort").table[0].value
    assert table.index.tolist() == ["train", "valid", "test"]
    assert table["patients"].tolist() == [193, 49, 61]
    assert table["diseased"].sum() == 139


def test_reading_reports_what_it_changed(visit):
    assert "Changed: chol in 123 rows. 0 means not measured" in said(choose(visit("cohort"), "Hospital", "switzerland"))


def test_feature_without_values_says_so(visit):
    app = choose(visit("cohort"), "Hospital", "switzerland")
    app = choose(app, "Feature", "chol")
    assert "This hospital has no value of serum cholesterol." in said(app)


def test_first_rows_are_the_files(visit):
    frame = visit("cohort").dataframe[0].value
    assert frame.iloc[0][["age", "chol", "thal", "num"]].tolist() == [63, 233, "fixed", 0]
