"""Figures of predictions that come in pieces are those of all predictions together."""

import numpy as np
import pytest
from scipy.special import expit
from sklearn.metrics import average_precision_score, roc_auc_score

from heart.evaluation.judged import metrics_at, score_part
from heart.evaluation.streamed import STEPS, StreamedCounts, StreamedScores, _Sample
from heart.evaluation.threshold_table import counts_of, threshold_table

FIGURES = ("roc_auc", "average_precision", "log_loss", "brier")


def invent(n, n_ill, seed=0):
    """So many diseased of n, in any order, their scores higher than the others'."""
    rng = np.random.default_rng(seed)
    y_true = rng.permutation(np.repeat([0, 1], [n - n_ill, n_ill]))
    return y_true, expit(rng.normal(1.2 * y_true - 1, 1.0))


def judge(y_true, y_score, *, piece=7_000, threshold=0.5):
    positives = int(y_true.sum())
    streamed = StreamedScores((len(y_true) - positives, positives), threshold=threshold)
    for start in range(0, len(y_true), piece):
        streamed.add(y_true[start : start + piece], y_score[start : start + piece])
    return streamed


@pytest.fixture(scope="module")
def large():
    return invent(50_000, 20_000)


def test_figures_are_of_all_patients(large):
    found, expected = judge(*large).scores(), score_part(*large)
    assert (found.n, found.positives) == (50_000, 20_000)
    assert found.log_loss.value == pytest.approx(expected.log_loss.value, rel=1e-12)
    assert found.brier.value == pytest.approx(expected.brier.value, rel=1e-12)
    assert found.roc_auc.value == pytest.approx(expected.roc_auc.value, abs=1e-6)
    assert found.average_precision.value == pytest.approx(
        expected.average_precision.value, abs=1e-5
    )


@pytest.mark.parametrize(
    ("n_ill", "names"),
    # the average precision of few among many hangs on which of the many are drawn
    [(20, ("roc_auc", "log_loss", "brier")), (20_000, FIGURES), (49_980, FIGURES)],
)
def test_intervals_are_as_wide_as_those_of_all_patients_together(n_ill, names):
    patients = invent(50_000, n_ill)
    found, expected = judge(*patients).scores(), score_part(*patients)
    for name in names:
        one, other = getattr(found, name), getattr(expected, name)
        assert one.low < one.value < one.high, name
        # of 2,000 others of the common class
        assert one.high - one.low == pytest.approx(other.high - other.low, rel=0.15), name


def test_probabilities_of_few_digits_are_ranked_exactly_ties_and_ends_included():
    y_true, y_score = invent(6_000, 2_000)
    y_score = np.round(y_score * 1_024) / 1_024
    y_score[:200], y_score[200:400] = 0.0, 1.0
    found = judge(y_true, y_score).scores()
    assert found.roc_auc.value == pytest.approx(roc_auc_score(y_true, y_score), abs=1e-12)
    expected = average_precision_score(y_true, y_score)
    assert found.average_precision.value == pytest.approx(expected, abs=1e-12)


def test_steps_are_so_fine_that_neighbours_of_six_digits_differ():
    y_true, y_score = np.tile([0, 1], 1_500), np.tile([0.5, 0.5 + 1 / STEPS], 1_500)
    assert judge(y_true, y_score).scores().roc_auc.value == 1


def test_as_many_as_are_resampled_are_judged_as_together():
    patients = invent(2_000, 700)
    found, expected = judge(*patients, piece=300).scores(), score_part(*patients)
    for name in FIGURES:
        assert getattr(found, name).value == pytest.approx(getattr(expected, name).value)
    assert found.brier[1:] == pytest.approx(expected.brier[1:], rel=0.02)  # drawn in another order


def test_one_more_than_are_resampled_leaves_one_out():
    streamed = judge(*invent(2_001, 700), piece=300)
    streamed.scores()
    assert sum(len(sample.values) for sample in streamed._kept) == 2_000


@pytest.mark.parametrize("threshold", [0.25, 0.5, 0.0, 1.0])
def test_who_reaches_the_threshold_exactly_is_decided_diseased(threshold):
    y_true, y_score = invent(900, 300)
    y_score = np.round(y_score * 4) / 4
    found = judge(y_true, y_score, piece=100, threshold=threshold).at()
    assert found == metrics_at(y_true, y_score, threshold)


def test_counts_on_the_grid_are_the_tables_a_piece_of_one_class_included(large):
    y_true, y_score = (values[np.argsort(large[0])] for values in large)  # the healthy first
    streamed = StreamedCounts()
    for start in range(0, len(y_true), 15_000):
        streamed.add(y_true[start : start + 15_000], y_score[start : start + 15_000])
    found, expected = streamed.finish(), counts_of(threshold_table(y_true, y_score))
    assert np.array_equal(found.tp, expected.tp)
    assert np.array_equal(found.fp, expected.fp)
    assert (found.positives, found.negatives) == (20_000, 30_000)


def test_each_value_is_as_likely_in_the_sample_wherever_it_comes():
    rng, times = np.random.default_rng(0), np.zeros(100)
    for _ in range(2_000):
        sample = _Sample(10, rng)
        for values in np.split(np.arange(100.0), [3, 20, 90]):
            sample.add(values)
        times[sample.values.astype(int)] += 1
    assert times.sum() == 20_000
    pieces = [part.mean() for part in np.split(times, [3, 20, 90])]
    # a tenth each; a piece's mean of three has a standard error of 7.7
    assert pieces == pytest.approx([200] * 4, abs=25)
