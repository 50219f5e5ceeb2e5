"""Other hospitals: what they lack, models that never saw them, and what local patients
would mend.
"""

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.metrics import log_loss, roc_auc_score

from heart.config import Settings
from heart.data import load_shipped
from heart.evaluation.calibration import calibration_of
from heart.experiments import hospitals
from heart.experiments.hospitals import (
    DETRANO,
    judge_elsewhere,
    lacking_features,
    local_recalibration,
)
from heart.schema import FEATURE_NAMES

DATA = Path(__file__).parents[3] / "data"
TINY = Settings(members=2, hidden=(8,), max_epochs=6, patience=2, device="cpu")
LACKING = {
    # counted in UCI's files: Hungary 190, 291 and 266 of 294; Switzerland 123, 75 and 118 of 123;
    # Long Beach 102, 198 and 166 of 200
    "cleveland": (),
    "hungary": ("slope", "ca", "thal"),
    "switzerland": ("chol", "fbs", "ca"),
    "va_long_beach": ("slope", "ca", "thal"),
}


@pytest.fixture(scope="module")
def judged():
    """Cleveland's model at the other three hospitals."""
    return judge_elsewhere("cleveland", TINY)


def shifted(n, shift, *, seed=0):
    """Outcomes, and probabilities whose log-odds are too low by the shift."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 1, n)
    return (rng.random(n) < expit(logits)).astype(np.int64), expit(logits - shift)


@pytest.mark.parametrize(("name", "lacking"), LACKING.items())
def test_hospital_lacks_what_most_of_its_patients_have_no_value_of(name, lacking):
    raw = pd.read_csv(DATA / f"{name}.csv", na_values=["?"])
    raw = raw.mask(
        raw[["chol", "trestbps"]].eq(0).reindex(columns=raw.columns, fill_value=False)
    )  # 0 stands for not measured
    by_hand = tuple(column for column in FEATURE_NAMES if raw[column].isna().mean() > 0.5)
    assert lacking_features(load_shipped(name)) == lacking == by_hand


@pytest.mark.parametrize(("known", "lacking"), [(4, True), (5, False), (6, False)])
def test_half_of_the_patients_are_enough_to_have_a_feature(cleveland, known, lacking):
    report = dataclasses.replace(
        cleveland.report, missing=dict.fromkeys(FEATURE_NAMES, 0) | {"chol": 10 - known}
    )
    ten = dataclasses.replace(cleveland, frame=cleveland.frame.iloc[:10], report=report)
    assert lacking_features(ten) == (("chol",) if lacking else ())


def test_published_accuracies_are_those_of_1989():
    # Detrano et al. 1989: 77 % in Budapest, 79 % in Long Beach, 81 % in Zurich and Basel
    assert DETRANO == {"hungary": 0.77, "va_long_beach": 0.79, "switzerland": 0.81}


def test_every_other_hospital_is_judged_with_all_and_with_the_shared_features(judged):
    assert [(e.trained_on, e.tested_on, e.features) for e in judged] == [
        ("cleveland", name, features)
        for name in ("hungary", "switzerland", "va_long_beach")
        for features in ("all", "shared")
    ]
    assert [e.lacking for e in judged[::2]] == [LACKING[e.tested_on] for e in judged[::2]]
    assert [e.lacking for e in judged[1::2]] == [e.lacking for e in judged[::2]]


def test_shared_features_differ_only_where_some_are_lacking():
    found = judge_elsewhere("hungary", TINY, others=("cleveland", "switzerland"))
    assert [(e.tested_on, e.features) for e in found] == [
        ("cleveland", "all"),
        ("switzerland", "all"),
        ("switzerland", "shared"),
    ]


def test_joined_hospitals_are_not_tested_on_themselves():
    found = judge_elsewhere("cleveland+va_long_beach", TINY)
    assert {(e.trained_on, e.tested_on) for e in found} == {
        ("cleveland+va_long_beach", name) for name in ("hungary", "switzerland")
    }


def test_figures_are_those_of_the_probabilities(judged):
    for external in judged:
        y_true = load_shipped(external.tested_on).y_true
        assert external.judged.y_score.shape == y_true.shape
        assert external.judged.at.accuracy.value == pytest.approx(
            ((external.judged.y_score >= 0.5) == (y_true == 1)).mean()
        )
        assert external.judged.at.threshold == 0.5
        assert external.judged.scores.roc_auc.value == pytest.approx(
            roc_auc_score(y_true, external.judged.y_score)
        )
        assert external.judged.scores.log_loss.value == pytest.approx(
            log_loss(y_true, external.judged.y_score)
        )
        assert external.judged.calibration == calibration_of(y_true, external.judged.y_score)


def spoil_labels(cohort):
    return dataclasses.replace(
        cohort, frame=cohort.frame.assign(num=(cohort.frame["num"] == 0).astype("int64"))
    )


def spoil_lacking(cohort):
    """The few values of what the hospital lacks become other ones."""
    frame = cohort.frame.assign(ca=3, slope=3.0, thal="reversible").astype(
        cohort.frame.dtypes.to_dict()
    )
    return dataclasses.replace(cohort, frame=frame)


def judge_spoilt(monkeypatch, spoil):
    """Cleveland's model at a Hungary that was changed: with all features, and the shared ones."""
    monkeypatch.setattr(
        hospitals,
        "load_shipped",
        lambda name: spoil(load_shipped(name)) if name == "hungary" else load_shipped(name),
    )
    return judge_elsewhere("cleveland", TINY, others=("hungary",))


def test_nothing_of_a_tested_hospitals_outcomes_is_used(judged, monkeypatch):
    for before, after in zip(judged[:2], judge_spoilt(monkeypatch, spoil_labels), strict=True):
        assert np.array_equal(after.judged.y_score, before.judged.y_score)
        assert after.judged.at.accuracy.value == pytest.approx(1 - before.judged.at.accuracy.value)


def test_model_of_the_shared_features_does_not_see_the_others(judged, monkeypatch):
    of_all, of_shared = judge_spoilt(monkeypatch, spoil_lacking)
    assert np.array_equal(of_shared.judged.y_score, judged[1].judged.y_score)
    assert np.abs(of_all.judged.y_score - judged[0].judged.y_score).max() > 0.01


def test_tested_hospitals_do_not_depend_on_each_other(judged):
    alone, _ = judge_elsewhere("cleveland", TINY, others=("switzerland",))
    assert np.array_equal(alone.judged.y_score, judged[2].judged.y_score)


def test_progress_is_told_hospital_by_hospital_and_may_stop_the_work():
    shares = []
    judge_elsewhere("switzerland", TINY, others=("cleveland", "hungary"), on_share=shares.append)
    assert shares == [0.5, 1]

    def stop(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        judge_elsewhere("switzerland", TINY, others=("cleveland", "hungary"), on_share=stop)


# local patients


def test_without_local_patients_the_loss_is_the_models():
    y_true, y_score = shifted(200, 1.0)
    table = local_recalibration(y_true, y_score, draws=3)
    assert list(table.columns) == ["patients", "median", "low", "high"]
    assert table.iloc[0].tolist() == [0] + [pytest.approx(log_loss(y_true, y_score))] * 3


@pytest.mark.parametrize(
    ("n", "sizes"),
    [
        (9, [0]),
        (10, [0, 5]),
        (79, [0, 5, 10, 20]),
        (160, [0, 5, 10, 20, 40, 80]),
        (400, [0, 5, 10, 20, 40, 80]),
    ],
)
def test_half_of_the_patients_at_least_are_left_to_judge(n, sizes):
    assert local_recalibration(*shifted(n, 0.5), draws=2)["patients"].tolist() == sizes


def test_local_patients_mend_a_large_shift_the_better_the_more_there_are():
    table = local_recalibration(*shifted(300, 2.5))
    assert table["median"].is_monotonic_decreasing
    assert table["high"].is_monotonic_decreasing
    assert table["median"].iloc[0] - table["median"].iloc[1] > 0.3
    assert table["median"].iloc[-1] == pytest.approx(
        log_loss(*shifted(300, 0.0)), abs=0.02
    )  # as good as never shifted


def test_after_recalibration_it_does_not_matter_how_far_the_model_was_off():
    first, other = (local_recalibration(*shifted(200, shift), draws=10) for shift in (2.5, -1.0))
    assert first.iloc[1:].to_numpy() == pytest.approx(other.iloc[1:].to_numpy())
    assert first.iloc[0]["median"] != pytest.approx(other.iloc[0]["median"])


def test_few_local_patients_spoil_probabilities_that_were_right():
    table = local_recalibration(*shifted(300, 0.0), draws=40).set_index("patients")
    assert table.loc[5, "median"] > table.loc[0, "median"] + 0.01
    assert table.loc[80, "high"] < table.loc[5, "high"]


def test_percentiles_enclose_the_median():
    table = local_recalibration(*shifted(200, 1.0), draws=40).iloc[1:]
    assert (table["low"] < table["median"]).all()
    assert (table["median"] < table["high"]).all()


def test_local_patients_of_one_class_give_a_finite_shift():
    y_true = np.repeat([0, 1], [4, 96])  # five patients are mostly all diseased
    table = local_recalibration(y_true, np.full(100, 0.5), draws=40)
    assert np.isfinite(table.to_numpy()).all()
    assert table["median"].iloc[-1] < table["median"].iloc[0]


def test_shift_counts_half_a_patient_of_each_outcome():
    # 5 of 5 diseased at a probability of one half: 5.5 of 6 patients, so odds of 11
    assert hospitals._shrunken_intercept(np.ones(5, dtype=np.int64), np.zeros(5)) == pytest.approx(
        np.log(11)
    )


def test_draws_depend_on_the_seed_only():
    y_true, y_score = shifted(100, 1.0)
    first, again, other = (
        local_recalibration(y_true, y_score, draws=5, random_state=seed) for seed in (1, 1, 2)
    )
    assert first.equals(again)
    assert not first.equals(other)
