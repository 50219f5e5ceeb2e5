"""What a model uses over many patients: how much each feature moves its answers, and the curve of
each feature.

Mean absolute Shapley values: the contributions of `heart.explain.why`, which explain one patient's
answer exactly, without their sign, averaged over patients (Lundberg and Lee, A unified approach to
interpreting model predictions, NeurIPS 2017, for the use of the mean size). Partial dependence: the
model's mean answer over the patients if all had one value (Friedman, Greedy function approximation,
Annals of Statistics 29, 2001). Both describe the model and not the disease; the second asks about
patients that do not exist where features are associated.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from heart.bundle import Bundle
from heart.data.patients import dtype_of
from heart.evaluation.members import find_ends
from heart.evaluation.resampling import bootstrap_means
from heart.explain.why import Game, explain_patient, game_of
from heart.schema import FEATURE_NAMES, Feature, Value

MOST_EXPLAINED = {"masked": 100, "interventional": 20}
"""Patients whose answers are explained: a second for one in the second game."""

MOST_AVERAGED = 300
GRID = 25
TAILS = (0.02, 0.98)
"""A number's curve leaves out what one patient in fifty is below, and above."""

NOT_KNOWN = "not known"

OnShare = Callable[[float], object]


class Contributions(NamedTuple):
    """How much each feature moves a model's answers.

    Attributes:
        game: what it means that only some features are known, as in `heart.explain.why`.
        table: one row a feature of the model, the largest first: `feature`, `contribution` (mean
            size in log-odds), `low` and `high` (95 % bootstrap interval over patients).
        n: patients.
    """

    game: Game
    table: pd.DataFrame
    n: int


def mean_contributions(
    bundle: Bundle,
    patients: pd.DataFrame,
    *,
    background: pd.DataFrame,
    on_share: OnShare | None = None,
) -> Contributions:
    """Mean absolute Shapley values; a feature that is not known of a patient moves that answer by
    nothing.

    Args:
        bundle: the model.
        patients: who is explained, canonical, shape (n, 13); of many some, evenly spaced.
        background: patients of the model's cohort, for the interventional game.
        on_share: sees the share of the work that is done; whatever it raises ends it.
    """
    game = game_of(bundle)
    known = patients[patients.notna().any(axis=1)]
    chosen = space_rows(known, MOST_EXPLAINED[game])
    names = [entry.name for entry in bundle.preprocessor.features]
    sizes = np.zeros((len(chosen), len(names)))
    for row, patient in enumerate(chosen.to_dict("records")):
        why = explain_patient(bundle, {str(k): v for k, v in patient.items()}, cohort=background)
        assert why is not None  # noqa: S101  there is a background
        found = {step.feature.name: abs(step.contribution) for step in why.steps}
        sizes[row] = [found[name] for name in names]
        if on_share is not None:
            on_share((row + 1) / len(chosen))
    table = pd.DataFrame(bootstrap_means(sizes), columns=["contribution", "low", "high"])
    table.insert(0, "feature", names)
    ordered = table.sort_values("contribution", ascending=False, kind="stable", ignore_index=True)
    return Contributions(game, ordered, len(chosen))


def space_rows(frame: pd.DataFrame, most: int) -> pd.DataFrame:
    """All rows, or so many of them, evenly spaced."""
    if len(frame) <= most:
        return frame
    return frame.iloc[((np.arange(most) + 0.5) * len(frame) / most).astype(np.int64)]


def partial_dependence(bundle: Bundle, patients: pd.DataFrame) -> pd.DataFrame:
    """The curves of all features of a model, one row a value.

    Columns: `feature` (name), `number` (a number's value, NaN for codes and not known), `words`,
    `probability` (the model's mean answer if all patients had the value), `low` and `high` (where
    the members' own means are, as `find_ends` says; NaN with a single member) and `patients` (who
    have the value; for a number those within half a step of it). Numbers rise, codes are in their
    order, without codes that nobody had in training; "not known" is last, for a model that was
    trained to read it.

    Args:
        bundle: the model.
        patients: canonical, shape (n, 13); of many some, evenly spaced.
    """
    averaged = space_rows(patients, MOST_AVERAGED)
    rows = [row for f in bundle.preprocessor.features for row in _curve(bundle, averaged, f)]
    columns = ["feature", "number", "words", "probability", "low", "high", "patients"]
    return pd.DataFrame(rows, columns=columns)


def _curve(bundle: Bundle, patients: pd.DataFrame, entry: Feature) -> list[tuple[object, ...]]:
    values = _values_of(bundle, patients[entry.name], entry)
    if not values:
        return []
    asked = pd.concat([_with_value(patients, entry, value) for value in values])
    members, mean = bundle.predict_encoded(bundle.preprocessor.encode(asked))
    answers = mean.reshape(len(values), -1).mean(axis=1)
    own = members.reshape(len(members), len(values), -1).mean(axis=2)
    low, high = (
        np.quantile(own, find_ends(len(own)), axis=0)
        if len(own) > 1
        else np.full((2, len(values)), np.nan)
    )
    counts = _count(patients[entry.name], entry, values)
    return [
        (
            entry.name,
            float(value) if value is not None and not entry.is_coded else np.nan,
            NOT_KNOWN if value is None else entry.describe(value),
            *figures,
        )
        for value, figures in zip(values, zip(answers, low, high, counts, strict=True), strict=True)
    ]


def _values_of(bundle: Bundle, known: pd.Series, entry: Feature) -> list[Value | None]:
    """The values of a feature that are tried."""
    known = known.dropna()
    if entry.is_coded:
        tried: list[Value | None] = [
            code for code, _ in entry.codes if _is_learnt(bundle, entry, code)
        ]
    elif len(known):
        low, high = np.quantile(known.to_numpy(dtype=np.float64), TAILS).tolist()
        grid = np.linspace(low, high, GRID).round(entry.decimals)
        tried = [float(value) for value in np.unique(grid)]
    else:
        tried = []
    return [*tried, None] if tried and bundle.settings.masking else tried


def _is_learnt(bundle: Bundle, entry: Feature, code: Value) -> bool:
    """Whether a code occurred in training."""
    patient: dict[str, Value | None] = {**dict.fromkeys(FEATURE_NAMES), entry.name: code}
    return entry.name not in bundle.preprocessor.find_patient_problems(patient)


def _with_value(patients: pd.DataFrame, entry: Feature, value: Value | None) -> pd.DataFrame:
    column = pd.Series([value] * len(patients), index=patients.index, dtype=dtype_of(entry))
    return patients.assign(**{entry.name: column})


def _count(column: pd.Series, entry: Feature, values: list[Value | None]) -> list[int]:
    """How many patients have each value, or lie within half a step of it."""
    missing = int(column.isna().sum())
    if entry.is_coded:
        return [missing if v is None else int((column == v).sum()) for v in values]
    numbers = column.dropna().to_numpy(dtype=np.float64)
    grid = np.array([v for v in values if v is not None], dtype=np.float64)
    middles = (grid[1:] + grid[:-1]) / 2
    inside = numbers[(numbers >= grid[0]) & (numbers <= grid[-1])]
    counts = np.bincount(np.searchsorted(middles, inside), minlength=len(grid)).tolist()
    return [*counts, missing] if values[-1] is None else counts
