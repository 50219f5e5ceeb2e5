"""What a 2 x 2 table's decisions would mean among patients of whom another share is ill."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from heart.errors import SettingsError
from heart.evaluation.policies import check_prevalence, of_thousand, rates_at_prevalence
from heart.lessons.metrics import Table

SHARES = np.arange(1, 100) / 100
"""Shares of ill patients at which curves are computed."""


class Meaning(NamedTuple):
    """What an answer means where a given share is ill: the share of right ones among each answer,
    None where nobody gets it.
    """

    precision: float | None
    npv: float | None


def meaning_at(table: Table, prevalence: float) -> Meaning | None:
    """The predictive values by Bayes' theorem, with the table's sensitivity and specificity; None
    if it has not both.

    Args:
        table: has patients of both kinds.
        prevalence: share of ill patients, 0.01 to 0.99.

    Raises:
        SettingsError: for a share outside its bounds.

    >>> meaning_at(Table(tp=3, fp=1, fn=1, tn=3), 0.25)
    Meaning(precision=0.5, npv=0.9)
    """
    check_prevalence(prevalence)
    if not (table.ill and table.healthy):
        return None
    recall, specificity = np.array(table.tp / table.ill), np.array(table.tn / table.healthy)
    rates = rates_at_prevalence(recall, specificity, prevalence, cost_ratio=1)
    return Meaning(
        *(float(value) if np.isfinite(value) else None for value in (rates.precision, rates.npv))
    )


def share_table(table: Table) -> pd.DataFrame:
    """What becomes of the figures where other shares are ill; no rows if the table has not patients
    of both kinds.

    Returns:
        A row for each of `SHARES`: `share` (of ill patients, 0-1), `precision`, `npv` (NaN where
            not defined), `accuracy`, `lazy` (the
        accuracy of the more frequent answer for everybody) and `balanced_accuracy`, which does not
            change.
    """
    if not (table.ill and table.healthy):
        return pd.DataFrame(
            columns=["share", "precision", "npv", "accuracy", "lazy", "balanced_accuracy"],
            dtype=float,
        )
    recall, specificity = (
        np.full_like(SHARES, value) for value in (table.tp / table.ill, table.tn / table.healthy)
    )
    rates = np.array(
        [
            rates_at_prevalence(*at, cost_ratio=1)[:2]
            for at in zip(recall, specificity, SHARES, strict=True)
        ]
    )
    return pd.DataFrame(
        {
            "share": SHARES,
            "precision": rates[:, 0],
            "npv": rates[:, 1],
            "accuracy": recall * SHARES + specificity * (1 - SHARES),
            "lazy": np.maximum(SHARES, 1 - SHARES),
            "balanced_accuracy": (recall + specificity) / 2,
        }
    )


def screen_thousand(table: Table, prevalence: float) -> Table:
    """What the table's sensitivity and specificity make of a thousand people of whom a share is
    ill, in whole people.

    Raises:
        SettingsError: if the table has not patients of both kinds.
    """
    if not (table.ill and table.healthy):
        raise SettingsError(
            "a table with ill and healthy patients",
            f"{table.ill} ill, {table.healthy} healthy",
            "Choose another table.",
        )
    return Table(**of_thousand(table.tp / table.ill, table.tn / table.healthy, prevalence))
