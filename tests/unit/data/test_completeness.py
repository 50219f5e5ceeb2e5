"""How many patients a model of complete rows uses, hospital by hospital."""

import pytest

from heart.data import load_shipped, read_cohort
from heart.data.completeness import ELSEWHERE, count_complete, write_complete
from tests.support import dialects as d


def test_complete_patients_are_counted_by_hospital():
    cohort = load_shipped("cleveland+va_long_beach")
    by_hand = [
        (own.n, int(own.features.notna().all(axis=1).sum()))
        for own in map(load_shipped, cohort.name.split("+"))
    ]
    assert [entry[1:] for entry in count_complete(cohort)] == by_hand == [(303, 297), (200, 1)]
    assert write_complete(cohort) == (
        "Only patients of whom every value is known are used: 298 of 503. Cleveland Clinic"
        " Foundation: 297 of 303; V.A. Medical Center, Long Beach: 1 of 200"
    )


def test_one_hospital_is_not_listed():
    assert write_complete(load_shipped("cleveland")) == (
        "Only patients of whom every value is known are used: 297 of 303."
    )


def test_nothing_is_said_where_nobody_is_left_out():
    complete = load_shipped("cleveland").complete()
    assert write_complete(complete) == ""


def test_patients_of_no_shipped_hospital_are_one_group():
    strangers = read_cohort(d.write(d.kaggle_303(d.invent_patients(40))))
    (entry,) = count_complete(strangers)
    assert (entry.hospital, entry.patients) == (ELSEWHERE, strangers.n)


@pytest.mark.parametrize("name", ["hungary", "switzerland"])
def test_split_uses_as_many_as_are_said(name):
    cohort = load_shipped(name)
    assert sum(entry.complete for entry in count_complete(cohort)) == cohort.complete().n
