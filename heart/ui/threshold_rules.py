"""The rules beside each other on the threshold page: what each would choose, and what that does."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from heart.evaluation.figures import METRICS, write_figure
from heart.evaluation.threshold_curves import ThresholdCurves
from heart.evaluation.thresholds import AUTOMATIC, RULES, ThresholdChoice, choose_by_rule
from heart.shares import write_share
from heart.ui.forest import show_forest

FIGURES = ("recall", "specificity", "precision", "npv", "cost")
WANTED = 0.95
"""What a rule that needs to be told how much is wanted keeps where it is not the chosen one."""


def show_rules(curves: ThresholdCurves, choice: ThresholdChoice, *, prevalence: float) -> None:
    """Each rule's threshold with its figures as a forest plot, the chosen one marked."""
    st.subheader("The rules beside each other")
    rows = rules_frame(curves, choice, prevalence=prevalence)
    show_forest(
        rows,
        rules_table(rows),
        figures=FIGURES,
        whose="the thresholds that the rules choose",
        name="threshold-rules.csv",
        marked="the one chosen above",
    )


def rules_frame(
    curves: ThresholdCurves, choice: ThresholdChoice, *, prevalence: float
) -> pd.DataFrame:
    """One row a rule, the chosen one as it was chosen: `label`, `n`, `marked`, and the columns of
    `ThresholdCurves.table` at its threshold.
    """
    automatic = [
        choice
        if name == choice.rule
        else choose_by_rule(
            curves.counts,
            name,
            cost_ratio=choice.cost_ratio,
            at_least=WANTED if RULES[name].wants_share else None,
        )
        for name in AUTOMATIC
    ]
    chosen = [*automatic, choice] if choice.rule not in AUTOMATIC else automatic
    rows = curves.at_each(
        [each.value for each in chosen], cost_ratio=choice.cost_ratio, prevalence=prevalence
    )
    rows.insert(0, "label", [_label(each) for each in chosen])
    rows.insert(1, "n", len(curves.y_true))
    rows.insert(2, "marked", [each is choice for each in chosen])
    return rows


def _label(choice: ThresholdChoice) -> str:
    wanted = "" if choice.at_least is None else f" of {write_share(choice.at_least)}"
    return f"{RULES[choice.rule].label}{wanted}: {write_share(choice.value)}"


def rules_table(rows: pd.DataFrame) -> pd.DataFrame:
    """The same in words."""
    cells = {
        METRICS[name].label: [
            write_figure(figure, name)
            for figure in rows[[name, f"{name}_low", f"{name}_high"]].to_numpy().tolist()
        ]
        for name in FIGURES
    }
    return pd.DataFrame(cells, index=pd.Index(rows["label"], name="rule and threshold"))
