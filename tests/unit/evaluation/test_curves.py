"""ROC and precision-recall curves: against scikit-learn, counts by hand and a truth
that is known.
"""

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.metrics import roc_auc_score, roc_curve

from heart.evaluation import curves
from heart.evaluation.curves import precision_recall_table, roc_table


def draw(n, *, seed, distance=1.5):
    """Half healthy, half diseased, scores normal and so far apart, mapped to 0-1."""
    y_true = np.repeat([0, 1], n // 2)
    return y_true, norm.cdf(np.random.default_rng(seed).normal(distance * y_true, 1.0))


@pytest.fixture(scope="module", params=["ties", "no ties"])
def scored(request):
    y_true, y_score = draw(140, seed=0)
    return y_true, np.round(y_score, 1) if request.param == "ties" else y_score


def best_precision(y_true, y_score, recall):
    """The highest precision of all thresholds that find at least this share of the diseased, by
    trying each.
    """
    found = []
    for threshold in np.unique(y_score):
        decided = y_score >= threshold
        if y_true[decided].sum() >= recall * y_true.sum() - 1e-9:
            found.append(y_true[decided].mean())
    return max(found)


def test_roc_is_scikit_learns_on_a_grid(scored):
    start, table = roc_table(*scored).iloc[0], roc_table(*scored).iloc[1:]
    assert start.tolist() == [0, 0, 0, 0]
    fpr, tpr, _ = roc_curve(*scored, drop_intermediate=False)
    assert table["fpr"].tolist() == pytest.approx(np.arange(51) / 50)
    highest = {
        x: tpr[fpr <= x + 1e-12][-1] for x in table["fpr"]
    }  # at the foot of a step the ROC is as high as the step
    for row in table.itertuples():
        left, right = (
            np.flatnonzero(fpr <= row.fpr + 1e-12)[-1],
            np.flatnonzero(fpr >= row.fpr - 1e-12)[0],
        )
        if right <= left:
            assert row.tpr == pytest.approx(highest[row.fpr])
        else:
            share = (row.fpr - fpr[left]) / (fpr[right] - fpr[left])
            assert row.tpr == pytest.approx(tpr[left] + share * (tpr[right] - tpr[left]))


def test_area_under_the_table_is_the_auc(scored):
    table = roc_table(*scored)
    assert np.trapezoid(table["tpr"], table["fpr"]) == pytest.approx(
        roc_auc_score(*scored), abs=0.01
    )


@pytest.mark.parametrize(
    ("make", "value", "inner"),
    [(roc_table, "tpr", slice(5, 15)), (precision_recall_table, "precision", slice(35, 45))],
    ids=["roc", "pr"],
)
def test_band_holds_the_curve_and_has_a_width(scored, make, value, inner):
    table = make(*scored)
    assert (table["low"] <= table[value]).all()
    assert (table[value] <= table["high"]).all()
    assert table[["low", "high"]].stack().between(0, 1).all()
    assert (table["high"] - table["low"])[inner].gt(0.02).all()


def test_roc_ends_in_the_corner(scored):
    assert roc_table(*scored).iloc[-1].tolist() == [1, 1, 1, 1]


def test_roc_rises_and_precision_falls(scored):
    assert roc_table(*scored)["tpr"].is_monotonic_increasing
    assert precision_recall_table(*scored)["precision"].is_monotonic_decreasing


def test_precision_is_the_highest_with_at_least_that_recall(scored):
    table = precision_recall_table(*scored)
    assert table["recall"].tolist() == pytest.approx(np.arange(51) / 50)
    expected = [best_precision(*scored, recall) for recall in table["recall"].iloc[1:]]
    assert table["precision"].iloc[1:].tolist() == pytest.approx(expected)


def test_curves_of_three_patients_by_hand():
    y_true, y_score = np.array([1, 0, 1]), np.array([0.9, 0.8, 0.7])
    precision = precision_recall_table(y_true, y_score).set_index("recall")["precision"]
    # the first half of the diseased are found without a false alarm, more of them only together
    # with the healthy one
    assert precision[0.5] == pytest.approx(1)
    assert precision[0.52] == precision[1.0] == pytest.approx(2 / 3)
    rate = roc_table(y_true, y_score).set_index("fpr")["tpr"]
    assert rate.iloc[1:-1].tolist() == pytest.approx([0.5] * (len(rate) - 2))


@pytest.mark.parametrize("make", [roc_table, precision_recall_table])
def test_bands_depend_on_the_seed_only(scored, make):
    assert make(*scored, random_state=1).equals(make(*scored, random_state=1))
    assert not make(*scored, random_state=1).equals(make(*scored, random_state=2))


def test_perfect_scores_have_no_spread():
    y_true, y_score = np.repeat([0, 1], 10), np.linspace(0, 1, 20)
    assert (roc_table(y_true, y_score).iloc[1:][["tpr", "low", "high"]] == 1).all(axis=None)
    assert (precision_recall_table(y_true, y_score)[["precision", "low", "high"]] == 1).all(
        axis=None
    )


def test_band_covers_the_true_rate_in_most_studies(monkeypatch):
    monkeypatch.setattr(curves, "RESAMPLES", 100)
    true_rate = norm.cdf(
        1.5 + norm.ppf(0.2)
    )  # of healthy N(0, 1) and diseased N(1.5, 1) at a false-positive rate of 0.2
    rows = [roc_table(*draw(200, seed=seed)).iloc[11] for seed in range(60)]
    assert rows[0]["fpr"] == pytest.approx(0.2)
    covered = np.mean([row["low"] <= true_rate <= row["high"] for row in rows])
    assert covered >= 0.85
    assert np.mean([row["tpr"] for row in rows]) == pytest.approx(true_rate, abs=0.02)
    assert np.mean([row["high"] - row["low"] for row in rows]) < 0.35  # not covered by being wide
