"""Charts are functions of a frame: their specification depends on its columns only, and holds no
patient.
"""

import json

import numpy as np
import pandas as pd
import pytest

from heart.charts import (
    decision,
    feature_by_outcome,
    hundred_people,
    learning,
    local_patients,
    loss_curves,
    precision_recall,
    reliability,
    roc,
    threshold_cost,
    threshold_curves,
    tuned_thresholds,
    two_reliabilities,
    two_rocs,
)
from heart.charts.evaluate import work_up
from heart.charts.explain import alike_patients, certainty_ranges, next_test_ranges
from heart.charts.patient import hundred_frame
from heart.charts.patient_why import waterfall
from heart.charts.score import probabilities, probabilities_by_outcome
from heart.charts.threshold import cost_frame, curve_frame, tuned_frame
from heart.charts.train import run_curves
from heart.charts.what_if import answer_dots, answer_line
from heart.data import load_shipped
from heart.data.summary import outcome_frame
from heart.evaluation.calibration import reliability_table
from heart.evaluation.curves import precision_recall_table, roc_table
from heart.evaluation.decision_curve import decision_curve
from heart.evaluation.out_of_fold import OutOfFold
from heart.evaluation.threshold_curves import ThresholdCurves
from heart.experiments.hospitals import local_recalibration
from heart.model.loop import EpochRecord, history_frame
from heart.schema import feature
from heart.scoring.selection import Rows, probability_frame

COHORT = load_shipped("cleveland")
HISTORY = [EpochRecord(1, 0.7, 0.5, 0.6, 0.6), EpochRecord(2, 0.6, 0.7, 0.5, 0.8)]
SCORE = 1 - COHORT.frame["thalach"].to_numpy() / 250
CURVES = ThresholdCurves(
    OutOfFold(COHORT.y_true, SCORE[None], np.zeros((1, COHORT.n), dtype=int), 0.0)
)
LEARNT = pd.DataFrame(
    {
        name: [1.0]
        for name in (
            "patients",
            "roc_auc",
            "roc_auc_low",
            "roc_auc_high",
            "log_loss",
            "log_loss_low",
            "log_loss_high",
        )
    }
)
STEPS = pd.DataFrame(
    {"row": ["Sex|male  +0.50"], "effect": ["raises"], "probability": [0.6]}
    | {name: [0.5] for name in ("start", "end", "low", "high")}
)
ANSWERS = pd.DataFrame(
    {"value": [40.0, 50.0], "words": ["40 years", "50 years"]}
    | {name: [0.4, 0.5] for name in ("probability", "low", "high")}
    | dict.fromkeys(("own", "answer", "train_low", "train_high", "unknown"), 0.5)
)
RANGES = pd.DataFrame(
    {"what": ["a"], "test": ["b"], "row": [1], "number": [1], "step": ["c"]}
    | {
        name: [0.5]
        for name in (
            *("value", "low", "middle", "high", "lowest", "highest", "threshold", "now"),
            *("rule_out", "rule_in", "probability", "distance", "jitter", "cumulated"),
        )
    }
)

NOBODY = SCORE < 0
SCORED = probability_frame(
    Rows(SCORE, SCORE > 0.3, SCORE <= 0.3, COHORT.y_true, 0.3, near=NOBODY, undecided=NOBODY)
)
CHARTS = [
    (feature_by_outcome, outcome_frame(COHORT, feature("cp"))),
    (hundred_people, hundred_frame(31)),
    (loss_curves, history_frame(HISTORY)),
    (run_curves, history_frame(HISTORY).assign(run="run 3")),
    (
        threshold_curves,
        curve_frame(
            CURVES.table(),
            0.3,
            titles={name: name for name in ("recall", "specificity", "precision", "npv")},
        ),
    ),
    (threshold_cost, cost_frame(CURVES.table(), 0.3)),
    (tuned_thresholds, tuned_frame(CURVES.tuned("cheapest"), 0.3)),
    (decision, decision_curve(COHORT.y_true, SCORE).assign(chosen=0.3)),
    (roc, roc_table(COHORT.y_true, SCORE)),
    (precision_recall, precision_recall_table(COHORT.y_true, SCORE)),
    (reliability, reliability_table(COHORT.y_true, SCORE)),
    (two_rocs, roc_table(COHORT.y_true, SCORE).assign(model="a")),
    (two_reliabilities, reliability_table(COHORT.y_true, SCORE).assign(model="a")),
    (learning, LEARNT),
    (local_patients, local_recalibration(COHORT.y_true, SCORE, draws=3)),
    (waterfall, STEPS),
    (answer_line, ANSWERS),
    (answer_dots, ANSWERS.assign(state="this patient")),
    (certainty_ranges, RANGES),
    (alike_patients, RANGES.assign(outcome="healthy")),
    (next_test_ranges, RANGES),
    (work_up, RANGES),
    (feature_by_outcome, outcome_frame(COHORT, feature("age"))),
    (probabilities, SCORED),
    (probabilities_by_outcome, SCORED),
]


def spec_without_data(chart):
    return {key: value for key, value in chart.to_dict().items() if key not in ("data", "datasets")}


@pytest.mark.parametrize(("draw", "frame"), CHARTS)
def test_specification_is_the_same_for_an_empty_frame(draw, frame):
    assert spec_without_data(draw(frame)) == spec_without_data(draw(frame.head(0)))


@pytest.mark.parametrize(("draw", "frame"), CHARTS)
def test_every_encoded_field_is_a_column(draw, frame):
    made = {"policy", "benefit"}  # by the charts' own transforms
    fields = {
        part.split('"')[0]
        for part in json.dumps(spec_without_data(draw(frame))).split('"field": "')[1:]
    }
    assert fields <= set(frame.columns) | made
