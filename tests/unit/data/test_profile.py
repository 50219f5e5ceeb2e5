"""A cohort at a glance: groups, what each lacks, and which columns go together."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency

from heart.data import load_shipped, read_cohort
from heart.data.profile import (
    EVERYBODY,
    MIN_PATIENTS,
    OUTCOME,
    _cramers_v,
    _cut,
    associations,
    describe_groups,
    group_patients,
    missing_by_group,
)
from heart.schema import FEATURES, feature
from tests.support import dialects as d

ALL = load_shipped("cleveland+hungary+switzerland+va_long_beach")
COUNTS = [303, 294, 123, 200]


def test_patients_of_shipped_hospitals_are_told_apart():
    groups = group_patients(ALL)
    assert groups.value_counts(sort=False).tolist() == COUNTS
    own = load_shipped("switzerland").frame["age"]
    there = ALL.frame["age"][(groups == groups.cat.categories[2]).to_numpy()]
    assert there.tolist() == own.tolist()


@pytest.fixture(scope="module")
def odd():
    """An upload without a column, with one that is the same in all."""
    table = d.uci_table(d.invent_patients(60, seed=5)).drop(columns="ca").assign(fbs=0)
    return read_cohort(d.write(table))


def test_upload_is_one_group_whatever_it_lacks(odd):
    assert group_patients(odd).unique().tolist() == [EVERYBODY]
    table = missing_by_group(odd).set_index("feature")
    assert table.loc["Major vessels coloured", "share"] == 1
    assert describe_groups(odd).set_index("feature").loc["ca", "known"] == 0


def test_missing_values_are_those_of_each_hospital():
    table = missing_by_group(ALL)
    assert table["missing"].sum() == ALL.features.isna().sum().sum()
    row = table[(table["feature"] == "Serum cholesterol")].iloc[2]
    assert (row["missing"], row["share"]) == (123, 1)


def test_groups_are_described_by_medians_and_most_frequent_codes():
    table = describe_groups(ALL).set_index(["feature", "group"])
    own = load_shipped("hungary").frame
    name = table.index.get_level_values("group")[1]
    assert table.loc[("age", name), "middle"] == own["age"].median()
    assert table.loc[("sex", name), "share"] == pytest.approx((own["sex"] == 1).mean())
    assert table.loc[("sex", name), "code"] == "male"


def corrected(one, other):
    """Bergsma's formula on scipy's chi-squared."""
    counts = pd.crosstab(one, other)
    n, (r, k) = counts.to_numpy().sum(), counts.shape
    squared = chi2_contingency(counts, correction=False).statistic / n
    above = max(0, squared - (k - 1) * (r - 1) / (n - 1))
    return np.sqrt(above / min(k - (k - 1) ** 2 / (n - 1) - 1, r - (r - 1) ** 2 / (n - 1) - 1))


def test_association_is_cramers_v_without_its_bias():
    table = associations(ALL).set_index(["first", "second"])["association"]
    frame = ALL.frame
    ill = frame["num"] > 0
    assert table["Chest pain", "Thallium scan"] == pytest.approx(corrected(frame.cp, frame.thal))
    assert (
        table[OUTCOME, "Sex"] == table["Sex", OUTCOME] == pytest.approx(corrected(ill, frame.sex))
    )
    edges = np.unique(np.quantile(frame["age"].dropna(), [0.2, 0.4, 0.6, 0.8]))
    fifths = np.searchsorted(edges, frame["age"])
    assert table[OUTCOME, "Age"] == pytest.approx(corrected(ill, fifths))
    assert len(table) == 14 * 13
    assert associations(ALL).index.tolist() == list(range(14 * 13))
    order = [OUTCOME, *(f.label for f in FEATURES)]
    assert table.index.tolist() == [(a, b) for a in order for b in order if a != b]
    assert table.between(0, 1).all()


def test_column_that_is_constant_or_absent_goes_with_nothing_that_can_be_told(odd):
    table = associations(odd).set_index("first")["association"]
    assert table["Major vessels coloured"].isna().all()
    assert table["Fasting blood sugar above 120 mg/dl"].isna().all()
    assert table["Age"].notna().sum() == 11


def test_hospitals_stay_in_the_order_of_the_cohort():
    turned = load_shipped("va_long_beach+cleveland")
    table = missing_by_group(turned)
    first = table[table["feature"] == "Age"]
    assert first["patients"].tolist() == [200, 303]
    assert first["group"].tolist() == list(group_patients(turned).cat.categories)


def test_code_that_one_patient_has_counts():
    one = np.array([0] * 10 + [2] * 10 + [4])
    other = np.array([0] * 9 + [3] + [1] * 11)  # nobody has the codes 1, 3 and 2
    expected = corrected(one, other)
    assert _cramers_v(one, other) == (pytest.approx(expected), 21)
    assert _cramers_v(other, one) == (pytest.approx(expected), 21)


@pytest.mark.parametrize(("n", "known"), [(MIN_PATIENTS, True), (MIN_PATIENTS - 1, False)])
def test_twenty_patients_with_both_are_enough(n, known):
    one = np.r_[np.arange(n) % 2, -1, 1]
    other = np.r_[np.arange(n) % 2, 1, -1]
    assert _cramers_v(one, other) == (pytest.approx(1.0 if known else np.nan, nan_ok=True), n)


def test_columns_that_have_nothing_to_do_with_each_other_are_at_zero():
    one, other = np.repeat([0, 1], 20), np.tile([0, 1], 20)
    assert _cramers_v(one, other) == (0.0, 40)


def test_fifth_ends_with_its_border():
    values = pd.Series([*range(11), np.nan], dtype="float64")
    assert _cut(values, feature("age")).tolist() == [0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, -1]
    assert _cut(values.where(values < 0), feature("age")).tolist() == [-1] * 12


def test_middle_half_of_a_number_and_share_of_a_code():
    table = describe_groups(ALL).set_index(["feature", "group"])
    cleveland = table.xs(table.index[0][1], level="group")
    ages = load_shipped("cleveland").frame["age"]
    assert cleveland.loc["age", ["known", "low", "high"]].tolist() == [
        *(303, ages.quantile(0.25), ages.quantile(0.75)),
    ]
    assert (cleveland.loc["age", "code"], cleveland.loc["ca", "known"]) == ("", 299)
    assert np.isnan(cleveland.loc["age", "share"])
    assert cleveland.loc["thal", "share"] == pytest.approx(166 / 301)
