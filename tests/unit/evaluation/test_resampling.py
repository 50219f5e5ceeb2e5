"""Bootstrap intervals: against published values, scipy and scikit-learn; and they hold the truth in
about 95 of 100 studies of patients whose truth is known.
"""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import bootstrap, norm
from sklearn.metrics import average_precision_score, roc_auc_score

from heart.evaluation import resampling
from heart.evaluation.figures import NO_FIGURE
from heart.evaluation.judged import score_part
from heart.evaluation.resampling import RESAMPLES, _bootstrap_precision, _bootstrap_roc_auc

DISTANCE = 1.2
STUDIES, PATIENTS = 150, 120


def posterior(x):
    """The probability of disease at x, of as many healthy N(0, 1) as diseased N(DISTANCE, 1)."""
    return expit(DISTANCE * x - DISTANCE**2 / 2)


def expectation(loss):
    """The mean of a loss(outcome, probability), by integration."""
    halves = (
        quad(lambda x, c=c: loss(c, posterior(x)) * norm.pdf(x, DISTANCE * c), -9, 9)[0]
        for c in (0, 1)
    )
    return sum(halves) / 2


TRUTH = {
    "roc_auc": norm.cdf(DISTANCE / 2**0.5),
    "log_loss": expectation(lambda outcome, p: -np.log(p if outcome else 1 - p)),
    "brier": expectation(lambda outcome, p: (p - outcome) ** 2),
}


@pytest.fixture(scope="module")
def studies():
    """What `score_part` says of each study, of patients who are diseased with a chance of one half.
    Percentiles of 200 resamples hold the truth as often as those of 1000, in a fifth of the time;
    how many there are is tested below.
    """
    rng = np.random.default_rng(0)
    drawn = [rng.integers(0, 2, PATIENTS) for _ in range(STUDIES)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resampling, "RESAMPLES", 200)
        return [
            score_part(y_true, posterior(rng.normal(DISTANCE * y_true, 1.0)), random_state=seed)
            for seed, y_true in enumerate(drawn)
        ]


@pytest.mark.parametrize("name", list(TRUTH))
def test_interval_covers_the_truth_as_often_as_it_says(studies, name):
    figures = [getattr(study, name) for study in studies]
    covered = np.mean([figure.low <= TRUTH[name] <= figure.high for figure in figures])
    assert 0.88 <= covered <= 0.99
    assert np.mean([figure.value for figure in figures]) == pytest.approx(TRUTH[name], rel=0.02)


@pytest.mark.parametrize("name", list(TRUTH))
def test_interval_is_as_wide_as_the_spread_of_studies(studies, name):
    figures = [getattr(study, name) for study in studies]
    spread = np.std([figure.value for figure in figures])
    assert np.mean([figure.high - figure.low for figure in figures]) == pytest.approx(
        2 * 1.96 * spread, rel=0.2
    )


@pytest.mark.parametrize(
    ("resampled", "reference"), [("auc", roc_auc_score), ("precision", average_precision_score)]
)
def test_bootstrap_equals_scikit_learn_on_each_resample(scored, resampled, reference):
    y_true, y_score = scored
    rng, groups = (
        np.random.default_rng(1),
        [np.flatnonzero(y_true == outcome) for outcome in (0, 1)],
    )
    rows = np.hstack([rng.choice(group, (50, len(group))) for group in groups])
    found = (
        _bootstrap_roc_auc(y_score, rows, len(groups[0]))
        if resampled == "auc"
        else _bootstrap_precision(y_true, y_score, rows)
    )
    assert found == pytest.approx([reference(y_true[row], y_score[row]) for row in rows])


def test_interval_of_the_auc_is_the_percentiles_of_a_thousand_stratified_resamples(scored):
    y_true, y_score = scored
    rng, groups = (
        np.random.default_rng(0),
        [np.flatnonzero(y_true == outcome) for outcome in (0, 1)],
    )
    rows = np.hstack([rng.choice(group, (1000, len(group))) for group in groups])
    n = len(groups[0])
    # the share of pairs in which the diseased has the higher score, ties counting half; that this
    # is scikit-learn's figure on each resample is the test before
    difference = y_score[rows[:, n:, None]] - y_score[rows[:, None, :n]]
    aucs = ((np.sign(difference) + 1) / 2).mean(axis=(1, 2))
    assert RESAMPLES == 1000
    assert score_part(y_true, y_score).roc_auc[1:] == pytest.approx(
        np.quantile(aucs, [0.025, 0.975])
    )


def losses_of(y_true, y_score):
    """Each patient's part of the figures that are means over patients."""
    given = np.where(y_true == 1, y_score, 1 - y_score)
    return {
        "log_loss": -np.log(given),
        "brier": (1 - given) ** 2,
        "accuracy": (y_score >= 0.5) == y_true,
    }


MEANS = ["log_loss", "brier", "accuracy"]


@pytest.mark.parametrize("name", MEANS)
def test_interval_of_a_mean_is_scipys_bootstrap_over_patients_whatever_their_class(scored, name):
    y_true, y_score = scored
    theirs = bootstrap(
        (losses_of(y_true, y_score)[name],), np.mean, n_resamples=1000, method="percentile", rng=0
    ).confidence_interval
    _, low, high = resampling.bootstrap_figures(y_true, y_score[None, :])[name]
    # ends of 1000 resamples come from chance to a twelfth of a standard error, a 48th of the width
    assert (low, high) == pytest.approx(theirs, abs=0.06 * (theirs.high - theirs.low))


@pytest.mark.parametrize("n_ill", [0, 8, 20, 142, 150])
@pytest.mark.parametrize("name", MEANS)
def test_interval_of_a_mean_is_as_wide_as_its_standard_error(name, n_ill):
    y_true, y_score = rare(n_ill, 150)
    y_score = y_score / 4  # so low that losses differ most between the classes
    losses = losses_of(y_true, y_score)[name]
    value, low, high = resampling.bootstrap_figures(y_true, y_score[None, :])[name]
    assert value == pytest.approx(losses.mean())
    assert high - low == pytest.approx(2 * 1.96 * losses.std() / 150**0.5, rel=0.12)


def test_difference_of_losses_is_as_unsure_as_that_of_the_same_patients():
    y_true, y_score = rare(20, 150)
    y_score = y_score / 4
    other = expit(np.log(y_score / (1 - y_score)) * 0.7)
    found = resampling.bootstrap_differences(y_true, y_score, other)
    for name in ("log_loss", "brier"):
        each = losses_of(y_true, other)[name] - losses_of(y_true, y_score)[name]
        value, low, high = found[name]
        assert value == pytest.approx(each.mean()), name
        assert high - low == pytest.approx(2 * 1.96 * each.std() / 150**0.5, rel=0.12), name


def test_large_samples_are_judged_by_fewer_resampled_rows_with_the_same_interval():
    rng = np.random.default_rng(1)
    y_true = rng.integers(0, 2, 20_000)
    y_score = np.clip(rng.normal(0.35 + 0.3 * y_true, 0.2), 0.01, 0.99)
    scores = score_part(y_true, y_score)
    auc = roc_auc_score(y_true, y_score)
    # Hanley and McNeil 1982
    q1, q2, n = auc / (2 - auc), 2 * auc**2 / (1 + auc), 10_000
    se = ((auc * (1 - auc) + (n - 1) * (q1 - auc**2) + (n - 1) * (q2 - auc**2)) / n**2) ** 0.5
    assert scores.roc_auc.value == pytest.approx(auc)
    assert scores.roc_auc.high - scores.roc_auc.low == pytest.approx(2 * 1.96 * se, rel=0.15)
    assert scores.roc_auc.low < auc < scores.roc_auc.high


@pytest.mark.parametrize("n", [90, 2_500])
def test_auc_alone_is_the_auc_of_all_figures(n):
    rng = np.random.default_rng(3)
    y_true = (rng.random(n) < 0.4).astype(np.int64)
    y_scores = np.clip(0.3 + 0.3 * y_true + rng.normal(0, 0.2, (2, n)), 0, 1)
    alone = resampling.bootstrap_roc_auc(y_true, y_scores)
    assert alone == pytest.approx(resampling.bootstrap_figures(y_true, y_scores)["roc_auc"])
    assert resampling.bootstrap_roc_auc(np.ones(n, dtype=np.int64), y_scores) == NO_FIGURE


def rare(n_ill, n, seed=0):
    """So many diseased of n, their score DISTANCE above the others'."""
    y_true = np.repeat([0, 1], [n - n_ill, n_ill])
    return y_true, expit(np.random.default_rng(seed).normal(DISTANCE * y_true - 1, 1.0))


@pytest.mark.parametrize("swap", [False, True], ids=["few diseased", "few healthy"])
def test_all_of_a_rare_class_are_resampled_in_a_large_file(swap):
    y_true, y_score = rare(20, 50_000)
    if swap:
        y_true, y_score = 1 - y_true, 1 - y_score
    found = resampling.bootstrap_roc_auc(y_true, y_score[None, :])
    below = np.array([(y_score[y_true == 0] < p).mean() for p in y_score[y_true == 1]])
    above = np.array([(y_score[y_true == 1] > p).mean() for p in y_score[y_true == 0]])
    of_rare = above if swap else below
    # DeLong, DeLong and Clarke-Pearson 1988: the common class's part is 0.03 % of it
    error = (of_rare.var(ddof=1) / 20) ** 0.5
    assert found.value == pytest.approx(of_rare.mean())
    assert found.high - found.low == pytest.approx(2 * 1.96 * error, rel=0.12)
    assert found.low < found.value < found.high


def test_figures_of_a_large_file_are_as_sure_as_each_class_is_large():
    y_true, y_score = rare(3_000, 40_000)
    found = resampling.bootstrap_figures(y_true, y_score[None, :])
    squares = (y_score - y_true) ** 2
    low, high = found["brier"][1:]
    assert high - low == pytest.approx(2 * 1.96 * squares.std() / 200, rel=0.1)  # of 40,000
    assert all(f.low < f.value < f.high for f in found.values())


@pytest.mark.parametrize("n", [100, 10_000])
def test_figures_of_a_constant_are_as_unsure_as_the_share_of_the_diseased(n):
    y_true = np.repeat([0, 1], [n * 6 // 100, n * 94 // 100])
    found = resampling.bootstrap_figures(y_true, np.full((1, n), 0.9))
    width = 2 * 1.96 * (0.94 * 0.06 / n) ** 0.5
    # by how much a patient of the other class changes each
    for name, step in (("accuracy", 1.0), ("brier", 0.9**2 - 0.1**2), ("log_loss", np.log(9))):
        assert found[name].high - found[name].low == pytest.approx(width * step, rel=0.12), name
    assert found["accuracy"].value == 0.94


def test_steps_are_counted_of_those_who_are_drawn_and_of_nobody_else():
    """Else a file of 50,000 patients needs 2.6 GB."""
    rows = np.array([[0, 3, 7, 8], [3, 3, 8, 8]])  # two healthy ones and two diseased of ten
    diseased, healthy = resampling._count_steps(np.arange(10.0), rows, 2)
    assert diseased.tolist() == [[1, 1, 0, 0], [2, 0, 0, 0]]  # from 8 down to 0
    assert healthy.tolist() == [[0, 0, 1, 1], [0, 0, 2, 0]]


def test_weighted_precision_is_that_of_patients_who_stand_there_so_often(scored):
    y_true, y_score = scored
    rows = np.argsort(y_true, kind="stable")[None, :]
    often = np.repeat(rows[0], np.where(y_true[rows[0]] == 1, 2, 5))
    assert _bootstrap_precision(y_true, y_score, rows, weights=(5.0, 2.0)) == pytest.approx(
        average_precision_score(y_true[often], y_score[often])
    )
