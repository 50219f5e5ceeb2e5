"""A `Reading`: one way to understand a file's codes, what it makes of each token, and its name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from heart.data.codings import DIALECTS, DOUBTFUL, TARGET_WORDS, WORDS, Coding, TargetRule
from heart.data.columns import Naming
from heart.data.dialects.cells import Parsed, Tokens
from heart.schema import Value, feature

MMOL = 38.67
"""mg/dl in one mmol/l of cholesterol."""

SEX_CODES: dict[str, dict[str, int]] = {
    "": {"0": 0, "1": 1},
    "male-1": {"1": 1, "2": 0},  # ISO/IEC 5218
    "female-1": {"1": 0, "2": 1},
}
_SEX_MEANING = {"male-1": "sex 1 is male and 2 female", "female-1": "sex 1 is female and 2 male"}

_SIGNS: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("kaggle-918", "cp", frozenset(("ta", "ata", "nap", "asy"))),
    ("weka", "cp", frozenset(("typangina", "atypangina", "asympt"))),
    ("weka", "restecg", frozenset(("leftventhyper", "sttwaveabnormality"))),
    ("textbook", "cp", frozenset(("nontypical",))),
    ("kaggle-920", "restecg", frozenset(("lvhypertrophy", "sttabnormality"))),
)
"""Dialect, column, and words that only it has there."""

_UCI_THAL = frozenset(("3", "6", "7"))
_STATLOG_WORDS = frozenset(("presence", "absence"))
STATLOG_ROWS = 270


@dataclass(frozen=True, eq=False)
class Reading:
    """One way to understand a file's codes.

    Attributes:
        coding: of the numbers that stand for categories.
        sex: how sex is coded, a key of `SEX_CODES`.
        target: how the target says who is diseased; None where the file has none.
        mmol: whether cholesterol is in mmol/l.
        doubtful: whether words are believed that nobody would expect.
    """

    coding: Coding
    sex: str
    target: TargetRule | None
    mmol: bool
    doubtful: bool = False

    @cached_property
    def name(self) -> str:
        """What the command line calls it, as in "kaggle-303" or "uci-inverted+mmol"."""
        rule = "" if self.is_usual else f"-{self.rule.removeprefix('one-two-')}"
        sex = f"+{self.sex}" if self.sex else ""
        return self.coding.name + rule + sex + ("+mmol" if self.mmol else "")

    @property
    def rule(self) -> str:
        """The name of the target's rule, empty where the file has no target."""
        return "" if self.target is None else self.target.name

    @property
    def is_severe(self) -> bool:
        """Whether the target marks a severity of 2 and more, which leaves open who is healthy."""
        return self.rule == "severe"

    @property
    def is_usual(self) -> bool:
        """Whether the target runs as files of this coding usually have it."""
        if self.rule in ("binary", "inverted", "severe"):
            return self.rule == self.coding.target
        return not self.inverted

    @property
    def meaning(self) -> str:
        """What it says, for people."""
        parts = [self.coding.meaning]
        parts += [_SEX_MEANING[self.sex]] if self.sex else []
        parts += [self.target.meaning] if self.target and self.rule != "words" else []
        parts += [f"cholesterol is in mmol/l and is multiplied by {MMOL}"] if self.mmol else []
        return "; ".join(parts)

    @property
    def inverted(self) -> bool:
        """Whether the target's higher value means healthy."""
        return self.target is not None and not self.target.upright

    def code_of(self, column: str, token: str | None) -> Value | None:
        """The canonical code of a token of a category, None where it is missing.

        Raises:
            KeyError: if the reading has no meaning for it.
        """
        if token is None:
            return None
        if self.doubtful and (column, token) in DOUBTFUL:
            return DOUBTFUL[column, token]
        codes = SEX_CODES[self.sex] if column == "sex" else self.coding.codes[column]
        return codes[token] if token in codes else WORDS[column][token]

    def signature(self, parsed: Parsed) -> tuple[object, ...]:
        """What it says of every token that occurs: readings with the same signature are the same.

        A rule for a severity of 2 makes of a 1 what others do, but says another thing about it.
        """
        codes = [codes_of(column, name, self) for name, column in parsed.categories.items()]
        nums = [] if parsed.target is None else [nums_of(parsed.target, self)]
        return (*(values.tobytes() for values in (*codes, *nums)), self.mmol, self.is_severe)


def codes_of(column: Tokens, name: str, reading: Reading) -> npt.NDArray[np.float64]:
    """What a reading makes of each token, float64, shape (t,).

    The canonical code (a word's position among the codes), NaN for missing, infinity for a token
    that it has no meaning for.
    """
    words = [word for word, _ in feature(name).codes] if feature(name).holds_text else None
    codes = np.full(len(column.tokens), np.inf)
    for position, token in enumerate(column.tokens):
        try:
            code = reading.code_of(name, token)
        except KeyError:
            continue
        if code is None:
            codes[position] = np.nan
        else:
            codes[position] = float(code) if words is None else words.index(str(code))
    return codes


def nums_of(column: Tokens, reading: Reading) -> npt.NDArray[np.float64]:
    """What a reading makes of each token of the target, float64, shape (t,).

    num, NaN where the rule leaves it open, infinity for a token that it has no meaning for.
    """
    rule = {} if reading.target is None else TARGET_WORDS.codes | reading.target.codes
    nums = (rule.get(token, np.inf) if token is not None else np.inf for token in column.tokens)
    return np.array([np.nan if num is None else num for num in nums], dtype=np.float64)


def means(wanted: str, reading: Reading) -> bool:
    """Whether a reading is one that somebody means by a dialect's name or a candidate's."""
    base, *extras = wanted.split("+")
    own, *own_extras = reading.name.split("+")
    if extras and set(extras) != set(own_extras):
        return False
    return base == own or DIALECTS.get(base) == reading.coding.name


def name_dialect(parsed: Parsed, naming: Naming, reading: Reading) -> str:
    """The circulating dialect that a file is written in; "uci" where it is none in particular."""
    is_canonical = (
        naming.canonical
        and reading.rule in ("", "severity", "binary")
        and not _has_word(parsed, "thal", _UCI_THAL)
    )
    labels = () if parsed.target is None else parsed.target.tokens
    is_statlog = (
        reading.rule.startswith("one-two")
        or not _STATLOG_WORDS.isdisjoint(labels)
        or len(parsed.rows) == STATLOG_ROWS
    )
    signs = [
        (reading.coding.name, reading.coding.name != "uci"),
        ("canonical", is_canonical),
        ("tutorial", reading.is_severe),
        *((name, _has_word(parsed, column, words)) for name, column, words in _SIGNS),
        ("statlog", is_statlog),
        ("kaggle-1190", "ca" not in naming.columns and "thal" not in naming.columns),
    ]
    return next((name for name, fits in signs if fits), "uci")


def _has_word(parsed: Parsed, column: str, words: frozenset[str]) -> bool:
    return column in parsed.categories and not words.isdisjoint(parsed.categories[column].tokens)
