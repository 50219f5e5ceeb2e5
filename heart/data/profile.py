"""A cohort at a glance: its groups of patients side by side, what each lacks, and which columns go
together.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from heart.data.cohort import Cohort
from heart.data.shipped import SHIPPED, load_shipped
from heart.schema import FEATURES, TARGET, Feature

EVERYBODY = "All patients"
OUTCOME = "Disease"
FIFTHS = 5
MIN_PATIENTS = 20
"""Fewer with both values say nothing about an association."""

IntArray = npt.NDArray[np.int64]


def group_patients(cohort: Cohort) -> pd.Series:
    """Each patient's hospital, where the cohort is made of shipped ones; else one group. Categories
    in the order of the cohort, shape (n,).
    """
    names = cohort.name.split("+")
    if set(names) <= set(SHIPPED):
        sizes = [load_shipped(name).n for name in names]
        if sum(sizes) == cohort.n:
            titles = pd.Index([SHIPPED[name] for name in names])
            codes = np.repeat(np.arange(len(names)), sizes)
            return pd.Series(pd.Categorical.from_codes(codes, titles), index=cohort.frame.index)
    one = pd.Categorical.from_codes(np.zeros(cohort.n, dtype=np.int64), pd.Index([EVERYBODY]))
    return pd.Series(one, index=cohort.frame.index)


def missing_by_group(cohort: Cohort) -> pd.DataFrame:
    """`feature` (label), `group`, `missing` and `patients` (counts) and `share` (0-1), one row a
    feature and group.
    """
    groups = group_patients(cohort)
    missing = cohort.features.isna().groupby(groups.to_numpy(), sort=False, observed=True).sum()
    sizes = groups.value_counts(sort=False)
    labels = {entry.name: entry.label for entry in FEATURES}
    return (
        missing.rename_axis("group")
        .reset_index()
        .melt("group", var_name="feature", value_name="missing")
        .assign(
            patients=lambda table: table["group"].map(sizes).astype("int64"),
            group=lambda table: table["group"].astype("str"),
            feature=lambda table: table["feature"].map(labels),
            share=lambda table: table["missing"] / table["patients"],
        )
    )


def describe_groups(cohort: Cohort) -> pd.DataFrame:
    """The groups side by side, in numbers: one row a feature and group.

    Columns: `feature` (name), `group`, `known` (patients of whom it is known), `middle`, `low` and
    `high` (median and quartiles of a number; NaN for codes), `code` (the most frequent, in words;
    "" for numbers) and `share` (of the known who have it).
    """
    groups = group_patients(cohort)
    rows = [
        {"feature": entry.name, "group": str(name), **_describe(entry, values.dropna())}
        for entry in FEATURES
        for name, values in cohort.frame[entry.name].groupby(groups.to_numpy(), observed=True)
    ]
    return pd.DataFrame(rows)


def _describe(entry: Feature, known: pd.Series) -> Mapping[str, object]:
    nothing = {"middle": np.nan, "low": np.nan, "high": np.nan, "code": "", "share": np.nan}
    if known.empty:
        return {"known": 0, **nothing}
    if entry.is_coded:
        counts = known.value_counts()
        code = entry.describe(counts.index[0])
        return {"known": len(known), **nothing, "code": code, "share": counts.iloc[0] / len(known)}
    low, middle, high = np.quantile(known.to_numpy(dtype=np.float64), [0.25, 0.5, 0.75]).tolist()
    return {"known": len(known), **nothing, "middle": middle, "low": low, "high": high}


def associations(cohort: Cohort) -> pd.DataFrame:
    """How strongly each two columns go together: `first`, `second` (labels), `association` and
    `patients` (of whom both are known), one row an ordered pair of different columns.

    One measure for codes and numbers alike: Cramér's V with Bergsma's correction of its bias (A
    bias-correction for Cramér's V and Tschuprow's T, Journal of the Korean Statistical Society 42,
    2013), numbers cut into fifths of the patients. 0: the one says nothing about the other; 1: it
    says all. It is symmetric and has no direction. NaN where a column is the same in all, or both
    are known of fewer than `MIN_PATIENTS`.
    """
    columns = {OUTCOME: (cohort.frame[TARGET].to_numpy() > 0).astype(np.int64)}
    columns |= {entry.label: _cut(cohort.frame[entry.name], entry) for entry in FEATURES}
    labels = list(columns)
    rows = []
    for i, first in enumerate(labels):
        for second in labels[:i]:
            strength, n = _cramers_v(columns[first], columns[second])
            rows += [(first, second, strength, n), (second, first, strength, n)]
    table = pd.DataFrame(rows, columns=["first", "second", "association", "patients"])
    order = {label: position for position, label in enumerate(labels)}
    return table.sort_values(["first", "second"], key=lambda c: c.map(order), ignore_index=True)


def _cut(values: pd.Series, entry: Feature) -> IntArray:
    """A column as whole numbers from 0, -1 where it is not known; a number as its fifth."""
    if entry.is_coded:
        return np.asarray(pd.factorize(values)[0], dtype=np.int64)
    numbers = values.to_numpy(dtype=np.float64)
    known = ~np.isnan(numbers)
    if not known.any():
        return np.full(len(numbers), -1)
    edges = np.unique(np.quantile(numbers[known], np.arange(1, FIFTHS) / FIFTHS))
    return np.where(known, np.searchsorted(edges, numbers, side="left"), -1)


def _cramers_v(first: IntArray, second: IntArray) -> tuple[float, int]:
    """The bias-corrected V of two columns, NaN where it cannot be told; and how many have both."""
    both = (first >= 0) & (second >= 0)
    n = int(both.sum())
    if n < MIN_PATIENTS:
        return float("nan"), n
    width = int(second.max()) + 1
    counts = np.bincount(
        first[both] * width + second[both], minlength=(int(first.max()) + 1) * width
    )
    table = counts.reshape(-1, width).astype(np.float64)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    rows, columns = table.shape
    if min(rows, columns) < 2:
        return float("nan"), n
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / n
    squared = float(((table - expected) ** 2 / expected).sum()) / n
    unbiased = max(0.0, squared - (rows - 1) * (columns - 1) / (n - 1))
    smaller = min(rows - (rows - 1) ** 2 / (n - 1), columns - (columns - 1) ** 2 / (n - 1))
    return min(1.0, float(np.sqrt(unbiased / (smaller - 1)))), n
