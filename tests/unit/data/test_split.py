"""Train, valid and test parts."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import train_test_split

from heart.data import load_shipped, split_cohort
from heart.errors import SplitError

SEEDS = range(5)


def with_frame(cohort, frame):
    return dataclasses.replace(cohort, frame=frame)


def indices(split):
    return [set(part.features.index) for part in split]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", ["cleveland", "hungary", "va_long_beach"])
def test_class_share_is_the_cohorts_within_one_patient(name, seed):
    cohort = load_shipped(name)
    for part in split_cohort(cohort, random_state=seed):
        assert abs(part.positives - part.n * cohort.positives / cohort.n) <= 1


def test_parts_are_disjoint_and_cover_every_patient(cleveland):
    train, valid, test = indices(split_cohort(cleveland, random_state=0))
    assert len(train) + len(valid) + len(test) == 303
    assert train | valid | test == set(cleveland.frame.index)


def test_parts_have_the_documented_sizes(cleveland):
    # 20 % of 303 is 60.6, 20 % of the remaining 242 is 48.4; scikit-learn rounds up
    assert [part.n for part in split_cohort(cleveland, random_state=0)] == [193, 49, 61]


def test_fractions_decide_the_sizes(cleveland):
    split = split_cohort(cleveland, random_state=0, test_fraction=0.5, valid_fraction=0.25)
    assert [part.n for part in split] == [113, 38, 152]


@pytest.mark.parametrize("seed", SEEDS)
def test_patients_keep_their_features_and_outcomes(cleveland, seed):
    for part in split_cohort(cleveland, random_state=seed):
        assert part.features.equals(cleveland.features.loc[part.features.index])
        assert np.array_equal(part.y_true, cleveland.frame.loc[part.features.index, "num"] > 0)


@pytest.mark.parametrize("seed", SEEDS)
def test_identical_patients_stay_on_one_side(cleveland, seed):
    doubled = with_frame(
        cleveland, pd.concat([cleveland.frame, cleveland.frame], ignore_index=True)
    )
    for part in indices(split_cohort(doubled, random_state=seed)):
        assert {(row + 303) % 606 for row in part} == part


def test_identical_patients_with_different_outcomes_stay_on_one_side(cleveland):
    twins = cleveland.frame.assign(num=(cleveland.frame["num"] == 0).astype("int64"))
    doubled = with_frame(cleveland, pd.concat([cleveland.frame, twins], ignore_index=True))
    for part in indices(split_cohort(doubled, random_state=0)):
        assert {(row + 303) % 606 for row in part} == part


def test_patients_who_lack_the_same_values_count_as_identical(hungary):
    gappy = hungary.frame.assign(ca=pd.NA, slope=np.nan).astype(hungary.frame.dtypes.to_dict())
    doubled = with_frame(hungary, pd.concat([gappy, gappy], ignore_index=True))
    for part in indices(split_cohort(doubled, random_state=1)):
        assert {(row + 294) % 588 for row in part} == part


def test_same_seed_gives_the_same_parts_and_another_seed_others(cleveland):
    first, again, other = (
        indices(split_cohort(cleveland, random_state=seed)) for seed in (7, 7, 8)
    )
    assert first == again
    assert first != other


def test_split_leaves_the_global_random_state_alone(cleveland):
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    split_cohort(cleveland, random_state=0)
    # the global state is the point
    assert np.array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_complete_rows_leaves_out_the_six_patients_with_gaps(cleveland):
    split = split_cohort(cleveland, random_state=0, complete_rows=True)
    assert sum(part.n for part in split) == 297
    assert not any(part.features.isna().any(axis=None) for part in split)


def test_table_reports_sizes_and_shares(cleveland):
    split = split_cohort(cleveland, random_state=0)
    table = split.table()
    assert table["part"].tolist() == ["train", "valid", "test"]
    assert table["patients"].sum() == 303
    assert table["diseased"].sum() == 139
    assert table["share"].tolist() == pytest.approx([part.y_true.mean() for part in split])


@pytest.mark.parametrize("name", ["switzerland", "hungary"])
def test_too_few_complete_patients_are_refused(name):
    with pytest.raises(SplitError, match="at least 6 different patients") as refused:
        split_cohort(load_shipped(name), random_state=0, complete_rows=True)
    assert refused.value.found.endswith("one class among those without a missing value")


@pytest.mark.parametrize("num", [0, 1])
def test_one_class_is_refused(cleveland, num):
    with pytest.raises(SplitError, match=r"0 in one class\."):
        split_cohort(with_frame(cleveland, cleveland.frame.assign(num=num)), random_state=0)


@pytest.mark.parametrize(("n", "is_refused"), [(5, True), (6, False)])
def test_six_patients_of_a_class_are_enough(cleveland, n, is_refused):
    healthy = cleveland.frame[cleveland.frame["num"] == 0]
    frame = pd.concat([healthy, cleveland.frame[cleveland.frame["num"] > 0].head(n)])
    cohort = with_frame(cleveland, frame.reset_index(drop=True))
    if is_refused:
        with pytest.raises(SplitError, match="5 in one class"):
            split_cohort(cohort, random_state=0)
    else:
        assert sum(part.positives for part in split_cohort(cohort, random_state=0)) == 6


def test_repeats_of_one_patient_do_not_make_a_class(cleveland):
    one = cleveland.frame[cleveland.frame["num"] > 0].iloc[[0] * 50]
    frame = pd.concat([cleveland.frame[cleveland.frame["num"] == 0], one], ignore_index=True)
    with pytest.raises(SplitError, match="1 in one class"):
        split_cohort(with_frame(cleveland, frame), random_state=0)


def test_split_does_not_touch_the_cohort(cleveland):
    before = cleveland.frame.copy()
    split_cohort(cleveland, random_state=0, complete_rows=True)
    pd.testing.assert_frame_equal(cleveland.frame, before)


@pytest.mark.parametrize("fraction", [0.0, 1.0, 1.5])
def test_impossible_fraction_is_refused(cleveland, fraction):
    with pytest.raises(SplitError, match="between 0 and 1"):
        split_cohort(cleveland, random_state=0, test_fraction=fraction)


def test_different_patients_are_drawn_in_the_order_of_the_table(cleveland):
    twice = with_frame(cleveland, pd.concat([cleveland.frame.iloc[[7]], cleveland.frame]))
    rows = np.delete(np.arange(304), 8)  # the second time that the eighth patient stands there
    ill = twice.y_true[rows]
    rest, test = train_test_split(rows, test_size=0.2, random_state=3, stratify=ill)
    expected = np.sort(np.append(test, 8) if 0 in test else test)
    found = split_cohort(twice, random_state=3).test
    assert found.features.index.tolist() == twice.frame.index[expected].tolist()
    assert len(rest) == 242
