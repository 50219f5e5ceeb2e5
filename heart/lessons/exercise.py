"""An exercise at the end of a lesson, and how an answer to it is checked.

The right answer is never written down: an exercise computes it with its lesson's own functions,
from the settings that the lesson opens with, and says why an answer is right or wrong.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from heart.errors import SettingsError


class Choice(NamedTuple):
    """An answer among a few, each as it is read."""

    options: tuple[str, ...]

    def read(self, given: str | float) -> str:
        """The option that was given.

        Raises:
            SettingsError: for anything else.

        >>> Choice(("more", "less")).read("Less")
        'less'
        """
        for option in self.options:
            if str(given).strip().casefold() == option.casefold():
                return option
        raise SettingsError.unknown("an answer", given, self.options)


class Number(NamedTuple):
    """An answer that is a number.

    Attributes:
        low: the least that may be given.
        high: the largest.
        step: between two answers; whole numbers where it is 1.
        unit: what is counted or measured, as it is read behind the number.
    """

    low: float
    high: float
    step: float = 1
    unit: str = ""

    def read(self, given: str | float) -> float:
        """The number that was given.

        Raises:
            SettingsError: for what is no number, or outside.

        >>> Number(0, 80).read("12")
        12.0
        """
        try:
            number = float(given)
        except ValueError:
            number = math.nan
        if not self.low <= number <= self.high:
            raise SettingsError(
                f"a number from {self.low:g} to {self.high:g}", repr(given), "Choose one inside."
            )
        return number

    @property
    def n_decimals(self) -> int:
        """How many decimals an answer has.

        >>> Number(0, 1, 0.05).n_decimals
        2
        """
        return max(0, -math.floor(math.log10(self.step)))


class Verdict(NamedTuple):
    """Whether an answer is right, and why, in plain words."""

    right: bool
    why: str


def right(why: str) -> Verdict:
    """The verdict on a right answer."""
    return Verdict(right=True, why=why)


def wrong(why: str) -> Verdict:
    """The verdict on a wrong answer, which says where to look."""
    return Verdict(right=False, why=why)


class Exercise(NamedTuple):
    """What is asked at the end of a lesson.

    Attributes:
        question: what to find out, and with which settings; markdown.
        kind: of answer.
        judge: from an answer as `kind` reads it to the verdict; computes what it needs, and keeps
            it. Whatever it computes comes from the functions that the lesson shows.
    """

    question: str
    kind: Choice | Number
    judge: Callable[..., Verdict]

    def check(self, given: str | float) -> Verdict:
        """What an answer is worth.

        Raises:
            SettingsError: for an answer that is none of this kind.
        """
        return self.judge(self.kind.read(given))
