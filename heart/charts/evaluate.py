"""Charts of how a model is judged."""

from __future__ import annotations

import altair as alt
import pandas as pd

from heart.charts.style import BLUE, GREY, ORANGE, Drawing, chosen_line

UNIT = alt.Scale(domain=[0, 1])
COUNT_ROWS = 3
LOWEST_BENEFIT = -0.05
"""Following up all falls without end; below this nothing is worth showing."""


def roc(frame: pd.DataFrame) -> Drawing:
    """The ROC curve with its band: columns `fpr`, `tpr`, `low`, `high`."""
    return alt.layer(
        _banded(frame, "fpr", "tpr", "false-positive rate (1 - specificity)", "sensitivity"),
        diagonal(frame, "fpr"),
    )


def precision_recall(frame: pd.DataFrame) -> Drawing:
    """The precision-recall curve with its band: columns `recall`, `precision`, `low`, `high`."""
    return _banded(frame, "recall", "precision", "recall (sensitivity)", "precision")


def _banded(frame: pd.DataFrame, x: str, y: str, x_title: str, y_title: str) -> Drawing:
    base = alt.Chart(frame).encode(x=alt.X(f"{x}:Q", title=x_title, scale=UNIT))
    band = base.mark_area(opacity=0.25, color=BLUE).encode(
        y=alt.Y("low:Q", title=y_title, scale=UNIT), y2="high:Q"
    )
    tooltip = [alt.Tooltip(f"{name}:Q", format=".2f") for name in (x, y, "low", "high")]
    line = base.mark_line(color=BLUE, strokeWidth=2).encode(
        y=alt.Y(f"{y}:Q", title=y_title, scale=UNIT), tooltip=tooltip
    )
    return alt.layer(band, line).properties(height=300)


def diagonal(frame: pd.DataFrame, x: str) -> alt.Chart:
    """A dashed line where the column x meets itself."""
    return (
        alt.Chart(frame)
        .mark_line(color=GREY, strokeDash=[4, 4])
        .encode(x=alt.X(f"{x}:Q"), y=alt.Y(f"{x}:Q"))
    )


def reliability(frame: pd.DataFrame) -> Drawing:
    """Observed against expected share with exact intervals, and above or below how many patients: a
    `reliability_table`.
    """
    base = alt.Chart(frame).encode(
        x=alt.X("expected:Q", title="expected share diseased", scale=UNIT)
    )
    axis = alt.Y("low:Q", title="observed share diseased", scale=UNIT)
    bars = base.mark_rule(color=BLUE, strokeWidth=2).encode(y=axis, y2="high:Q")
    points = base.mark_circle(color=BLUE, opacity=1).encode(
        y=alt.Y("observed:Q", scale=UNIT, title="observed share diseased"),
        size=alt.Size("patients:Q", legend=None, scale=alt.Scale(range=[40, 200])),
        tooltip=[
            "patients:Q",
            "diseased:Q",
            *[
                alt.Tooltip(f"{name}:Q", format=".2f")
                for name in ("expected", "observed", "low", "high")
            ],
        ],
    )
    layers = [diagonal(frame, "expected"), bars, points, *_counts(base)]
    return alt.layer(*layers).properties(height=300)


def _counts(base: alt.Chart) -> list[alt.Chart]:
    """How many patients each bin has, where a calibrated model leaves room: at the top on the left
    half, at the bottom on the right one. Bins lie close at both ends, so that neighbours stand in
    rows of their own.
    """
    numbered = base.transform_window(bin="row_number(expected)", sort=[alt.SortField("expected")])
    return [
        numbered.transform_filter(f"datum.bin % {COUNT_ROWS} == {row} && {half}")
        .mark_text(color=GREY, fontSize=10, dy=side * (10 + 12 * row))
        .encode(y=alt.datum(edge), text="patients:Q")
        for row in range(COUNT_ROWS)
        for half, edge, side in (("datum.expected < 0.5", 1, 1), ("datum.expected >= 0.5", 0, -1))
    ]


def decision(frame: pd.DataFrame) -> Drawing:
    """Net benefit of the model, of following up all and none, against the threshold, one marked: a
    `decision_curve` with `chosen`.
    """
    names = ["model", "all", "none"]
    lines = (
        alt.Chart(frame)
        .transform_fold([*names], as_=["policy", "benefit"])
        .mark_line(strokeWidth=2, clip=True)
        .encode(
            x=alt.X("threshold:Q", title="threshold", axis=alt.Axis(format="%"), scale=UNIT),
            y=alt.Y(
                "benefit:Q",
                title="net benefit, in true positives a patient",
                scale=alt.Scale(domainMin=LOWEST_BENEFIT),
            ),
            color=alt.Color(
                "policy:N",
                title=None,
                scale=alt.Scale(domain=names, range=[BLUE, ORANGE, GREY]),
                legend=alt.Legend(orient="top"),
            ),
            tooltip=[
                "policy:N",
                alt.Tooltip("threshold:Q", format=".0%"),
                alt.Tooltip("benefit:Q", format=".3f"),
            ],
        )
    )
    return alt.layer(lines, chosen_line(frame)).properties(height=300)


def learning(frame: pd.DataFrame) -> Drawing:
    """Log-loss against the number of training patients, with its band: a `learning_curve`."""
    base = alt.Chart(frame).encode(x=alt.X("patients:Q", title="patients learnt from"))
    scale = alt.Scale(zero=False)
    band = base.mark_area(opacity=0.25, color=BLUE).encode(
        y=alt.Y("log_loss_low:Q", title="log-loss (nats)", scale=scale), y2="log_loss_high:Q"
    )
    line = base.mark_line(color=BLUE, point=True).encode(
        y=alt.Y("log_loss:Q", scale=scale, title="log-loss (nats)"),
        tooltip=[
            "patients:Q",
            alt.Tooltip("log_loss:Q", format=".3f"),
            alt.Tooltip("roc_auc:Q", title="ROC AUC", format=".3f"),
        ],
    )
    return alt.layer(band, line).properties(height=280)


def local_patients(frame: pd.DataFrame) -> Drawing:
    """Log-loss at another hospital against the local patients that its intercept was fitted on,
    with the band over draws.
    """
    base = alt.Chart(frame).encode(x=alt.X("patients:Q", title="local patients"))
    scale = alt.Scale(zero=False)
    band = base.mark_area(opacity=0.25, color=ORANGE).encode(
        y=alt.Y("low:Q", title="log-loss (nats)", scale=scale), y2="high:Q"
    )
    line = base.mark_line(color=ORANGE, point=True).encode(
        y=alt.Y("median:Q", title="log-loss (nats)", scale=scale),
        tooltip=["patients:Q", "median:Q"],
    )
    return alt.layer(band, line).properties(height=240)


def work_up(frame: pd.DataFrame) -> Drawing:
    """A figure against the cumulated cost of a work-up, its steps numbered in their order.

    Args:
        frame: `number`, `step`, `cumulated` (dollars), `value` (of the figure), `what` (its name,
            the same in every row).
    """
    base = alt.Chart(frame).encode(
        # steps cost from one dollar to two hundred
        x=alt.X(
            "cumulated:Q",
            title="dollars a patient so far",
            scale=alt.Scale(type="symlog"),
            axis=alt.Axis(values=[0, 1, 3, 10, 30, 100, 300, 1000]),
        ),
        y=alt.Y("value:Q", title=None, scale=alt.Scale(zero=False)),
    )
    line = base.mark_line(color=BLUE, strokeWidth=2, interpolate="step-after")
    points = base.mark_circle(color=BLUE, size=80, opacity=1).encode(
        tooltip=[
            "step:N",
            alt.Tooltip("cumulated:Q", title="dollars", format=",.2f"),
            alt.Tooltip("value:Q", format=".3f"),
        ]
    )
    numbers = base.mark_text(color=GREY, dx=-9, dy=-10, fontSize=13).encode(text="number:N")
    return alt.layer(line, points, numbers).properties(height=280)
