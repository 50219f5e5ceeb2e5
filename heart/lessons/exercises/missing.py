"""Lesson missing: which feature must not be unknown to a network without masking?"""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from heart.lessons.exercise import Choice, Exercise, Verdict, right, wrong
from heart.lessons.missing import NAMES, one_by_one, train_both
from heart.schema import feature
from heart.shares import write_share

MASKING = 0.5


@lru_cache(maxsize=1)
def table() -> pd.DataFrame:
    """The log-losses by feature (its label) and way, with seed 0."""
    costs = one_by_one(train_both(MASKING, random_state=0))
    return costs.pivot_table(index="feature", columns="way", values="log_loss")


def costliest() -> str:
    """The label of the feature that the network without masking misses most."""
    return str(table()["plain"].idxmax())


def _judge(given: str) -> Verdict:
    row, most = table().loc[given], costliest()
    here = (
        f"Without it the network without masking has a log-loss of {row['plain']:.3f}, the one with"
        f" masking {row['masked']:.3f}"
    )
    if given != most:
        return wrong(
            f"{here}. Another feature costs it more: look for the triangle farthest right."
        )
    return right(
        f"{here}. The weights for “not known” were hardly trained and mean nothing; they speak"
        " where one of the most telling features would."
    )


EXERCISE = Exercise(
    f"With masking {write_share(MASKING)} and seed 0, in the chart of one feature at a time: which"
    " **single** feature, when it is not known, costs the network **without** masking most?",
    Choice(tuple(feature(name).label for name in NAMES)),
    _judge,
)
