"""Every figure is in the table once, and is written in one way."""

import numpy as np
import pytest
from sklearn.metrics import get_scorer

from heart.bundle.layout import FIGURES
from heart.evaluation.calibration import Calibration
from heart.evaluation.figures import (
    LEADERBOARD,
    METRICS,
    OVERALL,
    SHARES,
    Figure,
    known_figures,
    write_calibration,
    write_figure,
)
from heart.evaluation.judged import PartMetrics, ThresholdMetrics
from heart.evaluation.metrics import score_all
from heart.evaluation.threshold_curves import FIXED, MOVING

SCORERS = {  # scikit-learn turns a loss round, so that greater is better
    "roc_auc": "roc_auc",
    "average_precision": "average_precision",
    "log_loss": "neg_log_loss",
    "brier": "neg_brier_score",
    "accuracy": "accuracy",
    "recall": "recall",
    "precision": "precision",
    "f1": "f1",
}


@pytest.mark.parametrize("name", SCORERS)
def test_way_that_is_better_is_scikit_learns(name):
    sign = get_scorer(SCORERS[name])._sign
    assert METRICS[name].better == ("higher" if sign > 0 else "lower")


def test_every_figure_that_is_computed_has_an_entry():
    computed = {*FIGURES, *FIXED, *MOVING, *score_all(np.array([0, 1]), np.array([0.2, 0.9]))}
    assert computed <= set(METRICS)
    assert set(LEADERBOARD) == set(score_all(np.array([0, 1]), np.array([0.2, 0.9])))
    assert set(FIGURES) <= {*OVERALL, *SHARES}


def test_tables_of_parts_show_what_a_bundle_holds():
    figures = {name: [0.5, 0.4, 0.6] for name in reversed(FIGURES)}
    assert sorted(known_figures(figures)) == sorted(FIGURES)
    assert known_figures({"npv": 0, "roc_auc": 0}) == ("roc_auc", "npv")


def test_every_entry_is_held_by_the_part_that_it_names():
    parts = {"scores": PartMetrics, "at": ThresholdMetrics, "calibration": Calibration}
    for name, metric in METRICS.items():
        assert not metric.source or name in parts[metric.source]._fields
        assert metric.better in {"higher", "lower", ""}


def test_no_two_figures_have_one_name():
    for names in zip(*((metric.label, metric.words) for metric in METRICS.values()), strict=True):
        assert all(names)
        assert len(set(names)) == len(METRICS)


@pytest.mark.parametrize(
    ("figure", "options", "text"),
    [
        ((0.9123, 0.84, 0.97), {}, "0.912 (0.84 to 0.97)"),
        ((0.9123, 0.84, 0.97), {"end_digits": 3}, "0.912 (0.840 to 0.970)"),
        ((0.9123, 0.84, 0.97), {"digits": 4}, "0.9123 (0.840 to 0.970)"),
        ((0.0021, -0.01, 0.0142), {"signed": True}, "+0.002 (-0.010 to +0.014)"),
        ((None, None, None), {}, "–"),
        ((float("nan"), 0.1, 0.2), {}, "–"),
        ((0.5, None, None), {}, "0.500"),
        ((0.5, float("nan"), 0.7), {}, "0.500"),
    ],
)
def test_figure_is_written_with_its_interval(figure, options, text):
    assert write_figure(figure, **options) == text


def test_calibration_is_written_with_the_intercepts_sign():
    written = write_calibration(Figure(0.123, -0.2, 0.446), Figure(0.98, 0.804, 1.156))
    assert written == "+0.12 (-0.20 to +0.45), 0.98 (0.80 to 1.16)"


def test_tables_show_these_figures_in_this_order():
    overall = ("roc_auc", "average_precision", "log_loss", "brier")
    assert (overall, (*overall, "accuracy")) == (OVERALL, LEADERBOARD)
    assert SHARES == ("accuracy", "recall", "specificity", "precision", "npv")
