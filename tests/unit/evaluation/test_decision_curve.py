"""Decision curves: against published figures and counts of patients one by one."""

import numpy as np
import pytest

from heart.evaluation.decision_curve import avoided_follow_ups, decision_curve

# Figures that the R package dcurves gives for its 750 simulated patients of whom 105 have cancer,
# as kept by its Python sister for its own tests (github.com/MSKCC-Epi-Bio/dcurves,
# dcurves/data/r_dca_famhistory.csv, test/resources/.../interventions_avoided.csv and
# tests/benchmark_data/r_simple_binary_dca_result_df.csv): threshold, net benefit of all, net
# benefit of the marker.
FAMILY_HISTORY = (24, 91)  # true and false positives of 750: tp_rate 0.032, fp_rate 0.12133
FAMILY_HISTORY_BENEFITS = [
    (0.01, 0.13131313131313133, 0.030774410774410774),
    (0.05, 0.09473684210526317, 0.025614035087719297),
    (0.10, 0.04444444444444445, 0.018518518518518517),
    (0.14, 0.0, 0.012248062015503873),
    (0.20, -0.07499999999999998, 0.0016666666666666635),
    (0.21, -0.08860759493670883, -2.531645569620253e-4),
    (0.35, -0.32307692307692315, -0.033333333333333354),
    (0.50, -0.72, -0.08933333333333335),
]
FAMILY_HISTORY_AVOIDED = [
    (0.01, -995.3333333333334),
    (0.1, -23.333333333333353),
    (0.13, 1.58974358974358),
    (0.2, 30.666666666666657),
]
FAMILY_HISTORY_AVOIDED += [
    (0.35, 53.809523809523824),
    (0.5, 63.06666666666666),
    (0.99, 73.75757575757575),
]

# the logistic regression on age: threshold, true and false positives of 750, net benefit
AGE = [
    (0.10, 84, 289, 0.0691851851851852),
    (0.20, 59, 110, 0.04200000000000001),
    (0.30, 35, 46, 0.02038095238095238),
    (0.50, 14, 7, 0.009333333333333336),
]


def cohort(true_positives, false_positives, scores, *, diseased=105, healthy=645):
    """Patients of whom so many have at least each of the rising scores; the others have the score
    0.
    """
    parts = []
    for counts, n in ((true_positives, diseased), (false_positives, healthy)):
        at_least = [n, *counts, 0]
        parts.append(np.repeat([0.0, *scores], -np.diff(at_least)))
    return np.repeat([1, 0], [diseased, healthy]), np.concatenate(parts)


@pytest.fixture(scope="module")
def family_history():
    return cohort([FAMILY_HISTORY[0]], [FAMILY_HISTORY[1]], [1.0])


def at(table, threshold):
    """The row of a threshold."""
    return table.loc[(table["threshold"] - threshold).abs().idxmin()]


def count_benefit(y_true, y_score, threshold):
    """Vickers and Elkin 2006, patient by patient: a true positive is worth 1, a false one costs the
    odds of the threshold.
    """
    worth = 0.0
    for outcome, score in zip(y_true, y_score, strict=True):
        if score >= threshold:
            worth += 1 if outcome else -threshold / (1 - threshold)
    return worth / len(y_true)


@pytest.fixture(scope="module")
def scored():
    """150 outcomes with scores that know something, have ties and lie on thresholds."""
    rng = np.random.default_rng(0)
    y_true = (rng.random(150) < 0.4).astype(np.int64)
    return y_true, np.round(np.clip(0.3 * y_true + rng.random(150) * 0.7, 0, 1), 2)


@pytest.mark.parametrize(("threshold", "of_all", "of_marker"), FAMILY_HISTORY_BENEFITS)
def test_net_benefit_is_the_published_one(family_history, threshold, of_all, of_marker):
    row = at(decision_curve(*family_history), threshold)
    assert (row["all"], row["model"], row["none"]) == pytest.approx(
        (of_all, of_marker, 0), abs=1e-12
    )


@pytest.mark.parametrize(("threshold", "avoided"), FAMILY_HISTORY_AVOIDED)
def test_avoided_follow_ups_of_100_are_the_published_ones(family_history, threshold, avoided):
    assert at(decision_curve(*family_history), threshold)["avoided"] == pytest.approx(
        avoided, abs=1e-9
    )


@pytest.mark.parametrize(("threshold", "avoided"), FAMILY_HISTORY_AVOIDED)
def test_avoided_follow_ups_at_one_threshold_are_the_published_ones(threshold, avoided):
    tp, fp = FAMILY_HISTORY
    told = avoided_follow_ups(
        threshold, recall=tp / 105, specificity=1 - fp / 645, prevalence=105 / 750
    )
    assert told == pytest.approx(avoided, abs=1e-9)


def test_net_benefit_of_a_published_model_with_many_scores():
    thresholds, true_positives, false_positives, benefits = zip(*AGE, strict=True)
    table = decision_curve(
        *cohort(true_positives, false_positives, [t + 0.005 for t in thresholds])
    )
    assert [at(table, t)["model"] for t in thresholds] == pytest.approx(benefits, abs=1e-12)


def test_benefit_of_all_at_another_prevalence_is_the_published_one(family_history):
    # r_case2_results.csv of the same place: share 0.147287
    table = decision_curve(*family_history, prevalence=0.14728706774292788)
    assert [at(table, t)["all"] for t in (0.5, 0.8, 0.99)] == pytest.approx(
        [-0.7054258645141442, -3.2635646612853613, -84.27129322570714]
    )


@pytest.mark.parametrize("outcomes", ["both", "healthy", "diseased"])
def test_curve_is_the_count_of_patients_one_by_one(scored, outcomes):
    y_true, y_score = scored
    y_true = {"both": y_true, "healthy": np.zeros_like(y_true), "diseased": np.ones_like(y_true)}[
        outcomes
    ]
    table = decision_curve(y_true, y_score)
    assert table["threshold"].tolist() == pytest.approx(np.arange(1, 100) / 100)
    assert table["model"].tolist() == pytest.approx(
        [count_benefit(y_true, y_score, t) for t in table["threshold"]]
    )
    assert table["all"].tolist() == pytest.approx(
        [count_benefit(y_true, np.ones(150), t) for t in table["threshold"]]
    )
    assert not table["none"].any()


def test_avoided_is_the_healthy_spared_less_the_diseased_missed(scored):
    y_true, y_score = scored
    for row in decision_curve(y_true, y_score).itertuples():
        spared, missed = ((y_score < row.threshold) & (y_true == outcome) for outcome in (0, 1))
        assert row.avoided == pytest.approx(
            100 / 150 * (spared.sum() - missed.sum() * (1 - row.threshold) / row.threshold)
        )


def test_other_prevalence_is_a_cohort_with_so_many_healthy_patients(scored):
    y_true, y_score = scored
    rows = np.concatenate([np.flatnonzero(y_true == 1), np.tile(np.flatnonzero(y_true == 0), 3)])
    expected = decision_curve(y_true[rows], y_score[rows])
    found = decision_curve(y_true, y_score, prevalence=y_true[rows].mean())
    assert found.to_numpy() == pytest.approx(expected.to_numpy())
    assert not np.allclose(found["model"], decision_curve(y_true, y_score)["model"])


def test_own_prevalence_is_the_default(scored):
    y_true, y_score = scored
    assert decision_curve(y_true, y_score, prevalence=y_true.mean()).to_numpy() == pytest.approx(
        decision_curve(y_true, y_score).to_numpy()
    )


@pytest.mark.parametrize("prevalence", [0.05, 0.3, 0.82])
def test_following_up_all_is_worth_nothing_at_the_prevalence(scored, prevalence):
    table = decision_curve(*scored, prevalence=prevalence)
    assert at(table, prevalence)["all"] == pytest.approx(0, abs=1e-12)
    assert (table.loc[table["threshold"] < prevalence - 0.005, "all"] > 0).all()
    assert (table.loc[table["threshold"] > prevalence + 0.005, "all"] < 0).all()


def test_perfect_scores_are_worth_the_prevalence():
    table = decision_curve(np.array([0, 0, 0, 1]), np.array([0.0, 0, 0, 1]))
    assert set(table["model"]) == {0.25}


def test_curve_has_these_columns_and_a_row_a_hundredth():
    table = decision_curve(np.array([0, 1, 0, 0]), np.array([0.1, 0.8, 0.3, 0.6]))
    assert list(table) == ["threshold", "model", "all", "none", "avoided"]
    assert table.index.tolist() == list(range(99))
    assert table["threshold"].tolist() == [i / 100 for i in range(1, 100)]


def test_benefit_of_four_patients_by_hand_at_a_score_and_above_it():
    table = decision_curve(np.array([0, 1, 0, 0]), np.array([0.1, 0.8, 0.3, 0.6]))
    rows = table.set_index("threshold")
    odds = 0.6 / 0.4  # at 0.6 the healthy one of 0.6 is followed up, above it no more
    assert rows.loc[0.6, "model"] == pytest.approx(1 / 4 - odds / 4)
    assert rows.loc[0.61, "model"] == pytest.approx(1 / 4)
    assert rows.loc[0.6, "all"] == pytest.approx(1 / 4 - odds * 3 / 4)
    assert rows.loc[0.6, "avoided"] == pytest.approx(100 * 2 / 4)
