"""Tables of figures with their intervals, as several pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from heart.evaluation.figures import METRICS, known_figures, write_figure


def figures_table(metrics: Mapping[str, Any]) -> pd.DataFrame:
    """Rows are figures, columns are parts with their counts, cells "0.912 (0.84 to 0.97)"."""
    columns = {
        f"{name}: {part['positives']} of {part['n']} diseased": part["figures"]
        for name, part in metrics.items()
    }
    names = known_figures(next(iter(columns.values())))
    table = {
        head: [write_figure(figures[name], name) for name in names]
        for head, figures in columns.items()
    }
    return pd.DataFrame(table, index=label_index(*names))


def figures_frame(figures: Mapping[str, Sequence[float | None]]) -> pd.DataFrame:
    """One row a figure, to be downloaded: its name, `value`, `low`, `high`."""
    rows = [(name, *figure) for name, figure in figures.items()]
    return pd.DataFrame(rows, columns=["figure", "value", "low", "high"])


def parts_frame(metrics: Mapping[str, Any]) -> pd.DataFrame:
    """`figures_frame` of each part, with its name as `part`."""
    frames = [figures_frame(part["figures"]).assign(part=name) for name, part in metrics.items()]
    return pd.concat(frames, ignore_index=True)


def label_index(*names: str) -> pd.Index:
    """The labels of figures, as the rows of a table."""
    return pd.Index([METRICS[name].label for name in names], name="figure")


def confusion_table(counts: Mapping[str, int]) -> pd.DataFrame:
    """The confusion matrix in words: rows are what is, columns what the model decides."""
    return pd.DataFrame(
        {
            "decided: disease": [counts["tp"], counts["fp"]],
            "decided: no disease": [counts["fn"], counts["tn"]],
        },
        index=pd.Index(["diseased", "healthy"], name="patients"),
    )
