"""The table of thresholds and the rules that choose one."""

import numpy as np
import pytest

from heart.errors import SettingsError
from heart.evaluation import bayes_threshold, metrics_at, select_threshold, threshold_table
from heart.evaluation.thresholds import GRID, RULES, cheapest_threshold

COUNTS = ["tn", "fp", "fn", "tp"]


@pytest.fixture(scope="module")
def parts(experiment):
    """Outcomes and scores of each part; the parts have different sizes."""
    return {name: (part.y_true, experiment.bundle.predict_proba(part.features)) for name, part in experiment.split._asdict().items()}


def random_part(seed, n=80):
    rng = np.random.default_rng(seed)
    y_true = (rng.random(n) < 0.45).astype(np.int64)
    return y_true, np.round(np.clip(0.35 * y_true + rng.random(n) * 0.65, 0, 1), 2)


def test_grid_is_every_hundredth():
    assert GRID.tolist() == [i / 100 for i in range(101)]


@pytest.mark.parametrize("name", ["train", "valid", "test"])
def test_counts_are_those_at_each_threshold(parts, name):
    table = threshold_table(*parts[name])
    expected = [metrics_at(*parts[name], threshold)[1:5] for threshold in GRID]
    assert [tuple(row) for row in table[COUNTS].to_numpy()] == expected


@pytest.mark.parametrize("seed", range(3))
def test_scores_on_the_grid_count_as_at_the_threshold(seed):
    part = random_part(seed)
    assert [tuple(row) for row in threshold_table(*part)[COUNTS].to_numpy()] == [metrics_at(*part, t)[1:5] for t in GRID]


@pytest.mark.parametrize(("name", "n"), [("train", 193), ("valid", 49), ("test", 61)])
def test_counts_add_up_to_the_right_part(parts, name, n):
    table = threshold_table(*parts[name])
    assert table[COUNTS].sum(axis=1).unique().tolist() == [n]
    assert (table["fn"] + table["tp"]).unique().tolist() == [parts[name][0].sum()]


def test_shares_are_those_at_each_threshold(parts):
    table, at = threshold_table(*parts["valid"]), [metrics_at(*parts["valid"], t) for t in GRID]
    for name in ("precision", "recall", "specificity", "accuracy"):
        values = [getattr(result, name).value for result in at]
        assert table[name].tolist() == pytest.approx([np.nan if v is None else v for v in values], nan_ok=True)
    assert table["f1"].tolist() == pytest.approx([result.f1 for result in at])


@pytest.mark.parametrize("cost_ratio", [0.5, 2.0, 10.0])
def test_cost_counts_missed_patients_and_false_alarms(parts, cost_ratio):
    y_true, y_score = parts["valid"]
    expected = [np.where(y_true == 1, cost_ratio * (y_score < t), y_score >= t).mean() for t in GRID]
    assert threshold_table(y_true, y_score, cost_ratio=cost_ratio)["cost"].tolist() == pytest.approx(expected)


def test_first_row_calls_everyone_ill():
    table = threshold_table(np.array([0, 1]), np.array([0.0, 1.0]))
    assert table.loc[0, COUNTS].tolist() == [0, 1, 0, 1]
    assert table.loc[100, COUNTS].tolist() == [1, 0, 0, 1]


def test_nobody_above_the_highest_score_is_ill():
    last = threshold_table(np.array([0, 1]), np.array([0.2, 0.9])).iloc[100]
    assert last[COUNTS].tolist() == [1, 0, 1, 0]
    assert np.isnan(last["precision"])


@pytest.mark.parametrize(("cost_ratio", "threshold"), [(2, 1 / 3), (1, 0.5), (9, 0.1), (0.25, 0.8)])
def test_bayes_threshold_is_the_false_alarms_share_of_the_costs(cost_ratio, threshold):
    assert bayes_threshold(cost_ratio) == pytest.approx(threshold)


def test_bayes_threshold_is_cheapest_where_probabilities_are_true():
    p = np.repeat(np.linspace(0.005, 0.995, 100), 200)
    y_true = (np.tile(np.arange(200), 100) < p * 200).astype(np.int64)
    assert cheapest_threshold(threshold_table(y_true, p, cost_ratio=2)) == pytest.approx(1 / 3, abs=0.01)


@pytest.mark.parametrize("cost_ratio", [0, 0.09, 101, -1, float("nan"), float("inf")])
def test_cost_ratio_outside_its_bounds_is_refused(cost_ratio):
    with pytest.raises(SettingsError, match=r"from 0\.1 to 100"):
        bayes_threshold(cost_ratio)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("cost_ratio", [0.5, 2.0, 8.0])
def test_cheapest_threshold_costs_no_more_than_any(seed, cost_ratio):
    y_true, y_score = random_part(seed)
    choice = select_threshold(y_true, y_score, rule="cheapest", cost_ratio=cost_ratio)

    def cost(threshold):
        return cost_ratio * (y_true & (y_score < threshold)).sum() + ((1 - y_true) & (y_score >= threshold)).sum()

    assert cost(choice.value) == min(cost(t) for t in np.linspace(0, 1, 1001))


def test_of_several_cheapest_thresholds_it_is_the_middle_one():
    y_true, y_score = np.array([0, 0, 1, 1]), np.array([0.1, 0.2, 0.8, 0.9])
    assert select_threshold(y_true, y_score, rule="cheapest").value == pytest.approx(0.5, abs=0.01)


def test_choice_says_how_and_on_what_it_was_made(parts):
    assert select_threshold(*parts["valid"]) == (bayes_threshold(2.0), "bayes", 2.0, "costs only")
    assert select_threshold(*parts["valid"], rule="cheapest", cost_ratio=4, chosen_on="out-of-fold")[1:] == ("cheapest", 4.0, "out-of-fold")


def test_bayes_rule_does_not_look_at_the_part():
    assert select_threshold(*random_part(0)) == select_threshold(*random_part(1))


@pytest.mark.parametrize("rule", ["manual", "youden", ""])
def test_other_rules_are_refused(rule):
    with pytest.raises(SettingsError, match='"bayes" or "cheapest"'):
        select_threshold(*random_part(0), rule=rule)


def test_every_rule_is_explained():
    assert set(RULES) == {"bayes", "cheapest", "manual"}
    assert all(RULES.values())
