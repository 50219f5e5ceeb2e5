"""Lesson encodings: which category loses most by lying on a line?"""

from __future__ import annotations

from functools import lru_cache

from heart.data import load_shipped
from heart.lessons.encodings import CATEGORIES, Heights, category_table, fit_heights
from heart.lessons.exercise import Choice, Exercise, Verdict, right, wrong
from heart.schema import feature

NAMES = {feature(name).label: name for name in CATEGORIES}


@lru_cache(maxsize=1)
def heights() -> dict[str, Heights]:
    """Of each category's label among Cleveland's patients, the line over the codes and the free
    heights.
    """
    tables = {
        label: category_table(load_shipped("cleveland"), name) for label, name in NAMES.items()
    }
    columns = ("n", "diseased", "code")
    return {
        label: fit_heights(*(table[column].to_numpy() for column in columns))
        for label, table in tables.items()
    }


def loss_by_line(label: str) -> float:
    """What a line costs this category more than free heights, nats a patient."""
    found = heights()[label]
    return found.line_loss - found.free_loss


def _judge(label: str) -> Verdict:
    found, most = heights()[label], max(NAMES, key=loss_by_line)
    here = (
        f"{label}: {found.line_loss:.3f} nats on a line, {found.free_loss:.3f} with free heights,"
        f" {loss_by_line(label):.3f} more"
    )
    if label != most:
        return wrong(f"{here}. Another category loses more.")
    return right(
        f"{here}; no other loses as much. Its codes do not follow the share of disease: a line"
        " through them has to pass by the middle one.",
    )


EXERCISE = Exercise(
    "Look at each category of Cleveland in the order of LabelEncoder. Which one loses most, in nats"
    " a patient, when its codes have to lie **on a line** instead of having free heights?",
    Choice(tuple(NAMES)),
    _judge,
)
