"""A work-up: nothing that is hidden reaches an answer, and every figure is that of the answers."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import log_loss, roc_auc_score

from heart.config import get_recipe
from heart.data.cohort import Cohort
from heart.errors import SettingsError
from heart.evaluation.fees import FEES, STEPS, parse_fee
from heart.experiments.cross_validation import Folds, predict_out_of_fold
from heart.experiments.work_up import (
    HELPS,
    MAY_HELP,
    NOTHING,
    UNTOLD,
    fit_work_up,
    hide,
    judge_gain,
    net_benefit,
    work_up_table,
)
from heart.schema import FEATURE_NAMES

FOLDS = Folds(3, 2)
STEP_LIST = tuple(STEPS.values())


@pytest.fixture(scope="module")
def settings(small):
    return replace(small, members=1, max_epochs=15, patience=0)


@pytest.fixture(scope="module")
def work_up(cleveland, settings):
    return fit_work_up(cleveland, settings, folds=FOLDS)


@pytest.fixture(scope="module")
def table(work_up):
    return work_up_table(work_up, STEP_LIST, threshold=1 / 3)


def test_with_everything_known_it_is_the_cross_validation(work_up, cleveland, settings):
    expected = predict_out_of_fold(cleveland.features, cleveland.y_true, settings, folds=FOLDS)
    answers = work_up.answers(FEATURE_NAMES)
    assert np.array_equal(answers.y_score, expected.y_score)
    assert np.array_equal(answers.fold, expected.fold)


def test_what_is_hidden_cannot_be_read(work_up, cleveland, settings):
    """The same fits on patients whose hidden values are another's give the same answers."""
    known = ("age", "sex", "cp")
    shuffled = cleveland.frame.sample(frac=1, random_state=0)
    spoilt = cleveland.frame.assign(
        **{name: shuffled[name].array for name in FEATURE_NAMES if name not in known}
    )
    other = fit_work_up(cleveland, settings, folds=FOLDS)
    other.features = spoilt[list(FEATURE_NAMES)]
    assert np.array_equal(other.answers(known).y_score, work_up.answers(known).y_score)
    assert not np.array_equal(
        other.answers(FEATURE_NAMES).y_score, work_up.answers(FEATURE_NAMES).y_score
    )


def test_hiding_keeps_kinds_and_known_values(cleveland):
    shown = hide(cleveland.features, ["age", "thal"])
    assert shown.dtypes.equals(cleveland.features.dtypes)
    pd.testing.assert_frame_equal(shown[["age", "thal"]], cleveland.features[["age", "thal"]])
    assert shown.drop(columns=["age", "thal"]).isna().all(axis=None)
    assert cleveland.features["sex"].notna().all()


def test_before_any_step_all_of_a_fold_get_one_answer_and_there_is_no_auc(work_up, table):
    answers = work_up.answers(())
    for scores, fold in zip(answers.y_score, answers.fold, strict=True):
        assert all(np.ptp(scores[fold == k]) < 1e-6 for k in range(3))
    assert np.isnan(table["roc_auc"][0])
    assert table["roc_auc"][1:].notna().all()


def test_figures_are_those_of_the_answers(work_up, table):
    known = [name for step in STEP_LIST[:5] for name in step.features]
    answers = work_up.answers(known)
    row = table.iloc[5]
    aucs = [roc_auc_score(answers.y_true, scores) for scores in answers.y_score]
    losses = [log_loss(answers.y_true, scores) for scores in answers.y_score]
    assert row["step"] == "Exercise test"
    assert row["roc_auc"] == pytest.approx(np.mean(aucs))
    assert row["log_loss"] == pytest.approx(np.mean(losses))
    assert row["gain"] == pytest.approx(table["log_loss"][4] - row["log_loss"], abs=2e-3)
    assert table["gain_low"][1] < table["gain"][1] < table["gain_high"][1]


def test_costs_add_up_with_discounts(table):
    assert table["cost"].round(2).tolist() == [0, 3, 1, 10.37, 15.5, 192.2, 1, 100.9]
    assert table["cumulated"].iloc[-1] == pytest.approx(323.97)


def test_reordered_steps_share_the_fits_and_end_at_the_same(work_up, table):
    back = work_up_table(work_up, STEP_LIST[::-1], threshold=1 / 3)
    figures = ["roc_auc", "log_loss", "net_benefit", "cumulated"]
    assert back[figures].iloc[-1].tolist() == pytest.approx(table[figures].iloc[-1].tolist())
    scan, exercise = (back.set_index("step").loc[t] for t in ("Thallium scan", "Exercise test"))
    assert (scan["cost"], round(exercise["cost"], 2)) == (102.90, 90.30)


def test_changed_fees_change_costs_alone(work_up, table):
    dear = work_up_table(work_up, STEP_LIST, threshold=1 / 3, fees=parse_fee(FEES, "ca=500"))
    changed = [name for name in table if not dear[name].equals(table[name])]
    assert changed == ["cost", "cumulated"]
    assert dear["cost"].iloc[-1] == 500


def test_net_benefit_counts_false_alarms_at_the_odds():
    y_true, y_score = np.array([1, 1, 0, 0]), np.array([0.9, 0.2, 0.25, 0.1])
    assert net_benefit(y_true, y_score, 0.25) == pytest.approx(1 / 4 - 1 / 4 * 1 / 3)


@pytest.mark.parametrize(("n_known", "verdict"), [(0, UNTOLD), (151, UNTOLD), (152, NOTHING)])
def test_of_a_step_that_most_did_not_have_nothing_is_told(cleveland, settings, n_known, verdict):
    known = np.arange(303) < n_known
    frame = cleveland.frame.assign(ca=cleveland.frame["ca"].where(known))
    blind = Cohort("blind", frame, "blind", cleveland.report)
    fits = fit_work_up(blind, settings, folds=Folds(3, 1))
    row = work_up_table(fits, STEP_LIST, threshold=1 / 3).iloc[-1]
    assert row["measured"] == pytest.approx(frame["ca"].notna().mean())
    assert (row["verdict"] == UNTOLD) == (verdict == UNTOLD)
    assert n_known or row["gain"] == 0


def test_verdicts():
    assert judge_gain(0.08, 0.03) == HELPS
    assert judge_gain(0.03, -0.004) == MAY_HELP
    assert judge_gain(0.01, 0.0) == MAY_HELP
    assert judge_gain(0.0099, -0.01) == NOTHING
    assert judge_gain(-0.02, -0.03) == NOTHING


def test_a_recipe_that_hides_nothing_is_refused(cleveland):
    with pytest.raises(SettingsError, match="masking above 0"):
        fit_work_up(cleveland, get_recipe("lesson"), folds=FOLDS)
