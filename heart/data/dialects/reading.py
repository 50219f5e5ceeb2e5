"""A `Reading`: one way to understand a file's codes, and what it makes of each token."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from heart.data.codings import DIALECTS, DOUBTFUL, TARGET_WORDS, WORDS, Coding, TargetRule
from heart.data.dialects.cells import Parsed, Tokens
from heart.schema import Value, feature

Meaning = Value | None
MMOL = 38.67
"""mg/dl in one mmol/l of cholesterol."""

SEX_CODES: Mapping[str, dict[str, int]] = {
    "": {"0": 0, "1": 1},
    "male-1": {"1": 1, "2": 0},  # ISO/IEC 5218
    "female-1": {"1": 0, "2": 1},
}
_SEX_MEANING = {
    "": "",
    "male-1": "sex 1 is male and 2 female",
    "female-1": "sex 1 is female and 2 male",
}


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
        rule = self.target
        customary = rule is None or rule.name in (
            "words",
            "severity",
            "one-two",
            "signs",
            self.coding.target,
        )
        name = (
            self.coding.name
            if customary or rule is None
            else f"{self.coding.name}-{rule.name.removeprefix('one-two-')}"
        )
        return name + (f"+{self.sex}" if self.sex else "") + ("+mmol" if self.mmol else "")

    @property
    def meaning(self) -> str:
        """What it says, for people."""
        parts = [self.coding.meaning]
        parts += [_SEX_MEANING[self.sex]] if self.sex else []
        parts += [self.target.meaning] if self.target and self.target.name != "words" else []
        parts += [f"cholesterol is in mmol/l and is multiplied by {MMOL}"] if self.mmol else []
        return "; ".join(parts)

    @property
    def inverted(self) -> bool:
        """Whether the target's higher value means healthy."""
        return self.target is not None and not self.target.upright

    def code_of(self, column: str, token: str | None) -> Meaning:
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

    def num_of(self, token: str | None) -> int | None:
        """The severity that a token of the target stands for, None where the rule leaves it open.

        Raises:
            KeyError: if the reading has no meaning for it.
        """
        if self.target is None or token is None:
            raise KeyError(token)
        return self.target.codes[token] if token in self.target.codes else TARGET_WORDS.codes[token]

    def signature(self, parsed: Parsed) -> tuple[object, ...]:
        """What it makes of every token that occurs: two readings with the same signature are the
        same.
        """
        codes = [
            _try(lambda t=t, c=c: self.code_of(c, t))
            for c, column in parsed.categories.items()
            for t in column.tokens
        ]
        nums = (
            []
            if parsed.target is None or self.target is None
            else [_try(lambda t=t: self.num_of(t)) for t in parsed.target.tokens]
        )
        return (*codes, *nums, self.mmol)


def _try(meaning: object) -> object:
    try:
        return meaning()  # type: ignore[operator]
    except KeyError:
        return "?"


def means(wanted: str, reading: Reading) -> bool:
    """Whether a reading is one that somebody means by a dialect's name or a candidate's."""
    base, *extras = wanted.split("+")
    if extras and set(extras) != set(reading.name.split("+")[1:]):
        return False
    own = reading.name.split("+")[0]
    return base == own or DIALECTS.get(base) == reading.coding.name


def codes_of(column: Tokens, name: str, reading: Reading) -> npt.NDArray[np.float64]:
    """What a reading makes of each token, shape (t,): the canonical code, NaN for missing, infinity
    for what it has no meaning for.
    """
    return np.array([_code_of(name, token, reading) for token in column.tokens], dtype=np.float64)


def _code_of(name: str, token: str | None, reading: Reading) -> float:
    try:
        code = reading.code_of(name, token)
    except KeyError:
        return np.inf
    if code is None:
        return np.nan
    words = [word for word, _ in feature(name).codes] if feature(name).holds_text else []
    return float(words.index(code)) if words else float(code)


def nums_of(column: Tokens, reading: Reading) -> npt.NDArray[np.float64]:
    """What a reading makes of each token of the target, shape (t,): num, NaN where it is open,
    infinity for what has no meaning.
    """
    found = []
    for token in column.tokens:
        try:
            num = reading.num_of(token)
            found.append(np.nan if num is None else float(num))
        except KeyError:
            found.append(np.inf)
    return np.array(found, dtype=np.float64)
