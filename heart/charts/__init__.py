"""Frame to chart: pure functions, named after what they draw.

Everything that varies is in the frame, so that the specification of a chart can be made once and
used for every frame of its columns.
"""

from heart.charts.cohort import class_balance, feature_by_outcome
from heart.charts.evaluate import (
    decision,
    learning,
    local_patients,
    precision_recall,
    reliability,
    roc,
)
from heart.charts.models import two_reliabilities, two_rocs
from heart.charts.patient import hundred_people
from heart.charts.threshold import threshold_cost, threshold_curves, tuned_thresholds
from heart.charts.train import loss_curves

__all__ = [
    "class_balance",
    "decision",
    "feature_by_outcome",
    "hundred_people",
    "learning",
    "local_patients",
    "loss_curves",
    "precision_recall",
    "reliability",
    "roc",
    "threshold_cost",
    "threshold_curves",
    "tuned_thresholds",
    "two_reliabilities",
    "two_rocs",
]
