"""Tables of figures with their intervals, as several pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

FIGURE_LABELS = {
    "roc_auc": "ROC AUC",
    "average_precision": "Average precision",
    "log_loss": "Log-loss",
    "brier": "Brier score",
    "accuracy": "Accuracy",
    "recall": "Recall (sensitivity)",
    "specificity": "Specificity",
    "precision": "Precision (positive predictive value)",
    "npv": "Negative predictive value",
}


def figures_table(metrics: Mapping[str, Any]) -> pd.DataFrame:
    """Rows are figures, columns are parts with their counts, cells "0.912 (0.84 to 0.97)"."""
    columns = {
        f"{name}: {part['positives']} of {part['n']} diseased": part["figures"]
        for name, part in metrics.items()
    }
    table = {
        head: [format_figure(figures[name]) for name in FIGURE_LABELS]
        for head, figures in columns.items()
    }
    return pd.DataFrame(table, index=pd.Index(FIGURE_LABELS.values(), name="figure"))


def format_figure(figure: Sequence[float | None], *, signed: bool = False) -> str:
    """A figure with its 95 % interval."""
    value, low, high = figure
    if value is None or low is None or high is None:
        return "–"
    sign = "+" if signed else ""
    return f"{value:{sign}.3f} ({low:{sign}.2f} to {high:{sign}.2f})"


def confusion_table(counts: Mapping[str, int]) -> pd.DataFrame:
    """The confusion matrix in words: rows are what is, columns what the model decides."""
    return pd.DataFrame(
        {
            "decided: disease": [counts["tp"], counts["fp"]],
            "decided: no disease": [counts["fn"], counts["tn"]],
        },
        index=pd.Index(["diseased", "healthy"], name="patients"),
    )
