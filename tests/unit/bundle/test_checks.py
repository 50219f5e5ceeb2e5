"""Each check at its edge: the last value that passes, the first that does not, and what is said."""

import math

import pytest

from heart.bundle.checks import (
    MAX_SHOWN,
    bits,
    blob,
    damaged,
    integer,
    listing,
    number,
    one_of,
    optional,
    record,
    table,
    text,
)
from heart.errors import BundleError

LONGEST = "x" * MAX_SHOWN


def two():
    return record({"b": integer(0, 1), "a": integer(0, 1)})


PASSED = {
    "whole text": (lambda: text("[a-c]+", "letters"), "abc"),
    "one of few": (lambda: one_of((1, "x")), "x"),
    "least": (lambda: integer(-2, 3), -2),
    "most": (lambda: integer(-2, 3), 3),
    "least number": (lambda: number(0.5, 1.5), 0.5),
    "most number": (lambda: number(0.5, 1.5), 1.5),
    "any number": (number, -1e30),
    "any number, positive": (number, 1e30),
    "bytes": (lambda: blob, b""),
    "a bit for each": (lambda: bits(16), b"ab"),
    "none": (lambda: optional(integer(0, 1)), None),
    "not none": (lambda: optional(integer(0, 1)), 1),
    "shortest list": (lambda: listing(integer(0, 1), 1, 2), [0]),
    "longest list": (lambda: listing(integer(0, 1), 1, 2), [0, 1]),
    "record": (two, {"a": 0, "b": 1}),
    "empty table": (lambda: table(["a", "b"], integer(0, 1)), {}),
    "full table": (lambda: table(["a", "b"], integer(0, 1)), {"a": 0, "b": 1}),
}


@pytest.mark.parametrize(("make", "value"), PASSED.values(), ids=PASSED)
def test_what_is_just_right_passes(make, value):
    assert make()(value, "it") is None


REFUSED = {
    "text before and after": (
        lambda: text("[a-c]+", "letters"),
        "abcd",
        "it to be letters",
        "str 'abcd'",
    ),
    "no text": (lambda: text("[a-c]+", "letters"), b"abc", "it to be letters", "a bytes"),
    "long text": (lambda: text("y", "y"), LONGEST + "x", "it to be y", "a str"),
    "text to the limit": (lambda: text("y", "y"), LONGEST, "it to be y", f"str '{LONGEST}'"),
    "letters beyond ASCII": (lambda: text("y", "y"), "é\u202e", "it to be y", r"str '\xe9\u202e'"),
    "none of few": (lambda: one_of((1, "x")), 2, "it to be one of 1, 'x'", "int 2"),
    "True is not 1": (lambda: one_of((1, "x")), True, "it to be one of 1, 'x'", "bool True"),
    "below": (lambda: integer(-2, 3), -3, "it to be a whole number from -2 to 3", "int -3"),
    "above": (lambda: integer(-2, 3), 4, "it to be a whole number from -2 to 3", "int 4"),
    "not whole": (lambda: integer(-2, 3), 1.0, "it to be a whole number from -2 to 3", "float 1.0"),
    "True no number": (
        lambda: integer(0, 1),
        True,
        "it to be a whole number from 0 to 1",
        "bool True",
    ),
    "number below": (
        lambda: number(0.5, 1.5),
        0.25,
        "it to be a number from 0.5 to 1.5",
        "float 0.25",
    ),
    "number above": (
        lambda: number(0.5, 1.5),
        1.75,
        "it to be a number from 0.5 to 1.5",
        "float 1.75",
    ),
    "whole number": (lambda: number(0.5, 1.5), 1, "it to be a number from 0.5 to 1.5", "int 1"),
    "NaN": (number, math.nan, "it to be a number from -1e+30 to 1e+30", "float nan"),
    "infinity": (
        lambda: number(0.0, math.inf),
        math.inf,
        "it to be a number from 0 to inf",
        "float inf",
    ),
    "too great": (number, 2e30, "it to be a number from -1e+30 to 1e+30", "float 2e+30"),
    "no bytes": (lambda: blob, bytearray(b"ab"), "it to be bytes", "a bytearray"),
    "a byte more": (lambda: bits(16), b"abc", "it to be 2 bytes, a bit for each of 16", "3 bytes"),
    "a byte less": (lambda: bits(16), b"a", "it to be 2 bytes, a bit for each of 16", "1 bytes"),
    "no bits": (lambda: bits(16), None, "it to be 2 bytes, a bit for each of 16", "a NoneType"),
    "neither none nor right": (
        *(lambda: optional(integer(0, 1)), 2),
        *("it to be a whole number from 0 to 1", "int 2"),
    ),
    "short list": (lambda: listing(blob, 1, 2), [], "it to be a list of 1 to 2 items", "0 items"),
    "long list": (
        lambda: listing(blob, 1, 2),
        [b""] * 3,
        "it to be a list of 1 to 2 items",
        "3 items",
    ),
    "no list": (lambda: listing(blob, 1, 2), (b"",), "it to be a list of 1 to 2 items", "a tuple"),
    "second item": (lambda: listing(blob, 1, 2), [b"", 0], "it[1] to be bytes", "int 0"),
    "no record": (two, [], "it to be a dict", "a list"),
    "another key": (
        *(two, {"a": 0, "c": 0}),
        *("it to have the keys b, a", "missing ['b'], extra ['c']"),
    ),
    "a key more": (
        *(two, {"a": 0, "b": 0, "c": 0}),
        *("it to have the keys b, a", "missing [], extra ['c']"),
    ),
    "a key less": (two, {"a": 0}, "it to have the keys b, a", "missing ['b'], extra []"),
    "many strange keys": (
        *(two, dict.fromkeys(["é" + LONGEST, "6", "5", "4", "3", "2"])),
        *("it to have the keys b, a", "missing ['a', 'b'], extra ['2', '3', '4', '5', '6']"),
    ),
    "long strange key": (
        *(two, {"é" + LONGEST: 0}),
        *("it to have the keys b, a", rf"missing ['a', 'b'], extra ['\\xe9{LONGEST[1:]}']"),
    ),
    "value of a record": (two, {"a": 0, "b": 2}, "it.b to be a whole number from 0 to 1", "int 2"),
    "no table": (
        lambda: table(["a", "b"], blob),
        [],
        "it to be a dict with keys among a, b",
        "a list",
    ),
    "key of no table": (
        *(lambda: table(["a", "b"], blob), {"a": b"", "c": b""}),
        *("it to be a dict with keys among a, b", "a dict"),
    ),
    "value of a table": (lambda: table(["a", "b"], blob), {"b": 0}, "it.b to be bytes", "int 0"),
}


@pytest.mark.parametrize(("make", "value", "expected", "found"), REFUSED.values(), ids=REFUSED)
def test_what_is_just_wrong_is_refused_with_its_place(make, value, expected, found):
    with pytest.raises(BundleError) as refused:
        make()(value, "it")
    assert (refused.value.expected, refused.value.found) == (expected, found)
    assert refused.value.action.startswith("Ask the sender for the file")


def test_damaged_file_says_how():
    error = damaged("it ends early")
    assert (error.expected, error.found) == (
        "a complete joblib file",
        "a damaged one (it ends early)",
    )
