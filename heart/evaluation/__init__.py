"""How good predictions are, and at which threshold they become decisions."""

from heart.evaluation.metrics import Figure, PartMetrics, ThresholdMetrics, metrics_at, score_part
from heart.evaluation.thresholds import (
    RULES,
    ThresholdChoice,
    bayes_threshold,
    select_threshold,
    threshold_table,
)

__all__ = [
    "RULES",
    "Figure",
    "PartMetrics",
    "ThresholdChoice",
    "ThresholdMetrics",
    "bayes_threshold",
    "metrics_at",
    "score_part",
    "select_threshold",
    "threshold_table",
]
