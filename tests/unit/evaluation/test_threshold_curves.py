"""What every threshold does, with bands: against counts by hand, numpy's own quantiles and
simulated patients.
"""

import numpy as np
import pytest
from scipy.stats import binomtest

from heart.evaluation.judged import metrics_at
from heart.evaluation.out_of_fold import OutOfFold
from heart.evaluation.policies import rates_at_prevalence
from heart.evaluation.threshold_curves import RESAMPLES, ThresholdCurves, _band, _count, _draw
from heart.evaluation.threshold_table import GRID
from heart.evaluation.thresholds import TUNED, WANTING, bayes_threshold, select_threshold


def simulate(seed, n=242, repeats=3, noise=0.0):
    """Patients whose probabilities are true, predicted several times."""
    rng = np.random.default_rng(seed)
    risk = rng.beta(0.8, 1.0, n)
    y_true = (rng.random(n) < risk).astype(np.int64)
    scores = np.clip(risk + rng.normal(0, noise, (repeats, n)), 0, 1)
    return OutOfFold(y_true, scores, np.zeros((repeats, n), dtype=np.int64), 0.0)


@pytest.fixture(scope="module")
def predictions():
    return simulate(0, noise=0.05)


@pytest.fixture(scope="module")
def curves(predictions):
    return ThresholdCurves(predictions)


@pytest.mark.parametrize("threshold", [0.0, 0.17, 0.33, 0.5, 0.9])
def test_figures_are_those_at_the_threshold(curves, predictions, threshold):
    row = curves.table(cost_ratio=3).iloc[round(threshold * 100)]
    at = metrics_at(predictions.y_true, predictions.mean_score, threshold)
    assert row[["tn", "fp", "fn", "tp"]].tolist() == [at.tn, at.fp, at.fn, at.tp]
    for name in ("recall", "specificity", "precision", "npv"):
        expected = getattr(at, name).value
        assert row[name] == pytest.approx(np.nan if expected is None else expected, nan_ok=True)
    assert row["needed"] == pytest.approx((at.tp + at.fp) / at.tp)
    assert row["f1"] == pytest.approx(at.f1)
    assert row["cost"] == pytest.approx((3 * at.fn + at.fp) / at.n)


def test_band_of_the_cost_is_quantiles_of_resampled_patients(predictions, curves):
    rng = np.random.default_rng(0)
    weights = _draw(predictions.y_true, rng)
    rows = np.stack([np.repeat(np.arange(242), w.astype(int)) for w in weights])
    at = [metrics_at(predictions.y_true[r], predictions.mean_score[r], 0.4) for r in rows]
    costs = [(3 * each.fn + each.fp) / 242 for each in at]
    ends = np.quantile(costs, [0.025, 0.975]).tolist()
    for row in (curves.table(cost_ratio=3).loc[40], curves.at(0.4, cost_ratio=3)):
        assert row[["cost_low", "cost_high"]].tolist() == pytest.approx(ends, abs=0.01)


@pytest.mark.parametrize("threshold", [0.02, 0.3333, 0.97])
def test_intervals_of_shares_are_scipys_exact_ones(curves, threshold):
    row = curves.at(threshold)
    tn, fp, fn, tp = row[["tn", "fp", "fn", "tp"]].astype(int)
    shares = {"recall": (tp, fn), "specificity": (tn, fp), "precision": (tp, fp), "npv": (tn, fn)}
    for name, (right, wrong) in shares.items():
        exact = binomtest(right, right + wrong).proportion_ci(method="exact")
        assert row[[f"{name}_low", f"{name}_high"]].tolist() == pytest.approx(list(exact))
    needed = row[["needed_low", "needed_high"]].tolist()
    assert needed == pytest.approx([1 / row["precision_high"], 1 / row["precision_low"]])


def test_four_of_four_healthy_patients_do_not_rule_disease_out():
    y_true, y_score = np.array([0] * 4 + [1] * 4), np.array([0.01] * 4 + [0.9] * 4)
    four = ThresholdCurves(OutOfFold(y_true, y_score[None], np.zeros((1, 8), dtype=np.int64), 0.0))
    for share, low in ((0.5, 0.3976), (0.1, 0.8559)):  # odds 0.66; nine times as many healthy
        row = four.at(0.02, prevalence=share)
        ends = row[["npv", "npv_low", "npv_high"]].tolist()
        assert ends == pytest.approx([1, low, 1], abs=1e-4)


def test_counts_and_figures_of_any_threshold_are_of_the_same_patients(curves, predictions):
    for cost_ratio in np.linspace(0.5, 20, 40):
        row = curves.at(bayes_threshold(cost_ratio), cost_ratio=cost_ratio)
        at = metrics_at(predictions.y_true, predictions.mean_score, bayes_threshold(cost_ratio))
        assert row[["tn", "fp", "fn", "tp"]].tolist() == [at.tn, at.fp, at.fn, at.tp]
        assert [row["recall"], row["npv"]] == pytest.approx([at.recall.value, at.npv.value])


def test_row_at_a_threshold_of_the_grid_is_the_tables(curves):
    table = curves.table(cost_ratio=3, prevalence=0.2)
    row = curves.at(0.17, cost_ratio=3, prevalence=0.2)
    assert row.to_dict() == pytest.approx(table.loc[17].to_dict())


def test_rows_of_several_thresholds_are_those_of_each_in_their_order(curves):
    thresholds = [0.3333, 0.02, 0.97, 0.02]
    rows = curves.at_each(thresholds, cost_ratio=3, prevalence=0.2)
    assert rows["threshold"].tolist() == thresholds
    for threshold, (_, row) in zip(thresholds, rows.iterrows(), strict=True):
        assert row.equals(curves.at(threshold, cost_ratio=3, prevalence=0.2).rename(row.name))


def test_resamples_keep_the_number_of_each_class(predictions):
    weights = _draw(predictions.y_true, np.random.default_rng(3))
    assert weights.shape == (RESAMPLES, 242)
    assert (weights[:, predictions.y_true == 1].sum(axis=1) == predictions.y_true.sum()).all()
    assert (weights.sum(axis=1) == 242).all()


def test_counts_of_everybody_once_are_the_plain_counts(predictions, curves):
    once = _count(predictions.y_true, predictions.mean_score, np.ones((1, 242)))
    assert np.array_equal(once.tp[0], curves.counts.tp)
    assert np.array_equal(once.fp[0], curves.counts.fp)


def test_band_is_numpys_nearest_quantile_without_the_missing():
    values = np.random.default_rng(0).normal(size=(500, 4))
    values[np.random.default_rng(1).random((500, 4)) < [0, 0.2, 0.9, 1.0]] = np.nan
    low, high = _band(values)
    for column in range(3):
        known = values[~np.isnan(values[:, column]), column]
        ends = np.quantile(known, [0.025, 0.975], method="closest_observation")
        assert (low[column], high[column]) == pytest.approx(ends, abs=np.diff(np.sort(known)).max())
    assert np.isnan([low[3], high[3]]).all()


def test_bands_of_the_recall_cover_the_true_one():
    # many patients give the recall at 0.4 that 242 patients estimate
    large = simulate(1, n=400_000, repeats=1)
    truth = metrics_at(large.y_true, large.mean_score, 0.4).recall.value
    rows = [ThresholdCurves(simulate(seed, repeats=1)).table().iloc[40] for seed in range(2, 62)]
    covered = np.mean([row["recall_low"] <= truth <= row["recall_high"] for row in rows])
    assert 0.85 <= covered <= 1.0
    assert (
        np.mean([row["recall_high"] - row["recall_low"] for row in rows]) < 0.2
    )  # not by being wide


def test_another_share_of_ill_patients_leaves_recall_and_moves_the_predictive_values(curves):
    here, there = curves.table(), curves.table(prevalence=0.1)
    assert np.array_equal(here["recall"], there["recall"])
    expected = rates_at_prevalence(
        here["recall"].to_numpy(), here["specificity"].to_numpy(), 0.1, cost_ratio=2.0
    )
    assert there["precision"].tolist() == pytest.approx(expected.precision.tolist(), nan_ok=True)
    assert (there["precision"].dropna() <= here["precision"].dropna() + 1e-12).all()


@pytest.mark.parametrize("rule", sorted(set(TUNED) - set(WANTING)))
def test_tuned_thresholds_lie_around_the_chosen_one(curves, predictions, rule):
    chosen = select_threshold(predictions.y_true, predictions.mean_score, rule=rule).value
    tuned = curves.tuned(rule)
    assert tuned.shape == (RESAMPLES,)
    assert np.isin(tuned, GRID).all()
    assert tuned.min() <= chosen <= tuned.max()


def test_tuning_on_few_patients_moves_and_on_many_finds_the_bayes_threshold():
    few = ThresholdCurves(simulate(5)).tuned("cheapest", cost_ratio=2)
    many = ThresholdCurves(simulate(5, n=40_000)).tuned("cheapest", cost_ratio=2)
    assert np.ptp(np.quantile(few, [0.1, 0.9])) > 0.1
    assert np.median(many) == pytest.approx(bayes_threshold(2), abs=0.03)
    assert np.ptp(np.quantile(many, [0.1, 0.9])) < np.ptp(np.quantile(few, [0.1, 0.9]))


def test_same_seed_gives_the_same_bands(predictions, curves):
    assert ThresholdCurves(predictions).table().equals(curves.table())
    assert not ThresholdCurves(predictions, random_state=1).table().equals(curves.table())
