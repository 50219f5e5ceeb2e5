"""Patients that the model has seen are recognised, whatever file they come in."""

import pandas as pd
import pytest

from heart.data import SHIPPED, load_shipped, read_cohort, split_cohort
from heart.experiments.overlap import find_overlap
from heart.experiments.run import run_experiment
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
