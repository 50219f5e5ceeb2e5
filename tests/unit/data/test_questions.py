"""What is asked about columns, and when asking would be of no use."""

import numpy as np
import pytest

from heart.data.columns import COLUMNS, known_columns
from heart.data.formats.detect import open_table
from heart.data.questions import (
    Columns,
    Evidence,
    _check_possible,
    _examples,
    _reason,
    ask,
)
from heart.data.recognition.samples import Sample, SampledColumn, sample_rows
from heart.data.recognition.unnamed import Equal
from heart.errors import CohortError, ColumnsError
from heart.schema import FEATURE_NAMES, TARGET
from tests.support import dialects as d

ANY = tuple(f"column {i}" for i in range(1, 15))
ELSEWHERE = ("tobacco", "ldl", *ANY[2:])
EVERY = [*FEATURE_NAMES, TARGET]


@pytest.mark.parametrize(
    ("header", "n_open", "found"),
    [
        (ANY, 8, None),
        (ANY, 7, "slope, ca, thal. Choose"),  # too few columns, though any may be any
        (ELSEWHERE, 14, "it seems to be the South African heart data"),
    ],
)
def test_table_that_no_answer_would_make_one_of_heart_patients_is_refused(header, n_open, found):
    options = dict.fromkeys(range(n_open), EVERY)
    table = (Columns(header, {}, {}), Evidence(None, (), {}), options)
    if found is None:
        _check_possible(*table, need_target=True)
    else:
        with pytest.raises(CohortError, match=found) as caught:
            _check_possible(*table, need_target=True)
        assert caught.value.found.startswith("no column for age, sex, cp")


def test_column_whose_values_suggest_one_feature_says_which():
    assert _reason({}, ["cp"], "cp") == "its values are possible for cp only"
    assert _reason({}, ["cp", "ca"], None) == "its values are possible for cp, ca"


HIGH, LOW = Equal(30, 30, 3), Equal(1, 30, 3)


def two_odd(*, without=(), given=(), **names):
    """A table in which nobody knows the columns "a" and "b"; the user has spoken of `given`."""
    patients = d.uci_table(d.invent_patients(30, seed=3)).drop(columns=list(without))
    table = open_table(d.write(patients.rename(columns={"trestbps": "a", "thalach": "b"} | names)))
    chosen = Columns(table.header, known_columns(table.header), dict.fromkeys(given, ""))
    return chosen, sample_rows(table, range(table.width))


def test_what_is_open_and_not_needed_is_asked_only_if_known_patients_point_at_it():
    chosen, sample = two_odd()
    a, b = (chosen.header.index(name) for name in "ab")
    ask(chosen, Evidence(sample, (), {}), need_target=True)
    ask(chosen, Evidence(sample, (), {a: {"trestbps": LOW}}), need_target=True)
    pointed = Evidence(sample, (), {a: {"thalach": LOW, "trestbps": HIGH}})
    with pytest.raises(ColumnsError) as asked:
        ask(chosen, pointed, need_target=True)
    (column,) = asked.value.open_columns
    assert (column.name, column.key) == ("a", f"#{a + 1}")
    assert column.options[:2] == ("trestbps", "thalach")
    assert "as in --columns a=trestbps; of a" in asked.value.action
    assert "thalach in 1 of 30, trestbps in 30 of 30 known patients" in column.reason
    ask(two_odd(given=[b])[0], pointed, need_target=True)  # the user has had his say


def test_all_that_is_open_is_asked_where_more_is_needed():
    chosen, sample = two_odd(without=["num"])
    ask(chosen, Evidence(sample, (), {}), need_target=False)
    chosen, sample = two_odd(sex="c")
    with pytest.raises(ColumnsError) as asked:
        ask(chosen, Evidence(sample, (), {}), need_target=True)
    assert [column.name for column in asked.value.open_columns] == ["c", "a", "b"]
    assert asked.value.found.startswith("no column for sex, trestbps, thalach, and of these")
    assert asked.value.found.endswith("'c', 'a', 'b'")


def test_columns_are_open_of_which_nobody_says_anything():
    chosen = Columns(("age", "x", "row index", "(empty)", "y"), {"age": 0}, {4: ""})
    assert chosen.open == [1]
    assert chosen.lacking == [name for name in COLUMNS if name != "age"]


def test_numbers_too_many_for_codes_are_shown_as_they_are():
    floats = np.array([1.5, 2.0, 3.0, 40.0, 5.0])
    sample = Sample({2: SampledColumn(floats, is_number=True, tokens=None, labels=None)}, 5)
    assert _examples(sample, 2) == ("1.5", "2", "3", "40")
