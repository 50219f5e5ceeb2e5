"""How files code categories and target: words, which mean one thing everywhere, and numbers.

Every coding was checked row by row against UCI's values (docs/DIALECTS.md). A file's cell is folded
into a token first: the shortest form of a number ("63.0" is "63"), or a word in lower case without
what stands between its parts. Whatever else is in a cell makes it a token that means nothing.
"""

from __future__ import annotations

import re
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from heart.schema import FEATURES, SEVERITIES, Value

Codes = dict[str, Value | None]
"""Token to canonical code; None is a missing value."""

NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_MISSING = "? -9 -9.0 -9. na nan n/a #n/a <na> nat null none missing ."
MISSING_WORDS = frozenset(("", *_MISSING.split()))
_HYPHENS = dict.fromkeys(map(ord, "\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{NO-BREAK SPACE}"), "-")
_BETWEEN = re.compile(r"[-_ ./,']")  # between the parts of a word
_MOST_WHOLE = 10**12  # no code is as large


def _spellings(meanings: dict[Value, str]) -> Codes:
    return {
        spelling: code for code, spellings in meanings.items() for spelling in spellings.split()
    }


_NO_YES = _spellings({0: "0 n no false f absent", 1: "1 y yes true t present"})

WORDS: MappingProxyType[str, Codes] = MappingProxyType(
    {
        "sex": _spellings({0: "f female woman fem", 1: "m male man"}),
        "cp": _spellings(
            {
                1: "typicalangina typical typangina ta angina",
                2: "atypicalangina atypical nontypical atypangina ata abnang nontypicalangina",
                3: "nonanginalpain nonanginal nonangina nap notang nonangpain nonanginalchestpain",
                4: "asymptomatic asympt asy asym",
            }
        ),
        "fbs": (
            _NO_YES
            | _spellings(
                {0: "lowerthan120mgml lowerthan120mgdl", 1: "greaterthan120mgml greaterthan120mgdl"}
            )
        ),
        "restecg": _spellings(
            {
                0: "normal norm",
                1: (
                    "st sttabnormality sttwaveabnormality stt stabnormality abnormal abn"
                    " havingsttwaveabnormality"
                ),
                2: "lvh lvhypertrophy leftventricularhypertrophy leftventhyper hyp hypertrophy",
            }
        ),
        "exang": _NO_YES,
        "slope": _spellings(
            {1: "up upsloping upslope", 2: "flat", 3: "down downsloping downslope"}
        ),
        "ca": {},
        "thal": _spellings(
            {
                "normal": "normal norm",
                "fixed": "fixed fixeddefect fix",
                "reversible": "reversible reversibledefect reversable reversabledefect rev",
            }
        ),
    }
)
"""Words of each category, in every spelling that circulates."""

DOUBTFUL: MappingProxyType[tuple[str, str], Value] = MappingProxyType({("cp", "normal"): 3})
"""Words that one file uses in another sense than most; believed where known patients show it."""


class Coding(NamedTuple):
    """One of the number codings in circulation.

    Attributes:
        name: what the command line calls it.
        meaning: how it differs from the others, for people.
        codes: category to token to canonical code.
        target: the target rule that its files usually come with, where the target is 0/1.
    """

    name: str
    meaning: str
    codes: dict[str, Codes]
    target: str


def _codes(*values: Value | None, start: int = 0) -> Codes:
    return {str(position): value for position, value in enumerate(values, start)}


_UCI: dict[str, Codes] = {
    "sex": _codes(0, 1),
    "cp": _codes(1, 2, 3, 4, start=1),
    "fbs": _NO_YES,
    "restecg": _codes(0, 1, 2),
    "exang": _NO_YES,
    "slope": _codes(1, 2, 3, start=1),
    "ca": _codes(0, 1, 2, 3),
    "thal": {"3": "normal", "6": "fixed", "7": "reversible"},
}
_FROM_ZERO = {**_UCI, "cp": _codes(1, 2, 3, 4), "slope": _codes(1, 2, 3)}
_KAGGLE_303 = {
    **_UCI,
    "cp": _codes(4, 2, 3, 1),
    "restecg": _codes(2, 0, 1),
    "slope": _codes(3, 2, 1),
    "ca": _codes(0, 1, 2, 3, None),
    "thal": _codes(None, "fixed", "normal", "reversible"),
}

CODINGS: tuple[Coding, ...] = (
    Coding(
        "uci", "UCI's own codes: chest pain 1-4, slope 1-3, thal 3/6/7 or words", _UCI, "binary"
    ),
    Coding(
        "kaggle-303",
        "as in the heart.csv of 303 or 1,025 rows: chest pain 0 is asymptomatic, slope 2 is"
        " upsloping, thal 2 is normal",
        _KAGGLE_303,
        "inverted",
    ),
    Coding(
        "kaggle-297",
        "as in heart_cleveland_upload.csv: UCI's codes counted from 0, thal 0/1/2",
        {**_FROM_ZERO, "thal": _codes("normal", "fixed", "reversible")},
        "binary",
    ),
    Coding(
        "statlog-zero",
        "Statlog counted from 0: chest pain 0-3, slope 0-2, thal 1/2/3",
        {**_FROM_ZERO, "thal": _codes("normal", "fixed", "reversible", start=1)},
        "binary",
    ),
)

CATEGORIES: tuple[str, ...] = tuple(feature.name for feature in FEATURES if feature.codes)

_IN_UCIS_CODES = "canonical tutorial statlog kaggle-918 kaggle-1190 kaggle-920 textbook weka"
DIALECTS: MappingProxyType[str, str] = MappingProxyType(
    {coding.name: coding.name for coding in CODINGS} | dict.fromkeys(_IN_UCIS_CODES.split(), "uci")
)
"""Every dialect's name to the name of its number coding."""


class TargetRule(NamedTuple):
    """How a file's target column says who is diseased.

    Attributes:
        name: short name, part of a reading's.
        meaning: in words.
        codes: token to num; None where the rule leaves it open.
        upright: whether more means disease.
    """

    name: str
    meaning: str
    codes: dict[str, int | None]
    upright: bool


TARGET_RULES: tuple[TargetRule, ...] = (
    TargetRule("binary", "0 is healthy, 1 is diseased", {"0": 0, "1": 1}, upright=True),
    TargetRule(
        "severity",
        "0 is healthy, 1 to 4 is diseased, by severity",
        {str(value): value for value in SEVERITIES},
        upright=True,
    ),
    TargetRule(
        "inverted",
        "0 is diseased, 1 is healthy: the target is inverted",
        {"0": 1, "1": 0},
        upright=False,
    ),
    TargetRule(
        "severe",
        "1 is a severity of 2 and more; 0 is healthy or a severity of 1",
        {"0": None, "1": 1},
        upright=True,
    ),
    TargetRule("one-two", "1 is healthy, 2 is diseased", {"1": 0, "2": 1}, upright=True),
    TargetRule(
        "one-two-inverted",
        "1 is diseased, 2 is healthy: the target is inverted",
        {"1": 1, "2": 0},
        upright=False,
    ),
    TargetRule("signs", "-1 is healthy, 1 is diseased", {"-1": 0, "1": 1}, upright=True),
    TargetRule(
        "signs-inverted",
        "-1 is diseased, 1 is healthy: the target is inverted",
        {"-1": 1, "1": 0},
        upright=False,
    ),
)

_HEALTHY = "no n false absence absent healthy negative nodisease noheartdisease <50 <50%"
_DISEASED = "yes y true presence present diseased sick positive disease heartdisease >50 >50%"
_TARGET_WORDS: dict[str, int | None] = {
    **dict.fromkeys(_HEALTHY.split(), 0),
    **dict.fromkeys(_DISEASED.split(), 1),
    **{f">50_{level}": level for level in SEVERITIES[1:]},
}
SEVERITY = next(rule for rule in TARGET_RULES if rule.name == "severity")
TARGET_WORDS = TargetRule("words", "in words", _TARGET_WORDS, upright=True)


def token_of(text: str) -> str | None:
    """The token of a stripped cell, None where it stands for a missing value.

    Nothing is dropped but one pair of quotes and what may stand between a word's parts: a cell that
    only resembles a code or a word gets a token of its own, which no table has.

    >>> token_of("63.0"), token_of("Non-anginal Pain"), token_of("?")
    ('63', 'nonanginalpain', None)
    >>> token_of("(1)") == token_of("1")
    False
    """
    text = _unquote(text)
    if text.lower() in MISSING_WORDS:
        return None
    if NUMBER.fullmatch(text):
        return _number_token(text)
    word = _BETWEEN.sub("", text.translate(_HYPHENS))
    is_word = word.isascii() and word.isalnum() and not word.isdigit()
    is_whole = is_word and text[0].isalnum() and text[-1].isalnum()
    return word.lower() if is_whole else f"\0{text}"


def target_token(text: str) -> str | None:
    """The token of a target's cell: as `token_of`, but Weka's "<50" and ">50_1" keep signs."""
    word = _unquote(text).lower()
    return word if word in _TARGET_WORDS else token_of(text)


def _unquote(text: str) -> str:
    """The text without quotes around it; a single one is a sign as any other."""
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "'\""
    return text[1:-1].strip() if quoted else text


def _number_token(text: str) -> str:
    """The shortest form of a whole number; what rounding would make whole is not."""
    exact = Decimal(text)
    is_whole = abs(exact) < _MOST_WHOLE and exact == exact.to_integral_value()
    return f"{float(text):.12g}" if is_whole else repr(float(text))
