"""A cell is a code when it is that code, or a spelling that a table names."""

import pytest

from heart.data import load_shipped, read_cohort, read_patients
from heart.data.codings import (
    CODINGS,
    TARGET_RULES,
    TARGET_WORDS,
    WORDS,
    _codes,
    target_token,
    token_of,
)
from heart.errors import BadCellsError

CODES = {token for coding in CODINGS for codes in coding.codes.values() for token in codes}
WORD_TOKENS = {word for words in WORDS.values() for word in words}
TARGETS = {token for rule in (*TARGET_RULES, TARGET_WORDS) for token in rule.codes}
# alphabets, signs, arrows, mathematics, enclosed digits; then presentation and full-width forms
CHARACTERS = [chr(i) for i in (*range(0x3400), *range(0xFE00, 0x10000))]
DIGITS = set("0123456789")

LIKE_A_ONE = (
    *("\N{MINUS SIGN}1", "\N{EN DASH}1", "\N{SMALL HYPHEN-MINUS}1", "\N{NON-BREAKING HYPHEN}1"),
    *("(1)", "[1]", "<1", ">1", "\N{LESS-THAN OR EQUAL TO}1", "~1", "\N{NOT SIGN}1", "!1", "?1"),
    *(
        "1?",
        "1\N{VULGAR FRACTION ONE HALF}",
        "\N{VULGAR FRACTION ONE HALF}1",
        "\N{REPLACEMENT CHARACTER}1",
    ),
    *(
        "1%",
        "1*",
        "1/",
        "/1",
        "_1",
        "1-",
        "'1",
        '1"',
        "\N{FULLWIDTH DIGIT ONE}",
        "1\u0301",
        "1.0.",
        "1 -",
    ),
    *(
        "\N{ARABIC-INDIC DIGIT ONE}1",
        "\N{CYRILLIC SMALL LETTER ER}1",
        "0.99999999999999999",
        "1e-999",
    ),
    *("\N{SUPERSCRIPT ONE}", "1\u200b", "\u202e1", "1\N{NO-BREAK SPACE}0", "0-1", "0 1"),
)


@pytest.mark.parametrize("of", [token_of, target_token])
def test_no_character_beside_a_digit_is_dropped(of):
    # "+1", "01" and "1." are the number 1, "-1" is a code of its own, quotes around it are quotes
    named = CODES | TARGETS | WORD_TOKENS
    read = {c for c in CHARACTERS for text in (c + "1", "1" + c, c + "1" + c) if of(text) in named}
    assert read - DIGITS - set("+-.'\"") == set()


@pytest.mark.parametrize("text", LIKE_A_ONE)
@pytest.mark.parametrize("of", [token_of, target_token])
def test_what_looks_like_a_code_is_none(of, text):
    assert of(text) not in CODES | TARGETS


@pytest.mark.parametrize(
    "sign", [*"()[]<>~!?*%#&:;=|", "\N{NOT SIGN}", "\N{REPLACEMENT CHARACTER}", "\u0301"]
)
@pytest.mark.parametrize("word", ["male", "no", "typical angina", "presence"])
def test_no_sign_beside_a_word_is_dropped(word, sign):
    for text in (sign + word, word + sign, word[:2] + sign + word[2:]):
        assert token_of(text) not in WORD_TOKENS
        assert target_token(text) not in TARGETS


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("1", "1"),
        ("1.0", "1"),
        ("+1", "1"),
        ("01", "1"),
        ("1e0", "1"),
        ("'1'", "1"),
        ('"1"', "1"),
        ("-1", "-1"),
        ("63.0", "63"),
        ("999999999999", "999999999999"),
        ("1000000000000", "1000000000000.0"),  # no code is as large
        ("0.5", "0.5"),
        ("?", None),
        ("NA", None),
        ("-9.0", None),
        ("Typical Angina", "typicalangina"),
        ("typ_angina", "typangina"),
        ("'male'", "male"),
        ("non-anginal pain", "nonanginalpain"),
        ("non\N{NON-BREAKING HYPHEN}anginal", "nonanginal"),
        ("typical\N{NO-BREAK SPACE}angina", "typicalangina"),
        ("ST-T wave abnormality", "sttwaveabnormality"),
        ("greater than 120 mg/ml", "greaterthan120mgml"),
        ("Left vent. hyper", "leftventhyper"),
    ],
)
def test_spellings_of_codes_and_words(text, token):
    assert token_of(text) == token


@pytest.fixture(scope="module")
def strangers():
    """Cleveland's patients a little changed, as text: bad cells of known ones are put right."""
    frame = load_shipped("cleveland").frame
    frame = frame.assign(trestbps=frame["trestbps"] + 0.5, chol=frame["chol"] + 1.5)
    return frame.astype("str").replace({"nan": "", "<NA>": ""})


@pytest.mark.parametrize("column", ["sex", "cp", "fbs", "exang", "ca", "thal", "num"])
def test_a_file_with_such_a_cell_names_it(strangers, column):
    frame, text = strangers.copy(), "\N{MINUS SIGN}1"
    frame.loc[3, column] = text
    content = frame.to_csv(index=False).encode()
    with pytest.raises(BadCellsError) as raised:
        read_cohort(content)
    assert [cell[:3] for cell in raised.value.bad_cells] == [(3, column, text)]
    assert column == "num" or text in read_patients(content).errors[3]


FROM_ZERO = {"cp": {"0": 1, "1": 2, "2": 3, "3": 4}, "slope": {"0": 1, "1": 2, "2": 3}}
IN_ORDER = {
    "sex": {"0": 0, "1": 1},
    "restecg": {"0": 0, "1": 1, "2": 2},
    "ca": {"0": 0, "1": 1, "2": 2, "3": 3},
}
BY_HAND = {
    "uci": IN_ORDER
    | {
        "cp": {"1": 1, "2": 2, "3": 3, "4": 4},
        "slope": {"1": 1, "2": 2, "3": 3},
        "thal": {"3": "normal", "6": "fixed", "7": "reversible"},
    },
    "kaggle-303": IN_ORDER
    | {
        "cp": {"0": 4, "1": 2, "2": 3, "3": 1},
        "restecg": {"0": 2, "1": 0, "2": 1},
        "slope": {"0": 3, "1": 2, "2": 1},
        "ca": {"0": 0, "1": 1, "2": 2, "3": 3, "4": None},
        "thal": {"0": None, "1": "fixed", "2": "normal", "3": "reversible"},
    },
    "kaggle-297": IN_ORDER | FROM_ZERO | {"thal": {"0": "normal", "1": "fixed", "2": "reversible"}},
    "statlog-zero": IN_ORDER
    | FROM_ZERO
    | {"thal": {"1": "normal", "2": "fixed", "3": "reversible"}},
}
"""docs/DIALECTS.md a second time, on purpose."""

TARGETS_BY_HAND = {
    "binary": {"0": 0, "1": 1},
    "severity": {"0": 0, "1": 1, "2": 2, "3": 3, "4": 4},
    "inverted": {"0": 1, "1": 0},
    "severe": {"0": None, "1": 1},
    "one-two": {"1": 0, "2": 1},
    "one-two-inverted": {"1": 1, "2": 0},
    "signs": {"-1": 0, "1": 1},
}


def test_each_number_means_what_its_dialect_means_by_it():
    assert [coding.name for coding in CODINGS] == list(BY_HAND)
    for coding in CODINGS:
        expected = BY_HAND[coding.name]
        assert {name: coding.codes[name] for name in expected} == expected


def test_each_outcome_means_what_its_rule_says():
    rules = {rule.name: rule.codes for rule in TARGET_RULES}
    assert {name: rules[name] for name in TARGETS_BY_HAND} == TARGETS_BY_HAND
    turned = {rule.name for rule in TARGET_RULES if not rule.upright}
    assert {"inverted", "one-two-inverted"} <= turned
    assert not turned & {"binary", "severity", "severe", "one-two", "signs"}


def test_quotes_with_nothing_between_are_nothing_and_a_single_one_is_a_sign():
    assert token_of("''") is token_of('" "') is None
    assert token_of("'") == "\0'"
    assert token_of("'a'") == "a"


def test_numbers_are_counted_from_where_a_coding_begins():
    assert _codes("a", None) == {"0": "a", "1": None}
    assert _codes(4, 2, start=1) == {"1": 4, "2": 2}
