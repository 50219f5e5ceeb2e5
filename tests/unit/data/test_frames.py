"""Any dataframe becomes a canonical one, or an error that names row and column."""

import narwhals as nw
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from heart.data import load_shipped
from heart.data.frames import canonical_frame
from heart.data.patients import frame_of_patients
from heart.errors import PatientError
from heart.schema import FEATURE_NAMES, FEATURES, feature

HOSPITALS = ("cleveland", "hungary", "switzerland", "va_long_beach")

FULL_WIDTH_ONE = "\N{FULLWIDTH DIGIT ONE}"


def some_patients():
    return load_shipped("cleveland").features.head(8).set_axis(list("abcdefgh"))


def in_words(frame):
    """Every value as somebody would write it by hand."""
    return pd.DataFrame(
        {
            f.name: [
                None if pd.isna(v) else f.describe(v) if f.codes else str(v) for v in frame[f.name]
            ]
            for f in FEATURES
        },
        index=frame.index,
    )


OTHER_FORMS = {
    "objects": lambda frame: frame.astype(object),
    "text": lambda frame: frame.astype("str"),
    "float": lambda frame: frame.astype({f.name: "float64" for f in FEATURES if not f.holds_text}),
    "categories": lambda frame: frame.astype("category"),
    "upper case": lambda frame: frame.rename(columns=str.upper),
    "blanks in names": lambda frame: frame.rename(columns=" {} ".format),
    "another order": lambda frame: frame[frame.columns[::-1]],
    "more columns": lambda frame: frame.assign(num=1, note="x"),
    "arrow dtypes": lambda frame: frame.convert_dtypes(dtype_backend="pyarrow"),
    "nullable dtypes": lambda frame: frame.convert_dtypes(),
    "words": in_words,
    "true and false": lambda frame: frame.astype({"sex": bool, "fbs": bool, "exang": bool}),
}


@pytest.mark.parametrize("name", HOSPITALS)
def test_canonical_frame_is_left_as_it_is(name):
    frame = load_shipped(name).features
    checked = canonical_frame(frame)
    pd.testing.assert_frame_equal(checked, frame)
    assert all(np.shares_memory(checked[n].array, frame[n].array) for n in ("age", "slope"))


@pytest.mark.parametrize("form", OTHER_FORMS)
def test_same_patients_in_another_form(form):
    frame = some_patients()
    pd.testing.assert_frame_equal(canonical_frame(OTHER_FORMS[form](frame)), frame)


@pytest.mark.parametrize("wrap", [pa.Table.from_pandas, nw.from_native])
def test_other_dataframes(wrap):
    frame = some_patients().reset_index(drop=True)
    pd.testing.assert_frame_equal(canonical_frame(wrap(frame)), frame)


def test_polars_frame():
    polars = pytest.importorskip("polars")
    frame = some_patients().reset_index(drop=True)
    pd.testing.assert_frame_equal(canonical_frame(polars.from_pandas(frame)), frame)


@pytest.mark.parametrize("name", ["trestbps", "chol"])
def test_zero_that_files_use_for_not_measured_is_missing(name):
    frame = some_patients()
    frame.loc["c", name] = 0.0
    checked = canonical_frame(frame)[name]
    assert checked.index[checked.isna()].tolist() == ["c"]


@pytest.mark.parametrize("entry", FEATURES, ids=FEATURE_NAMES)
def test_impossible_value_is_named_with_row_and_column(entry):
    for value in (9999, -6, np.inf, -np.inf, 12.5, "x", "1e9", FULL_WIDTH_ONE, b"1", [1]):
        check_is_named(entry, value)


def check_is_named(entry, value):
    frame = some_patients().astype({entry.name: object})
    column = pd.Series([value] * 8, index=frame.index, dtype=object)
    frame[entry.name] = frame[entry.name].where(~frame.index.isin(["d", "f"]), column)
    frames = [frame]
    if isinstance(value, int | float) and not entry.holds_text:
        frames.append(frame.astype({entry.name: "float64"}))
    for given in frames:
        with pytest.raises(PatientError, match=f"{entry.label}.*row 'd', column {entry.name}") as e:
            canonical_frame(given)
        assert (e.value.row, e.value.feature) == ("d", entry.name)


@pytest.mark.parametrize(
    ("name", "value"), [("cp", 0), ("thal", 3), ("thal", 6), ("thal", 7), ("slope", 0), ("ca", 4)]
)
def test_codes_of_other_dialects_are_refused(name, value):
    frame = some_patients().astype({name: object})
    frame[name] = value
    with pytest.raises(PatientError, match=f"found {value}.* in row 'a', column {name}"):
        canonical_frame(frame)


def test_frames_and_single_patients_take_the_same_values():
    for f in FEATURES:
        for value in (
            0,
            1,
            2,
            3,
            4,
            6,
            7,
            63,
            1e3,
            -2,
            "normal",
            "male",
            "1",
            "1.0",
            "?",
            True,
            None,
        ):
            try:
                alone = f.parse(value)
            except PatientError:
                alone = "refused"
            row = pd.DataFrame({f.name: pd.Series([value], dtype=object)})
            try:
                inside = canonical_frame(row, [f])[f.name].astype(object)[0]
            except PatientError:
                inside = "refused"
            yes_no = value is True and {code for code, _ in f.codes} == {0, 1}
            assert (None if pd.isna(inside) else inside) == (1 if yes_no else alone), (
                f.name,
                value,
            )


def test_missing_columns_are_all_named():
    with pytest.raises(PatientError, match="none for chol, ca, thal among 'age', 'sex'") as caught:
        canonical_frame(some_patients().drop(columns=["chol", "ca", "thal"]))
    assert caught.value.feature == "chol"


def test_column_in_two_spellings_is_refused():
    with pytest.raises(PatientError, match="'age' and 'AGE', which are both age"):
        canonical_frame(some_patients().assign(AGE=50))


@pytest.mark.parametrize("data", [np.ones((3, 13)), [[1] * 13], None, "cleveland", {"age": 50}])
def test_what_is_no_dataframe_is_refused(data):
    with pytest.raises(PatientError, match="a dataframe with a column for each feature"):
        canonical_frame(data)


def test_each_different_value_is_parsed_once(monkeypatch):
    parsed = []
    monkeypatch.setattr(type(feature("cp")), "parse", lambda _, value: parsed.append(value) or 2)
    frame = pd.DataFrame({"cp": ["2", "two"] * 1000})
    assert (canonical_frame(frame, [feature("cp")])["cp"] == 2).all()
    assert parsed == ["2", "two"]


def test_patients_of_whom_nothing_is_known_and_no_patients_pass():
    nothing = frame_of_patients([{"age": 50}]).assign(age=np.nan)
    assert canonical_frame(nothing).isna().all(axis=None)
    assert canonical_frame(nothing.head(0)).shape == (0, 13)


def test_first_wrong_number_and_its_row_are_named():
    frame = some_patients().head(3)
    ages = pd.Series([63.0, 17.0, 111.0], index=frame.index)
    with pytest.raises(PatientError) as caught:
        canonical_frame(frame.assign(age=ages))
    assert "17" in caught.value.found
    assert "111" not in caught.value.found
    assert caught.value.row == frame.index[1]


@pytest.mark.parametrize("entry", [f for f in FEATURES if not f.codes], ids=lambda f: f.name)
def test_least_and_greatest_number_are_possible_and_no_other(entry):
    at = pd.DataFrame({entry.name: [entry.minimum, entry.maximum]}, dtype="float64")
    pd.testing.assert_frame_equal(canonical_frame(at, [entry]), at)
    for beyond in (entry.minimum - 1, entry.maximum + 1):
        with pytest.raises(PatientError):
            canonical_frame(pd.DataFrame({entry.name: [entry.minimum, beyond]}), [entry])


@pytest.mark.parametrize("n", [20, 21])
def test_twenty_columns_are_shown_where_one_is_absent(n):
    names = [f"c{number}" for number in range(n)]
    with pytest.raises(PatientError) as refused:
        canonical_frame(pd.DataFrame(columns=names))
    assert refused.value.found.endswith("among " + ", ".join(map(repr, names[:20])))
