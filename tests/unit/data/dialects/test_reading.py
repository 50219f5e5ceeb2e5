"""Readings: what they make of tokens, how they are called, which dialect a file is."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from heart.data.codings import CODINGS, TARGET_RULES, TARGET_WORDS
from heart.data.columns import name_columns
from heart.data.dialects.cells import Tokens, parse_table
from heart.data.dialects.reading import Reading, codes_of, means, name_dialect, nums_of
from heart.data.formats.text import open_text

CODING = {coding.name: coding for coding in CODINGS}
RULE = {rule.name: rule for rule in TARGET_RULES} | {"words": TARGET_WORDS, "": None}


def reading(coding="uci", rule="binary", *, sex="", mmol=False, doubtful=False):
    return Reading(CODING[coding], sex, RULE[rule], mmol, doubtful)


NAMES = [
    (reading(), "uci"),
    (reading(rule=""), "uci"),
    (reading(rule="severity"), "uci"),
    (reading(rule="inverted"), "uci-inverted"),
    (reading(rule="severe"), "uci-severe"),
    (reading(rule="one-two"), "uci"),
    (reading(rule="one-two-inverted"), "uci-inverted"),
    (reading(rule="words"), "uci"),
    (reading("kaggle-303", "inverted"), "kaggle-303"),
    (reading("kaggle-303"), "kaggle-303-binary"),
    (reading(sex="male-1"), "uci+male-1"),
    (reading(mmol=True), "uci+mmol"),
    (reading(rule="inverted", sex="female-1", mmol=True), "uci-inverted+female-1+mmol"),
]


@pytest.mark.parametrize(("one", "name"), NAMES, ids=[name for _, name in NAMES])
def test_reading_is_called_after_what_is_not_usual_in_it(one, name):
    assert one.name == name
    assert one.is_usual == (name.partition("+")[0] in CODING)


def test_reading_says_all_that_it_means():
    every = reading(sex="female-1", mmol=True).meaning.split("; ")
    assert every[1:] == [
        "sex 1 is female and 2 male",
        "0 is healthy, 1 is diseased",
        "cholesterol is in mmol/l and is multiplied by 38.67",
    ]
    alone = CODING["uci"].meaning
    assert [reading(rule=rule).meaning for rule in ("", "words")] == [alone, alone]


def test_reading_is_not_changed():
    with pytest.raises(FrozenInstanceError):
        reading().mmol = True


@pytest.mark.parametrize(
    ("one", "column", "token", "code"),
    [
        (reading(), "cp", "4", 4),
        (reading("kaggle-303"), "cp", "0", 4),
        (reading(), "cp", "asy", 4),
        (reading(), "cp", None, None),
        (reading(), "sex", "1", 1),
        (reading(sex="male-1"), "sex", "2", 0),
        (reading(sex="female-1"), "sex", "2", 1),
        (reading(sex="male-1"), "sex", "male", 1),
        (reading("kaggle-303"), "thal", "0", None),
        (reading(doubtful=True), "cp", "normal", 3),
        (reading(doubtful=True), "restecg", "normal", 0),
        (reading(doubtful=True), "cp", "1", 1),
    ],
)
def test_token_has_a_code(one, column, token, code):
    assert one.code_of(column, token) == code


@pytest.mark.parametrize(("column", "token"), [("cp", "normal"), ("cp", "0"), ("sex", "2")])
def test_token_without_a_meaning_has_none(column, token):
    with pytest.raises(KeyError):
        reading().code_of(column, token)


def tokens(*every):
    return Tokens(None, every, np.zeros(0, np.int64))


def test_codes_are_numbers_words_by_their_place_nan_missing_and_infinity_strange():
    thal = codes_of(tokens("7", "normal", None, "5"), "thal", reading())
    np.testing.assert_array_equal(thal, [2, 0, np.nan, np.inf])
    slope = codes_of(tokens("0", "up", "3"), "slope", reading("kaggle-303"))
    np.testing.assert_array_equal(slope, [3, 1, np.inf])


def test_nums_are_by_the_rule_or_in_words():
    said = nums_of(tokens("0", "1", "yes", "<50", None, "2"), reading(rule="severe"))
    np.testing.assert_array_equal(said, [np.nan, 1, 1, 0, np.inf, np.inf])
    np.testing.assert_array_equal(nums_of(tokens("1", None), reading(rule="")), [np.inf] * 2)


@pytest.mark.parametrize(
    ("wanted", "one", "is_meant"),
    [
        ("uci", reading(), True),
        ("uci", reading(rule="inverted"), True),  # any reading of the coding
        ("uci-inverted", reading(rule="inverted"), True),
        ("uci-inverted", reading(), False),
        ("statlog", reading(rule="one-two"), True),
        ("kaggle-303", reading(), False),
        ("uci+mmol", reading(mmol=True), True),
        ("uci", reading(mmol=True), True),
        ("uci+mmol", reading(), False),
        ("uci+mmol+male-1", reading(sex="male-1", mmol=True), True),
        ("uci+mmol", reading(sex="male-1", mmol=True), False),
    ],
)
def test_dialect_means_a_reading_by_its_name_and_extras(wanted, one, is_meant):
    assert means(wanted, one) == is_meant


def file_with(n=3, *, drop=(), header=None, **columns):
    """Some patients in UCI's codes, as parsed, with their naming."""
    plain = {"age": 63, "sex": 1, "cp": 1, "trestbps": 145, "chol": 233, "fbs": 1, "restecg": 2}
    plain |= {"thalach": 150, "exang": 0, "oldpeak": 2.3, "slope": 3, "ca": 0, "thal": 6, "num": 0}
    cells = {name: columns.get(name, value) for name, value in plain.items() if name not in drop}
    names = header or list(cells)
    lines = [names, *[cells.values()] * n]
    table = open_text("\n".join(",".join(map(str, line)) for line in lines).encode())
    naming = name_columns(table.header, need_target=False)
    return parse_table(table, naming), naming


@pytest.mark.parametrize(
    ("file", "one", "dialect"),
    [
        (file_with(), reading(), "uci"),
        (file_with(thal="fixed"), reading(), "canonical"),
        (file_with(thal="fixed"), reading(rule="severity"), "canonical"),
        (file_with(thal="fixed"), reading(rule=""), "canonical"),  # its outcome is not used
        (file_with(thal="fixed", num="no"), reading(rule="words"), "uci"),
        (file_with(thal="fixed"), reading(rule="inverted"), "uci"),
        (file_with(thal="fixed"), reading(rule="severe"), "tutorial"),
        (file_with(thal="fixed"), reading("kaggle-297"), "kaggle-297"),
        (file_with(cp="ASY"), reading(), "kaggle-918"),
        (file_with(cp="asympt"), reading(), "weka"),
        (file_with(restecg="st_t_wave_abnormality"), reading(), "weka"),
        (file_with(cp="nontypical"), reading(), "textbook"),
        (file_with(restecg="lv hypertrophy"), reading(), "kaggle-920"),
        (file_with(num=2), reading(rule="one-two"), "statlog"),
        (file_with(num=2), reading(rule="one-two-inverted"), "statlog"),
        (file_with(num="Presence"), reading(rule="words"), "statlog"),
        (file_with(270), reading(), "statlog"),
        (file_with(271), reading(), "uci"),
        (file_with(269, drop=["num"]), reading(rule=""), "uci"),
        (file_with(drop=["ca", "thal"]), reading(), "kaggle-1190"),
        (file_with(drop=["ca"]), reading(), "uci"),
        (file_with(drop=["thal"]), reading(rule="inverted"), "uci"),
    ],
)
def test_dialect_is_told_by_its_signs(file, one, dialect):
    assert name_dialect(*file, one) == dialect
