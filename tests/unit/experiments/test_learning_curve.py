"""The learning curve: growing shares of the patients, and test parts that no fit has seen."""

import dataclasses
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import train_test_split

from heart.config import Settings
from heart.experiments import cross_validation
from heart.experiments import learning_curve as learning
from heart.experiments.learning_curve import learning_curve
from heart.model.classifier import HeartClassifier

TINY = Settings(
    members=2, hidden=(4,), max_epochs=2, patience=0, dropout=0.0, masking=0.0, device="cpu"
)
COLUMNS = [
    "patients",
    "roc_auc",
    "roc_auc_low",
    "roc_auc_high",
    "log_loss",
    "log_loss_low",
    "log_loss_high",
]
SIZES = [
    36,
    60,
    97,
    145,
    194,
    242,
]  # 0.15, 0.25, 0.4, 0.6, 0.8 and all of 242: 303 less the 61 of the test part


def record_rows(monkeypatch):
    """The labels of the rows that each fit is given from now on, in the order of the fits."""
    seen = []
    prepare = HeartClassifier.prepare

    def record(self, X, y, **options):
        seen.append(X.index)
        return prepare(self, X, y, **options)

    monkeypatch.setattr(HeartClassifier, "prepare", record)
    return seen


@pytest.fixture
def trained_on(monkeypatch):
    return record_rows(monkeypatch)


@pytest.fixture(scope="module")
def two_repeats(cleveland):
    """The labels of each fit's rows, and the shares of the work that were told."""
    shares = []
    with pytest.MonkeyPatch.context() as patch:
        rows = record_rows(patch)
        learning_curve(cleveland, TINY, repeats=2, on_share=shares.append)
    return rows, shares


def replace(cohort, frame):
    return dataclasses.replace(cohort, frame=frame)


def test_rows_are_growing_sizes_with_documented_columns(cleveland):
    table = learning_curve(cleveland, TINY, repeats=3)
    assert list(table.columns) == COLUMNS
    assert table["patients"].tolist() == SIZES
    for name in ("roc_auc", "log_loss"):
        assert (table[f"{name}_low"] <= table[name]).all()
        assert (table[name] <= table[f"{name}_high"]).all()
        assert (table[f"{name}_low"] < table[f"{name}_high"]).all()


def test_more_patients_teach_more(cleveland, small):
    table = learning_curve(cleveland, dataclasses.replace(small, max_epochs=12, lr=0.01), repeats=3)
    assert table["log_loss"].iloc[-1] < table["log_loss"].iloc[0] - 0.02


def test_one_repeat_is_the_mean_and_both_percentiles(cleveland):
    table = learning_curve(cleveland, TINY, repeats=1)
    for name in ("roc_auc", "log_loss"):
        assert (
            table[name].tolist() == table[f"{name}_low"].tolist() == table[f"{name}_high"].tolist()
        )


def test_figures_are_those_of_a_classifier_on_the_test_part(cleveland):
    train, test = train_test_split(
        np.arange(303), test_size=0.2, stratify=cleveland.y_true, random_state=5
    )
    row = learning_curve(cleveland, TINY, repeats=1, random_state=5).iloc[-1]
    order = learning._interleave(train, cleveland.y_true)
    model = HeartClassifier.from_settings(TINY).fit(
        cleveland.features.iloc[order], cleveland.y_true[order]
    )
    scores = model.predict_proba(cleveland.features.iloc[test])[:, 1]
    assert row["roc_auc"] == pytest.approx(
        roc_auc_score(cleveland.y_true[test], scores), abs=0.005
    )  # ranks may swap by rounding
    assert row["log_loss"] == pytest.approx(log_loss(cleveland.y_true[test], scores), abs=1e-5)


def test_every_beginning_has_the_wholes_share_of_diseased_within_a_patient(cleveland, two_repeats):
    trained_on, _ = two_repeats
    diseased = cleveland.frame["num"] > 0
    whole = diseased[trained_on[5]].mean()
    assert [len(rows) for rows in trained_on] == SIZES * 2
    for rows in trained_on[:6]:
        assert abs(diseased[rows].sum() - whole * len(rows)) <= 1


@pytest.mark.parametrize("diseased", [1, 20, 57, 99])
def test_interleaved_rows_keep_the_share_at_every_length(diseased):
    y_true = np.random.default_rng(0).permutation(np.repeat([1, 0], [diseased, 100 - diseased]))
    rows = np.random.default_rng(1).permutation(100)
    order = learning._interleave(rows, y_true)
    assert sorted(order) == list(range(100))
    expected = diseased / 100 * np.arange(1, 101)
    assert np.abs(y_true[order].cumsum() - expected).max() <= 1


def test_shares_of_a_repeat_are_nested_and_repeats_differ(two_repeats):
    first, second = two_repeats[0][:6], two_repeats[0][6:]
    for fewer, more in pairwise(first):
        assert set(fewer) < set(more)
    assert set(first[-1]) != set(second[-1])


def test_test_rows_are_never_trained_on(cleveland, monkeypatch):
    kept = []
    fit_jointly = cross_validation.fit_jointly

    def record(prepared, *rest, **options):
        kept.append(prepared)
        return fit_jointly(prepared, *rest, **options)

    monkeypatch.setattr(cross_validation, "fit_jointly", record)
    _, test = train_test_split(
        np.arange(303), test_size=0.2, stratify=cleveland.y_true, random_state=0
    )
    wild = cleveland.frame.iloc[test].assign(age=100.0, chol=900.0, thal="fixed", cp=1, ca=3)
    spoilt = replace(cleveland, cleveland.frame.copy())
    spoilt.frame.iloc[test] = wild.astype(cleveland.frame.dtypes.to_dict())
    figures, other = (
        learning_curve(cleveland, TINY, repeats=1),
        learning_curve(spoilt, TINY, repeats=1),
    )
    for clean, same in zip(*kept, strict=True):
        assert np.array_equal(clean.train.encoded.numeric, same.train.encoded.numeric)
        assert np.array_equal(clean.train.encoded.codes, same.train.encoded.codes)
        assert np.array_equal(clean.train.y_true, same.train.y_true)
        assert np.array_equal(clean.preprocessor.median_, same.preprocessor.median_)
    assert figures["log_loss"].tolist() != pytest.approx(
        other["log_loss"].tolist()
    )  # the test rows were spoilt indeed


def test_identical_patients_stay_on_one_side(cleveland, trained_on):
    doubled = pd.concat([cleveland.frame.iloc[::3]] * 2, ignore_index=True)
    learning_curve(replace(cleveland, doubled), TINY, repeats=1)
    n = len(doubled)
    rows = set(max(trained_on, key=len))
    assert {(row + n // 2) % n for row in rows} == rows


def test_no_more_members_than_four_are_trained(cleveland, monkeypatch):
    members = []
    fit_jointly = cross_validation.fit_jointly
    monkeypatch.setattr(
        cross_validation,
        "fit_jointly",
        lambda prepared, settings, **options: (
            members.append(settings.members) or fit_jointly(prepared, settings, **options)
        ),
    )
    for wanted in (2, 9):
        learning_curve(
            cleveland, dataclasses.replace(TINY, members=wanted, max_epochs=1), repeats=1
        )
    assert members == [2, 4]


def test_same_seed_same_curve(cleveland):
    first, again, other = (
        learning_curve(cleveland, TINY, repeats=1, random_state=seed) for seed in (3, 3, 4)
    )
    assert first.equals(again)
    assert not first.equals(other)


def test_progress_ends_with_all_of_the_work_and_may_stop_it(cleveland, two_repeats):
    _, shares = two_repeats
    assert len(shares) >= 6  # a joint network for each size at least
    assert shares == sorted(shares)
    assert shares[-1] == 1

    def stop(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        learning_curve(cleveland, TINY, repeats=2, on_share=stop)


def test_every_point_stands_on_every_repeat_where_sizes_differ(cleveland, trained_on):
    doubled = pd.concat([cleveland.frame, cleveland.frame.iloc[:60]], ignore_index=True)
    table = learning_curve(replace(cleveland, doubled), TINY, repeats=4)
    sizes = np.array([len(rows) for rows in trained_on]).reshape(4, 6)
    assert len(set(sizes[:, -1])) > 1  # repeats hold out another number of doubled patients
    assert table["patients"].tolist() == np.median(sizes, axis=0).round().astype(int).tolist()
    assert (table["log_loss_low"] < table["log_loss_high"]).all()
