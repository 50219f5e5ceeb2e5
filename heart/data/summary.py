"""A cohort in small tables: the class balance, what is missing, a feature by outcome."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from heart.data.cohort import Cohort
from heart.schema import DISEASED, FEATURES, HEALTHY, TARGET, Feature

BINS = 15


def balance_frame(cohort: Cohort) -> pd.DataFrame:
    """`outcome`, `patients` and `share` (0-1), one row an outcome."""
    counts = {HEALTHY: cohort.n - cohort.positives, DISEASED: cohort.positives}
    return pd.DataFrame({"outcome": list(counts), "patients": list(counts.values())}).assign(
        share=lambda frame: frame["patients"] / cohort.n
    )


def missing_frame(cohort: Cohort) -> pd.DataFrame:
    """`feature` (its label), `missing` (patients) and `share` (0-1), one row a feature."""
    missing = cohort.report.missing
    return pd.DataFrame(
        {"feature": [f.label for f in FEATURES], "missing": [missing[f.name] for f in FEATURES]}
    ).assign(share=lambda frame: frame["missing"] / cohort.n)


def outcome_frame(cohort: Cohort, feature: Feature) -> pd.DataFrame:
    """`value` in words (or a bin), `outcome`, `patients` and `share` of that outcome's (0-1)."""
    known = cohort.frame[[feature.name, TARGET]].dropna()
    outcome = np.where(known[TARGET] > 0, DISEASED, HEALTHY)
    if feature.codes:
        order = [label for _, label in feature.codes]
        value = known[feature.name].map(dict(feature.codes))
    else:
        edges = (
            np.histogram_bin_edges(known[feature.name].to_numpy(dtype=np.float64), bins=BINS)
            if len(known)
            else np.array([0.0, 1.0])
        )
        edges = np.unique(np.round(edges, feature.decimals))
        order = [f"{low:g} to {high:g}" for low, high in pairwise(edges)]
        values = pd.Series(known[feature.name].to_numpy(dtype=np.float64))
        value = pd.cut(values, list(edges), labels=order, include_lowest=True).astype("str")
    counts = pd.crosstab(value.to_numpy(), outcome).reindex(
        index=order, columns=[HEALTHY, DISEASED], fill_value=0
    )
    long = (
        counts.rename_axis("value")
        .reset_index()
        .melt("value", var_name="outcome", value_name="patients")
    )
    totals = long.groupby("outcome")["patients"].transform("sum")
    return long.assign(share=long["patients"] / totals.clip(lower=1))
