"""How many patients: the learning curve, all its fits trained as few joint networks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split

from heart.config import Settings
from heart.data import Cohort
from heart.data.rows import distinct_rows
from heart.evaluation.metrics import IntArray, score_all
from heart.experiments.cross_validation import fit_each
from heart.model.side_by_side import OnShare
from heart.schema import FEATURE_NAMES

SHARES = (0.15, 0.25, 0.4, 0.6, 0.8, 1.0)
TEST_FRACTION = 0.2
MEMBERS = 4


def learning_curve(
    cohort: Cohort,
    settings: Settings,
    *,
    used: Sequence[str] = FEATURE_NAMES,
    repeats: int = 20,
    random_state: int = 0,
    scheduler: str | None = None,
    on_share: OnShare | None = None,
) -> pd.DataFrame:
    """One row a share of the training patients: how well the model does when it has learnt from so
    many.

    Columns: `patients` (the median over repeats); `roc_auc` and `log_loss`, each with `_low` and
    `_high` (mean, 10th and 90th percentile over random test parts). Each repeat holds out a fifth
    of the patients and learns from growing, nested shares of the rest. Ensembles of four members
    stand in for the recipe's.

    Args:
        cohort: the patients.
        settings: of the model.
        used: names of the features that the model gets.
        repeats: random test parts.
        random_state: seed of the parts.
        scheduler: of workers that share the fits (`heart.cluster`).
        on_share: sees the share of the work that is done; whatever it raises ends it.

    Raises:
        ClusterError: if the scheduler cannot be used or is lost.
    """
    small = replace(settings, members=min(MEMBERS, settings.members))
    features, y_true = cohort.features, cohort.y_true
    given = features[list(used)]
    parts, tests = [], []
    for repeat in range(repeats):
        train, test = _split(features, y_true, random_state + repeat)
        order = _interleave(train, y_true)
        parts += [order[: round(share * len(order))] for share in SHARES]
        tests += [test] * len(SHARES)
    models = fit_each(given, y_true, parts, small, scheduler=scheduler, on_share=on_share)
    rows = []
    for i, (predict, part, test) in enumerate(zip(models, parts, tests, strict=True)):
        figures = score_all(y_true[test], predict(given.iloc[test]))
        share = SHARES[i % len(SHARES)]
        rows.append((share, len(part), figures["roc_auc"], figures["log_loss"]))
    return _summarise(pd.DataFrame(rows, columns=["share", "patients", "roc_auc", "log_loss"]))


def _split(
    features: pd.DataFrame, y_true: IntArray, random_state: int
) -> tuple[IntArray, IntArray]:
    """Rows to learn from, in random order, and rows to test on; patients with identical features
    are on one side.
    """
    member, first = distinct_rows(features)
    train, test = train_test_split(
        np.arange(len(first)),
        test_size=TEST_FRACTION,
        stratify=y_true[first],
        random_state=random_state,
    )
    return np.concatenate([np.flatnonzero(member == row) for row in train]), np.flatnonzero(
        np.isin(member, test)
    )


def _interleave(train: IntArray, y_true: IntArray) -> IntArray:
    """The rows in an order in which every beginning has about the whole's share of diseased."""
    position = np.empty(len(train))
    for outcome in (0, 1):
        inside = y_true[train] == outcome
        position[inside] = (np.arange(inside.sum()) + 0.5) / inside.sum()
    return train[np.argsort(position, kind="stable")]


def _summarise(table: pd.DataFrame) -> pd.DataFrame:
    """By share, not by number: where patients are twice in a cohort, repeats differ by some."""
    grouped = table.groupby("share")
    columns: dict[str, pd.Series] = {"patients": grouped["patients"].median().round().astype(int)}
    for name in ("roc_auc", "log_loss"):
        columns |= {
            name: grouped[name].mean(),
            f"{name}_low": grouped[name].quantile(0.1),
            f"{name}_high": grouped[name].quantile(0.9),
        }
    return pd.DataFrame(columns).reset_index(drop=True)
