"""Patients that the model has seen are recognised, whatever file they come in."""

from dataclasses import replace

import pandas as pd
import pytest

from heart.bundle import load_bundle
from heart.data import SHIPPED, load_shipped, read_cohort, split_cohort
from heart.experiments.overlap import find_overlap
from heart.experiments.run import find_cohort, run_experiment
from heart.paths import SHIPPED_BUNDLE
from tests.support import dialects as d
from tests.support.bundles import NOON


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_model_has_seen_its_own_hospital_only(bundle, name):
    overlap = find_overlap(bundle, load_shipped(name).features)
    assert (overlap.seen, overlap.tested) == ((242, 61) if name == "cleveland" else (0, 0))
    assert bool(overlap.sentence) is (name == "cleveland")


@pytest.mark.parametrize(
    "write",
    [lambda f: d.write(d.kaggle_303(f)), d.kaggle_918, d.textbook],
    ids=["kaggle", "without ca and thal", "words"],
)
def test_the_same_patients_in_another_dialect_are_recognised(bundle, write):
    cohort = read_cohort(write(d.cleveland()))
    assert find_overlap(bundle, cohort.features).seen == 242


def test_new_patients_are_not_mistaken_for_old_ones(bundle):
    assert find_overlap(bundle, d.invent_patients(200)[d.NAMES]).seen == 0


def test_parts_of_the_split_are_told_apart(bundle, cleveland):
    split = split_cohort(cleveland, random_state=bundle.settings.random_state)
    assert find_overlap(bundle, split.test.features)[1:3] == (0, 61)
    assert find_overlap(bundle, split.valid.features)[1:3] == (49, 0)


def test_public_patients_of_a_file_are_known_where_the_file_is_not(small):
    cohort = read_cohort(d.write(d.kaggle_303(d.cleveland())), name="my-file")
    trained = run_experiment(cohort, small, name="own", created_at=NOON).bundle
    assert find_cohort(trained) is None
    found = find_overlap(trained, load_shipped("cleveland").features)
    assert (found.seen + found.tested, found.known) == (cohort.n, True)
    assert "say little about new patients" in found.sentence
    assert find_overlap(trained, load_shipped("hungary").features)[1:] == (0, 0, 0)


def test_who_is_no_public_patient_cannot_be_known_where_the_model_has_learnt_from_such(small):
    strangers = d.invent_patients(200)
    cohort = read_cohort(d.write(d.kaggle_303(strangers)))
    trained = run_experiment(cohort, small, name="own", created_at=NOON).bundle
    mixed = pd.concat([strangers[d.NAMES].head(30), load_shipped("cleveland").features])
    found = find_overlap(trained, mixed)
    assert (found.seen, found.tested, found.unknown, found.known) == (0, 0, 30, False)
    assert "whether 30 of them are the same ones" in found.sentence
    # a model of public patients alone has seen no stranger
    assert find_overlap(load_bundle(SHIPPED_BUNDLE), mixed).unknown == 0


def test_nothing_is_known_of_an_old_bundle_whose_cohort_is_not_here(bundle, cleveland):
    data = bundle.data._replace(fingerprint="0" * 64)
    found = find_overlap(replace(bundle, data=data, learnt=None), cleveland.features)
    assert found == (303, 0, 0, 303)
    assert "whether these are the same ones" in found.sentence


def test_model_of_a_file_is_compared_with_that_file_only(small):
    cohort = read_cohort(d.write(d.kaggle_303(d.invent_patients(200))))
    trained = run_experiment(cohort, small, name="own", created_at=NOON).bundle
    unknown = find_overlap(trained, cohort.features)
    assert (unknown.known, unknown.seen) == (False, 0)
    assert "cannot be checked" in unknown.sentence
    known = find_overlap(
        trained, pd.concat([cohort.features.head(200), d.cleveland()[d.NAMES]]), cohorts=[cohort]
    )
    assert known.known
    assert known.seen + known.tested == cohort.n
