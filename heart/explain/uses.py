"""What a model uses: importance out of fold, contributions, and the curve of each feature."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from heart.bundle import Bundle
from heart.data import Split
from heart.experiments.cross_validation import Folds
from heart.experiments.importance import Importance, feature_importance
from heart.explain.overall import (
    MOST_AVERAGED,
    NOT_KNOWN,
    Contributions,
    mean_contributions,
    partial_dependence,
    space_rows,
)
from heart.schema import DISEASED, HEALTHY, Feature
from heart.units import MG_DL, to_shown

N_REPEATS = 2
FITS_SHARE = 0.85
"""Of the work, about."""


class Uses(NamedTuple):
    """What a model uses.

    Attributes:
        importance: out of fold, on its train and valid patients.
        contributions: of the model itself, on its test patients, whom it never saw.
        curves: of the model itself, over all its cohort's patients: `partial_dependence`.
        patients: over whom the curves are averaged: features and `outcome` in words.
    """

    importance: Importance
    contributions: Contributions
    curves: pd.DataFrame
    patients: pd.DataFrame


def find_uses(
    bundle: Bundle,
    split: Split,
    *,
    n_repeats: int = N_REPEATS,
    scheduler: str | None = None,
    on_share: Callable[[float], object] | None = None,
) -> Uses:
    """What a model uses; its recipe is trained again in each fold.

    Args:
        bundle: the model.
        split: the parts that it was trained and judged on.
        n_repeats: how often the patients are cut into folds.
        scheduler: of workers that share the fits (`heart.cluster`).
        on_share: sees the share of the work that is done; whatever it raises ends it.

    Raises:
        SplitError: if a class has fewer than 3 different patients.
        ClusterError: if the scheduler cannot be used or is lost.
    """
    tell = on_share or (lambda share: None)  # noqa: ARG005
    features = pd.concat([split.train.features, split.valid.features])
    y_true = np.concatenate([split.train.y_true, split.valid.y_true])
    importance = feature_importance(
        features,
        y_true,
        bundle.settings,
        folds=Folds.fitting(features, y_true, n_repeats),
        used=[entry.name for entry in bundle.preprocessor.features],
        scheduler=scheduler,
        on_share=lambda share: tell(FITS_SHARE * share),
    )
    contributions = mean_contributions(
        bundle,
        split.test.features,
        background=features,
        on_share=lambda share: tell(FITS_SHARE + (1 - FITS_SHARE) * share),
    )
    averaged = averaged_patients(split, MOST_AVERAGED)
    return Uses(importance, contributions, partial_dependence(bundle, averaged), averaged)


def averaged_patients(split: Split, most: int) -> pd.DataFrame:
    """Over whom the curves are averaged: features and `outcome` in words, one row a patient of any
    part, or so many of them, evenly spaced.
    """
    parts = (split.train, split.valid, split.test)
    everybody = pd.concat([part.features for part in parts])
    ill = np.concatenate([part.y_true for part in parts])
    patients = everybody.assign(outcome=np.where(ill == 1, DISEASED, HEALTHY))
    return space_rows(patients, most)


def uses_table(uses: Uses) -> pd.DataFrame:
    """Both figures of each feature, one row a feature, the most important first: the columns of
    `Importance.table`, then `contribution`, `contribution_low` and `contribution_high`.
    """
    names = {"low": "contribution_low", "high": "contribution_high"}
    contributions = uses.contributions.table.rename(columns=names)
    return uses.importance.table.merge(contributions, on="feature", how="left")


def line_frame(uses: Uses, entry: Feature, *, units: str = MG_DL) -> pd.DataFrame:
    """A number's curve and its patients, as `heart.charts.uses.dependence_line` draws them.

    Columns: `number` in these units, `words`, `probability`, `low`, `high`, `unknown` (the answer
    where it is not known, the same in every row of the curve; NaN for a model that was not trained
    to read that); and for a patient `outcome` and `side` (0 healthy, 1 diseased).
    """
    curve = uses.curves[uses.curves["feature"] == entry.name]
    unknown = curve.loc[curve["words"] == NOT_KNOWN, "probability"]
    line = curve[curve["words"] != NOT_KNOWN].assign(
        unknown=float(unknown.iloc[0]) if len(unknown) else np.nan, outcome="", side=np.nan
    )
    columns = ["number", "words", "probability", "low", "high", "unknown", "outcome", "side"]
    known = uses.patients.dropna(subset=[entry.name])
    rug = pd.DataFrame(
        {
            "number": known[entry.name].to_numpy(dtype=np.float64),
            "outcome": known["outcome"].to_numpy(),
            "side": (known["outcome"] == DISEASED).to_numpy(dtype=np.float64),
        }
    ).assign(words="", **dict.fromkeys(("probability", "low", "high", "unknown"), np.nan))
    frame = pd.concat([line[columns], rug[columns]], ignore_index=True)
    shown = [float(to_shown(entry.name, value, units)) for value in frame["number"]]
    words = [
        entry.describe(value, units=units) if text else ""
        for value, text in zip(frame["number"], frame["words"], strict=True)
    ]
    return frame.assign(number=shown, words=words)


def dots_frame(uses: Uses, entry: Feature) -> pd.DataFrame:
    """A code's answers, as `heart.charts.uses.dependence_dots` draws them: `row` (the code in words
    and how many patients have it), `words`, `patients`, `probability`, `low` and `high`.
    """
    curve = uses.curves[uses.curves["feature"] == entry.name]
    rows = [f"{w} · {n:,}" for w, n in zip(curve["words"], curve["patients"], strict=True)]
    columns = ["row", "words", "patients", "probability", "low", "high"]
    return curve.assign(row=pd.Series(rows, index=curve.index, dtype="str"))[columns]
