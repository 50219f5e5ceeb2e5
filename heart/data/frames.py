"""Any dataframe of patients becomes a canonical frame, checked by the schema."""

from __future__ import annotations

from collections.abc import Container, Hashable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from heart.data.patients import dtype_of, none_if_missing
from heart.errors import PatientError
from heart.schema import FEATURES, Feature, Value

SHOWN_COLUMNS = 20


def canonical_frame(data: object, features: Sequence[Feature] = FEATURES) -> pd.DataFrame:
    """The features of some patients in canonical codes and dtypes, shape (n, number of features),
    with the frame's index.

    Every value is read as the form and the command line read it: codes also as text or by their
    label, a cholesterol of 0 as not measured. Names of columns are those of the schema in any case,
    in any order; other columns are left out. A column that is canonical already costs one look at
    its values, any other one calculation for each different value.

    Args:
        data: a frame of pandas, Polars, PyArrow or whatever else narwhals knows.
        features: the columns that are needed.

    Raises:
        PatientError: for what is no dataframe, a column that is not there or there twice, and an
            impossible value, with its row (by the frame's index) and column.

    >>> canonical_frame(pd.DataFrame({"CP": ["asymptomatic", "2"]}), [FEATURES[2]])["cp"].tolist()
    [4, 2]
    """
    frame = to_pandas(data)
    columns = match_columns(list(frame.columns), features)
    check_present(columns, features, frame.columns)
    return pd.DataFrame(
        {f.name: _canonical_column(frame[columns[f.name]], f) for f in features},
        index=frame.index,
        copy=False,
    )


def to_pandas(data: object) -> pd.DataFrame:
    """The same dataframe as pandas has it.

    Raises:
        PatientError: for what is no dataframe.
    """
    if isinstance(data, pd.DataFrame):
        return data
    # most frames are pandas' own, and need not wait for it
    import narwhals as nw  # noqa: PLC0415

    try:
        return nw.from_native(data, eager_only=True).to_pandas()  # type: ignore[call-overload,no-any-return]
    except TypeError as error:
        raise PatientError(
            "a dataframe with a column for each feature",
            f"a {type(data).__name__}",
            "Give pandas.DataFrame(values, columns=names), or collect a lazy frame.",
            feature=FEATURES[0].name,
        ) from error


def match_columns(
    columns: Sequence[Hashable], features: Sequence[Feature] = FEATURES
) -> dict[str, Hashable]:
    """Feature to the column that has its name, in any case.

    Raises:
        PatientError: if two columns have the same one.
    """
    names = {f.name: f.name for f in features} | {f.name.casefold(): f.name for f in features}
    matched: dict[str, Hashable] = {}
    for column in columns:
        name = names.get(column.strip().casefold()) if isinstance(column, str) else None
        if name in matched:
            raise PatientError(
                "each column once",
                f"{matched[name]!r} and {column!r}, which are both {name}",
                "Remove one of them.",
                feature=name,
            )
        if name is not None:
            matched[name] = column
    return matched


def check_present(
    present: Container[object], features: Sequence[Feature], columns: Iterable[Hashable]
) -> None:
    """Refuse a frame that lacks features.

    Args:
        present: the features that there are.
        features: those that are needed.
        columns: the frame's, to be shown.

    Raises:
        PatientError: naming them.
    """
    absent = [entry.name for entry in features if entry.name not in present]
    if absent:
        shown = ", ".join(repr(str(column)) for column in list(columns)[:SHOWN_COLUMNS])
        raise PatientError(
            "a column for each feature of the model",
            f"none for {', '.join(absent)} among {shown or 'no columns'}",
            "Add them, and leave empty what is not known.",
            feature=absent[0],
        )


def _canonical_column(column: pd.Series, entry: Feature) -> pd.Series:
    """The column with the feature's dtype; the same one where nothing has to change.

    Raises:
        PatientError: for the first value that cannot be.
    """
    if column.dtype.kind in "iuf" and not entry.holds_text:
        return _check_numbers(column, entry)
    codes, different = _factorize(column, entry)
    values: list[Value | None] = []
    for position, value in enumerate(different):
        try:
            values.append(_parse(value, entry))
        except PatientError as error:
            raise _in_row(error, column, codes == position) from error
    if column.dtype == dtype_of(entry) and values == list(different):
        return column
    # -1 is missing, and reads the last entry
    canonical: Any = pd.Series([*values, None], dtype=dtype_of(entry)).array
    return pd.Series(canonical.take(codes), index=column.index)


def _factorize(column: pd.Series, entry: Feature) -> tuple[npt.NDArray[np.int64], Sequence[Any]]:
    """Which of the different values each row has, -1 where it is missing, and these values."""
    try:
        codes, different = pd.factorize(column)
    except TypeError as error:  # a list or a dict
        unhashable = column.map(lambda value: not isinstance(value, Hashable)).to_numpy(dtype=bool)
        wrong = entry.impossible(column.iloc[int(np.argmax(unhashable))])
        raise _in_row(wrong, column, unhashable) from error
    return codes.astype(np.int64), list(different)


def _check_numbers(column: pd.Series, entry: Feature) -> pd.Series:
    numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
    possible = _are_possible(numbers, entry)
    if not possible.all():
        coded_missing = np.isin(numbers, entry.missing_codes)
        wrong = ~possible & ~coded_missing
        if wrong.any():
            raise _in_row(entry.impossible(numbers[wrong][0].item()), column, wrong)
        column = pd.Series(np.where(coded_missing, np.nan, numbers), index=column.index)
    return column.astype(dtype_of(entry))


def _are_possible(numbers: npt.NDArray[np.float64], entry: Feature) -> npt.NDArray[np.bool_]:
    """Which numbers are values of the feature, or missing."""
    missing = np.isnan(numbers)
    if entry.codes:
        return missing | np.isin(numbers, [float(code) for code, _ in entry.codes])
    return missing | ((numbers >= entry.minimum) & (numbers <= entry.maximum))


def _parse(value: Any, entry: Feature) -> Value | None:
    """A value of a frame by the schema; True and False are the codes 1 and 0 of a yes or no."""
    plain = value.item() if isinstance(value, np.generic) else value
    if isinstance(plain, bool) and {code for code, _ in entry.codes} == {0, 1}:
        return int(plain)
    return entry.parse(none_if_missing(plain))


def _in_row(error: PatientError, column: pd.Series, wrong: npt.NDArray[np.bool_]) -> PatientError:
    """The error with the index of the first wrong row."""
    row = column.index[int(np.argmax(wrong))]
    return error.in_row(row.item() if isinstance(row, np.generic) else row)
