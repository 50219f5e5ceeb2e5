"""A judged model's figures, against scikit-learn and values worked out by hand."""

import numpy as np
import pytest
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    f1_score,
    log_loss,
    precision_score,
    recall_score,
    roc_auc_score,
)

from heart.evaluation.calibration import calibration_of
from heart.evaluation.figures import AGREEMENT, NO_FIGURE, OVERALL, SHARES
from heart.evaluation.judged import as_plain, judge, judge_out_of_fold, metrics_at, score_part
from heart.evaluation.out_of_fold import OutOfFold


@pytest.mark.parametrize(
    ("threshold", "counts"),
    [
        (0.0, (0, 3, 0, 3)),
        (0.3, (1, 2, 0, 3)),
        (0.31, (2, 1, 1, 2)),
        (0.6, (2, 1, 1, 2)),
        (0.9, (3, 0, 2, 1)),
        (0.91, (3, 0, 3, 0)),
    ],
)
def test_disease_is_decided_at_the_threshold_and_above(threshold, counts):
    y_true, y_score = np.array([0, 0, 0, 1, 1, 1]), np.array([0.1, 0.3, 0.6, 0.3, 0.6, 0.9])
    result = metrics_at(y_true, y_score, threshold)
    assert (result.tn, result.fp, result.fn, result.tp) == counts
    assert (result.n, result.positives) == (6, 3)


@pytest.mark.parametrize("threshold", [0.2, 1 / 3, 0.5, 0.7])
def test_shares_are_scikit_learns(scored, threshold):
    y_true, y_score = scored
    result, decided = metrics_at(y_true, y_score, threshold), y_score >= threshold
    assert result.accuracy.value == (decided == y_true).mean()
    assert result.precision.value == pytest.approx(precision_score(y_true, decided))
    assert result.recall.value == pytest.approx(recall_score(y_true, decided))
    assert result.specificity.value == pytest.approx(recall_score(y_true, decided, pos_label=0))
    assert result.npv.value == pytest.approx(precision_score(y_true, decided, pos_label=0))
    assert result.f1 == pytest.approx(f1_score(y_true, decided))


def test_shares_of_nobody_are_no_figures():
    nobody_positive = metrics_at(np.array([0, 1]), np.array([0.1, 0.2]), 0.9)
    assert (nobody_positive.precision, nobody_positive.npv.value, nobody_positive.f1) == (
        NO_FIGURE,
        0.5,
        0.0,
    )
    all_healthy = metrics_at(np.array([0, 0]), np.array([0.1, 0.2]), 0.9)
    assert (all_healthy.recall, all_healthy.f1) == (NO_FIGURE, None)


@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("roc_auc", roc_auc_score),
        ("average_precision", average_precision_score),
        ("log_loss", log_loss),
        ("brier", brier_score_loss),
    ],
)
def test_figures_are_scikit_learns(scored, name, reference):
    figure = getattr(score_part(*scored), name)
    assert figure.value == pytest.approx(reference(*scored))
    assert figure.low < figure.value < figure.high


@pytest.mark.parametrize("outcome", [0, 1])
def test_ranks_need_both_classes(outcome):
    result = score_part(np.full(20, outcome), np.linspace(0.1, 0.9, 20))
    assert (result.roc_auc, result.average_precision) == (NO_FIGURE, NO_FIGURE)
    assert result.brier.low < result.brier.value < result.brier.high
    assert (result.n, result.positives) == (20, 20 * outcome)


def test_intervals_depend_on_the_seed_only(scored):
    assert score_part(*scored, random_state=1) == score_part(*scored, random_state=1)
    assert score_part(*scored, random_state=1) != score_part(*scored, random_state=2)


def test_perfect_ranks_have_no_spread():
    result = score_part(np.array([0] * 10 + [1] * 10), np.linspace(0.01, 0.99, 20))
    assert result.roc_auc == pytest.approx((1, 1, 1))
    assert result.average_precision == pytest.approx((1, 1, 1))


# one model, all figures


@pytest.mark.parametrize(
    ("threshold", "counts"),
    [(0.4, (1, 1, 0, 2)), (0.41, (2, 0, 0, 2)), (0.7, (2, 0, 0, 2)), (1.0, (2, 0, 2, 0))],
)
def test_judged_model_decides_disease_at_a_score_equal_to_the_threshold(threshold, counts):
    judged = judge(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.7, 0.9]), threshold=threshold)
    assert (judged.at.tn, judged.at.fp, judged.at.fn, judged.at.tp) == counts
    assert judged.at.threshold == threshold


def test_judged_model_has_the_figures_of_its_parts(scored):
    judged = judge(*scored, threshold=0.4, name="a model")
    assert judged.name == "a model"
    assert judged.at == metrics_at(*scored, 0.4)
    assert judged.scores == score_part(*scored)
    assert judged.calibration == calibration_of(*scored)
    assert all(held is given for held, given in zip(judged[1:3], scored, strict=True))
    for name in (*OVERALL, *SHARES):
        part = judged.scores if name in OVERALL else judged.at
        assert judged.figure(name) == getattr(part, name)
    assert [judged.figure(name) for name in AGREEMENT] == list(judged.calibration[:2])


@pytest.mark.parametrize("outcome", [0, 1])
def test_model_judged_on_one_class_has_the_figures_that_there_are(outcome):
    judged = judge(np.full(20, outcome), np.linspace(0.1, 0.9, 20), threshold=0.5)
    lacking = {"roc_auc", "average_precision", *(("recall",) if outcome == 0 else ("specificity",))}
    for name in (*OVERALL, *SHARES):
        assert (judged.figure(name) == NO_FIGURE) == (name in lacking)
    assert judged.at.positives == 20 * outcome
    assert (judged.calibration.intercept, judged.calibration.slope) == (NO_FIGURE, NO_FIGURE)


def test_plain_values_of_a_judged_model_are_its_counts_and_figures(scored):
    judged = judge(*scored, threshold=0.4)
    plain = as_plain(judged.at, judged.scores)
    assert (plain["n"], plain["positives"]) == (150, int(scored[0].sum()))
    assert sum(plain["confusion"].values()) == 150
    assert plain["figures"] == {name: list(judged.figure(name)) for name in (*OVERALL, *SHARES)}


def test_repeated_predictions_get_the_mean_of_the_repeats_figures_and_each_patient_counts_once():
    rng = np.random.default_rng(0)
    y_true = np.arange(80) % 2
    y_score = np.clip(0.3 + 0.4 * y_true + rng.normal(0, 0.25, (3, 80)), 0.02, 0.98)
    predictions = OutOfFold(y_true, y_score, np.tile(np.arange(80) % 4, (3, 1)), 1.0)
    found = judge_out_of_fold(predictions, threshold=0.4, name="x")
    each = [judge(y_true, scores, threshold=0.4) for scores in y_score]
    for name in ("roc_auc", "average_precision", "log_loss", "brier"):
        assert found.figure(name).value == pytest.approx(
            np.mean([one.figure(name).value for one in each])
        )
    for name in AGREEMENT:
        mean = np.mean([one.figure(name) for one in each], axis=0)
        assert found.figure(name) == pytest.approx(mean)
    shares = [(one.calibration.expected, one.calibration.observed) for one in each]
    assert found.calibration[2:] == pytest.approx(np.mean(shares, axis=0))
    # the mean of the three, judged as one model, would look better
    together = judge(y_true, y_score.mean(axis=0), threshold=0.4)
    assert found.scores.log_loss.value > together.scores.log_loss.value
    assert found.at == together.at
    assert found.at.n == 80
