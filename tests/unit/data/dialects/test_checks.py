"""What a canonical value may be: the schema as it is made, not as an earlier test has left it."""

import numpy as np
import pandas as pd
import pandera.errors
import pytest

from heart.data.dialects.checks import _check, canonical_schema, find_impossible
from heart.schema import FEATURES, feature

MEASURED = [entry for entry in FEATURES if not entry.codes]


@pytest.fixture(scope="module")
def schema():
    return canonical_schema.__wrapped__()


def table(**columns):
    """Two patients in the canonical layout, some columns exchanged."""
    values = {entry.name: entry.codes[0][0] if entry.codes else entry.minimum for entry in FEATURES}
    dtypes = {entry.name: "str" if entry.holds_text else "Int8" for entry in FEATURES}
    dtypes |= dict.fromkeys((*(entry.name for entry in MEASURED), "slope"), "float64")
    frame = pd.DataFrame({name: [value, None] for name, value in values.items()}).astype(dtypes)
    return frame.assign(num=np.array([0, 4])).assign(**columns)


def test_table_of_possible_and_missing_values_passes(schema):
    frame = table()
    pd.testing.assert_frame_equal(schema.validate(frame), frame)


@pytest.mark.parametrize(
    "frame",
    [
        table(more=1),
        table()[["num", *(entry.name for entry in FEATURES)]],
        table().drop(columns="ca"),
        table(num=np.array([0, 5])),
        table(num=np.array([-1, 1])),
        table(num=[0.0, 1.0]),
        table(age=[17.9, 63.0]),
        table(age=pd.array([63, 63], dtype="Int8")),
        table(cp=pd.array([0, 1], dtype="Int8")),
        table(thal=pd.Series(["normal", "average"], dtype="str")),
    ],
)
def test_other_columns_orders_types_or_values_are_refused(schema, frame):
    with pytest.raises((pandera.errors.SchemaError, pandera.errors.SchemaErrors)):
        schema.validate(frame)


@pytest.mark.parametrize("entry", MEASURED, ids=lambda entry: entry.name)
def test_measurement_may_be_from_its_minimum_to_its_maximum(entry):
    low, high = entry.minimum, entry.maximum
    values = pd.Series([low - 0.01, low, np.nan, high, high + 0.01])
    assert find_impossible(entry.name, values).tolist() == [True, False, False, False, True]
    assert _check(entry)(values[[1, 3]]).check_passed
    assert not _check(entry)(values[[0]]).check_passed
    assert not _check(entry)(values[[4]]).check_passed


def test_code_may_be_one_of_its_codes():
    assert find_impossible("num", pd.Series([-1.0, 0.0, 4.0, 5.0, 0.5, np.nan])).tolist() == [
        True, False, False, True, True, False,
    ]  # fmt: skip
    assert find_impossible("thal", pd.Series(["fixed", None, "?"], dtype="str")).tolist() == [
        False, False, True,
    ]  # fmt: skip
    check = _check(feature("slope"))
    assert [bool(check(pd.Series([value])).check_passed) for value in (0.0, 1.0, 3.0, 4.0)] == [
        False, True, True, False,
    ]  # fmt: skip
