"""Small tables of a cohort."""

import pandas as pd
import pytest

from heart.data import load_shipped, read_cohort
from heart.data.summary import balance_frame, outcome_frame
from heart.schema import DISEASED, FEATURES, feature
from tests.support.canonical import ROW, file_of, row_with


def test_balance_counts_both_outcomes(cleveland):
    frame = balance_frame(cleveland)
    assert dict(zip(frame["outcome"], frame["patients"], strict=True)) == {
        "healthy": 164,
        "diseased": 139,
    }
    assert frame["share"].tolist() == pytest.approx([164 / 303, 139 / 303])


def test_codes_are_counted_by_outcome_in_words(cleveland):
    counts = outcome_frame(cleveland, feature("sex")).set_index(["value", "outcome"])["patients"]
    ill = cleveland.frame["num"] > 0
    assert counts["female", "diseased"] == (ill & (cleveland.frame["sex"] == 0)).sum()
    assert counts["male", "healthy"] == (~ill & (cleveland.frame["sex"] == 1)).sum()


@pytest.mark.parametrize("name", ["age", "oldpeak", "thal"])
def test_shares_of_each_outcome_add_up_to_one(cleveland, name):
    shares = outcome_frame(cleveland, feature(name)).groupby("outcome")["share"].sum()
    assert shares.tolist() == pytest.approx([1, 1])


def test_feature_that_nobody_has_gives_zeros():
    table = outcome_frame(load_shipped("switzerland"), feature("chol"))
    assert (table["patients"] == 0).all()
    assert (table["share"] == 0).all()


@pytest.mark.parametrize("entry", FEATURES, ids=lambda entry: entry.name)
@pytest.mark.parametrize("name", ["cleveland", "hungary", "switzerland", "va_long_beach"])
def test_outcome_frame_counts_every_known_patient_once(name, entry):
    cohort = load_shipped(name)
    frame = outcome_frame(cohort, entry)
    assert frame["patients"].sum() == cohort.n - cohort.report.missing[entry.name]
    diseased = cohort.frame.loc[cohort.frame["num"] > 0, entry.name].notna().sum()
    assert frame.loc[frame["outcome"] == DISEASED, "patients"].sum() == diseased


def test_patients_of_each_outcome_are_counted_where_the_other_has_none():
    cohort = read_cohort(file_of(ROW, ROW))
    table = outcome_frame(cohort, feature("thal")).set_index(["outcome", "value"])
    assert table["patients"].tolist() == [0, 2, 0, 1, 0, 0]
    assert table["share"].tolist() == [0, 1, 0, 1, 0, 0]
    ages = outcome_frame(cohort, feature("age"))
    assert ages["patients"].sum() == 3
    assert pd.Series(ages["share"]).sum() == pytest.approx(2)


def test_number_is_counted_in_fifteen_bins_that_end_with_their_upper_edge():
    rows = [row_with("age", age) for age in ("30", "31", "32", "33", "60")]  # and 61, diseased
    frame = outcome_frame(read_cohort(file_of(*rows)), feature("age"))
    healthy = frame[frame["outcome"] == "healthy"]
    assert len(healthy) == 15
    assert healthy["value"].tolist()[:2] == ["30 to 32", "32 to 34"]
    assert healthy["patients"].tolist()[:2] == [3, 1]
