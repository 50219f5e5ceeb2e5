"""What the estimator is given becomes a checked frame of patients, or is left as plain numbers."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from heart.data.columns import MIN_FEATURES, recognise_name, shorten
from heart.data.frames import canonical_frame, match_columns, to_pandas
from heart.errors import CohortError
from heart.schema import FEATURE_NAMES, FEATURES, Feature

MANY_ALIASES = 3
_BOTH = (
    "Name the columns as the schema does, or give X.to_numpy(), whose columns are plain numbers."
)


def read_training(X: Any) -> tuple[Any, tuple[Feature, ...]]:
    """X to be learnt from, and the schema's features in it.

    A dataframe whose columns have names of the schema, in any case, becomes a canonical frame of
    these features. Anything else is left as it is, and its features are none.

    Warns:
        UserWarning: for columns beside the features, which are left out, and for as many columns
            as there are features without their names.

    Raises:
        CohortError: for a frame that is half schema.
        PatientError: for a feature that is there twice, or an impossible value.
    """
    if not is_dataframe(X):
        _warn(_describe_plain(getattr(X, "shape", ()), "an array"))
        return X, ()
    frame = as_frame(X)
    columns = match_columns(list(frame.columns))
    others = [column for column in frame.columns if column not in columns.values()]
    _check_names(columns, others)
    if not columns:
        _warn(_describe_plain(frame.shape, "a frame without the schema's names"))
        return frame, ()
    if others:
        left_out = ", ".join(shorten(str(column)) for column in others)
        _warn(f"HeartClassifier learns from {', '.join(columns)} and leaves out {left_out}.")
    features = tuple(f for f in FEATURES if f.name in columns)
    return canonical_frame(frame, features), features


def read_patients(X: Any, features: Sequence[Feature]) -> pd.DataFrame:
    """The features of X that there are, canonical, to be predicted by an estimator that was fitted
    on these features.

    Raises:
        PatientError: for what is no dataframe, a feature that is there twice, or an impossible
            value.
    """
    frame = to_pandas(as_frame(X))
    columns = match_columns(list(frame.columns), features)
    return canonical_frame(frame, [f for f in features if f.name in columns])


def is_dataframe(X: Any) -> bool:
    """Whether narwhals knows it as a dataframe."""
    return isinstance(nw.from_native(X, pass_through=True), nw.DataFrame | nw.LazyFrame)


def as_frame(X: Any) -> Any:
    """A dataframe as pandas has it, a lazy one collected; anything else as it is."""
    known = nw.from_native(X, pass_through=True)
    if isinstance(known, nw.LazyFrame):
        known = known.collect()
    return known.to_pandas() if isinstance(known, nw.DataFrame) else X


def _check_names(columns: Mapping[str, Hashable], others: Sequence[Hashable]) -> None:
    """Refuse a frame that is half schema: it would silently be learnt from in part.

    Raises:
        CohortError: naming the columns.
    """
    aliases = {
        column: name
        for column in others
        if isinstance(column, str)
        and (name := recognise_name(column)) in FEATURE_NAMES
        and name not in columns
    }
    if aliases and (columns or len(aliases) >= MANY_ALIASES):
        renamed = ", ".join(f"{shorten(str(alias))!r} is {n}" for alias, n in aliases.items())
        raise CohortError("columns with the schema's names", f"others ({renamed})", _BOTH)
    if others and 0 < len(columns) < MIN_FEATURES:
        beside = ", ".join(repr(shorten(str(column))) for column in others[:10])
        raise CohortError(
            f"a frame with {MIN_FEATURES} or more of the 13 features, or with nothing but features",
            f"only {', '.join(columns)} beside {beside}",
            _BOTH,
        )


def _describe_plain(shape: tuple[int, ...], what: str) -> str:
    if len(shape) != 2 or shape[1] != len(FEATURES):
        return ""
    return (
        f"HeartClassifier got {what} with {len(FEATURES)} columns and reads each as a plain"
        f" number. If they are {', '.join(FEATURE_NAMES)}, give a frame with these names, so"
        " that codes are read as categories."
    )


def _warn(message: str) -> None:
    """Of the line that calls `fit`: it stands so far above, for every message."""
    if message:
        warnings.warn(message, UserWarning, stacklevel=6)
