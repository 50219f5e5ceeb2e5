"""Lesson metrics: where is a good test more often wrong than right?"""

from __future__ import annotations

from functools import lru_cache

from heart.lessons.exercise import Exercise, Number, Verdict, right, wrong
from heart.lessons.metrics import Table
from heart.lessons.metrics_shares import share_table
from heart.shares import write_share

TABLE = Table(tp=90, fp=20, fn=10, tn=80)


def precision_at(whole: int) -> float:
    """Share of right ones among the answers “ill”, where so many of a hundred are ill."""
    return _precisions()[whole - 1]


@lru_cache(maxsize=1)
def _precisions() -> list[float]:
    return [float(share) for share in share_table(TABLE)["precision"]]


def _right_share(whole: int) -> str:
    return write_share(precision_at(whole), digits=1)


def turning_point() -> int:
    """The largest whole percentage of ill patients at which “ill” is right for less than half."""
    return max(whole for whole in range(1, 100) if precision_at(whole) < 0.5)


def _judge(given: float) -> Verdict:
    whole, last = round(given), turning_point()
    here = f"Where {whole}\u00a0% are ill, “ill” is right for {_right_share(whole)}"
    if whole > last:
        return wrong(f"{here}: at least half. Fewer have to be ill.")
    if whole < last:
        return wrong(f"{here}: less than half, but it still is where more are ill.")
    return right(
        f"{here}, where {whole + 1}\u00a0% are, for"
        f" {_right_share(whole + 1)}. The false alarms come from the"
        " healthy: the more of them there are, the more of them hear “ill”, while sensitivity and"
        " specificity stay the same."
    )


EXERCISE = Exercise(
    f"Type this table: {TABLE.tp} of {TABLE.ill} ill patients are found, {TABLE.fp} of"
    f" {TABLE.healthy} healthy ones are called ill. Move the share of ill patients: what is the"
    " **largest whole percentage** at which “ill” is right for less than half of those who hear"
    " it?",
    Number(1, 99, unit="%"),
    _judge,
)
