"""From whom a model has learnt travels in its bundle: public patients by bit, others by number."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from heart.bundle import load_bundle, serialise_bundle
from heart.bundle.learnt import N_PUBLIC, Learnt, LearntPart, learnt_from, write_sources
from heart.data import SHIPPED, load_shipped, read_cohort, split_cohort
from heart.experiments.run import run_experiment
from tests.support import dialects as d
from tests.support.bundles import NOON

SIZES = {"cleveland": 303, "hungary": 294, "switzerland": 123, "va_long_beach": 200}
REPEATED = {"hungary": 1, "va_long_beach": 1}  # patients that a table holds twice


def parts_of(cohort):
    return [part.features for part in split_cohort(cohort, random_state=0)]


def test_there_are_as_many_bits_as_shipped_patients():
    assert N_PUBLIC == sum(SIZES.values()) == sum(load_shipped(name).n for name in SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_patient_of_a_hospital_is_one_of_its_own(name):
    learnt = learnt_from(parts_of(load_shipped(name)))
    assert learnt.hospitals == {name: SIZES[name] - REPEATED.get(name, 0)}
    assert (learnt.others, learnt.test.others, learnt.all_public) == (0, 0, True)
    assert not (learnt.fitted & learnt.tested).any()


def test_bits_stand_in_the_order_of_the_tables():
    hungary = load_shipped("hungary").features
    first, second, rest = hungary.iloc[:2], hungary.iloc[2:3], hungary.iloc[[293]]
    learnt = learnt_from([first, second, rest])
    found = [np.flatnonzero(part.flags).tolist() for part in learnt]
    assert found == [[303, 304], [305], [303 + 293]]
    assert learnt.train.public[303 // 8] == 0b00000001
    assert learnt.train.public[304 // 8] == 0b10000000


def test_strangers_are_counted_and_not_named():
    strangers = d.invent_patients(30)[d.NAMES]
    own = load_shipped("cleveland").features
    learnt = learnt_from([pd.concat([own.head(5), strangers]), strangers.head(3), own.tail(2)])
    assert [part.others for part in learnt] == [30, 3, 0]
    assert (learnt.hospitals, learnt.others, learnt.all_public) == ({"cleveland": 7}, 33, False)
    assert write_sources(learnt) == (
        "Cleveland Clinic Foundation (7 patients); 33 patients of none of the shipped hospitals"
    )


@pytest.mark.parametrize("lacking", [("chol",), ("chol", "oldpeak")])
def test_patients_are_recognised_without_columns_of_the_key(lacking):
    features = load_shipped("cleveland").features.copy()
    features[list(lacking)] = np.nan
    learnt = learnt_from([features, features.head(0), features.head(0)])
    assert learnt.others == 0
    assert learnt.hospitals["cleveland"] >= 300


@pytest.mark.parametrize("digits", [1, 2])
def test_patients_are_recognised_by_the_rest_where_cholesterol_was_converted(digits):
    table = d.cleveland().assign(chol=lambda table: (table["chol"] / 38.67).round(digits))
    converted = read_cohort(d.write(table), name="mmol", dialect="uci+mmol").features
    assert (converted["chol"] % 1 != 0).any()
    nobody = converted.head(0)
    learnt = learnt_from([converted, nobody, nobody])
    assert learnt == learnt_from([load_shipped("cleveland").features, nobody, nobody])


def test_an_invented_cholesterol_hides_no_patient_and_makes_no_stranger_known():
    own = load_shipped("cleveland").features.copy()
    own.loc[own.index[:100], "chol"] = own["chol"].mean()
    strangers = d.invent_patients(30)[d.NAMES].assign(chol=246.69)
    learnt = learnt_from([pd.concat([own, strangers]), own.head(0), own.head(0)])
    assert (learnt.hospitals, learnt.others) == ({"cleveland": 303}, 30)


def test_a_table_that_knows_too_little_says_nothing():
    features = load_shipped("cleveland").features.copy()
    features[["chol", "oldpeak", "trestbps"]] = np.nan
    assert learnt_from([features] * 3) is None
    features["trestbps"] = load_shipped("cleveland").features["trestbps"]
    assert learnt_from([features] * 3) is not None  # one column more is enough
    features["chol"], features["trestbps"] = 246.69, np.nan
    assert learnt_from([features] * 3) is None  # an invented one is none
    assert write_sources(None).startswith("not known")


def test_a_patient_who_was_fitted_on_does_not_count_as_tested():
    one, none = LearntPart(b"\x80" + b"\0" * 114, 0), LearntPart(b"\0" * 115, 0)
    assert not Learnt(one, none, one).tested.any()
    assert Learnt(none, none, one).tested.sum() == 1


def test_upload_of_public_patients_is_known_after_the_round_trip(small):
    cohort = read_cohort(d.write(d.kaggle_303(d.cleveland())), name="my-file")
    written = run_experiment(cohort, small, name="own", created_at=NOON).bundle
    loaded = load_bundle(serialise_bundle(written))
    assert loaded.learnt == written.learnt
    assert set(loaded.learnt.hospitals) == {"cleveland"}


def test_unknown_stays_unknown_after_the_round_trip(bundle):
    assert load_bundle(serialise_bundle(replace(bundle, learnt=None))).learnt is None
