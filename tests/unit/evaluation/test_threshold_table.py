"""The table of thresholds counts the patients at each one."""

import numpy as np
import pytest

from heart.evaluation.judged import metrics_at
from heart.evaluation.threshold_table import GRID, counts_of, threshold_table
from tests.support.parts import random_part

COUNTS = ["tn", "fp", "fn", "tp"]


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
    assert [tuple(row) for row in threshold_table(*part)[COUNTS].to_numpy()] == [
        metrics_at(*part, t)[1:5] for t in GRID
    ]


@pytest.mark.parametrize(("name", "n"), [("train", 193), ("valid", 49), ("test", 61)])
def test_counts_add_up_to_the_right_part(parts, name, n):
    table = threshold_table(*parts[name])
    assert table[COUNTS].sum(axis=1).unique().tolist() == [n]
    assert (table["fn"] + table["tp"]).unique().tolist() == [parts[name][0].sum()]


def test_shares_are_those_at_each_threshold(parts):
    table, at = threshold_table(*parts["valid"]), [metrics_at(*parts["valid"], t) for t in GRID]
    for name in ("precision", "recall", "specificity", "accuracy"):
        values = [getattr(result, name).value for result in at]
        assert table[name].tolist() == pytest.approx(
            [np.nan if v is None else v for v in values], nan_ok=True
        )
    assert table["f1"].tolist() == pytest.approx([result.f1 for result in at])


@pytest.mark.parametrize("cost_ratio", [0.5, 2.0, 10.0])
def test_cost_counts_missed_patients_and_false_alarms(parts, cost_ratio):
    y_true, y_score = parts["valid"]
    expected = [
        np.where(y_true == 1, cost_ratio * (y_score < t), y_score >= t).mean() for t in GRID
    ]
    assert threshold_table(y_true, y_score, cost_ratio=cost_ratio)[
        "cost"
    ].tolist() == pytest.approx(expected)


def test_first_row_calls_everyone_ill():
    table = threshold_table(np.array([0, 1]), np.array([0.0, 1.0]))
    assert table.loc[0, COUNTS].tolist() == [0, 1, 0, 1]
    assert table.loc[100, COUNTS].tolist() == [1, 0, 0, 1]


def test_nobody_above_the_highest_score_is_ill():
    last = threshold_table(np.array([0, 1]), np.array([0.2, 0.9])).iloc[100]
    assert last[COUNTS].tolist() == [1, 0, 1, 0]
    assert np.isnan(last["precision"])


def test_counts_of_a_table_know_how_many_there_are_of_each_class():
    table = threshold_table(np.array([1, 0, 0, 0, 1]), np.array([0.9, 0.2, 0.5, 0.7, 0.0]))
    counts = counts_of(table)
    assert (counts.positives, counts.negatives) == (2, 3)
    assert (counts.tp[[0, 50, 90, 91]].tolist(), counts.fp[[0, 20, 21, 71]].tolist()) == (
        [2, 1, 1, 0],
        [3, 3, 2, 0],
    )
    assert (counts.recall[50], counts.specificity[50]) == pytest.approx((1 / 2, 1 - 2 / 3))


def test_shares_of_nobody_say_nothing_on_the_way():
    with np.errstate(all="raise"):
        table = threshold_table(np.array([0, 0]), np.array([0.2, 0.4]))
    assert table[["precision", "recall", "f1"]].iloc[-1].isna().all()
    assert table["specificity"].iloc[-1] == 1
